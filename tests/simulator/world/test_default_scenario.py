"""The default scenario is the documents' own world, its story is consistent, and its two troubles are what they are."""

from __future__ import annotations

import json
from datetime import timedelta

from simulator.clock import parse_time
from simulator.store import Object
from simulator.world.index import requests_of
from simulator.world.objects import find_condition, is_ready, labels_of
from simulator.world.scenarios import shop
from tests.simulator.world.stage import NOON, Stage

WORKLOADS = {
    "deployments.apps": "readyReplicas",
    "statefulsets.apps": "readyReplicas",
    "daemonsets.apps": "numberReady",
}
PROJECTS = ("frontend", "backend", "data")


def replicas(stage: Stage) -> dict[str, tuple[int, int]]:
    """Ready and wanted pods of each application."""
    found = {}
    for resource, field in WORKLOADS.items():
        for project in PROJECTS:
            for obj in stage.store.list(resource, project):
                status = obj["status"]
                wanted = status.get("desiredNumberScheduled", obj["spec"].get("replicas"))
                found[obj["metadata"]["name"]] = (status.get(field, 0), wanted)
    return found


def test_twelve_applications_ten_healthy(shop_stage: Stage) -> None:
    found = replicas(shop_stage)
    assert len(found) == 12
    assert found["web-app"] == (3, 3)
    assert found["api-service"] == (2, 2)
    assert found["worker-app"] == found["background-worker"] == (1, 1)
    assert {name for name, (ready, wanted) in found.items() if ready != wanted} == {"database-app", "cache-service"}
    assert found["database-app"] == (2, 3)
    assert found["cache-service"] == (1, 2)


def test_percentages_are_the_documents(shop_stage: Stage) -> None:
    told = ((shop.WEB_APP, 35, 45, 512), (shop.API_SERVICE, 28, 52, 512), (shop.WORKER_APP, 42, 38, 1024))
    for _ in range(4):
        for app, cpu, memory, limit_mi in told:
            figures = [shop_stage.world.usage.pod(pod) for pod in shop_stage.pods(app)]
            cores = [found[0] / 0.5 * 100 for found in figures if found]
            sizes = [found[1] / (limit_mi * 2.0**20) * 100 for found in figures if found]
            assert abs(sum(cores) / len(cores) - cpu) < 5, app.name
            assert abs(sum(sizes) / len(sizes) - memory) < 3, app.name
        shop_stage.advance(6 * 3600)


def test_usage_is_the_same_for_all_who_ask_in_one_window(shop_stage: Stage) -> None:
    pod = shop_stage.pods(shop.WEB_APP)[0]
    first = shop_stage.world.usage.pod(pod)
    shop_stage.advance(2)
    assert shop_stage.world.usage.pod(pod) == first
    shop_stage.advance(15)
    assert shop_stage.world.usage.pod(pod) != first
    node = shop_stage.world.usage.node(pod["spec"]["nodeName"])
    assert node is not None
    assert first is not None
    assert node[0] > first[0]
    assert shop_stage.world.usage.node("nowhere") is None


