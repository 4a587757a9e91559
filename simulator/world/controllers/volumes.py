"""PersistentVolumeClaims: a volume is made for each claim whose storage class exists, and bound to it.

A claim with a snapshot as its source waits for it, and its volume then holds what the snapshot held.
"""

from __future__ import annotations

from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.contents import SNAPSHOT_CONTENTS, SNAPSHOTS, contents_of, holding
from simulator.world.objects import annotations_of, is_terminating, with_annotations, with_spec, with_status

RESOURCE = "persistentvolumeclaims"
_VOLUMES = "persistentvolumes"
_CLASSES = "storageclasses.storage.k8s.io"
_SOURCE = "persistentvolume-controller"
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_PROVISIONING_SECONDS = 1.0


class Volumes:
    """The volume binder and a provisioner."""

    name = "volume"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Claims, and pods that go: the last one lets go of a claim that was deleted before it."""
        return {RESOURCE: itself, "pods": _claims_let_go}

    def reconcile(self, key: Key) -> None:
        """Bind a pending claim; release a removed one's volume."""
        claim = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if claim is None:
            self._release(key)
            return
        if is_terminating(claim):
            if claim["metadata"].get("finalizers") and not self._in_use(key):
                kept = [name for name in claim["metadata"]["finalizers"] if name != "kubernetes.io/pvc-protection"]
                self._cluster.store.update(RESOURCE, {**claim, "metadata": {**claim["metadata"], "finalizers": kept}})
            return
        if (claim.get("status") or {}).get("phase") == "Bound":
            return
        storage = self._storage_class(claim)
        if storage is None:
            message = "no persistent volumes available for this claim and no storage class is set"
            self._cluster.recorder.normal(claim, "FailedBinding", message, source=_SOURCE)
            return
        if self._contents_for(claim) is None:
            message = f"error getting handle for DataSource Type VolumeSnapshot by Name {_source_of(claim)}"
            self._cluster.recorder.normal(claim, "ProvisioningFailed", message, source=storage.get("provisioner", ""))
            self._cluster.look_at(self.name, key, _PROVISIONING_SECONDS)
            return
        if not self._cluster.timers.pending((self.name, key)) and not annotations_of(claim).get(_BIND_DONE):
            provisioner = storage.get("provisioner", "")
            message = f"Waiting for a volume to be created by the external provisioner '{provisioner}'"
            self._cluster.recorder.normal(claim, "ExternalProvisioning", message, source=_SOURCE)
            self._cluster.timers.set((self.name, key), _PROVISIONING_SECONDS, lambda: self._bind(key))

    def _storage_class(self, claim: Object) -> Object | None:
        name = claim["spec"].get("storageClassName")
        if name:
            return self._cluster.store.find(_CLASSES, "", name)
        if name == "":
            return None
        for found in self._cluster.store.list(_CLASSES):
            if annotations_of(found).get(_DEFAULT_CLASS) == "true":
                return found
        return None

    def _contents_for(self, claim: Object) -> str | None:
        """What the new volume holds; None while the snapshot that it comes from is not there or not ready."""
        name = _source_of(claim)
        if not name:
            return contents_of(claim)
        snapshot = self._cluster.store.find(SNAPSHOTS, claim["metadata"]["namespace"], name)
        held = ((snapshot or {}).get("status") or {}).get("boundVolumeSnapshotContentName", "")
        content = self._cluster.store.find(SNAPSHOT_CONTENTS, "", held) if held else None
        return None if content is None else contents_of(content)

    def _bind(self, key: Key) -> None:
        claim = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        storage = self._storage_class(claim) if claim is not None else None
        if claim is None or storage is None or is_terminating(claim):
            return
        contents = self._contents_for(claim)
        if contents is None:
            self._cluster.look_at(self.name, key)
            return
        name, metadata = f"pvc-{claim['metadata']['uid']}", claim["metadata"]
        capacity = ((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", "1Gi")
        modes = claim["spec"].get("accessModes") or ["ReadWriteOnce"]
        reference = {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        }
        volume = {
            "metadata": {
                "name": name,
                "annotations": {"pv.kubernetes.io/provisioned-by": storage.get("provisioner", "")},
            },
            "spec": {
                "capacity": {"storage": capacity},
                "accessModes": modes,
                "claimRef": reference,
                "persistentVolumeReclaimPolicy": storage.get("reclaimPolicy", "Delete"),
                "storageClassName": storage["metadata"]["name"],
                "volumeMode": "Filesystem",
                "csi": {"driver": storage.get("provisioner", ""), "volumeHandle": f"vol-{metadata['uid'][:17]}"},
            },
            "status": {"phase": "Bound"},
        }
        if self._cluster.store.find(_VOLUMES, "", name) is None:
            self._cluster.store.create(_VOLUMES, holding(volume, contents) if contents else volume)
        bound = with_spec(
            with_annotations(claim, **{_BIND_DONE: "yes"}),
            volumeName=name,
            storageClassName=storage["metadata"]["name"],
        )
        written = self._cluster.store.update(
            RESOURCE, with_status(bound, phase="Bound", accessModes=modes, capacity={"storage": capacity})
        )
        message = f"Successfully provisioned volume {name}"
        self._cluster.recorder.normal(written, "ProvisioningSucceeded", message, source=storage.get("provisioner", ""))

    def _in_use(self, key: Key) -> bool:
        return any(
            (volume.get("persistentVolumeClaim") or {}).get("claimName") == key.name
            for pod in self._cluster.store.list("pods", key.namespace)
            for volume in pod["spec"].get("volumes") or ()
        )

    def _release(self, key: Key) -> None:
        for volume in self._cluster.store.list(_VOLUMES):
            claim = volume["spec"].get("claimRef") or {}
            if (claim.get("namespace"), claim.get("name")) == (key.namespace, key.name):
                self._cluster.store.delete(_VOLUMES, "", volume["metadata"]["name"])


def _source_of(claim: Object) -> str:
    source = claim["spec"].get("dataSource") or {}
    return str(source.get("name", "")) if source.get("kind") == "VolumeSnapshot" else ""


def _claims_let_go(event: Event) -> list[Key]:
    if event.type != "DELETED":
        return []
    volumes = event.object["spec"].get("volumes") or ()
    names = [(volume.get("persistentVolumeClaim") or {}).get("claimName") for volume in volumes]
    return [Key(RESOURCE, event.key.namespace, name) for name in names if name]


_BIND_DONE = "pv.kubernetes.io/bind-completed"
