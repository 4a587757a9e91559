"""Velero's server: backs up the claims of the pods that a Backup selects, and creates the missing ones of a Restore."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.clock import format_time
from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.contents import ANNOTATION, CLAIMS, read_contents
from simulator.world.objects import annotations_of, labels_of, with_annotations, with_status

BACKUPS, RESTORES = "backups.velero.io", "restores.velero.io"
_KEPT = "simulator.hexaops.dev/volumes"
"""Annotation of a Backup: its claims with their contents, as the object store would hold them."""
_WORKING_SECONDS = 1.0


class VeleroBackups:
    """Backups."""

    name = "velero-backup"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Backups."""
        return {BACKUPS: itself}

    def reconcile(self, key: Key) -> None:
        """Carry a new one out."""
        backup = self._cluster.store.find(BACKUPS, key.namespace, key.name)
        if backup is None or (backup.get("status") or {}).get("phase"):
            return
        begun = with_status(backup, phase="InProgress", startTimestamp=format_time(self._cluster.now()))
        self._cluster.write_status(BACKUPS, begun)
        self._cluster.timers.set((self.name, key), _WORKING_SECONDS, lambda: self._finish(key))

    def _finish(self, key: Key) -> None:
        backup = self._cluster.store.find(BACKUPS, key.namespace, key.name)
        if backup is None:
            return
        kept = json.dumps(self._claims(backup["spec"]))
        ended = with_status(backup, phase="Completed", completionTimestamp=format_time(self._cluster.now()))
        self._cluster.write_status(BACKUPS, with_annotations(ended, **{_KEPT: kept}))

    def _claims(self, spec: Mapping[str, Any]) -> list[Object]:
        """Those that the selected pods mount, with what their volumes hold."""
        wanted = ((spec.get("labelSelector") or {}).get("matchLabels") or {}).items()
        store, found = self._cluster.store, dict[tuple[str, str], Object]()
        for namespace in spec.get("includedNamespaces") or ():
            for pod in store.list("pods", namespace):
                if not wanted <= labels_of(pod).items():
                    continue
                for volume in pod["spec"].get("volumes") or ():
                    name: str = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
                    claim = store.find(CLAIMS, namespace, name) if name else None
                    if claim is not None:
                        contents = read_contents(store, namespace, name) or ""
                        found[namespace, name] = {"claim": claim, "contents": contents}
        return [*found.values()]


class VeleroRestores:
    """Restores."""

    name = "velero-restore"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Restores."""
        return {RESTORES: itself}

    def reconcile(self, key: Key) -> None:
        """Carry a new one out."""
        restore = self._cluster.store.find(RESTORES, key.namespace, key.name)
        if restore is None or (restore.get("status") or {}).get("phase"):
            return
        self._cluster.write_status(RESTORES, with_status(restore, phase="InProgress"))
        self._cluster.timers.set((self.name, key), _WORKING_SECONDS, lambda: self._finish(key))

    def _finish(self, key: Key) -> None:
        store = self._cluster.store
        restore = store.find(RESTORES, key.namespace, key.name)
        if restore is None:
            return
        backup = store.find(BACKUPS, key.namespace, restore["spec"]["backupName"])
        if backup is None:
            reasons = ["backup does not exist"]
            failed = with_status(restore, phase="FailedValidation", validationErrors=reasons)
            self._cluster.write_status(RESTORES, failed)
            return
        for one in json.loads(annotations_of(backup).get(_KEPT, "[]")):
            self._create(one["claim"], one["contents"])
        self._cluster.write_status(RESTORES, with_status(restore, phase="Completed"))

    def _create(self, claim: Object, contents: str) -> None:
        metadata, spec = claim["metadata"], {k: v for k, v in claim["spec"].items() if k != "volumeName"}
        if self._cluster.store.find(CLAIMS, metadata["namespace"], metadata["name"]) is not None:
            return
        fresh = {key: metadata[key] for key in ("name", "namespace", "labels") if key in metadata}
        self._cluster.store.create(CLAIMS, {"metadata": {**fresh, "annotations": {ANNOTATION: contents}}, "spec": spec})
