"""Volumes on a real API server: it accepts each snapshot, Backup and Restore whole; a double sets their status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from testenv.harness.control_plane import SHIPPED, WRITER, ControlPlane, Object, writes
from testenv.harness.service import ENDED, Service, until
from tests.cluster.playing import BACKUPS, RESTORES, SNAPSHOTS, VELERO, Controllers

PROJECT, APPLICATION = "harbor", "manifest-store"
CLAIM_NAMES = {f"ledger-{APPLICATION}-{number}" for number in range(3)}


@pytest.fixture
def controllers(plane: ControlPlane, whole_world: None) -> Iterator[Controllers]:
    """With the optional rights of backups and of restoring; what is left of a test is deleted."""
    files = [str(SHIPPED / name) for name in ("backups.yaml", "restore.yaml")]
    for file in files:
        plane.kubectl("apply", "-f", file)
    made = Controllers(plane, PROJECT)
    yield made
    made.play()
    plane.kubectl("delete", "namespace", VELERO, "--ignore-not-found")
    plane.kubectl("delete", SNAPSHOTS, "--all", "-n", PROJECT)
    for file in files:
        plane.kubectl("delete", "-f", file)


def backed_up(service: Service, controllers: Controllers) -> Object:
    """A backup with volumes, completed."""
    (application,) = [one["id"] for one in service.applications() if one["name"] == APPLICATION]
    path, body = f"/applications/{application}/backup", {"include_volumes": True}
    answer = service.internally("POST", path, body)
    assert answer.status_code == 200, answer.text
    backup = ended(service, controllers, f"/backups/{answer.json()['data']['backup_id']}")
    assert backup["status"] == "completed", backup
    assert not [one for one in backup["reasons"] if one.startswith("PersistentVolumeClaim")], backup["reasons"]
    return backup


def restored(service: Service, controllers: Controllers, backup: Object) -> Object:
    """The application and its claims are deleted, and restored by a confirmed plan."""
    plane, path = controllers.plane, f"/backups/{backup['backup_id']}/restore"
    plane.kubectl("delete", "statefulset", APPLICATION, "-n", PROJECT, "--cascade=foreground")
    plane.kubectl("delete", "pvc", *sorted(CLAIM_NAMES), "-n", PROJECT)
    plan = until(lambda: planned(service, path))
    given = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"], "confirmation": True}
    started = service.internally("POST", path, given)
    assert started.status_code == 200, started.text
    operation = ended(service, controllers, f"/operations/{started.json()['data']['operation_id']}")
    assert operation["status"] == "completed", operation
    assert plane.workload(PROJECT, APPLICATION, "statefulset")["status"]["readyReplicas"] == 3
    return operation


def planned(service: Service, path: str) -> Object | None:
    """Once the service has seen that the workload and its claims are gone."""
    answer = service.internally("POST", path, {"confirmation": False})
    if answer.status_code != 200:
        return None
    plan: Object = answer.json()["data"]["plan"]
    kinds = {one["object"].partition("/")[0] for one in plan["writes"]}
    return plan if "StatefulSet" in kinds and kinds & {"PersistentVolumeClaim", "Restore"} else None


def ended(service: Service, controllers: Controllers, path: str) -> Object:
    def look() -> Any:
        controllers.play()
        found = service.internal(path)
        return found if found["status"] in ENDED else None

    ended: Object = until(look)
    return ended


def accepted(plane: ControlPlane, mark: int, kind: str, namespace: str) -> list[Object]:
    """The live objects of a kind that the writer created since, each as it was sent: nothing of it was pruned."""
    plural = kind.partition(".")[0]
    created = [
        one for one in writes(plane.audit(WRITER, after=mark))
        if one["objectRef"]["resource"] == plural and one["verb"] == "create"
    ]  # fmt: skip
    live = {one["metadata"]["name"]: one for one in plane.get(kind, "-n", namespace)["items"]}
    for one in created:
        sent = one["requestObject"]
        assert live[sent["metadata"]["name"]]["spec"] == sent["spec"]
    return [live[one["objectRef"]["name"]] for one in created]


def test_snapshots_are_taken_and_restored(plane: ControlPlane, service: Service, controllers: Controllers) -> None:
    mark = plane.audit_position()
    backup = backed_up(service, controllers)
    snapshots = accepted(plane, mark, SNAPSHOTS, PROJECT)
    assert {one["spec"]["source"]["persistentVolumeClaimName"] for one in snapshots} == CLAIM_NAMES
    assert {one["metadata"]["labels"]["hexaops.dev/backup"] for one in snapshots} == {backup["backup_id"]}
    restored(service, controllers, backup)
    sources = {name: plane.get("pvc", name, "-n", PROJECT)["spec"]["dataSource"]["name"] for name in CLAIM_NAMES}
    assert sources == {one["spec"]["source"]["persistentVolumeClaimName"]: one["metadata"]["name"] for one in snapshots}


def test_velero_backs_up_and_restores(plane: ControlPlane, service: Service, controllers: Controllers) -> None:
    plane.kubectl("create", "namespace", VELERO)
    mark = plane.audit_position()
    backup = backed_up(service, controllers)
    (velero,) = accepted(plane, mark, BACKUPS, VELERO)
    assert velero["spec"]["includedNamespaces"] == [PROJECT]
    assert velero["spec"]["labelSelector"]["matchLabels"] == {"app": APPLICATION}
    assert plane.get(SNAPSHOTS, "-n", PROJECT)["items"] == []
    operation = restored(service, controllers, backup)
    (restore,) = accepted(plane, mark, RESTORES, VELERO)
    assert restore["spec"]["backupName"] == velero["metadata"]["name"]
    assert f"Restore/{restore['metadata']['name']}" in operation["result"]["details"]["created"]
