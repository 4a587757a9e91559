"""Operations as such: one at a time, visible, stopped on request, and closed to whoever may not look."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.features.operations.calls import Operations

UNAVAILABLE = 503
RESTART: dict[str, Any] = {"target_component": "database-app", "action": "restart_unhealthy_pods"}


async def test_of_forty_at_once_one_runs_and_the_others_are_told_which(operations: Operations) -> None:
    async def asked() -> Any:
        """Again where the database had no connection free in time, as the answer says."""
        while (answer := await operations.start("auto_heal", **RESTART)).status_code == UNAVAILABLE:
            pass
        return answer

    answers = await asyncio.gather(*(asked() for _ in range(40)))
    accepted = [one.json()["data"]["operation_id"] for one in answers if one.status_code == 200]
    refused = [one.json()["error"] for one in answers if one.status_code == 409]
    assert accepted
    assert len(accepted) + len(refused) == 40
    assert {error["code"] for error in refused} == {"OPERATION_IN_PROGRESS"}
    details = refused[0]["details"]
    assert (details["resource_id"], details["current_operation"]) == (operations.world.workspace_id, "auto_heal")
    assert details["estimated_completion"]
    # Who asked again after the first one's end may have started the next: never two at once.
    ran = sorted([await operations.ended(one) for one in accepted], key=lambda one: str(one["started_at"]))
    assert all(one["completed_at"] <= after["started_at"] for one, after in pairwise(ran))
    assert 1 <= len(operations.world.writes()) <= len(accepted)


async def test_the_next_one_runs_once_the_first_has_ended(sqlite_operations: Operations) -> None:
    first = await sqlite_operations.run("security_scan")
    second = await sqlite_operations.run("security_scan")
    assert (first["status"], second["status"]) == ("completed", "completed")
    listed = (await sqlite_operations.call("GET", "/operations?limit=1")).json()
    assert [one["operation_id"] for one in listed["data"]] == [second["operation_id"]]
    cursor = listed["pagination"]["next_cursor"]
    older = (await sqlite_operations.call("GET", f"/operations?cursor={cursor}")).json()
    assert [one["operation_id"] for one in older["data"]] == [first["operation_id"]]
    done = (await sqlite_operations.call("GET", "/operations?status=completed")).json()["data"]
    assert len(done) == 2


async def test_a_running_operation_is_cancelled_with_its_parts(sqlite_operations: Operations) -> None:
    started = (await sqlite_operations.start("auto_heal", **RESTART)).json()["data"]
    asked = await sqlite_operations.call("POST", f"/operations/{started['operation_id']}/cancel")
    assert asked.status_code == 200, asked.text
    done = await sqlite_operations.ended(started["operation_id"])
    assert done["status"] == "cancelled"
    running = (await sqlite_operations.call("GET", "/operations?status=running")).json()["data"]
    assert running == []
    again = await sqlite_operations.call("POST", f"/operations/{started['operation_id']}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "OPERATION_ENDED")


async def test_absent_and_foreign_are_told_alike(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("security_scan")
    access = sqlite_operations.world.access
    foreign = await access.account("workspace:read", "workspace:admin", workspace_ids=["ws-elsewhere"])
    for method, suffix in (("GET", ""), ("POST", "/cancel")):
        path = f"/operations/{done['operation_id']}{suffix}"
        seen = await sqlite_operations.call(method, path, headers=foreign)
        absent = await sqlite_operations.call(method, f"/operations/op-absent{suffix}", headers=foreign)
        assert seen.status_code == absent.status_code == 404
        assert seen.json()["error"] == absent.json()["error"]
    assert (await sqlite_operations.call("GET", "/operations", headers=foreign)).json()["data"] == []


async def test_reading_is_not_starting(sqlite_operations: Operations) -> None:
    reader = await sqlite_operations.world.access.account("workspace:read")
    answer = await sqlite_operations.start("security_scan", headers=reader)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "INSUFFICIENT_INTERNAL_PERMISSIONS")


@pytest.mark.parametrize(
    ("operation", "parameters", "field"),
    [
        ("auto_destroy", {}, "operation"),
        ("auto_heal", {"target_component": "nothing-like-it"}, "parameters.target_component"),
        ("auto_heal", {"plan_id": "plan_1"}, "parameters"),
        ("auto_heal", {"force": True}, "parameters.force"),
        ("security_scan", {"target_component": "web-app"}, "parameters.target_component"),
        ("cleanup_resources", {"older_than_days": 0}, "parameters.older_than_days"),
    ],
)
async def test_bad_input_names_its_field(
    sqlite_operations: Operations, operation: str, parameters: dict[str, Any], field: str
) -> None:
    answer = await sqlite_operations.start(operation, **parameters)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["error"]["details"]