def test_facts_of_the_documents(shop_stage: Stage) -> None:
    web = shop_stage.get(shop.WEB_APP)
    container = web["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "nginx:1.21.6"
    assert container["resources"]["requests"] == {"cpu": "100m", "memory": "128Mi"}
    assert container["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi"}
    service = shop_stage.store.get("services", "frontend", "web-app-service")
    assert service["spec"]["clusterIP"] == "10.96.45.123"
    assert (service["spec"]["ports"][0]["port"], service["spec"]["ports"][0]["targetPort"]) == (80, 8080)
    assert "web-app-7d8c9f5b6-abc12" in shop_stage.names(shop.WEB_APP)
    nodes = shop_stage.store.list("nodes")
    assert [node["metadata"]["name"] for node in nodes] == [f"worker-node-{number}" for number in range(1, 5)]
    assert nodes[0]["status"]["capacity"] == {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    assert labels_of(nodes[0])["zone"] == "us-west-2a"
    assert labels_of(nodes[0])["node-type"] == "worker"
    scalers = shop_stage.store.list("horizontalpodautoscalers.autoscaling")
    assert [found["metadata"]["name"] for found in scalers] == ["payment-service"]
    budgets = shop_stage.store.list("poddisruptionbudgets.policy")
    assert [found["metadata"]["name"] for found in budgets] == ["message-queue-pdb", "web-app-pdb"]
    assert {found["status"]["disruptionsAllowed"] for found in budgets} == {1}


def test_has_a_past(shop_stage: Stage) -> None:
    web = shop_stage.get(shop.WEB_APP)
    assert NOON - parse_time(web["metadata"]["creationTimestamp"]) > timedelta(days=18)
    pod = shop_stage.pods(shop.WEB_APP)[0]
    age = NOON - parse_time(pod["metadata"]["creationTimestamp"])
    assert timedelta(days=2, hours=4) < age < timedelta(days=2, hours=6)
    assert web["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
    jobs = shop_stage.store.list("jobs.batch", "data")
    assert len(jobs) == 2
    assert all(find_condition(job, "Complete") for job in jobs)
    assert len(shop_stage.store.list("pods", "data")) == 3 + 2 + 2 + 3 + 4 + 2


def test_the_database_pod_crashes_for_its_own_reason(shop_stage: Stage) -> None:
    broken = next(pod for pod in shop_stage.pods(shop.DATABASE_APP) if not is_ready(pod))
    container = shop_stage.container(broken)
    assert container["restartCount"] > 8
    assert container["lastState"]["terminated"]["exitCode"] == 1
    assert "annotations" not in broken["metadata"]
    assert shop_stage.events("BackOff", broken["metadata"]["name"])[0]["count"] > 8
    text = "\n".join(line for _, line in log(shop_stage, broken))
    assert "could not locate a valid checkpoint record" in text
    assert "ready to accept connections" not in text
    healthy = next(pod for pod in shop_stage.pods(shop.DATABASE_APP) if is_ready(pod))
    assert "PANIC" not in "\n".join(line for _, line in log(shop_stage, healthy))


def log(stage: Stage, pod: Object, *, seconds: float | None = None) -> list[tuple[object, str]]:
    """A pod's log, of the last so many seconds."""
    since = None if seconds is None else stage.store.clock.now() - timedelta(seconds=seconds)
    container = pod["spec"]["containers"][0]["name"]
    return list(stage.world.logs.lines(pod["metadata"]["namespace"], pod["metadata"]["name"], container, since))


def test_a_restart_heals_the_database_and_its_clients(shop_stage: Stage) -> None:
    api = shop_stage.pods(shop.API_SERVICE)[0]
    errors = [line for _, line in log(shop_stage, api, seconds=1800) if '"level": "error"' in line]
    assert any("Database connection timeout after 30s" in line for line in errors)
    assert json.loads(errors[0])["component"] == "api-service"
    before = set(shop_stage.names(shop.DATABASE_APP))
    shop_stage.restart(shop.DATABASE_APP)
    took = 0.0
    while shop_stage.status(shop.DATABASE_APP).get("updatedReplicas") != 3 or shop_stage.ready(shop.DATABASE_APP) != 3:
        shop_stage.advance(0.5)
        took += 0.5
        assert shop_stage.ready(shop.DATABASE_APP) >= 2
        assert took < 25
    assert took > 8
    shop_stage.advance(10)
    assert replicas(shop_stage)["database-app"] == (3, 3)
    assert not before & set(shop_stage.names(shop.DATABASE_APP))
    shop_stage.advance(900)
    assert not [line for _, line in log(shop_stage, api, seconds=600) if "Database connection" in line]
    assert [line for _, line in log(shop_stage, api, seconds=3000) if "Database connection" in line]


def test_the_old_pod_leaves_within_seconds(shop_stage: Stage) -> None:
    old = set(shop_stage.names(shop.API_SERVICE))
    shop_stage.restart(shop.API_SERVICE)
    for _ in range(40):
        shop_stage.advance(0.5)
        ready = {
            endpoint["targetRef"]["name"]
            for endpoint in shop_stage.slice_of(shop.API_SERVICE)
            if endpoint["conditions"]["ready"]
        }
        if not old <= ready:
            break
    assert not old <= ready
    assert len(ready) == 2


def test_a_restart_does_not_help_the_cache(shop_stage: Stage) -> None:
    pending = next(pod for pod in shop_stage.pods(shop.CACHE_SERVICE) if not is_ready(pod))
    assert "nodeName" not in pending["spec"]
    assert requests_of(pending).memory == 12 * 2**30
    message = shop_stage.events("FailedScheduling", pending["metadata"]["name"])[0]["message"]
    assert message.startswith("0/4 nodes are available: 4 Insufficient memory.")
    shop_stage.restart(shop.CACHE_SERVICE)
    shop_stage.advance(700)
    assert shop_stage.ready(shop.CACHE_SERVICE) == 1
    assert shop_stage.condition(shop.CACHE_SERVICE, "Progressing")["reason"] == "ProgressDeadlineExceeded"


def test_restarting_everything_else_makes_no_room_for_the_cache(shop_stage: Stage) -> None:
    for app in shop.APPS:
        if app.name not in ("cache-service", "log-collector"):
            resource = "statefulsets.apps" if app.kind == "StatefulSet" else "deployments.apps"
            shop_stage.restart(app, resource)
            shop_stage.advance(60)
    found = replicas(shop_stage)
    assert {name for name, (ready, wanted) in found.items() if ready != wanted} == {"cache-service"}


def test_stays_as_it_is_for_a_day(shop_stage: Stage) -> None:
    before = replicas(shop_stage)
    shop_stage.advance(86400)
    assert replicas(shop_stage) == before
    assert len(shop_stage.store.list("events")) < 60


def test_scaling_the_web_app_shares_its_load(shop_stage: Stage) -> None:
    before = shop_stage.world.usage.pod(shop_stage.pods(shop.WEB_APP)[0])
    shop_stage.change(shop.WEB_APP, replicas=6)
    shop_stage.advance(60)
    after = shop_stage.world.usage.pod(shop_stage.pods(shop.WEB_APP)[0])
    assert before is not None
    assert after is not None
    assert 0.4 < after[0] / before[0] < 0.6
