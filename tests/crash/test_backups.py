"""A backup whose process is killed at any of its points is completed by the next process, with one whole archive."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.backends.objects.folder import FolderStore
from hexaops.features.backups.archive import Archives
from hexaops.features.backups.work import STEPS
from hexaops.kit.ids import stable_id
from hexaops.kit.keys import SecretKey
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_kill import ENDED, stage

WEB = ("frontend", "Deployment", "web-app")
POINTS = (
    "backup.accepted", "backup.collected", "backup.written", "operation.ending", "operation.ended",
    *(f"{step}.{moment}" for step in STEPS for moment in ("started", "completed")),
)  # fmt: skip
CASES = [
    pytest.param(
        point, engine, id=f"{point}-{engine}", marks=() if number % len(ENGINES) == place else pytest.mark.long
    )
    for number, point in enumerate(POINTS)
    for place, engine in enumerate(ENGINES)
]
"""Every point on alternate databases; on the other one in the long form."""
LIMITS = {"rate_limit_workspace": "100000/minute", "rate_limit_application": "100000/minute"}


def internal(service: Running, path: str) -> httpx2.URL:
    """An address of the internal API, which the client's base does not lead to."""
    return service.client.base_url.copy_with(path=f"/internal/v1{path}")


async def start(service: Running, *application: str, **body: Any) -> None:
    """Ask for a backup as soon as the cluster has been read; the process may die before it answers."""
    headers = {**service.account, "Idempotency-Key": "the-one"}
    url = internal(service, f"/applications/{stable_id('app-', 'c1', *application)}/backup")
    answer = await until(
        lambda: service.client.post(url, json=body, headers=headers), lambda answer: answer.status_code != 503
    )
    assert answer.status_code == 200, answer.text


async def ended(service: Running) -> dict[str, Any]:
    """The one backup, once it has ended."""

    async def the_one() -> dict[str, Any]:
        listed = await service.client.get(internal(service, "/backups"), headers=service.account)
        (backup,) = listed.json()["data"]
        return dict(backup)

    backup = await until(the_one, lambda backup: backup["status"] in ENDED)
    found = await service.client.get(internal(service, f"/backups/{backup['backup_id']}"), headers=service.account)
    return dict(found.json()["data"])


@pytest.mark.parametrize(("point", "database_url"), CASES, indirect=["database_url"])
async def test_killed_and_completed(point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, **LIMITS)
    async with stage() as stage_:
        async with running(Start(settings, stage_.url)) as service:
            with contextlib.suppress(httpx2.TransportError):
                await start(service, *WEB)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            backup = await ended(service)
        assert backup["status"] == "completed", backup
        assert [step["status"] for step in backup["steps"]] == ["completed"] * len(STEPS)
        assert [file.name for file in (tmp_path / "backups").iterdir()] == [f"{backup['backup_id']}.json.gz"]
        objects = Archives(FolderStore(tmp_path / "backups"), SecretKey(tmp_path)).read(
            backup["backup_id"], backup["sha256"]
        )
        assert len(objects) == backup["objects"] > 1
        assert stage_.writes() == []
