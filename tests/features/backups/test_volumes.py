"""Contents of volumes: taken with the backup, restored with it, and deleted once the backup's time is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hexaops.features.backups.expiring import KIND as EXPIRE
from hexaops.features.backups.expiring import SnapshotExpiry
from hexaops.features.backups.retention import Retention
from hexaops.runbooks.manifests import creatable
from hexaops.storage.tables import BackupRow, OperationRow
from simulator.resources import SNAPSHOTS as SNAPSHOT_GROUP
from simulator.resources import VELERO
from simulator.world.contents import CLAIMS, SNAPSHOTS, read_contents, write_contents
from simulator.world.controllers.snapshots import CLASSES
from simulator.world.controllers.velero import BACKUPS, RESTORES
from tests.features.backups.calls import DATABASE, Backups
from tests.features.backups.test_restoring import delete_everything, found
from tests.living import living_world

CLAIM, NAMESPACE = "database-app-backups", "data"
BEFORE, AFTER = "dump of 1000 orders", "dump of 1200 orders"
SETTINGS = {"rate_limit_application": "100/minute", "backup_volumes_seconds": 5}


@pytest.fixture
async def backups(sqlite_url: str, tmp_path: Path, installed: list[str]) -> AsyncIterator[Backups]:
    async with living_world(sqlite_url, tmp_path, SETTINGS, installed=installed) as living:
        write_contents(living.cluster.store, NAMESPACE, CLAIM, BEFORE)
        yield Backups(living, tmp_path / "backups")


@pytest.fixture
def installed() -> list[str]:
    return [SNAPSHOT_GROUP]


def contents(backups: Backups) -> str | None:
    return read_contents(backups.living.cluster.store, NAMESPACE, CLAIM)


async def lost_and_restored(backups: Backups, backup: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Delete the application with its data, restore it, and return the plan and the operation."""
    objects = backups.objects(backup)
    (workload,) = [one for one in objects if one.startswith(("StatefulSet/", "Deployment/"))]
    write_contents(backups.living.cluster.store, NAMESPACE, CLAIM, AFTER)
    await delete_everything(backups, objects, workload)
    assert contents(backups) is None
    plan = (await backups.restore(backup["backup_id"]))["plan"]
    ended = await backups.operation((await backups.confirm(backup["backup_id"], plan))["operation_id"])
    assert ended["status"] == "completed", ended
    for one in objects.values():
        there = found(backups.living, one)
        assert there is not None
        if one["kind"] != "PersistentVolumeClaim":
            assert creatable({**there, "kind": one["kind"], "apiVersion": one["apiVersion"]}) == creatable(one)
    return plan, ended


async def test_objects_and_data_are_equal_after_backup_deletion_and_restoring(backups: Backups) -> None:
    claim = backups.living.cluster.store.find(CLAIMS, NAMESPACE, CLAIM)
    assert claim is not None
    started = await backups.start(DATABASE, include_volumes=True)
    assert started["backup_size_estimate"] == claim["spec"]["resources"]["requests"]["storage"]
    backup = await backups.ended(started["backup_id"])
    assert [step["step"] for step in backup["steps"]][1] == "snapshot_volumes"
    assert backup["status"] == "completed", backup
    assert backup["reasons"].keys() == {"error"}
    (snapshot,) = backups.living.cluster.store.list(SNAPSHOTS)
    assert snapshot["metadata"]["labels"]["hexaops.dev/backup"] == backup["backup_id"]
    plan, _ = await lost_and_restored(backups, backup)
    assert snapshot["metadata"]["name"] in plan["diff"]
    assert plan["warnings"] == []
    assert contents(backups) == BEFORE


async def test_a_restored_application_is_backed_up_and_restored_again(backups: Backups) -> None:
    first = await backups.run(DATABASE, include_volumes=True)
    await lost_and_restored(backups, first)
    second = await backups.run(DATABASE, include_volumes=True)
    (old,) = [
        one for one in backups.living.cluster.store.list(SNAPSHOTS) if first["backup_id"] in one["metadata"]["name"]
    ]
    backups.living.cluster.store.delete(SNAPSHOTS, NAMESPACE, old["metadata"]["name"])
    await lost_and_restored(backups, second)
    assert contents(backups) == BEFORE


