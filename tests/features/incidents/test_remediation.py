"""Remediation on a living cluster: within the policy, awaiting a person, failing, and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hexaops.features.incidents.remediation import RemediationRun
from hexaops.features.incidents.upkeep import IncidentUpkeep
from hexaops.storage.tables import IncidentRow, OperationRow, WebhookEventRow
from tests.living import DEADLINE_SECONDS, LivingWorld, living_world

BASE = "/internal/v1/incidents"
BOTH = ["restart_failing_pods", "scale_application"]


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path, {"change_timeout_seconds": 3}) as served:
        yield served


async def _send(world: LivingWorld, method: str, path: str, body: Any = None) -> Any:
    return await world.access.client.request(method, path, json=body, headers=world.access.administrator)


async def _open(world: LivingWorld, name: str) -> tuple[str, str]:
    """The ids of an incident of an application, and of the application."""
    found = (await world.call("GET", f"/applications/{name}")).json()["data"]
    body = {"type": "application_failure", "severity": "high", "affected_applications": [found["id"]]}
    answer = await _send(world, "POST", BASE, body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["incident_id"], found["id"]


async def _remediate(world: LivingWorld, incident_id: str, *, strategy: str = "restart_and_scale") -> dict[str, Any]:
    body = {"action": "auto_remediate", "remediation_strategy": strategy, "confirmation_required": False}
    answer = await _send(world, "POST", f"{BASE}/{incident_id}", body)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _opt_in(world: LivingWorld, *actions: str) -> None:
    policy = {"unattended_actions": [*actions], "unattended_severity": "high", "unattended_pods": 5}
    answer = await _send(world, "PATCH", f"/internal/v1/workspaces/{world.workspace_id}", {"policy": policy})
    assert answer.status_code == 200, answer.text


async def _until(world: LivingWorld, incident_id: str, **wanted: str) -> dict[str, Any]:
    async def get() -> dict[str, Any]:
        # as a user: an internal call is recorded, and that commit would ask once more
        data: dict[str, Any] = (await world.call("GET", f"/aiops/incidents/{incident_id}")).json()["data"]
        return data

    def reached(found: dict[str, Any]) -> bool:
        return all(found[key] == value for key, value in wanted.items())

    return await world.commits.until(get, reached, seconds=DEADLINE_SECONDS)


def _statuses(found: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["status"] for step in found["remediation_steps"]}


async def test_a_workspace_that_has_opted_in_is_healed(world: LivingWorld) -> None:
    await _opt_in(world, *BOTH)
    incident_id, _ = await _open(world, "database-app")
    started = await _remediate(world, incident_id)
    assert (started["incident_id"], started["action"], started["status"]) == (
        incident_id, "auto_remediate", "in_progress",
    )  # fmt: skip
    assert started["estimated_completion"] is not None
    found = await _until(world, incident_id, status="resolved")
    assert _statuses(found) == {
        "restart_failed_pods": "completed", "scale_healthy_replicas": "skipped", "verify_health": "completed",
    }  # fmt: skip
    assert found["remediation_status"] == "completed"
    assert found["diagnosis"], "the cause was looked for when it was opened"
    assert [entry["kind"] for entry in found["timeline"]] == ["opened", "remediation", "remediation", "resolved"]
    assert len(world.writes()) == 1, "one eviction, and nothing else"
    async with world.access.context.database.reading() as session:
        (operation,) = (await session.scalars(select(OperationRow))).all()
        events = (await session.scalars(select(WebhookEventRow.name))).all()
    assert (operation.surface, operation.session_id, operation.status) == ("operation", incident_id, "completed")
    assert "internal.incident.auto_remediated" in events


async def test_the_default_policy_awaits_a_person_and_then_goes_on(world: LivingWorld) -> None:
    incident_id, application_id = await _open(world, "database-app")
    await _remediate(world, incident_id, strategy="restart")
    found = await _until(world, incident_id, remediation_status="awaiting_confirmation")
    first = found["remediation_steps"][0]
    assert first["status"] == "awaiting_confirmation"
    assert first["confirm"] == [{"action": "restart_failing_pods", "parameters": {"application_id": application_id}}]
    assert "policy" in first["reason"]
    assert world.writes() == []
    upkeep = world.access.get(IncidentUpkeep)
    assert await upkeep.go_on() == 0
    await world.run("restart_failing_pods", application_id)
    await upkeep.go_on()
    found = await _until(world, incident_id, status="resolved")
    assert _statuses(found) == {"restart_failed_pods": "completed", "verify_health": "completed"}
    assert len(world.writes()) == 1


async def test_what_does_not_help_is_put_back_and_escalated(world: LivingWorld) -> None:
    await _opt_in(world, *BOTH)
    world.change("cache-service", progressDeadlineSeconds=3)  # how long a change of it may take
    incident_id, _ = await _open(world, "cache-service")
    await _remediate(world, incident_id)
    found = await _until(world, incident_id, status="escalated")
    statuses = _statuses(found)
    assert statuses["restart_failed_pods"] == "skipped", "its pod waits for a node, which no restart helps"
    assert statuses["scale_healthy_replicas"] == "failed"
    assert statuses["verify_health"] == "pending"
    assert world.workload("cache-service")["spec"]["replicas"] == 2, "put back"


async def test_a_remediation_under_way_is_not_started_again_and_stops_for_a_person(world: LivingWorld) -> None:
    incident_id, application_id = await _open(world, "database-app")
    await _remediate(world, incident_id)
    await _until(world, incident_id, remediation_status="awaiting_confirmation")
    body = {"action": "auto_remediate"}
    again = await _send(world, "POST", f"{BASE}/{incident_id}", body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "INCIDENT_STATE")
    answer = (await _send(world, "POST", f"{BASE}/{incident_id}", {"action": "escalate"})).json()["data"]
    assert answer["status"] == "escalated"
    assert [(one["status"], one["reason"]) for one in answer["remediation_steps"]] == [
        ("skipped", "the incident was escalated first")
    ] * 3
    assert answer["estimated_completion"] == answer["started_at"], "it ended there"
    assert answer["reasons"] == {}
    await world.run("restart_failing_pods", application_id)
    assert await world.access.get(IncidentUpkeep).go_on() == 0
    soon = await _send(world, "POST", f"{BASE}/{incident_id}", body)
    assert (soon.status_code, soon.json()["error"]["details"]["rule"]) == (409, 13)


async def test_the_kill_switch_stops_remediation(world: LivingWorld) -> None:
    await _opt_in(world, *BOTH)
    incident_id, _ = await _open(world, "database-app")
    await _send(world, "PUT", "/internal/v1/automation", {"enabled": False, "reason": "freeze"})
    answer = await _send(world, "POST", f"{BASE}/{incident_id}", {"action": "auto_remediate"})
    assert (answer.status_code, answer.json()["error"]["details"]["rule"]) == (409, 17)
    assert world.writes() == []


async def test_a_run_that_was_replaced_changes_nothing(world: LivingWorld) -> None:
    incident_id, _ = await _open(world, "database-app")
    await _remediate(world, incident_id)
    await _until(world, incident_id, remediation_status="awaiting_confirmation")
    await _opt_in(world, *BOTH)
    async with world.access.context.database.reading() as session:
        row = await session.get(IncidentRow, incident_id)
    assert row is not None
    run = RemediationRun(world.access.get(IncidentUpkeep).run._parts)
    await run.run(f"{incident_id}.{row.turn - 1}")
    assert world.writes() == []
