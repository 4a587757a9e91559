"""Operations of the internal API, killed at each of their points: gone on with, and each change made once."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.features.operations.healing import AutoHeal
from hexaops.features.operations.scanning import SecurityScan
from hexaops.features.operations.work import WorkspaceWork
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of
from tests.crash.test_kill import DEADLINE_SECONDS, POINTS, stage

PARAMETERS: Mapping[str, dict[str, Any]] = {
    "auto_heal": {"target_component": "database-app", "action": "restart_unhealthy_pods"},
    "security_scan": {},
}
WRITES = {"auto_heal": 1}
WORKS: tuple[type[WorkspaceWork], ...] = (AutoHeal, SecurityScan)


def cases() -> list[Any]:
    """Every point of every operation, on alternate databases; on the other one in the long form."""
    every = [
        (work.name, point)
        for work in WORKS
        for point in (*POINTS, *(f"{name}.{moment}" for name, _ in work.steps for moment in ("started", "completed")))
    ]
    return [
        pytest.param(
            operation, point, engine, id=f"{operation}-{point}-{engine}",
            marks=() if number % len(ENGINES) == place else pytest.mark.long,
        )
        for number, (operation, point) in enumerate(every)
        for place, engine in enumerate(ENGINES)
    ]  # fmt: skip


async def found(service: Running, account: Mapping[str, str], operation: str) -> dict[str, Any]:
    """The one operation of the kind, once it has ended."""
    url = str(service.client.base_url.join("/internal/v1/operations"))
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            answer = await service.client.get(url, headers=account)
            (one,) = [row for row in answer.json()["data"] if row["operation"] == operation]
            if one["status"] in {"completed", "failed", "cancelled"}:
                row: dict[str, Any] = one
                return row
            await asyncio.sleep(1.5)


@pytest.mark.parametrize(("operation", "point", "database_url"), cases(), indirect=["database_url"])
async def test_killed_and_gone_on_with(operation: str, point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point)
    async with stage() as stage_:
        async with running(Start(settings, stage_.url)) as service:
            path = f"/internal/v1/workspaces/{service.workspace_id}/operations"
            url = str(service.client.base_url.join(path))
            body = {"operation": operation, "parameters": PARAMETERS[operation]}
            with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
                answer = await service.client.post(url, headers=service.account, json=body)
                assert answer.status_code == 200, answer.text
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            ended = await found(service, service.account, operation)
        assert ended["status"] == "completed", ended
        assert [step["status"] for step in ended["steps"]] == ["completed"] * len(ended["steps"])
        assert len(stage_.writes()) == len({*stage_.writes()}) == WRITES.get(operation, 0), stage_.writes()
