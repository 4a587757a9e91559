"""Each shape of change, whole: plan, confirmation, writes, verification, and putting it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.server.faults import Fault
from simulator.world.faults import CRASH_LOOP, IMAGE_PULL
from simulator.world.index import Workload
from tests.living import LivingWorld, living_world

HPA = "horizontalpodautoscalers.autoscaling"
QUOTAS = "resourcequotas"


@pytest.fixture
async def world(sqlite_world: LivingWorld) -> LivingWorld:
    """These do not depend on the database."""
    return sqlite_world


def container(world: LivingWorld, name: str) -> dict[str, Any]:
    found: dict[str, Any] = world.workload(name)["spec"]["template"]["spec"]["containers"][0]
    return found


def variables(world: LivingWorld, name: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container(world, name).get("env", [])}


async def rolled_back(world: LivingWorld, action: dict[str, Any]) -> dict[str, Any]:
    """Undo a completed action by the plan of its inverse."""
    path = f"/aiops/actions/{action['action_id']}/rollback"
    plan = (await world.call("POST", path)).json()["data"]["plan"]
    confirm = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    answer = await world.call("POST", path, {"parameters": confirm})
    assert answer.status_code == 200, answer.text
    return await world.ended(answer.json()["data"]["action_id"])


async def test_variables_are_set_added_and_removed_and_put_back(world: LivingWorld) -> None:
    before = variables(world, "api-service")
    changed, removed = sorted(before)[:2]
    env = {changed: "something else", removed: None, "ADDED": "1"}
    plan = await world.plan("update_configuration", "api-service", env=env)
    assert {change["path"].rsplit("=", 1)[-1] for change in plan["changes"]} == {f"{name}]" for name in env}
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert action["status"] == "completed", action
    expected = {**{key: value for key, value in before.items() if key != removed}, changed: "something else"}
    assert variables(world, "api-service") == {**expected, "ADDED": "1"}
    assert len(world.writes()) == 1
    assert (await rolled_back(world, action))["status"] == "completed"
    assert variables(world, "api-service") == before


async def test_a_setting_of_several_applications_is_one_plan_and_put_back_together(world: LivingWorld) -> None:
    names = ["api-service", "worker-app"]
    before = {name: variables(world, name) for name in names}
    body = {"message": "set LOG_LEVEL=trace on api-service and worker-app"}
    said = (await world.call("POST", "/aiops/chat", body)).json()["data"]
    (plan,) = [one["data"] for one in said["attachments"] if one["type"] == "action_plan"]
    assert [one["name"] for one in plan["targets"]] == names
    confirmed = await world.call("POST", "/aiops/actions", plan["confirm"]["body"])
    assert confirmed.status_code == 200, confirmed.text
    action = await world.ended(confirmed.json()["data"]["action_id"])
    assert action["status"] == "completed", action
    assert [variables(world, name)["LOG_LEVEL"] for name in names] == ["trace", "trace"]
    assert (await rolled_back(world, action))["status"] == "completed"
    assert {name: variables(world, name) for name in names} == before


async def test_a_config_map_and_the_rollout_that_reads_it_are_two_writes_of_one_plan(world: LivingWorld) -> None:
    old = {pod["metadata"]["name"] for pod in world.cluster.store.list("pods", "backend")}
    data = {"BATCH_SIZE": "80", "NEW_KEY": "on"}
    plan = await world.plan("update_configuration", "worker-app", config_map="worker-settings", data=data)
    assert [write["object"] for write in plan["writes"]] == [
        "ConfigMap/backend/worker-settings", "Deployment/backend/worker-app",
    ]  # fmt: skip
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert action["status"] == "completed", action
    settings = world.cluster.store.get("configmaps", "backend", "worker-settings")["data"]
    assert settings["BATCH_SIZE"] == "80"
    assert not {*action["result"]["details"]["new_pod_names"]} & old
    assert (await rolled_back(world, action))["status"] == "completed"
    assert "NEW_KEY" not in world.cluster.store.get("configmaps", "backend", "worker-settings")["data"]


async def test_an_image_that_does_not_start_is_found_out_and_taken_back(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"change_stuck_seconds": 0.5}) as world:
        image = container(world, "api-service")["image"]
        plan = await world.plan("update_configuration", "api-service", image="shop/api-service:2.9.0")
        world.cluster.faults.break_workload(Workload("Deployment", "backend", "api-service"), IMAGE_PULL)
        action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
        assert (action["status"], action["result"]["rolled_back"]) == ("failed", True), action
        assert "does not start" in action["error"]["message"]
        assert container(world, "api-service")["image"] == image


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "parameters"),
        ({"env": {"A B": "1"}}, "parameters.env.A B.[key]"),
        ({"env": {"DB_PASSWORD": "hunter2"}}, "parameters.env.DB_PASSWORD"),
        ({"image": "not an image"}, "parameters.image"),
        ({"config_map": "worker-settings"}, "parameters"),
        ({"config_map": "kube-root-ca.crt", "data": {"A": "1"}}, "parameters.config_map"),
        ({"container": "sidecar", "env": {"A": "1"}}, "parameters.container"),
    ],
)
async def test_a_wrong_configuration_names_its_field(
    world: LivingWorld, parameters: dict[str, Any], field: str
) -> None:
    answer = await world.ask("update_configuration", "worker-app", **parameters)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["error"]["details"]
    assert "hunter2" not in answer.text


async def test_an_autoscaler_is_made_changed_and_removed(world: LivingWorld) -> None:
    made = await world.run("set_autoscaling", "web-app", min_replicas=3, max_replicas=6, target_cpu_percent=70)
    assert made["status"] == "completed", made
    spec = world.cluster.store.get(HPA, "frontend", "web-app")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"], spec["scaleTargetRef"]["name"]) == (3, 6, "web-app")
    refused = await world.ask("scale_application", "web-app", replicas=4)
    assert "set_autoscaling" in refused.json()["error"]["details"]["possible_when"]
    changed = await world.run("set_autoscaling", "web-app", min_replicas=4)
    assert changed["status"] == "completed", changed
    spec = world.cluster.store.get(HPA, "frontend", "web-app")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"], len(spec["metrics"])) == (4, 6, 1)
    assert world.workload("web-app")["spec"]["replicas"] >= 4
    assert (await rolled_back(world, changed))["status"] == "completed"
    assert world.cluster.store.get(HPA, "frontend", "web-app")["spec"]["minReplicas"] == 3
    removed = await world.run("set_autoscaling", "web-app", enabled=False)
    assert removed["status"] == "completed", removed
    assert world.cluster.store.find(HPA, "frontend", "web-app") is None
    assert (await rolled_back(world, removed))["status"] == "completed"
    assert world.cluster.store.get(HPA, "frontend", "web-app")["spec"]["maxReplicas"] == 6


async def test_an_autoscaler_may_not_add_more_at_once_than_a_person(world: LivingWorld) -> None:
    answer = await world.ask("set_autoscaling", "web-app", min_replicas=30, max_replicas=40, target_cpu_percent=70)
    assert answer.json()["error"]["details"]["rule"] == 10


def database_pods(world: LivingWorld) -> dict[str, str]:
    """name → uid."""
    pods = [pod["metadata"] for pod in world.cluster.store.list("pods", "data")]
    return {pod["name"]: pod["uid"] for pod in pods if pod["labels"].get("app") == "database-app"}


async def test_failing_pods_are_evicted_and_healthy_ones_left_alone(world: LivingWorld) -> None:
    pods = database_pods(world)
    plan = await world.plan("restart_failing_pods", "database-app")
    (failing,) = [write["object"].rsplit("/", 1)[-1] for write in plan["writes"]]
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert action["status"] == "completed", action
    assert action["result"]["details"]["pods_evicted"] == [failing]
    assert {*pods.values()} - {*database_pods(world).values()} == {pods[failing]}
    assert world.workload("database-app")["status"]["readyReplicas"] == 3
    refused = await world.call("POST", f"/aiops/actions/{action['action_id']}/rollback")
    assert refused.json()["error"]["code"] == "ACTION_NOT_REVERSIBLE"


async def test_an_eviction_that_a_budget_forbids_is_refused(world: LivingWorld) -> None:
    pods = [pod for pod in world.cluster.store.list("pods", "data") if "message-queue" in pod["metadata"]["name"]]
    for pod in pods[:2]:
        world.cluster.faults.break_pod(pod["metadata"]["uid"], CRASH_LOOP)
    await world.settled(lambda cache: sum(not pod.ready for pod in cache.pods("data") if "queue" in pod.name) == 2)
    answer = await world.ask("restart_failing_pods", "message-queue")
    assert answer.status_code == 409, answer.text
    assert answer.json()["error"]["details"]["rule"] == 7


async def quota_plan(world: LivingWorld, project: str, **parameters: Any) -> dict[str, Any]:
    body = {"action": "update_quota", "parameters": {"project": project, **parameters}}
    answer = await world.call("POST", "/aiops/actions", body)
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()["data"]["plan"]
    return plan


async def test_a_quota_is_changed_and_made(world: LivingWorld) -> None:
    plan = await quota_plan(world, "backend", hard={"pods": "60", "requests.cpu": None})
    assert plan["risk"] == "low", "a larger limit and one less are both wider"
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert action["status"] == "completed", action
    hard = world.cluster.store.get(QUOTAS, "backend", "backend-quota")["spec"]["hard"]
    assert (hard["pods"], "requests.cpu" in hard) == ("60", False)
    assert (await rolled_back(world, action))["status"] == "completed"
    assert world.cluster.store.get(QUOTAS, "backend", "backend-quota")["spec"]["hard"]["requests.cpu"] == "8"
    made = await world.ended(
        (await world.confirm(await quota_plan(world, "frontend", hard={"pods": "50"}))).json()["data"]["action_id"]
    )
    assert made["status"] == "completed", made
    assert (await rolled_back(world, made))["status"] == "completed"
    assert world.cluster.store.find(QUOTAS, "frontend", "hexaops") is None


async def test_a_quota_below_what_is_used_is_high_risk(world: LivingWorld) -> None:
    plan = await quota_plan(world, "backend", hard={"pods": "2"})
    assert plan["risk"] == "high"
    assert "pods" in plan["warnings"][0]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"hard": {"pods": "1"}}, "parameters.project"),
        ({"project": "kube-system", "hard": {"pods": "1"}}, "parameters.project"),
        ({"project": "backend"}, "parameters.hard"),
        ({"project": "backend", "hard": {"pods": "many"}}, "parameters.hard.pods"),
    ],
)
async def test_a_wrong_quota_names_its_field(world: LivingWorld, parameters: dict[str, Any], field: str) -> None:
    answer = await world.call("POST", "/aiops/actions", {"action": "update_quota", "parameters": parameters})
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["error"]["details"]


async def test_a_release_is_rolled_back_and_forth(world: LivingWorld) -> None:
    image = container(world, "api-service")["image"]
    action = await world.run("rollback_revision", "api-service")
    assert action["status"] == "completed", action
    assert container(world, "api-service")["image"] == "shop/api-service:2.4.0"
    assert (await rolled_back(world, action))["status"] == "completed"
    assert container(world, "api-service")["image"] == image


async def test_several_applications_are_one_plan(world: LivingWorld) -> None:
    names = ["worker-app", "api-service"]
    body = {"action": "restart_application", "parameters": {"application_ids": names}}
    plan = (await world.call("POST", "/aiops/actions", body)).json()["data"]["plan"]
    assert [target["name"] for target in plan["targets"]] == names
    assert (plan["blast_radius"]["pods_affected"], plan["risk"]) == (3, "medium"), "one alone would be low"
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert action["status"] == "completed", action
    assert {*action["result"]["details"]["applications"]} == {*names}
    assert action["result"]["details"]["resources_affected"] == 3
    assert len(world.writes()) == 2


async def test_one_that_is_refused_refuses_all_and_names_it(world: LivingWorld) -> None:
    names = ["web-app", "payment-service"]
    body = {"action": "stop_application", "parameters": {"application_ids": names}}
    answer = await world.call("POST", "/aiops/actions", body)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["details"]["others"] == [name for name in names if name != error["details"]["subject"]]
    assert error["message"].startswith(error["details"]["subject"])


async def test_every_target_is_held_while_a_change_of_several_runs(world: LivingWorld) -> None:
    body = {"action": "restart_application", "parameters": {"application_ids": ["worker-app", "api-service"]}}
    plan = (await world.call("POST", "/aiops/actions", body)).json()["data"]["plan"]
    other = await world.plan("scale_application", "api-service", replicas=3)
    started = await world.confirm(plan)
    busy = await world.confirm(other)
    assert busy.json()["error"]["code"] == "OPERATION_IN_PROGRESS", busy.text
    assert (await world.ended(started.json()["data"]["action_id"]))["status"] == "completed"


async def test_a_second_write_that_fails_undoes_the_first(world: LivingWorld) -> None:
    data = {"BATCH_SIZE": "99"}
    plan = await world.plan("update_configuration", "worker-app", config_map="worker-settings", data=data)
    answer = await world.confirm(plan)
    world.api.faults.add(Fault(verbs=("patch",), path="/deployments/worker-app", status=422, times=None))
    action = await world.ended(answer.json()["data"]["action_id"])
    assert (action["status"], action["result"]["rolled_back"]) == ("failed", True), action
    assert world.cluster.store.get("configmaps", "backend", "worker-settings")["data"]["BATCH_SIZE"] == "50"


async def test_undoing_warns_of_what_somebody_changed_since(world: LivingWorld) -> None:
    action = await world.run("scale_application", "web-app", replicas=4)
    world.change("web-app", replicas=6)
    path = f"/aiops/actions/{action['action_id']}/rollback"
    plan = (await world.call("POST", path)).json()["data"]["plan"]
    assert "changed again since: /spec/replicas" in plan["warnings"][0]


async def test_undoing_is_never_capped(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"changes_per_workspace": 1}) as world:
        action = await world.run("scale_application", "web-app", replicas=4)
        capped = await world.ask("scale_application", "web-app", replicas=5)
        assert capped.json()["error"]["details"]["possible_when"].startswith("wait until 20")
        assert (await rolled_back(world, action))["status"] == "completed"
        assert world.workload("web-app")["spec"]["replicas"] == 3
