"""VolumeSnapshots: each becomes ready a moment after it was asked for, and holds what its claim's volume held then."""

from __future__ import annotations

from simulator.clock import format_time
from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.contents import SNAPSHOT_CONTENTS, SNAPSHOTS, contents_of, find_volume, holding
from simulator.world.objects import annotations_of, with_status

CLASSES = "volumesnapshotclasses.snapshot.storage.k8s.io"
_DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"
_TAKING_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 1.0


class Snapshots:
    """The snapshot controller and a storage driver."""

    name = "snapshot"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Snapshots."""
        return {SNAPSHOTS: itself}

    def reconcile(self, key: Key) -> None:
        """Take a snapshot that was asked for; remove what a deleted one held."""
        store = self._cluster.store
        snapshot = store.find(SNAPSHOTS, key.namespace, key.name)
        if snapshot is None:
            for content in store.list(SNAPSHOT_CONTENTS):
                reference = content["spec"]["volumeSnapshotRef"]
                if (reference["namespace"], reference["name"]) == (key.namespace, key.name):
                    store.delete(SNAPSHOT_CONTENTS, "", content["metadata"]["name"])
            return
        if (snapshot.get("status") or {}).get("readyToUse") or self._cluster.timers.pending((self.name, key)):
            return
        if problem := self._problem(snapshot):
            error = {"message": problem, "time": format_time(self._cluster.now())}
            if ((snapshot.get("status") or {}).get("error") or {}).get("message") != problem:
                self._cluster.write_status(SNAPSHOTS, with_status(snapshot, readyToUse=False, error=error))
            self._cluster.look_at(self.name, key, _LOOK_AGAIN_SECONDS)
            return
        self._cluster.timers.set((self.name, key), _TAKING_SECONDS, lambda: self._take(key))

    def _problem(self, snapshot: Object) -> str:
        """Why it cannot be taken; "" when it can."""
        spec = snapshot.get("spec") or {}
        if self._class_of(spec) is None:
            wanted = spec.get("volumeSnapshotClassName")
            return f'volumesnapshotclass "{wanted}" not found' if wanted else "cannot find default snapshot class"
        claim = (spec.get("source") or {}).get("persistentVolumeClaimName", "")
        if find_volume(self._cluster.store, snapshot["metadata"]["namespace"], claim) is None:
            return f"the PVC {claim} is not yet bound to a PV"
        return ""

    def _class_of(self, spec: Object) -> Object | None:
        if name := spec.get("volumeSnapshotClassName"):
            return self._cluster.store.find(CLASSES, "", name)
        found = self._cluster.store.list(CLASSES)
        return next((one for one in found if annotations_of(one).get(_DEFAULT_CLASS) == "true"), None)

    def _take(self, key: Key) -> None:
        store = self._cluster.store
        snapshot = store.find(SNAPSHOTS, key.namespace, key.name)
        if snapshot is None or self._problem(snapshot):
            self._cluster.look_at(self.name, key)
            return
        volume = find_volume(store, key.namespace, snapshot["spec"]["source"]["persistentVolumeClaimName"])
        driver = self._class_of(snapshot["spec"])
        assert volume is not None
        assert driver is not None
        uid, now = snapshot["metadata"]["uid"], format_time(self._cluster.now())
        name, size = f"snapcontent-{uid}", volume["spec"]["capacity"]["storage"]
        reference = {"kind": "VolumeSnapshot", "namespace": key.namespace, "name": key.name, "uid": uid}
        content = {
            "metadata": {"name": name},
            "spec": {
                "volumeSnapshotRef": reference, "driver": driver.get("driver", ""),
                "deletionPolicy": driver.get("deletionPolicy", "Delete"),
                "source": {"volumeHandle": volume["spec"]["csi"]["volumeHandle"]},
            },
            "status": {"readyToUse": True, "snapshotHandle": f"snap-{uid[:17]}"},
        }  # fmt: skip
        store.create(SNAPSHOT_CONTENTS, holding(content, contents_of(volume)))
        self._cluster.write_status(
            SNAPSHOTS,
            with_status(
                snapshot, readyToUse=True, error=None, creationTime=now, restoreSize=size,
                boundVolumeSnapshotContentName=name,
            ),
        )  # fmt: skip
