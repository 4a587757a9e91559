"""Each action from its plan to its result, as a client sees it, held against what the cluster's server recorded."""

from __future__ import annotations

from pathlib import Path

from hexaops.backends.kubernetes.cache import WatchCache
from simulator.world.index import Workload
from tests.living import LivingWorld, living_world

RESTART_STEPS = ["validate_application", "drain_connections", "restart_pods", "verify_health"]


async def test_restarting_heals_the_failing_pod(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "database-app")
    assert not world.writes(), "a plan writes nothing"
    answer = await world.confirm(plan)
    started = answer.json()["data"]
    assert started["status"] == "executing"
    assert [step["step"] for step in started["steps"]] == RESTART_STEPS
    action = await world.ended(started["action_id"])
    assert action["status"] == "completed", action
    assert action["result"]["details"]["pods_restarted"] == 3
    pods = {pod["metadata"]["name"] for pod in world.cluster.store.list("pods")}
    assert set(action["result"]["details"]["new_pod_names"]) <= pods
    assert [step["status"] for step in action["steps"]] == ["completed"] * 4
    assert world.workload("database-app")["status"]["readyReplicas"] == 3
    (write,) = world.writes()
    assert write["verb"] == "patch"
    assert write["userAgent"].startswith("hexaops/")


async def test_every_write_had_a_dry_run_on_the_same_resource_version(world: LivingWorld) -> None:
    await world.run("restart_application", "web-app")
    await world.run("scale_application", "web-app", replicas=4)
    patches = [entry for entry in world.api.audit.entries if entry["verb"] == "patch"]
    for write in [entry for entry in patches if "dryRun" not in entry["requestURI"]]:
        version = write["requestObject"]["metadata"]["resourceVersion"]
        dry = [entry for entry in patches if "dryRun" in entry["requestURI"]]
        assert any(entry["requestObject"]["metadata"]["resourceVersion"] == version for entry in dry)
    assert not [entry for entry in patches if entry["user"]["username"] == "test:reader"]


async def test_scaling_reaches_exactly_the_planned_number(world: LivingWorld) -> None:
    action = await world.run("scale_application", "web-app", replicas=5)
    assert action["status"] == "completed", action
    assert action["result"]["details"]["new_replicas"] == 5
    assert world.workload("web-app")["spec"]["replicas"] == 5


async def test_stop_and_start_restore_what_was_there(world: LivingWorld) -> None:
    stopped = await world.run("stop_application", "notification-service")
    assert stopped["status"] == "completed", stopped
    assert world.workload("notification-service")["spec"]["replicas"] == 0
    started = await world.run("start_application", "notification-service")
    assert started["status"] == "completed", started
    assert world.workload("notification-service")["spec"]["replicas"] == 2


async def test_rollback_scales_back(world: LivingWorld) -> None:
    scaled = await world.run("scale_application", "web-app", replicas=4)
    path = f"/aiops/actions/{scaled['action_id']}/rollback"
    plan = (await world.call("POST", path)).json()["data"]["plan"]
    assert plan["parameters"]["replicas"] == 3
    confirmation = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    answer = await world.call("POST", path, {"parameters": confirmation})
    undone = await world.ended(answer.json()["data"]["action_id"])
    assert undone["status"] == "completed"
    assert undone["rollback_of"] == scaled["action_id"]
    assert world.workload("web-app")["spec"]["replicas"] == 3


async def test_a_restart_has_nothing_to_put_back(world: LivingWorld) -> None:
    restarted = await world.run("restart_application", "worker-app")
    answer = await world.call("POST", f"/aiops/actions/{restarted['action_id']}/rollback")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "ACTION_NOT_REVERSIBLE"


async def test_cancelling_puts_back_what_was_changed(world: LivingWorld) -> None:
    world.cluster.faults.break_workload(Workload("Deployment", "frontend", "web-app"), "never-ready")
    answer = await world.confirm(await world.plan("scale_application", "web-app", replicas=6))
    action_id = answer.json()["data"]["action_id"]
    await world.until(action_id, lambda _: world.workload("web-app")["spec"]["replicas"] == 6)
    cancelled = await world.call("POST", f"/aiops/actions/{action_id}/cancel")
    assert cancelled.json()["data"]["status"] == "cancelling"
    action = await world.ended(action_id)
    assert action["status"] == "cancelled"
    assert world.workload("web-app")["spec"]["replicas"] == 3
    again = await world.call("POST", f"/aiops/actions/{action_id}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ACTION_ENDED")


