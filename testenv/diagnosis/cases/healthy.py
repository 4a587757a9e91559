"""Healthy worlds, most of them noisy: old restarts, ended jobs, rollouts under way, warnings long past."""

from __future__ import annotations

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.autoscaling import budget, hpa
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import (
    ago,
    condition,
    container,
    ended,
    make,
    owner,
    running,
    waiting,
)
from testenv.diagnosis.world import (
    World,
    add_replicaset,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
)


@control
def nothing_special(_world: World) -> None:
    """The shop as it stands."""


@control
def old_restarts(world: World) -> None:
    for pod in find_app(world, "web").pods:
        name = pod["spec"]["containers"][0]["name"]
        set_statuses(pod, running(name, restarts=14, since=5000, last=ended(1, at=5000)), since=5000)


@control
def one_memory_kill_two_days_ago(world: World) -> None:
    pod = find_app(world, "api").pods[0]
    set_statuses(pod, running("api", restarts=1, since=2880, last=ended(137, "OOMKilled", at=2881)), since=2880)


@control
def completed_job(world: World) -> None:
    job(
        world,
        "import",
        conditions=[condition("Complete", "True", "CompletionsReached")],
        pods=[job_pod("import", 0, code=0)],
        succeeded=1,
    )


@control
def job_that_succeeded_at_the_second_try(world: World) -> None:
    job(
        world,
        "import",
        conditions=[condition("Complete", "True")],
        pods=[job_pod("import", 0, code=1, at=30), job_pod("import", 1, code=0, at=20)],
        succeeded=1,
        failed=1,
    )


@control
def job_under_way(world: World) -> None:
    pod = make_pod(
        "import-x",
        {"containers": [container("import", readinessProbe=None)], "restartPolicy": "Never"},
        labels={"job-name": "import"},
        by=owner("Job", "import", "batch/v1"),
        age=4,
    )
    job(world, "import", pods=[pod], active=1, age=4)


@control
def cron_job_recovered(world: World) -> None:
    cron(world, "backup", status={"lastScheduleTime": ago(5), "lastSuccessfulTime": ago(4)})
    job(
        world,
        "backup-1",
        by=owner("CronJob", "backup", "batch/v1"),
        conditions=[condition("Failed", "True", "BackoffLimitExceeded", since=700)],
        pods=[job_pod("backup-1", 0, code=1, at=700)],
        age=720,
        failed=7,
    )
    job(
        world,
        "backup-2",
        by=owner("CronJob", "backup", "batch/v1"),
        conditions=[condition("Complete", "True")],
        pods=[job_pod("backup-2", 0, code=0, at=5)],
        age=6,
        succeeded=1,
    )


@control
def cron_job_not_yet_due(world: World) -> None:
    cron(world, "yearly", schedule="0 0 1 1 *", status={}, age=50)


@control
def rollout_under_way(world: World) -> None:
    web = find_app(world, "web")
    old = list(web.pods)
    web.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    web.template["containers"][0]["image"] = "registry.example.com/shop/web:1.5.0"
    web.pods.clear()
    add_replicaset(world, web, revision=2, replicas=1, age=0.4)
    fresh = web.pods[0]
    set_statuses(fresh, waiting("web", "ContainerCreating"), phase="Pending", since=0.4)
    web.pods[:] = [*old, fresh]
    settle(web, progress=("True", "ReplicaSetUpdated", "ReplicaSet is progressing."))
    web.workload["status"].update({"updatedReplicas": 1, "unavailableReplicas": 1})


@control
def new_pod_warming_up(world: World) -> None:
    api = find_app(world, "api")
    pod = api.pods[1]
    pod["metadata"]["creationTimestamp"] = ago(0.6)
    set_statuses(pod, running("api", ready=False, since=0.5), since=0.5)
    world.warn(
        pod,
        "Unhealthy",
        'Readiness probe failed: Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused',
        count=3,
        first=0.5,
        at=0.1,
    )
    settle(api)


@control
def warnings_long_past(world: World) -> None:
    web = find_app(world, "web")
    for pod in web.pods:
        world.warn(pod, "BackOff", "Back-off restarting failed container web in pod web", count=30, first=55, at=45)
        world.warn(pod, "FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.", first=55, at=52)
        world.warn(pod, "Failed", 'Failed to pull image "x": i/o timeout', first=55, at=50)
        world.warn(
            pod, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", first=50, at=48, count=5
        )


