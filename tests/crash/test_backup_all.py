"""backup_all killed at its points: gone on with, and every application has one archive."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.features.backups.everything import CHECK, BackupAll
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_backups import LIMITS, internal
from tests.crash.test_kill import ENDED, stage

OWN = (f"{CHECK}.started", f"{CHECK}.completed")
SHARED = ("operation.accepted", "operation.ending", "operation.ended", "backup.accepted", "backup.collected",
          "backup.written")  # fmt: skip
"""Reached first by a backup that it starts, but for the acceptance."""
SHORT = {(OWN[0], "sqlite"), ("backup.accepted", "postgresql")}
CASES = [
    pytest.param(point, engine, id=f"{point}-{engine}", marks=() if (point, engine) in SHORT else pytest.mark.long)
    for point in (*OWN, *SHARED)
    for engine in ENGINES
]


async def finished(service: Running) -> dict[str, Any]:
    """The operation, once it has ended."""

    async def the_one() -> dict[str, Any]:
        listed = (await service.client.get(internal(service, "/operations"), headers=service.account)).json()["data"]
        (one,) = [row for row in listed if row["operation"] == BackupAll.name]
        return dict(one)

    return await until(the_one, lambda one: one["status"] in ENDED)


@pytest.mark.parametrize(("point", "database_url"), CASES, indirect=["database_url"])
async def test_killed_and_gone_on_with(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, **LIMITS)
    async with stage() as stage_:
        async with running(Start(settings, stage_.url)) as service:
            url = internal(service, f"/workspaces/{service.workspace_id}/operations")
            body = {"operation": BackupAll.name, "parameters": {"retention_policy": "short"}}
            with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
                await until(
                    lambda: service.client.post(url, json=body, headers=service.account),
                    lambda answer: answer.status_code != 503,
                )
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            done = await finished(service)
            assert done["status"] == "completed", done
            made = done["result"]["details"]["backups"]
            assert len(made) == len(done["steps"]) - 1 == len({*made})
        assert {file.name for file in (tmp_path / "backups").iterdir()} == {f"{one}.json.gz" for one in made}
        assert stage_.writes() == []
