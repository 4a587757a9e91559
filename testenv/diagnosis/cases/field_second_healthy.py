"""The healthy worlds of the second set that was written before it was run."""

from __future__ import annotations

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.autoscaling import hpa
from testenv.diagnosis.cases.jobs import job
from testenv.diagnosis.cases.network import gateway
from testenv.diagnosis.objects import ago, condition, container, ended, node, owner, running
from testenv.diagnosis.world import (
    App,
    World,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    stateful,
    unschedulable,
)

NS = "orders"


def _set(app: App, **spec: object) -> None:
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["containers"][0].update(spec)


@control
def probe_failed_twice_under_load(world: World) -> None:
    for pod in find_app(world, "web").pods:
        world.warn(
            pod,
            "Unhealthy",
            'Liveness probe failed: Get "http://10.1.0.7:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
            at=12,
            count=2,
        )


@control
def surge_pod_waits_for_a_node_of_the_autoscaler(world: World) -> None:
    app = deploy(world, "cart", replicas=3)
    unschedulable(world, app.pods[2], "0/3 nodes are available: 3 Insufficient memory.", for_minutes=1)
    world.warn(
        app.pods[2],
        "TriggeredScaleUp",
        "pod triggered scale-up: [{workers 3->4 (max: 10)}]",
        kind="Normal",
        at=0.8,
        source="cluster-autoscaler",
    )
    settle(app)


@control
def new_service_whose_pods_start(world: World) -> None:
    app = deploy(world, "fresh", replicas=2)
    for pod in app.pods:
        pod["metadata"]["creationTimestamp"] = ago(0.6)
        set_statuses(pod, running("fresh", ready=False, since=0.4), since=0.5)
    for one in (app.workload, app.replicaset, app.service):
        assert one is not None
        one["metadata"]["creationTimestamp"] = ago(0.7)
    settle(app, progress=("True", "ReplicaSetUpdated", "is progressing"))


@control
def claim_of_a_stateful_set_that_was_scaled_down(world: World) -> None:
    stateful(world, "ledger", replicas=2)
    app = find_app(world, "ledger")
    world.remove(app.pods[1])
    app.workload["spec"]["replicas"] = 1
    app.workload["status"].update(
        {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "currentReplicas": 1, "updatedReplicas": 1}
    )


@control
def retried_job_under_way(world: World) -> None:
    pod = make_pod(
        "sync-2abc",
        {
            "containers": [container("sync", ports=None, readinessProbe=None, livenessProbe=None)],
            "restartPolicy": "OnFailure",
        },
        by=owner("Job", "sync", "batch/v1"),
        age=6,
    )
    set_statuses(pod, running("sync", restarts=1, since=4, last=ended(1, at=4.2)), since=4)
    job(world, "sync", pods=[pod], active=1, age=6)


@control
def secret_and_config_map_are_optional(world: World) -> None:
    web = find_app(world, "web")
    _set(
        web,
        envFrom=[
            {"configMapRef": {"name": "tuning", "optional": True}},
            {"secretRef": {"name": "extra", "optional": True}},
        ],
    )


@control
def debug_level_lines_with_stack_traces(world: World) -> None:
    world.log(
        find_app(world, "api").pods[0],
        "\n".join(
            '{"level":"debug","msg":"retry scheduled","error":"connection refused","attempt":1}' for _ in range(20)
        )
        + '\n{"level":"info","msg":"request served","status":200}',
    )


@control
def unreferenced_endpoints_of_a_blue_green_switch(world: World) -> None:
    blue = deploy(world, "blue", replicas=2)
    green = deploy(world, "green", replicas=0)
    assert blue.service is not None
    assert green.service is not None
    settle(green)
    hpa(world, "blue", replicas=2)


@control
def node_with_a_taint_for_special_work(world: World) -> None:
    world.add(node("gpu-1", taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]))


@control
def gateway_being_programmed(world: World) -> None:
    one = gateway(
        world,
        conditions=[
            condition("Accepted", "True", "Accepted"),
            condition("Programmed", "False", "Pending", "Waiting for an address", since=0.5),
        ],
    )
    one["metadata"]["creationTimestamp"] = ago(0.6)