async def test_a_volume_that_cannot_be_taken_is_named_and_the_rest_is_kept(backups: Backups) -> None:
    backups.living.cluster.store.delete(CLASSES, "", "standard")
    backup = await backups.run(DATABASE, include_volumes=True)
    assert backup["status"] == "completed", backup
    reason = backup["reasons"][f"PersistentVolumeClaim/{CLAIM}"]
    assert reason == "contents not included: cannot find default snapshot class"
    assert backups.living.cluster.store.list(SNAPSHOTS) == [], "a snapshot that is no use is not left behind"


async def test_without_the_right_the_backup_says_so(backups: Backups) -> None:
    backups.living.take_rights_away()
    backup = await backups.run(DATABASE, include_volumes=True)
    assert backup["status"] == "completed", backup
    assert "cannot create resource" in backup["reasons"][f"PersistentVolumeClaim/{CLAIM}"]


async def test_a_snapshot_that_is_gone_is_said_before_it_is_restored(backups: Backups) -> None:
    backup = await backups.run(DATABASE, include_volumes=True)
    (snapshot,) = backups.living.cluster.store.list(SNAPSHOTS)
    backups.living.cluster.store.delete(SNAPSHOTS, NAMESPACE, snapshot["metadata"]["name"])
    plan, _ = await lost_and_restored(backups, backup)
    assert any("is gone or not ready" in one for one in plan["warnings"])
    assert contents(backups) == ""


async def test_snapshots_of_expired_backups_are_deleted_once(backups: Backups) -> None:
    old, new = [await backups.run(DATABASE, include_volumes=True) for _ in range(2)]
    context = backups.living.access.context
    past = context.clock.now() - timedelta(days=1)
    async with context.database.transaction() as session:
        await session.execute(update(BackupRow).where(BackupRow.id == old["backup_id"]).values(expires_at=past))
    expiry = context.provider.get(SnapshotExpiry)
    assert await expiry.apply() == 0, "its time is not over"
    await context.provider.get(Retention).apply()
    assert await expiry.apply() == 1
    async with context.database.reading() as session:
        started = (await session.scalars(select(OperationRow.id).where(OperationRow.kind == EXPIRE))).one()
    ended = await backups.operation(started)
    assert ended["status"] == "completed", ended
    (left,) = backups.living.cluster.store.list(SNAPSHOTS)
    assert new["backup_id"] in left["metadata"]["name"]
    assert await expiry.apply() == 0
    assert contents(backups) == BEFORE


@pytest.mark.parametrize("installed", [[SNAPSHOT_GROUP, VELERO]])
async def test_snapshots_serve_where_velero_does_not_work(backups: Backups) -> None:
    backup = await backups.run(DATABASE, include_volumes=True)
    assert backup["reasons"].keys() == {"error"}
    assert len(backups.living.cluster.store.list(SNAPSHOTS)) == 1, "Velero's namespace is not there"


@pytest.mark.parametrize("installed", [[SNAPSHOT_GROUP, VELERO]])
async def test_velero_is_asked_where_the_cluster_has_it(backups: Backups) -> None:
    store = backups.living.cluster.store
    store.create("namespaces", {"metadata": {"name": "velero"}})
    backup = await backups.run(DATABASE, include_volumes=True)
    assert backup["status"] == "completed", backup
    assert store.list(SNAPSHOTS) == []
    assert backup["reasons"].keys() == {"error"}
    (velero,) = store.list(BACKUPS)
    assert velero["spec"]["includedNamespaces"] == [NAMESPACE]
    assert velero["spec"]["ttl"] == "720h0m0s"
    _, ended = await lost_and_restored(backups, backup)
    assert contents(backups) == BEFORE
    (restore,) = store.list(RESTORES)
    assert restore["spec"]["backupName"] == velero["metadata"]["name"]
    assert f"Restore/{restore['metadata']['name']}" in ended["result"]["details"]["created"]
    assert store.find(CLAIMS, NAMESPACE, CLAIM) is not None
