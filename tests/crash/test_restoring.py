"""A restoring whose process is killed at any of its points is gone on with: each object is created once."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.runbooks.restore import RestoreBackup
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_backups import LIMITS, ended, internal, start
from tests.crash.test_kill import ENDED, POINTS, Stage, stage, write_points

GONE = ("configmaps/backend/worker-settings", "deployments.apps/backend/worker-app")
"""What is deleted and restored: a ConfigMap, and the pods that read it."""
WORKER = ("backend", "Deployment", "worker-app")
STEPS = [f"{step.name}.{moment}" for step in RestoreBackup.steps for moment in ("started", "completed")]
EVERY = [*POINTS, *write_points("apply", len(GONE)), *STEPS]
SHORT = ("apply.sent", "apply.1.sent", "restore_objects.started", "restore_objects.completed")
"""What no other kind passes, and where an effect is there and not noted; `make test-long` runs the rest."""


def cases() -> list[Any]:
    """Every point on both databases; the short ones on alternate databases."""
    short = {(point, ENGINES[number % len(ENGINES)]) for number, point in enumerate(SHORT)}
    return [
        pytest.param(point, engine, id=f"{point}-{engine}", marks=() if (point, engine) in short else pytest.mark.long)
        for point in EVERY
        for engine in ENGINES
    ]


def delete(stage_: Stage) -> None:
    """Somebody deletes the application."""
    for one in GONE:
        stage_.world.store.delete(*one.split("/"))


async def planned(service: Running, backup_id: str) -> dict[str, Any]:
    """A plan, once the service has seen that the application is gone."""
    url = internal(service, f"/backups/{backup_id}/restore")
    answer = await until(
        lambda: service.client.post(url, json={}, headers=service.account),
        lambda answer: answer.status_code == 200 and len(answer.json()["data"]["plan"]["writes"]) == len(GONE),
    )
    plan: dict[str, Any] = answer.json()["data"]["plan"]
    return plan


async def restoring(service: Running) -> dict[str, Any]:
    """The one restoring, once it has ended."""

    async def the_one() -> dict[str, Any]:
        listed = (await service.client.get(internal(service, "/operations"), headers=service.account)).json()["data"]
        (one,) = [row for row in listed if row["operation"] == RestoreBackup.name]
        return dict(one)

    return await until(the_one, lambda one: one["status"] in ENDED)


@pytest.mark.parametrize(("point", "database_url"), cases(), indirect=["database_url"])
async def test_killed_and_gone_on_with(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, **LIMITS)
    async with stage() as stage_:
        # The backup passes the same points of operations: the process that may die is another one.
        async with running(Start(settings, stage_.url)) as service:
            await start(service, *WORKER)
            backup = await ended(service)
            assert backup["status"] == "completed", backup
        delete(stage_)
        async with running(Start({**settings, "failpoint": point}, stage_.url)) as service:
            plan = await planned(service, backup["backup_id"])
            confirmed = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
            with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
                url = internal(service, f"/backups/{backup['backup_id']}/restore")
                await service.client.post(url, json=confirmed, headers=service.account)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start(settings, stage_.url)) as service:
            done = await restoring(service)
        assert done["status"] == "completed", done
        assert stage_.writes() == ["create configmaps/backend/", "create deployments/backend/"]
        assert all(stage_.world.store.find(*one.split("/")) for one in GONE)
