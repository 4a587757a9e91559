"""Healthy worlds that look suspicious to whoever counts restarts, warnings and pods that are not running."""

from __future__ import annotations

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.autoscaling import budget, hpa
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.cases.network import tls_secret
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import ago, condition, container, ended, make, owner, running, service, waiting
from testenv.diagnosis.world import (
    World,
    add_replicaset,
    bound_claim,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    stateful,
    unschedulable,
)


@control
def rollout_pulls_its_image(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    app.template["containers"][0]["image"] = "registry.example.com/shop/cart:2"
    app.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    add_replicaset(world, app, revision=2, replicas=1, age=0.5)
    pod = app.pods[-1]
    set_statuses(pod, waiting("cart", "ContainerCreating"), phase="Pending", since=0.5)
    world.warn(pod, "Pulling", 'Pulling image "registry.example.com/shop/cart:2"', kind="Normal", at=0.4)
    settle(app, progress=("True", "ReplicaSetUpdated", 'ReplicaSet "cart-2" is progressing.'))


@control
def pending_for_three_seconds(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    unschedulable(
        world,
        app.pods[1],
        "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
        for_minutes=0.05,
    )
    settle(app)


@control
def stateful_set_rolls_with_a_partition(world: World) -> None:
    app = stateful(world, "ledger", replicas=3)
    app.workload["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    app.workload["status"].update({"updateRevision": "ledger-2", "updatedReplicas": 1, "currentReplicas": 2})


@control
def stateful_pod_leaves_within_its_grace_period(world: World) -> None:
    app = stateful(world, "ledger", replicas=3)
    app.pods[2]["metadata"] |= {"deletionTimestamp": ago(0.5), "deletionGracePeriodSeconds": 120}
    settle(app)


@control
def connections_drain_for_half_an_hour(world: World) -> None:
    app = deploy(world, "stream", replicas=2)
    add_replicaset(world, app, revision=2, replicas=1, age=25)
    leaving = app.pods.pop()
    leaving["metadata"] |= {"deletionTimestamp": ago(-35), "deletionGracePeriodSeconds": 3600}
    leaving["spec"]["terminationGracePeriodSeconds"] = 3600
    settle(app)


@control
def indexed_job_half_done_with_one_retry(world: World) -> None:
    pods = [job_pod("render", n, code=0, at=20) for n in range(4)] + [job_pod("render", 7, code=1, at=15)]
    alive = make_pod(
        "render-8abc",
        {
            "containers": [container("render", ports=None, readinessProbe=None, livenessProbe=None)],
            "restartPolicy": "Never",
        },
        by=owner("Job", "render", "batch/v1"),
        age=5,
    )
    job(
        world,
        "render",
        pods=[*pods, alive],
        spec={"completions": 8, "parallelism": 2, "completionMode": "Indexed"},
        active=1,
        succeeded=4,
        failed=1,
    )


@control
def job_pod_has_just_been_made(world: World) -> None:
    pod = make_pod(
        "import-1abc",
        {
            "containers": [container("import", ports=None, readinessProbe=None, livenessProbe=None)],
            "restartPolicy": "Never",
        },
        by=owner("Job", "import", "batch/v1"),
        age=0.2,
    )
    set_statuses(pod, waiting("import", "ContainerCreating"), phase="Pending", since=0.2)
    job(world, "import", pods=[pod], age=0.2, active=1)


@control
def suspended_cron_job(world: World) -> None:
    cron(world, "yearly", schedule="0 3 1 1 *", suspend=True, status={"lastScheduleTime": ago(98000)})


@control
def monthly_cron_job(world: World) -> None:
    cron(
        world,
        "invoices",
        schedule="0 3 1 * *",
        status={"lastScheduleTime": ago(9 * 1440 + 540), "lastSuccessfulTime": ago(9 * 1440 + 500)},
    )


@control
def debugging_pod_that_failed_last_week(world: World) -> None:
    pod = world.add(
        make_pod(
            "debug-anna",
            {
                "containers": [
                    container("shell", image="busybox:1.36", ports=None, readinessProbe=None, livenessProbe=None)
                ],
                "restartPolicy": "Never",
            },
            age=13000,
        )
    )
    set_statuses(
        pod,
        {"name": "shell", "ready": False, "restartCount": 0, "state": {"terminated": ended(130, at=12950)}},
        phase="Failed",
        since=12950,
    )


@control
def test_pod_of_a_release_has_ended(world: World) -> None:
    pod = world.add(
        make_pod(
            "web-test-connection",
            {
                "containers": [container("wget", ports=None, readinessProbe=None, livenessProbe=None)],
                "restartPolicy": "Never",
            },
            age=4000,
        )
    )
    pod["metadata"]["annotations"] = {"helm.sh/hook": "test"}
    set_statuses(
        pod,
        {"name": "wget", "ready": False, "restartCount": 0, "state": {"terminated": ended(0, "Completed", at=3999)}},
        phase="Succeeded",
        since=3999,
    )


@control
def node_is_upgraded(world: World) -> None:
    one = world.find("Node", "node-3")
    one["spec"] = {
        "unschedulable": True,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(8)}],
    }
    world.warn(one, "NodeNotSchedulable", "Node node-3 status is now: NodeNotSchedulable", kind="Normal", at=8)
    daemon(world, "agent")


@control
def autoscaler_of_a_target_that_was_stopped(world: World) -> None:
    app = deploy(world, "preview", replicas=0)
    hpa(world, "preview", replicas=0, usage=None, conditions=[
        condition("AbleToScale", "True", "SucceededGetScale"),
        condition("ScalingActive", "False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero"),
    ])  # fmt: skip
    settle(app)


@control
def autoscaler_held_back_at_its_minimum(world: World) -> None:
    hpa(world, "web", bounds=(3, 8), replicas=3, usage=9, conditions=[
        condition("AbleToScale", "True", "ReadyForNewScale"),
        condition("ScalingActive", "True", "ValidMetricFound"),
        condition("ScalingLimited", "True", "TooFewReplicas", "the desired replica count is less than the minimum replica count"),
    ])  # fmt: skip


@control
def autoscaler_warned_this_morning(world: World) -> None:
    one = hpa(world, "web")
    world.warn(
        one,
        "FailedGetResourceMetric",
        "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)",
        at=240,
        first=242,
        count=6,
        source="horizontal-pod-autoscaler",
    )


@control
def probe_failures_while_starting(world: World) -> None:
    for pod in find_app(world, "api").pods:
        world.warn(
            pod,
            "Unhealthy",
            'Readiness probe failed: Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused',
            at=6,
            first=7,
            count=5,
        )


@control
def pull_failed_and_then_worked(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    for pod in app.pods:
        world.warn(
            pod,
            "Failed",
            'Failed to pull image "registry.example.com/shop/cart:1.4.2": rpc error: code = Unknown desc = failed to pull and unpack image: i/o timeout',
            at=22,
            first=25,
            count=3,
        )
        world.warn(
            pod, "BackOff", 'Back-off pulling image "registry.example.com/shop/cart:1.4.2"', at=22, first=25, count=4
        )


@control
def restarts_from_a_reboot_an_hour_ago(world: World) -> None:
    for pod in find_app(world, "worker").pods:
        name = pod["spec"]["containers"][0]["name"]
        set_statuses(pod, running(name, restarts=3, since=58, last=ended(255, "Unknown", at=59)), since=57)


@control
def lines_that_only_sound_like_errors(world: World) -> None:
    world.log(
        find_app(world, "worker").pods[0],
        "\n".join(
            f'time="2026-03-10T11:{n:02}:00Z" level=info msg="batch done" processed=412 errors=0 error_rate=0.00 failed=0 "no error found"'
            for n in range(20, 60)
        ),
    )


@control
def refused_at_the_start_and_connected_since(world: World) -> None:
    world.log(
        find_app(world, "api").pods[0],
        "ERROR dial tcp 10.96.14.7:5432: connect: connection refused, retrying in 1s\nERROR dial tcp 10.96.14.7:5432: connect: connection refused, retrying in 2s\nINFO connected to db:5432\nINFO serving on :8080\nINFO GET /ready 200",
    )


@control
def sidecar_in_the_modern_way(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    pod = app.pods[0]
    for spec in (app.template, pod["spec"]):
        spec["initContainers"] = [
            container("log-shipper", ports=None, readinessProbe=None, livenessProbe=None) | {"restartPolicy": "Always"}
        ]
    set_statuses(pod, running("cart"), init=[running("log-shipper", since=3000)])


@control
def ephemeral_container_of_yesterday(world: World) -> None:
    pod = find_app(world, "web").pods[0]
    pod["spec"]["ephemeralContainers"] = [
        {"name": "debugger-x1", "image": "busybox:1.36", "targetContainerName": "web"}
    ]
    pod["status"]["ephemeralContainerStatuses"] = [
        {"name": "debugger-x1", "ready": False, "restartCount": 0, "state": {"terminated": ended(137, at=1300)}}
    ]


@control
def daemon_pod_is_being_replaced(world: World) -> None:
    app = daemon(world, "agent")
    pod = app.pods[0]
    pod["metadata"]["creationTimestamp"] = ago(0.3)
    set_statuses(pod, waiting("agent", "ContainerCreating"), phase="Pending", since=0.3)
    app.workload["status"].update(
        {"updatedNumberScheduled": 1, "numberReady": 2, "numberAvailable": 2, "numberUnavailable": 1}
    )


@control
def pressure_on_a_node_three_hours_ago(world: World) -> None:
    one = world.find("Node", "node-2")
    set_condition(
        one,
        "MemoryPressure",
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
        since=170,
    )
    world.warn(one, "EvictionThresholdMet", "Attempting to reclaim memory", at=180, count=2)


@control
def namespace_has_just_been_deleted(world: World) -> None:
    world.add(
        make(
            "Namespace",
            "preview-9",
            namespace=None,
            metadata={"deletionTimestamp": ago(0.3)},
            spec={"finalizers": ["kubernetes"]},
            status={"phase": "Terminating"},
        )
    )


@control
def certificate_good_for_a_month(world: World) -> None:
    world.add(tls_secret("web-tls", days_left=29))
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]


@control
def certificate_is_being_issued(world: World) -> None:
    world.add(
        make(
            "Certificate",
            "api-tls",
            api="cert-manager.io/v1",
            age=0.7,
            spec={"secretName": "api-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
            status={
                "conditions": [
                    condition(
                        "Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist", since=0.7
                    )
                ]
            },
        )
    )


@control
def budget_used_up_by_a_restart(world: World) -> None:
    web = find_app(world, "web")
    pod = web.pods[0]
    pod["metadata"]["creationTimestamp"] = ago(0.4)
    set_statuses(pod, running("web", ready=False, since=0.3), since=0.4)
    settle(web)
    budget(world, "web", {"app": "web"}, healthy=2, wanted=2, allowed=0, expected=3, minAvailable=2)


@control
def canary_of_a_controller_that_is_not_in_the_snapshot(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    assert app.replicaset is not None
    world.remove(app.workload)
    app.replicaset["metadata"] |= owner("Rollout", "cart", "argoproj.io/v1alpha1")


@control
def busy_within_its_limits(world: World) -> None:
    for pod in find_app(world, "web").pods:
        world.metrics[f"shop/{pod['metadata']['name']}/web"] = {
            "cpu_usage_cores": 0.44,
            "cpu_throttled_ratio": 0.12,
            "memory_working_set_bytes": 215 * 2**20,
        }


@control
def external_name_and_manual_endpoints(world: World) -> None:
    world.add(
        make("Service", "legacy", spec={"type": "ExternalName", "externalName": "legacy.example.com"}),
        service("mainframe", None),
    )
    world.add(make("Endpoints", "mainframe", subsets=[{"addresses": [{"ip": "192.0.2.7"}], "ports": [{"port": 8443}]}]))


@control
def static_pods_of_the_control_plane(world: World) -> None:
    pod = world.add(
        make_pod(
            "kube-apiserver-node-1",
            {
                "containers": [container("kube-apiserver", ports=None, readinessProbe=None, livenessProbe=None)],
                "hostNetwork": True,
                "priorityClassName": "system-node-critical",
            },
            namespace="kube-system",
            by=owner("Node", "node-1", "v1"),
            age=20000,
        )
    )
    set_statuses(pod, running("kube-apiserver", restarts=9, since=9000, last=ended(1, at=9001)), since=9000)


@control
def volume_kept_on_purpose(world: World) -> None:
    bound_claim(world, "archive")
    world.add(
        make(
            "PersistentVolume",
            "pvc-spare",
            namespace=None,
            status={"phase": "Available"},
            spec={"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "manual"},
        )
    )


@control
def deployment_stopped_for_the_night(world: World) -> None:
    app = deploy(world, "preview", replicas=0)
    world.find("Ingress", "web")["spec"]["rules"].append(
        {
            "host": "preview.example.com",
            "http": {
                "paths": [
                    {
                        "path": "/",
                        "pathType": "Prefix",
                        "backend": {"service": {"name": "preview", "port": {"number": 80}}},
                    }
                ]
            },
        }
    )
    settle(app)


@control
def preempted_for_something_more_important(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    victim = app.pods[1]
    victim["metadata"] |= {"deletionTimestamp": ago(0.1), "deletionGracePeriodSeconds": 30}
    world.warn(
        victim, "Preempted", "Preempted by pod 0a on node node-2", kind="Normal", at=0.2, source="default-scheduler"
    )
    settle(app)
