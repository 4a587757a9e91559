"""What follows pods: endpoints, budgets, autoscalers, quotas, claims, namespaces, heartbeats."""

from __future__ import annotations

from typing import Any

from simulator.clock import SimulationClock
from simulator.server.garbage import GarbageCollector
from simulator.store import Object, Store
from simulator.world.objects import find_condition, with_spec
from simulator.world.scenarios.base import make_cluster
from simulator.world.scenarios.manifests import App, autoscaler, budget, namespace
from simulator.world.usage import Load
from simulator.world.world import World
from tests.simulator.world.stage import NOON, Stage, make_app

BUDGETS, SCALERS = "poddisruptionbudgets.policy", "horizontalpodautoscalers.autoscaling"


def test_slice_follows_readiness_and_departure(stage: Stage) -> None:
    app = make_app(replicas=2)
    stage.deploy(app)
    stage.serve(app)
    stage.advance(2)
    assert [endpoint["conditions"]["ready"] for endpoint in stage.slice_of(app)] == [False, False]
    stage.advance(10)
    assert [endpoint["conditions"]["ready"] for endpoint in stage.slice_of(app)] == [True, True]
    assert stage.slice_of(app)[0]["zone"].startswith("us-west-2")
    name = stage.names(app)[0]
    stage.store.delete("pods", "team", name, grace_seconds=30)
    stage.advance(0.1)
    leaving = next(endpoint for endpoint in stage.slice_of(app) if endpoint["targetRef"]["name"] == name)
    assert leaving["conditions"] == {"ready": False, "serving": True, "terminating": True}
    addresses = stage.store.get("endpoints", "team", app.name)["subsets"][0]["addresses"]
    assert name not in [address["targetRef"]["name"] for address in addresses]
    stage.advance(5)
    assert name not in [endpoint["targetRef"]["name"] for endpoint in stage.slice_of(app)]


def test_slice_is_split_and_named_ports_are_resolved(stage: Stage) -> None:
    app = make_app(replicas=110)
    stage.deploy(app)
    stage.serve(app)
    service = stage.store.get("services", "team", app.name)
    stage.store.update("services", with_spec(service, ports=[{"port": 80, "targetPort": "http", "protocol": "TCP"}]))
    stage.advance(20)
    slices = stage.store.list("endpointslices.discovery.k8s.io", "team")
    assert sorted(len(found["endpoints"]) for found in slices) == [10, 100]
    assert {found["ports"][0]["port"] for found in slices} == {8080}
    stage.change(app, replicas=5)
    stage.advance(20)
    assert len(stage.store.list("endpointslices.discovery.k8s.io", "team")) == 1


def test_deleted_service_takes_its_endpoints_along(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app)
    stage.serve(app)
    stage.advance(10)
    stage.store.delete("services", "team", app.name)
    stage.advance(1)
    assert stage.store.list("endpointslices.discovery.k8s.io", "team") == []
    assert stage.store.find("endpoints", "team", app.name) is None


def budget_status(stage: Stage, app: App) -> dict[str, Any]:
    """The status of the application's budget."""
    return dict(stage.store.get(BUDGETS, "team", f"{app.name}-pdb")["status"])


def test_budget_counts(stage: Stage) -> None:
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.store.create(BUDGETS, budget(app, minAvailable=2))
    stage.advance(10)
    status = budget_status(stage, app)
    assert (status["disruptionsAllowed"], status["currentHealthy"]) == (1, 3)
    assert (status["desiredHealthy"], status["expectedPods"]) == (2, 3)
    assert status["conditions"][0]["reason"] == "SufficientPods"
    stage.break_pod(stage.pods(app)[0], "crash-loop")
    stage.advance(5)
    status = budget_status(stage, app)
    assert (status["disruptionsAllowed"], status["currentHealthy"]) == (0, 2)
    assert status["conditions"][0]["reason"] == "InsufficientPods"


