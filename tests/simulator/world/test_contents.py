"""What volumes hold: taken by a snapshot or by Velero, and there again in a volume that is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.world.contents import CLAIMS, SNAPSHOT_CONTENTS, SNAPSHOTS, VOLUMES, read_contents, write_contents
from simulator.world.controllers.snapshots import CLASSES
from simulator.world.controllers.velero import BACKUPS, RESTORES
from tests.simulator.world.stage import Stage, make_stage

PLACE = "demo"
BEFORE, AFTER = "orders 1-1000", "orders 1-1200"


@pytest.fixture
def stage() -> Stage:
    made = make_stage()
    made.store.create(CLAIMS, claim("data"))
    made.advance(2)
    write_contents(made.store, PLACE, "data", BEFORE)
    return made


def claim(name: str, **spec: Any) -> dict[str, Any]:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}, **spec}
    return {"metadata": {"name": name, "namespace": PLACE}, "spec": wanted}


def snapshot(stage: Stage, name: str = "first", **spec: Any) -> dict[str, Any]:
    source = {"source": {"persistentVolumeClaimName": "data"}, **spec}
    stage.store.create(SNAPSHOTS, {"metadata": {"name": name, "namespace": PLACE}, "spec": source})
    stage.advance(3)
    return stage.store.get(SNAPSHOTS, PLACE, name)


def restored(stage: Stage, name: str) -> str | None:
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": name}
    stage.store.create(CLAIMS, claim("again", dataSource=source))
    stage.advance(3)
    return read_contents(stage.store, PLACE, "again")


def test_a_snapshot_holds_what_the_volume_held(stage: Stage) -> None:
    status = snapshot(stage)["status"]
    assert (status["readyToUse"], status["restoreSize"]) == (True, "2Gi")
    write_contents(stage.store, PLACE, "data", AFTER)
    stage.store.delete(CLAIMS, PLACE, "data")
    stage.advance(2)
    assert stage.store.list(VOLUMES) == []
    assert restored(stage, "first") == BEFORE


def test_a_deleted_snapshot_takes_its_contents_along(stage: Stage) -> None:
    snapshot(stage)
    stage.store.delete(SNAPSHOTS, PLACE, "first")
    stage.advance(1)
    assert stage.store.list(SNAPSHOT_CONTENTS) == []
    assert restored(stage, "first") is None, "the claim waits"


def test_a_snapshot_without_a_class_or_a_volume_says_why(stage: Stage) -> None:
    lost = snapshot(stage, "lost", source={"persistentVolumeClaimName": "absent"})
    assert "not yet bound" in lost["status"]["error"]["message"]
    assert "not found" in snapshot(stage, "odd", volumeSnapshotClassName="x")["status"]["error"]["message"]
    stage.store.delete(CLASSES, "", "standard")
    assert "default snapshot class" in snapshot(stage)["status"]["error"]["message"]


def test_velero_brings_the_claims_of_the_selected_pods_back(stage: Stage) -> None:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    pod = {"spec": {"containers": [{"name": "c", "image": "i:1"}], "volumes": volumes}}
    stage.store.create("pods", {"metadata": {"name": "p", "namespace": PLACE, "labels": {"app": "p"}}, **pod})
    selected = {"includedNamespaces": [PLACE], "labelSelector": {"matchLabels": {"app": "p"}}}
    stage.store.create(BACKUPS, {"metadata": {"name": "b", "namespace": "velero"}, "spec": selected})
    stage.advance(2)
    assert stage.store.get(BACKUPS, "velero", "b")["status"]["phase"] == "Completed"
    write_contents(stage.store, PLACE, "data", AFTER)
    stage.store.delete("pods", PLACE, "p")
    stage.store.delete(CLAIMS, PLACE, "data")
    stage.advance(2)
    body = {"metadata": {"name": "r", "namespace": "velero"}, "spec": {"backupName": "b"}}
    stage.store.create(RESTORES, body)
    stage.advance(4)
    assert read_contents(stage.store, PLACE, "data") == BEFORE
    stage.store.create(
        RESTORES, {**body, "metadata": {"name": "q", "namespace": "velero"}, "spec": {"backupName": "x"}}
    )
    stage.advance(2)
    assert stage.store.get(RESTORES, "velero", "q")["status"]["phase"] == "FailedValidation"
