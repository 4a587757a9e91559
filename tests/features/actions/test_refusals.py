"""What callers are told when a change is refused: by rules that ask the cluster, by bad input, by tenancy."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from simulator.server.access import Rule
from simulator.server.faults import Fault
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_world: LivingWorld) -> LivingWorld:
    """Refusals do not depend on the database."""
    return sqlite_world


def error_of(answer: Any) -> dict[str, Any]:
    error: dict[str, Any] = answer.json()["error"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return error


async def test_a_missing_right_is_named(world: LivingWorld) -> None:
    world.take_rights_away()
    answer = await world.ask("restart_application", "web-app")
    assert answer.status_code == 409
    error = error_of(answer)
    assert error["details"]["rule"] == 2
    assert "patch on deployments" in error["details"]["possible_when"]
    assert not world.writes()


async def test_a_right_lost_between_plan_and_run_stops_the_change(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "web-app")
    world.take_rights_away()
    assert error_of(await world.confirm(plan))["details"]["rule"] == 2
    assert not world.writes()


async def test_a_mapped_users_own_rights_count(world: LivingWorld) -> None:
    """The workspace maps its members to Kubernetes users: who may not do it there may not do it here."""
    url = f"/internal/v1/workspaces/{world.workspace_id}"
    policy = {"policy": {"kubernetes_user": "oidc:{user}"}}
    answer = await world.access.client.patch(url, json=policy, headers=world.access.administrator)
    assert answer.status_code == 200, answer.text
    refused = await world.ask("restart_application", "web-app")
    assert refused.status_code == 409
    assert "Kubernetes user oidc:local:olga" in error_of(refused)["details"]["reason"]
    world.rules["oidc:local:olga"] = [Rule(("patch",), ("deployments",), ("apps",), ("frontend",))]
    assert (await world.ask("restart_application", "web-app")).status_code == 200
    assert (await world.ask("restart_application", "api-service")).status_code == 409


async def test_the_kill_switch_stops_plans_confirmations_and_runs(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "web-app")
    headers = await world.access.account("system:admin")
    switched = await world.access.client.put(
        "/internal/v1/automation", json={"enabled": False, "reason": "incident"}, headers=headers
    )
    assert switched.status_code == 200
    for answer in (await world.confirm(plan), await world.ask("restart_application", "api-service")):
        assert (answer.status_code, error_of(answer)["details"]["rule"]) == (409, 17)
    await world.access.client.put("/internal/v1/automation", json={"enabled": True}, headers=headers)
    await world.carry_out(plan)


async def test_caps_hold_over_confirmations(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"changes_per_workspace": 1}) as world:
        first = await world.plan("restart_application", "worker-app")
        second = await world.plan("restart_application", "api-service")
        started = (await world.confirm(first)).json()["data"]["action_id"]
        assert error_of(await world.confirm(second))["details"]["rule"] == 10
        assert (await world.ended(started))["status"] == "completed"


async def test_a_pending_pod_warns_that_a_restart_does_not_help(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "cache-service")
    assert "cannot be placed on any node" in plan["warnings"][0]


async def test_an_application_under_an_autoscaler_is_redirected(world: LivingWorld) -> None:
    (hpa,) = world.cluster.store.list("horizontalpodautoscalers.autoscaling")
    answer = await world.ask("scale_application", hpa["spec"]["scaleTargetRef"]["name"], replicas=3)
    error = error_of(answer)
    assert (error["code"], error["details"]["rule"]) == ("GUARDRAIL_REFUSED", 8)
    assert hpa["metadata"]["name"] in error["details"]["possible_when"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "action"),
        ({"action": "restart_application"}, 422, "parameters"),
        ({"action": "restart_application", "parameters": {}}, 422, "parameters.application_id"),
        ({"action": "restart_application", "parameters": {"application_id": 7}}, 422, "parameters.application_id"),
        ({"action": "drop_database", "parameters": {"application_id": "web-app"}}, 422, "action"),
        ({"action": "scale_application", "parameters": {"application_id": "web-app"}}, 422, "parameters.replicas"),
        (
            {"action": "restart_application", "parameters": {"application_id": "web-app", "confirmation": "yes"}},
            422,
            "parameters.confirmation",
        ),
        (
            {"action": "restart_application", "parameters": {"application_id": "web-app", "reason": "x" * 501}},
            422,
            "parameters.reason",
        ),
    ],
)
async def test_bad_input_names_its_field_and_writes_nothing(
    world: LivingWorld, body: dict[str, Any], status: int, field: str
) -> None:
    answer = await world.call("POST", "/aiops/actions", body)
    assert answer.status_code == status, answer.text
    assert field in error_of(answer)["details"]
    assert not world.writes()


async def test_unknown_applications_sessions_plans_and_actions_are_not_found(world: LivingWorld) -> None:
    for answer in (
        await world.ask("restart_application", "nothing-like-it"),
        await world.ask("restart_application", "web-app", confirmation=True, plan_id="plan_x", plan_hash="0"),
        await world.call("GET", "/aiops/actions/action_x"),
        await world.call("POST", "/aiops/actions/action_x/cancel"),
        await world.call(
            "POST",
            "/aiops/actions",
            {"action": "restart_application", "parameters": {"application_id": "web-app"}, "session_id": "sess_x"},
        ),
    ):
        assert answer.status_code == 404, answer.text


async def test_a_viewer_may_look_and_not_act(world: LivingWorld) -> None:
    viewer = await world.access.member("vera", "viewer")
    body = {"action": "restart_application", "parameters": {"application_id": "web-app"}}
    answer = await world.call("POST", "/aiops/actions", body, headers=viewer)
    assert answer.status_code == 403
    assert error_of(answer)["details"]["required_permission"] == "execute_actions"
    assert (await world.call("GET", "/aiops/actions", headers=viewer)).status_code == 200


async def test_another_workspaces_applications_and_actions_do_not_exist(world: LivingWorld) -> None:
    action = await world.run("restart_application", "worker-app")
    foreign = await world.access.workspace("Other", "frontend")
    stranger = await world.access.member("sam", "admin", foreign)
    url = f"/api/v1/workspaces/{foreign}/aiops/actions"
    body = {"action": "restart_application", "parameters": {"application_id": action["application_id"]}}
    absent = {"action": "restart_application", "parameters": {"application_id": "app-0000000000000000"}}
    for method, path, theirs, nobodys in (
        ("GET", f"/{action['action_id']}", None, "/action_00000000000000000000000000"),
        ("POST", f"/{action['action_id']}/cancel", None, "/action_00000000000000000000000000/cancel"),
        ("POST", "", body, absent),
    ):
        first = await world.access.client.request(method, f"{url}{path}", json=theirs, headers=stranger)
        other_path, other_body = (nobodys, None) if isinstance(nobodys, str) else ("", nobodys)
        second = await world.access.client.request(method, f"{url}{other_path}", json=other_body, headers=stranger)
        assert first.status_code == second.status_code == 404
        assert first.json()["error"] == second.json()["error"]


async def test_a_cluster_that_is_away_is_a_503_that_names_it(world: LivingWorld) -> None:
    world.api.faults.add(Fault(path="/deployments/", status=503, times=None))
    answer = await world.ask("restart_application", "web-app")
    assert answer.status_code == 503
    assert error_of(answer)["details"]["source"] == "kubernetes_api"


async def test_a_lost_reply_is_read_back_and_not_sent_again(world: LivingWorld) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    answer = await world.confirm(plan)
    world.api.faults.add(Fault(verbs=("patch",), path="/web-app/scale", drop=True, skips=1))  # the write's own dry run
    action = await world.ended(answer.json()["data"]["action_id"])
    assert action["status"] == "completed"
    assert len(world.writes()) == 1
    assert world.workload("web-app")["spec"]["replicas"] == 4


async def test_a_rollback_is_confirmed_by_true_only(world: LivingWorld) -> None:
    scaled = await world.run("scale_application", "web-app", replicas=2)
    path, before = f"/aiops/actions/{scaled['action_id']}/rollback", len(world.writes())
    plan = (await world.call("POST", path)).json()["data"]["plan"]
    for word in ("yes", "true", 1, "on"):
        parameters = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"], "confirmation": word}
        refused = await world.call("POST", path, {"parameters": parameters})
        assert (refused.status_code, error_of(refused)["code"]) == (422, "VALIDATION_FAILED")
    assert len(world.writes()) == before


async def test_nothing_is_planned_on_data_that_has_become_old(world: LivingWorld) -> None:
    """The server still answers requests, but a watch of a kind that the rules need has died."""
    cluster = world.access.context.clusters.get(world.access.context.clusters.default_id)
    plan = await world.plan("restart_application", "web-app")
    await cluster.halt_watches()
    budgets = cluster.cache.table("PodDisruptionBudget")
    budgets.confirmed_at -= 15.0
    for answer in (await world.ask("restart_application", "api-service"), await world.confirm(plan)):
        error = error_of(answer)
        assert error["details"]["rule"] == 7
        assert "PodDisruptionBudget objects have not been read for" in error["details"]["reason"]
    assert not world.writes()


async def test_a_plan_waits_for_data_that_is_about_to_be_renewed(world: LivingWorld) -> None:
    cluster = world.access.context.clusters.get(world.access.context.clusters.default_id)
    await cluster.halt_watches()
    budgets = cluster.cache.table("PodDisruptionBudget")
    budgets.confirmed_at -= 10.5
    plan, _ = await asyncio.gather(world.plan("restart_application", "web-app"), cluster.start())
    assert plan["plan_id"]


async def test_changes_begin_within_the_workspace_s_windows(world: LivingWorld) -> None:
    """In its time zone; a plan of before is refused too, and undoing is allowed."""
    scaled = await world.run("scale_application", "web-app", replicas=2)
    plan, before = await world.plan("restart_application", "api-service"), len(world.writes())
    path = f"/internal/v1/workspaces/{world.workspace_id}"
    policy = {"change_windows": ["daily 00:00-24:00"], "change_freezes": ["2020-01-01/2199-12-31"]}
    change = {"timezone": "Asia/Tokyo", "policy": policy}
    client, administrator = world.access.client, world.access.administrator
    answer = await client.patch(path, json=change, headers=administrator)
    assert answer.json()["data"]["policy"]["change_freezes"] == ["2020-01-01/2199-12-31"]
    for refused in (await world.ask("restart_application", "web-app"), await world.confirm(plan)):
        error = error_of(refused)
        assert error["details"]["rule"] == 11
        assert error["details"]["possible_when"] == "from 2199-12-31T15:00:00Z"
    assert len(world.writes()) == before
    undo = await world.call("POST", f"/aiops/actions/{scaled['action_id']}/rollback")
    assert undo.json()["data"]["status"] == "awaiting_confirmation"
    wrong = await client.patch(path, json={"policy": {"change_windows": ["always"]}}, headers=administrator)
    assert (wrong.status_code, [*error_of(wrong)["details"]]) == (422, ["policy.change_windows[0]"])
    await client.patch(path, json={"policy": {"change_freezes": []}}, headers=administrator)
    await world.carry_out(plan)


async def test_the_same_change_is_not_made_again_and_again(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"repeats_per_target": 1}) as world:
        scaled = await world.run("scale_application", "web-app", replicas=2)
        error = error_of(await world.ask("scale_application", "web-app", replicas=3))
        assert error["details"]["rule"] == 13
        await world.plan("restart_application", "web-app")
        await world.plan("scale_application", "api-service", replicas=4)
        undo = await world.call("POST", f"/aiops/actions/{scaled['action_id']}/rollback")
        assert undo.json()["data"]["status"] == "awaiting_confirmation"
