"""Kinds of actions that only read, or change rows of our own: killed, started again, completed, done exactly once."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.config import Settings
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertRow, AlertRuleRow
from tests.crash.process import Running, Start, running, settings_of
from tests.crash.test_kill import PARAMETERS, POINTS, Case, Kind, case_of, cases, confirmation, ended, planned, stage

AT = datetime(2026, 1, 1, tzinfo=UTC)
RULE, ALERT = "rule-there", "alert-fired"
CASES: Mapping[str, Case] = {
    case.action: case
    for case in (
        case_of("create_alert", "web-app", metric="cpu_percent", threshold=80),
        Case("acknowledge_alert", {"alert_id": ALERT}),
        Case("silence_alert", {"alert_id": RULE, "duration": "2h"}),
        Case("delete_alert", {"alert_id": RULE}),
        case_of("run_health_check", "web-app"),
        case_of("test_connectivity", "web-app"),
        case_of("collect_diagnostics", "web-app"),
        case_of("generate_dashboard", "web-app"),
    )
}
NOTING = "operation.ending"
"""Where the effect is there and not noted."""


def points_of(case: Case) -> list[str]:
    """Every point that a kind passes; it writes nothing to a cluster."""
    return [*POINTS, *(f"{step}.{moment}" for step in case.steps for moment in ("started", "completed"))]


KILLED: Sequence[Kind] = [(case, points_of(case)) for case in CASES.values()]


def test_no_kind_is_missing() -> None:
    assert CASES.keys() == {name for name, book in RUNBOOKS.items() if not book.changes_cluster}


async def seed(database_url: str, workspace_id: str) -> None:
    """A rule whose alert fires."""
    database = Database(Settings.model_validate({"database_url": database_url}).database())
    async with database.transaction() as session:
        session.add(
            AlertRuleRow(
                id=RULE, workspace_id=workspace_id, cluster_id="c1", name="hot", application_id="app-gone",
                kind="Deployment", namespace="frontend", application="web-app", metric="cpu_percent",
                comparison="above", threshold=80.0, for_seconds=300.0, severity="high", silenced_until=None,
                created_by="x", created_at=AT,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            AlertRow(
                id=ALERT, rule_id=RULE, workspace_id=workspace_id, status="firing", severity="high", title="hot",
                value=90.0, started_at=AT, acknowledged_by=None, acknowledged_at=None, resolved_at=None, updated_at=AT,
            )
        )  # fmt: skip
    await database.close()


async def reading_of(action: str, service: Running) -> int:
    """1 if an action that reads has told what it read."""
    (made,) = (await service.client.get("/aiops/actions")).json()["data"]
    details = made["result"]["details"]
    if action == "collect_diagnostics":
        bundle = await service.client.get(f"/aiops/diagnostics/{made['action_id']}")
        return int(bundle.json()["data"]["application"]["name"] == "web-app")
    return int(bool(details.get("checks") or details.get("dashboard")))


async def effect_of(action: str, service: Running) -> object:
    """What the action has led to: each is 1 if it was done once."""
    if not action.endswith("_alert"):
        return await reading_of(action, service)
    data: dict[str, Any] = (await service.client.get("/aiops/alerts")).json()["data"]
    if action == "create_alert":
        return len(data["rules"]) - 1
    if action == "delete_alert":
        return 1 - len(data["rules"])
    if action == "silence_alert":
        return len([one for one in data["rules"] if one["silenced_until"]])
    history = (await service.client.get(f"/aiops/alerts/{ALERT}")).json()["data"]["history"]
    return len([one for one in history if one["kind"] == "acknowledged"])


@pytest.mark.parametrize(PARAMETERS, cases(*KILLED, always=NOTING), indirect=["database_url"])
async def test_killed_and_done_once(case: Case, point: str, database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, point, alert_interval_seconds=3600)
    async with stage() as stage_:
        async with running(Start(settings, stage_.url)) as service:
            await seed(database_url, service.workspace_id)
            body = confirmation(await planned(service, case))
            with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
                await service.client.post("/aiops/actions", json=body)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)) as service:
            action = await ended(service)
            assert action["status"] == "completed", action
            assert await effect_of(case.action, service) == 1
            assert stage_.writes() == []
