"""A process killed while it takes, restores or deletes snapshots is gone on with, each write made once."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.features.backups.expiring import DELETE
from hexaops.features.backups.volumes import SNAPSHOT_VOLUMES
from simulator.resources import SNAPSHOTS as SNAPSHOT_GROUP
from simulator.world.contents import CLAIMS, SNAPSHOTS, read_contents, write_contents
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_backups import LIMITS, ended, internal, start
from tests.crash.test_kill import Stage, stage, write_points
from tests.crash.test_restoring import restoring

DATABASE = ("data", "Deployment", "database-app")
CLAIM, HELD = "database-app-backups", "dump of 1000 orders"
TAKEN, DELETED = ["create volumesnapshots/data/"], "delete volumesnapshots/data/"
VELERO_OR_FIRST = 1
"""Number of the first snapshot's write."""


def cases(points: list[str], short: set[str]) -> list[Any]:
    """The short ones on alternate databases, everything on both in the long form."""
    chosen = {(point, ENGINES[number % 2]) for number, point in enumerate(one for one in points if one in short)}
    return [
        pytest.param(point, engine, id=f"{point}-{engine}", marks=() if (point, engine) in chosen else pytest.mark.long)
        for point in points
        for engine in ENGINES
    ]


WRITES = [one for one in write_points("apply", 2) if f".{VELERO_OR_FIRST}." in one]
TAKING = [f"{SNAPSHOT_VOLUMES}.started", *WRITES, "backup.snapshots_taken", f"{SNAPSHOT_VOLUMES}.completed"]
RESTORING = [*write_points("apply", 2), "restore_volumes.completed"]
EXPIRING = [f"{DELETE}.started", *write_points("apply", 1), f"{DELETE}.completed"]
AT = ("point", "database_url")


def written(stage_: Stage) -> list[str]:
    return [one.rsplit("/", 1)[0] + "/" for one in stage_.writes()]


@pytest.mark.parametrize(AT, cases(TAKING, {"apply.1.sent", "backup.snapshots_taken"}), indirect=["database_url"])
async def test_killed_while_taking(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, **LIMITS)
    async with stage([SNAPSHOT_GROUP]) as stage_:
        async with running(Start(settings, stage_.url)) as service:
            with contextlib.suppress(httpx2.TransportError):
                await start(service, *DATABASE, include_volumes=True)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            backup = await ended(service)
        assert backup["status"] == "completed", backup
        assert backup["reasons"].keys() == {"error"}
        assert written(stage_) == TAKEN
        assert len(stage_.world.store.list(SNAPSHOTS)) == 1


@pytest.mark.parametrize(AT, cases(RESTORING, {"apply.sent"}), indirect=["database_url"])
async def test_killed_while_restoring(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, **LIMITS)
    async with stage([SNAPSHOT_GROUP]) as stage_:
        store = stage_.world.store
        write_contents(store, "data", CLAIM, HELD)
        async with running(Start(settings, stage_.url)) as service:
            await start(service, *DATABASE, include_volumes=True)
            backup = await ended(service)
            assert backup["status"] == "completed", backup
        store.delete("deployments.apps", "data", "database-app")
        store.delete(CLAIMS, "data", CLAIM)
        async with running(Start({**settings, "failpoint": point}, stage_.url)) as service:
            plan = await planned(service, backup["backup_id"])
            confirmed = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
            with contextlib.suppress(httpx2.TransportError):
                url = internal(service, f"/backups/{backup['backup_id']}/restore")
                await service.client.post(url, json=confirmed, headers=service.account)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start(settings, stage_.url)) as service:
            done = await restoring(service)
        assert done["status"] == "completed", done
        created = ["create persistentvolumeclaims/data/", "create deployments/data/"]
        assert written(stage_) == [*TAKEN, *created]
        assert read_contents(store, "data", CLAIM) == HELD


async def planned(service: Running, backup_id: str) -> dict[str, Any]:
    """A plan, once the service has seen that the application and its claim are gone."""
    url = internal(service, f"/backups/{backup_id}/restore")
    answer = await until(
        lambda: service.client.post(url, json={}, headers=service.account),
        lambda answer: answer.status_code == 200 and len(answer.json()["data"]["plan"]["writes"]) == 2,
    )
    plan: dict[str, Any] = answer.json()["data"]["plan"]
    return plan


@pytest.mark.parametrize(AT, cases(EXPIRING, {"apply.sent"}), indirect=["database_url"])
async def test_killed_while_deleting(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, **LIMITS, backup_retention_short_days=1e-9)
    async with stage([SNAPSHOT_GROUP]) as stage_:
        async with running(Start(settings, stage_.url)) as service:
            with contextlib.suppress(httpx2.TransportError):
                await start(service, *DATABASE, include_volumes=True, retention_policy="short")
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            await until(lambda: expired(service), lambda one: one["status"] == "completed")
        assert written(stage_)[0] == TAKEN[0]
        assert [one.split("/")[0] for one in stage_.writes()[1:]] == [DELETED.split("/", maxsplit=1)[0]]
        assert stage_.world.store.list(SNAPSHOTS) == []


async def expired(service: Running) -> dict[str, Any]:
    """The operation that deletes the snapshot."""
    listed = (await service.client.get(internal(service, "/operations"), headers=service.account)).json()["data"]
    return next((dict(one) for one in listed if one["operation"] == "expire_snapshots"), {"status": "none"})