@control
def a_probe_failed_once(world: World) -> None:
    world.warn(
        find_app(world, "web").pods[0],
        "Unhealthy",
        'Readiness probe failed: Get "http://10.1.0.7:8080/ready": context deadline exceeded',
        at=2,
    )


@control
def scaled_to_zero_on_purpose(world: World) -> None:
    app = deploy(world, "legacy", replicas=0)
    settle(app)


@control
def pods_terminating(world: World) -> None:
    web = find_app(world, "web")
    pod = make_pod(
        "web-old-1",
        web.template,
        labels={"app": "web"},
        by=owner("ReplicaSet", web.replicaset["metadata"]["name"] if web.replicaset else "x"),
        on="node-1",
    )
    pod["metadata"] |= {"deletionTimestamp": ago(0.2), "deletionGracePeriodSeconds": 30}
    world.add(pod)


@control
def old_replica_sets_kept(world: World) -> None:
    web = find_app(world, "web")
    for revision in (7, 8):
        old = web.template["containers"][0] | {"image": f"registry.example.com/shop/web:1.3.{revision}"}
        world.add(
            make(
                "ReplicaSet",
                f"web-old{revision}",
                api="apps/v1",
                metadata={"labels": {"app": "web"}, "annotations": {"deployment.kubernetes.io/revision": "0"}}
                | owner("Deployment", "web"),
                spec={
                    "replicas": 0,
                    "selector": {"matchLabels": {"app": "web", "pod-template-hash": str(revision)}},
                    "template": {"metadata": {"labels": {}}, "spec": {"containers": [old]}},
                },
                status={"replicas": 0},
            )
        )


@control
def autoscaler_at_its_minimum(world: World) -> None:
    hpa(
        world,
        "web",
        bounds=(3, 5),
        usage=8,
        conditions=[
            condition("AbleToScale", "True", "ReadyForNewScale"),
            condition("ScalingActive", "True", "ValidMetricFound"),
            condition(
                "ScalingLimited",
                "True",
                "TooFewReplicas",
                "the desired replica count is less than the minimum replica count",
            ),
        ],
    )


@control
def autoscaler_at_its_maximum_within_target(world: World) -> None:
    hpa(
        world,
        "web",
        bounds=(2, 3),
        usage=66,
        conditions=[
            condition("AbleToScale", "True", "ReadyForNewScale"),
            condition("ScalingActive", "True", "ValidMetricFound"),
            condition(
                "ScalingLimited",
                "True",
                "TooManyReplicas",
                "the desired replica count is more than the maximum replica count",
                since=3,
            ),
        ],
    )


@control
def autoscaler_missed_metrics_at_start(world: World) -> None:
    one = hpa(world, "web")
    world.warn(
        one,
        "FailedGetResourceMetric",
        "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)",
        count=3,
        first=50,
        at=45,
    )


@control
def budget_with_room(world: World) -> None:
    budget(world, "web", {"app": "web"}, healthy=3, wanted=2, allowed=1, expected=3, minAvailable=2)


@control
def daemon_set_on_some_nodes(world: World) -> None:
    app = daemon(world, "gpu-agent", ("node-1",))
    app.template["nodeSelector"] = {"kubernetes.io/hostname": "node-1"}


@control
def cordoned_for_maintenance(world: World) -> None:
    world.find("Node", "node-3")["spec"] = {
        "unschedulable": True,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(5)}],
    }


@control
def control_plane_node_with_its_taint(world: World) -> None:
    from testenv.diagnosis.objects import node  # noqa: PLC0415

    world.add(
        node(
            "cp-1",
            labels={"node-role.kubernetes.io/control-plane": ""},
            taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}],
        )
    )


@control
def node_was_not_ready_once(world: World) -> None:
    node = world.find("Node", "node-2")
    set_condition(node, "Ready", "True", "KubeletReady", "kubelet is posting ready status", since=50)
    world.warn(node, "NodeNotReady", "Node node-2 status is now: NodeNotReady", kind="Normal", at=55)
    world.warn(node, "SystemOOM", "System OOM encountered, victim process: java, pid: 3122", at=56)