async def test_a_rollout_undone_while_a_pod_cannot_start_does_not_wait_for_its_surplus(world: LivingWorld) -> None:
    """Kubernetes keeps the surge of an undone rollout while the application's own pod is unavailable, as it was."""

    def templates(cache: WatchCache) -> int:
        """ReplicaSets of the application that want pods."""
        sets = cache.replica_sets_of(world.workload("cache-service")["metadata"]["uid"])
        return sum(one.current > 0 for one in sets)

    answer = await world.confirm(await world.plan("restart_application", "cache-service"))
    action_id = answer.json()["data"]["action_id"]
    await world.settled(lambda cache: templates(cache) == 2)
    await world.call("POST", f"/aiops/actions/{action_id}/cancel")
    action = await world.ended(action_id)
    assert action["status"] == "cancelled"
    assert action["result"]["rolled_back"] is True
    assert "1 pod of the undone revision" in action["result"]["details"]["note"]
    assert not world.workload("cache-service")["spec"]["template"]["metadata"].get("annotations")


async def test_scaling_is_undone_to_a_rollout_that_was_stuck_before(world: LivingWorld) -> None:
    found = world.workload("cache-service")
    template = found["spec"]["template"]
    marked = {**template["metadata"], "annotations": {"example.org/release": "2"}}
    world.change("cache-service", template={**template, "metadata": marked})
    uid = found["metadata"]["uid"]
    await world.settled(lambda cache: sum(one.current > 0 for one in cache.replica_sets_of(uid)) == 2)
    replicas = found["spec"]["replicas"]
    answer = await world.confirm(await world.plan("scale_application", "cache-service", replicas=replicas + 1))
    action_id = answer.json()["data"]["action_id"]
    await world.until(action_id, lambda _: world.workload("cache-service")["spec"]["replicas"] == replicas + 1)
    await world.call("POST", f"/aiops/actions/{action_id}/cancel")
    action = await world.ended(action_id)
    assert action["status"] == "cancelled"
    assert action["result"]["rolled_back"] is True
    status = world.workload("cache-service")["status"]
    assert status["updatedReplicas"] != status["replicas"], "the rollout is as stuck as it was"


async def test_a_change_that_does_not_become_healthy_is_undone(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"change_timeout_seconds": 1.5}) as world:
        plan = await world.plan("scale_application", "search-engine", replicas=3)
        world.cluster.faults.break_workload(Workload("StatefulSet", "data", "search-engine"), "never-ready")
        action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
        assert action["status"] == "failed"
        assert action["error"]["code"] == "NOT_VERIFIED"
        assert world.workload("search-engine", "statefulsets.apps")["spec"]["replicas"] == 2
        assert [step["status"] for step in action["steps"]] == ["completed", "failed", "skipped"]


async def test_nobody_elses_change_is_undone(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"change_timeout_seconds": 1.5}) as world:
        plan = await world.plan("scale_application", "search-engine", replicas=3)
        world.cluster.faults.break_workload(Workload("StatefulSet", "data", "search-engine"), "never-ready")
        action_id = (await world.confirm(plan)).json()["data"]["action_id"]

        def scaled(_action: object) -> bool:
            return bool(world.workload("search-engine", "statefulsets.apps")["spec"]["replicas"] == 3)

        await world.until(action_id, scaled)
        world.change("search-engine", "statefulsets.apps", replicas=4)
        action = await world.ended(action_id)
        assert action["status"] == "failed"
        assert action["result"]["rolled_back"] is False
        assert world.workload("search-engine", "statefulsets.apps")["spec"]["replicas"] == 4


async def test_a_scaling_amid_a_stuck_rollout_warns_and_tells_what_it_left(sqlite_world: LivingWorld) -> None:
    """Kubernetes shares each number out over both revisions: putting 3 back leaves 2 ready pods of them."""
    world = sqlite_world
    template = world.workload("web-app")["spec"]["template"]
    nowhere = {**template, "spec": {**template["spec"], "nodeSelector": {"tide": "none"}}}
    world.change("web-app", template=nowhere, progressDeadlineSeconds=3)
    await world.settled(lambda _: world.workload("web-app")["status"]["replicas"] == 4)
    plan = await world.plan("scale_application", "web-app", replicas=5)
    assert "(3 of 4 pods are of an older revision)" in plan["warnings"][0]
    action = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    assert (action["status"], action["result"]["rolled_back"]) == ("failed", False)
    assert "4 of 5 pods ready (Unschedulable)" in action["error"]["message"]
    assert "not all was as before: 2 of 3 pods ready (Unschedulable); 3 were before" in action["result"]["message"]
    assert world.workload("web-app")["spec"]["replicas"] == 3
    assert len(world.writes()) == 2
