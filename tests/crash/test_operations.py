"""Operations of the internal API, killed at each of their points: gone on with, and each change made once."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.features.operations.wiring import WORKS
from hexaops.features.operations.work import WorkspaceWork
from hexaops.runbooks.cleanup import DeleteUnused
from hexaops.runbooks.failing_pods import RestartFailingPods
from hexaops.runbooks.runbook import Runbook
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_kill import ENDED, POINTS, short_form, stage, write_points

PARAMETERS: Mapping[str, dict[str, Any]] = {
    "auto_heal": {"target_component": "database-app", "action": "restart_unhealthy_pods"},
    "cleanup_resources": {"dry_run": False, "tombstone_hours": 0},
}
WRITES = {"auto_heal": 1, "cleanup_resources": 1}
ENDS = {"cleanup_resources": "awaiting_confirmation"}
"""The Job is deleted; a claim that nothing names waits for a person."""
PART: Mapping[str, type[Runbook[Any]]] = {"auto_heal": RestartFailingPods, "cleanup_resources": DeleteUnused}
"""The change that an operation makes here: killed at its points too."""
LIMITS = {"rate_limit_workspace": "100000/minute"}
LONG_AGO = "2024-01-01T00:00:00Z"
JOB: Mapping[str, Any] = {
    "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate-1", "namespace": "backend"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}}},
    "status": {"succeeded": 1, "completionTime": LONG_AGO,
               "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": LONG_AGO}]},
}  # fmt: skip


def points_of(work: type[WorkspaceWork]) -> list[str]:
    """Its own points, and those of the change that it makes."""
    names = [name for name, _ in work.steps]
    found = [*POINTS, *(f"{name}.{moment}" for name in names for moment in ("started", "completed"))]
    if (book := PART.get(work.name)) is not None:
        changed = [f"{step.name}.{moment}" for step in book.steps for moment in ("started", "completed")]
        found += [*write_points("apply", 1), *(point for point in changed if point not in found)]
    return found


def cases() -> list[Any]:
    """Every point of every operation on both databases; in the short form, on alternate ones."""
    every = [(work.name, points_of(work)) for work in WORKS]
    short = {one: ENGINES[number % len(ENGINES)] for number, one in enumerate(short_form(every, "operation.ending"))}
    return [
        pytest.param(
            operation, point, engine, id=f"{operation}-{point}-{engine}",
            marks=() if short.get((operation, point)) == engine else pytest.mark.long,
        )
        for operation, points in every for point in points for engine in ENGINES
    ]  # fmt: skip


async def found(service: Running, account: Mapping[str, str], operation: str) -> dict[str, Any]:
    """The one operation of the kind, once it has ended."""
    url = str(service.client.base_url.join("/internal/v1/operations"))

    async def the_one() -> dict[str, Any]:
        listed = (await service.client.get(url, headers=account)).json()["data"]
        (one,) = [row for row in listed if row["operation"] == operation]
        return dict(one)

    return await until(the_one, lambda one: one["status"] in {*ENDED, "awaiting_confirmation"})


@pytest.mark.parametrize(("operation", "point", "database_url"), cases(), indirect=["database_url"])
async def test_killed_and_gone_on_with(operation: str, point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, **LIMITS)
    async with stage() as stage_:
        stage_.world.store.create("jobs.batch", dict(JOB))
        async with running(Start(settings, stage_.url)) as service:
            path = f"/internal/v1/workspaces/{service.workspace_id}/operations"
            url = str(service.client.base_url.join(path))
            body = {"operation": operation, "parameters": PARAMETERS.get(operation, {})}
            with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
                answer = await until(
                    lambda: service.client.post(url, headers=service.account, json=body),
                    lambda answer: answer.status_code != 503,
                )
                assert answer.status_code == 200, answer.text
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            ended = await found(service, service.account, operation)
        assert ended["status"] == ENDS.get(operation, "completed"), ended
        assert {step["status"] for step in ended["steps"]} <= {"completed", "awaiting_confirmation"}
        assert len(stage_.writes()) == len({*stage_.writes()}) == WRITES.get(operation, 0), stage_.writes()
