"""auto_heal: heals what a restart can heal, leaves the rest with its cause, within policy and caps."""

from __future__ import annotations

from typing import Any

from simulator.world.faults import IMAGE_PULL
from simulator.world.index import Workload
from tests.features.backups.calls import app_id
from tests.features.operations.calls import Operations

RESTART: dict[str, Any] = {"target_component": "database-app", "action": "restart_unhealthy_pods"}


def found(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["application"]: one for one in operation["result"]["details"]["unhealthy"]}


async def test_the_documents_own_operation(operations: Operations) -> None:
    answer = await operations.start("auto_heal", confirmation=True, **RESTART)
    started = answer.json()["data"]
    assert (started["operation"], started["status"]) == ("auto_heal", "running")
    assert [step["step"] for step in started["steps"]] == ["identify_unhealthy_pods", "restart_pods", "verify_health"]
    assert all("estimated_duration" in step or "duration" in step for step in started["steps"])
    assert started["estimated_completion"] > started["started_at"]
    done = await operations.ended(started["operation_id"])
    assert done["status"] == "completed", done
    assert done["steps"][0]["result"] == "Found 1 unhealthy pod"
    assert done["steps"][2]["result"] == "3 of 3 pods of the changed application are ready"
    assert done["result"]["message"] == "Healed 1 of 1 unhealthy application"
    (write,) = operations.world.writes()
    assert write["objectRef"]["subresource"] == "eviction"
    (part,) = done["result"]["details"]["operations"]
    assert (await operations.get(part["operation_id"]))["part_of"] == done["operation_id"]


async def test_a_pod_without_a_node_is_left_to_a_person(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("auto_heal", target_component="cache-service")
    assert done["status"] == "completed", done
    left = found(done)["cache-service"]
    assert left["action"] is None
    assert left["because"].startswith("needs a person")
    assert left["cause"]
    assert sqlite_operations.world.writes() == []


async def test_an_image_that_cannot_be_pulled_is_not_restarted_though_asked(sqlite_operations: Operations) -> None:
    world = sqlite_operations.world
    world.cluster.faults.break_workload(Workload("Deployment", "backend", "worker-app"), IMAGE_PULL)
    await world.run("restart_application", "worker-app")
    asked = {"target_component": "worker-app", "action": "restart_unhealthy_pods"}
    before = len(world.writes())
    done = await sqlite_operations.run("auto_heal", **asked)
    assert all(one["action"] != "restart_failing_pods" for one in found(done).values())
    assert len(world.writes()) == before


async def test_without_a_confirmation_the_plan_waits_and_can_be_confirmed(operations: Operations) -> None:
    done = await operations.run("auto_heal", confirmation=False, **RESTART)
    assert done["status"] == "awaiting_confirmation"
    assert done["steps"][1]["status"] == "awaiting_confirmation"
    assert operations.world.writes() == []
    (waiting,) = done["result"]["details"]["awaiting_confirmation"]
    wrong = await operations.start("auto_heal", plan_id=waiting["plan_id"], plan_hash="0" * 64)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "PLAN_MISMATCH")
    answer = await operations.start("auto_heal", plan_id=waiting["plan_id"], plan_hash=waiting["plan_hash"])
    assert answer.status_code == 200, answer.text
    part = await operations.ended(answer.json()["data"]["operation_id"])
    assert (part["operation"], part["status"]) == ("restart_failing_pods", "completed")
    assert len(operations.world.writes()) == 1


async def test_a_policy_that_allows_nothing_unattended_is_obeyed(sqlite_operations: Operations) -> None:
    path = f"/workspaces/{sqlite_operations.world.workspace_id}"
    answer = await sqlite_operations.call("PATCH", path, {"policy": {"single_call_risk": "none"}})
    assert answer.status_code == 200, answer.text
    done = await sqlite_operations.run("auto_heal", confirmation=True, **RESTART)
    assert done["status"] == "awaiting_confirmation"
    assert sqlite_operations.world.writes() == []


async def test_nothing_is_healed_unattended_beside_another_critical_incident(sqlite_operations: Operations) -> None:
    body = {"severity": "critical", "affected_applications": [app_id("cache-service", "data")]}
    reported = await sqlite_operations.call("POST", "/incidents", body)
    assert reported.status_code == 201
    done = await sqlite_operations.run("auto_heal", confirmation=True, **RESTART)
    assert done["status"] == "awaiting_confirmation"
    incident_id = reported.json()["data"]["incident_id"]
    said = f"1 awaiting confirmation: another critical incident is open: {incident_id} (rule 12)"
    assert done["steps"][1]["result"] == said
    assert done["steps"][2]["result"] == "no application was changed"
    assert sqlite_operations.world.writes() == []


async def test_another_account_cannot_confirm_the_plan(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("auto_heal", confirmation=False, **RESTART)
    (waiting,) = done["result"]["details"]["awaiting_confirmation"]
    other = await sqlite_operations.world.access.account("workspace:admin", "workspace:read")
    plan: dict[str, Any] = {"plan_id": waiting["plan_id"], "plan_hash": waiting["plan_hash"]}
    answer = await sqlite_operations.start("auto_heal", headers=other, **plan)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "PLAN_NOT_FOUND")


async def test_nothing_is_healed_while_automation_is_off(sqlite_operations: Operations) -> None:
    body = {"enabled": False, "workspace_id": sqlite_operations.world.workspace_id, "reason": "freeze"}
    assert (await sqlite_operations.call("PUT", "/automation", body)).status_code == 200
    answer = await sqlite_operations.start("auto_heal", **RESTART)
    assert (answer.status_code, answer.json()["error"]["details"]["rule"]) == (409, 17)