def test_budget_in_percent_follows_the_scale(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.store.create(BUDGETS, budget(app, maxUnavailable="50%"))
    stage.advance(10)
    assert budget_status(stage, app)["desiredHealthy"] == 2
    stage.change(app, replicas=8)
    stage.advance(10)
    status = budget_status(stage, app)
    assert (status["expectedPods"], status["desiredHealthy"], status["disruptionsAllowed"]) == (8, 4, 4)


def test_budget_without_pods(stage: Stage) -> None:
    app = make_app(replicas=0)
    stage.store.create(BUDGETS, budget(app, minAvailable=1))
    stage.advance(1)
    assert budget_status(stage, app)["disruptionsAllowed"] == 0


def scaler(stage: Stage, app: App) -> Object:
    """The application's autoscaler."""
    return stage.store.get(SCALERS, "team", app.name)


def loaded(cores: float, *, replicas: int = 2) -> tuple[Stage, App]:
    """A stage on which the application's traffic needs so many cores, with an autoscaler at 70 %."""
    store = Store(SimulationClock(speed=0, start=NOON))
    make_cluster(store)
    app = make_app(replicas=replicas)
    load = Load(cores, 50e6, swing_ratio=0.0, noise_ratio=0.0)
    world = World(store, loads={("team", app.name): load}, seed=7)
    GarbageCollector(store)
    world.start()
    store.create("namespaces", namespace("team"))
    stage = Stage(world)
    stage.deploy(app)
    stage.advance(20)
    store.create(SCALERS, autoscaler(app, least=2, most=6, cpu_percent=70))
    return stage, app


def test_autoscaler_raises_to_what_the_formula_says() -> None:
    stage, app = loaded(0.35)  # 0.35 cores over requests of 0.1 each: 5 pods at 70 %
    stage.advance(90)
    assert stage.get(app)["spec"]["replicas"] == 5
    assert stage.ready(app) == 5
    status = scaler(stage, app)["status"]
    assert status["currentMetrics"][0]["resource"]["current"]["averageUtilization"] == 70
    assert status["lastScaleTime"]
    assert (find_condition(scaler(stage, app), "ScalingLimited") or {})["status"] == "False"
    event = stage.events("SuccessfulRescale", app.name)[0]
    assert event["message"].endswith("cpu resource utilization (percentage of request) above target")


def test_autoscaler_stops_at_its_limit() -> None:
    stage, app = loaded(0.9)
    stage.advance(120)
    assert stage.get(app)["spec"]["replicas"] == 6
    assert (find_condition(scaler(stage, app), "ScalingLimited") or {})["reason"] == "TooManyReplicas"


def test_autoscaler_lowers_only_after_its_window() -> None:
    stage, app = loaded(0.14, replicas=6)
    stage.advance(200)
    assert stage.get(app)["spec"]["replicas"] == 6
    assert (find_condition(scaler(stage, app), "AbleToScale") or {})["reason"] == "ScaleDownStabilized"
    stage.advance(200)
    assert stage.get(app)["spec"]["replicas"] == 2


def test_autoscaler_leaves_a_stopped_application_alone() -> None:
    stage, app = loaded(0.35)
    stage.advance(60)
    stage.change(app, replicas=0)
    stage.advance(120)
    assert stage.get(app)["spec"]["replicas"] == 0
    assert (find_condition(scaler(stage, app), "ScalingActive") or {})["reason"] == "ScalingDisabled"


def test_quota_measures_requests(stage: Stage) -> None:
    hard = {
        "requests.cpu": "2",
        "requests.memory": "1Gi",
        "limits.cpu": "4",
        "pods": "10",
        "count/deployments.apps": "5",
    }
    stage.store.create("resourcequotas", {"metadata": {"name": "q", "namespace": "team"}, "spec": {"hard": hard}})
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(5)
    used = stage.store.get("resourcequotas", "team", "q")["status"]["used"]
    assert used == {
        "requests.cpu": "300m",
        "requests.memory": "384Mi",
        "limits.cpu": "1500m",
        "pods": "3",
        "count/deployments.apps": "1",
    }
    stage.change(app, replicas=0)
    stage.advance(10)
    assert stage.store.get("resourcequotas", "team", "q")["status"]["used"]["pods"] == "0"


def test_claim_without_a_class_stays_pending(stage: Stage) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}
    stage.store.create("persistentvolumeclaims", {"metadata": {"name": "c", "namespace": "team"}, "spec": spec})
    stage.advance(5)
    assert stage.store.get("persistentvolumeclaims", "team", "c").get("status", {}).get("phase") != "Bound"
    spec = {**spec, "storageClassName": "standard"}
    stage.store.create("persistentvolumeclaims", {"metadata": {"name": "d", "namespace": "team"}, "spec": spec})
    stage.advance(5)
    claim = stage.store.get("persistentvolumeclaims", "team", "d")
    assert claim["status"]["phase"] == "Bound"
    volume = stage.store.get("persistentvolumes", "", claim["spec"]["volumeName"])
    assert volume["spec"]["claimRef"]["name"] == "d"
    stage.store.delete("persistentvolumeclaims", "team", "d")
    stage.advance(1)
    assert stage.store.list("persistentvolumes") == []


def test_namespace_is_furnished_and_emptied(stage: Stage) -> None:
    assert stage.store.find("serviceaccounts", "team", "default") is not None
    stage.store.delete("serviceaccounts", "team", "default")
    stage.advance(0.1)
    assert stage.store.find("serviceaccounts", "team", "default") is not None
    app = make_app()
    stage.deploy(app)
    stage.serve(app)
    stage.advance(10)
    stage.store.delete("namespaces", "", "team")
    assert stage.store.get("namespaces", "", "team")["status"]["phase"] == "Terminating"
    stage.advance(20)
    assert stage.store.find("namespaces", "", "team") is None
    assert stage.store.list("pods", "team") == []
    assert stage.store.list("services", "team") == []


def test_idle_cluster_writes_little(stage: Stage) -> None:
    app = make_app()
    stage.deploy(app)
    stage.serve(app)
    stage.advance(600)
    before = stage.store.resource_version
    stage.advance(600)
    leases, statuses = 4 * 20, 4 * 2
    assert stage.store.resource_version - before <= leases + statuses + 2
    node = stage.store.get("nodes", "", "worker-node-1")
    heartbeat = (find_condition(node, "Ready") or {})["lastHeartbeatTime"]
    assert heartbeat >= "2026-03-01T12:15:00Z"
    lease = stage.store.get("leases.coordination.k8s.io", "kube-node-lease", "worker-node-1")
    assert lease["spec"]["renewTime"] > "2026-03-01T12:19:00"


def test_many_similar_events_become_one(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app)
    for number in range(2, 20):
        stage.change(app, replicas=number)
        stage.advance(1)
    scalings = [event["message"] for event in stage.events("ScalingReplicaSet", app.name)]
    assert len(scalings) == 10
    combined = [event for event in stage.events("ScalingReplicaSet") if event["message"].startswith("(combined")]
    assert combined[0]["message"].endswith("from 18 to 19")
    assert combined[0]["count"] == 9


def test_events_expire_after_an_hour(stage: Stage) -> None:
    app = make_app()
    stage.deploy(app)
    stage.advance(1800)
    assert stage.events("Scheduled", app.name)
    stage.advance(2000)
    assert stage.store.list("events") == []
