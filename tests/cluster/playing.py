"""Plays the controllers of snapshots and of Velero, which do not run on the test control plane: sets what they set."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hexaops.runbooks.restore import CLAIMS
from testenv.harness.control_plane import ControlPlane, Object

SNAPSHOTS, BACKUPS, RESTORES = (
    "volumesnapshots.snapshot.storage.k8s.io",
    "backups.velero.io",
    "restores.velero.io",
)
VELERO = "velero"
SIZE = "20Gi"


@dataclass(frozen=True)
class Controllers:
    """They act each time that `play` is called."""

    plane: ControlPlane
    namespace: str
    """Where the applications are that are backed up."""

    def play(self) -> None:
        """One round of each."""
        self._take_snapshots()
        self._back_up()
        self._restore()
        self._provide_volumes()

    def list(self, kind: str, namespace: str) -> list[Object]:
        """What there is of a kind, where it is served."""
        found: list[Object] = self.plane.get(kind, "-n", namespace)["items"]
        return found

    def _take_snapshots(self) -> None:
        for one in self.list(SNAPSHOTS, self.namespace):
            if "status" not in one:
                self._patch(one, {"status": {"readyToUse": True, "restoreSize": SIZE}}, "--subresource=status")

    def _back_up(self) -> None:
        for one in self.list(BACKUPS, VELERO):
            if "status" not in one:
                self._patch(one, {"status": {"phase": "Completed"}})

    def _restore(self) -> None:
        """Creates the claims that a Restore names, with the size that they had."""
        for one in self.list(RESTORES, VELERO):
            if "status" in one:
                continue
            for claim in one["metadata"]["annotations"][CLAIMS].split(","):
                body = {
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                    "metadata": {"name": claim, "namespace": self.namespace},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
                        "resources": {"requests": {"storage": SIZE}},
                    },
                }  # fmt: skip
                self.plane.kubectl("create", "-f", "-", content=json.dumps(body))
            self._patch(one, {"status": {"phase": "Completed"}})

    def _provide_volumes(self) -> None:
        """Gives the volume of a deleted claim to the next claim of its name, as a provisioner would make a new one."""
        for volume in self.plane.get("persistentvolumes")["items"]:
            if volume["status"].get("phase") == "Released":
                self._patch(volume, {"spec": {"claimRef": {"uid": None, "resourceVersion": None}}})

    def _patch(self, one: Object, change: Object, *more: str) -> None:
        metadata = one["metadata"]
        place = ["-n", metadata["namespace"]] if "namespace" in metadata else []
        kind = {"VolumeSnapshot": SNAPSHOTS, "Backup": BACKUPS, "Restore": RESTORES}.get(one["kind"], "pv")
        arguments = ["patch", kind, metadata["name"], *place, "--type=merge", "-p", json.dumps(change), *more]
        self.plane.kubectl(*arguments)
