"""The same kinds of fault, continued: programs, probes and what is left."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck, unready
from testenv.diagnosis.objects import (
    ago,
    condition,
    config_map,
    container,
    ended,
    event,
    make,
    node,
    owner,
    running,
    secret,
    service,
    waiting,
)
from testenv.diagnosis.world import World, deploy, find_app, make_pod, set_statuses, settle, stateful


@fault("bad-configuration", "Deployment/proxy ConfigMap/proxy-conf", "configuration|nginx", alone=True)
def nginx_configuration_wrong(world: World) -> None:
    proxy = deploy(world, "proxy", replicas=2)
    crash_loop(
        world,
        proxy,
        log='2026/03/10 11:58:01 [emerg] 1#1: unknown directive "proxy_passs" in /etc/nginx/conf.d/default.conf:12\nnginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/default.conf:12',
    )


@fault("missing-setting", "Deployment/billing", "STRIPE_KEY", alone=True)
def python_key_error(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log='Traceback (most recent call last):\n  File "/app/main.py", line 4, in <module>\n    key = os.environ["STRIPE_KEY"]\n  File "<frozen os>", line 685, in __getitem__\nKeyError: \'STRIPE_KEY\'',
    )


@fault("application-error", "Deployment/billing", "ModuleNotFoundError|requests", alone=True)
def python_module_missing(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log="Traceback (most recent call last):\n  File \"/app/main.py\", line 1, in <module>\n    import requests\nModuleNotFoundError: No module named 'requests'",
    )


@fault("application-error", "Deployment/billing", "nil pointer|exit code 2", alone=True)
def go_nil_pointer_after_recovery(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        code=2,
        log="dial tcp 10.0.0.4:5432: connect: connection refused, retrying\nconnected to postgres\npanic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:31 +0x1d",
    )


@fault("dependency-down", "Deployment/billing", "kafka-0.kafka:9092", alone=True)
def kafka_unreachable(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log="%3|1741607881.121|FAIL|rdkafka#producer-1| [thrd:kafka-0.kafka:9092/bootstrap]: kafka-0.kafka:9092/bootstrap: Connect to ipv4#10.2.3.4:9092 failed: Connection refused",
    )


@fault("dependency-down", "Deployment/billing", "ECONNREFUSED|mongo", alone=True)
def mongo_unreachable_from_node(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log="MongoServerSelectionError: connect ECONNREFUSED mongo:27017\n    at Timeout._onTimeout (/app/node_modules/mongodb/lib/sdam/topology.js:278:38)",
    )


@fault("dependency-name", "Deployment/billing", "rabbit|resolve", alone=True)
def name_not_found_from_node(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log="Error: getaddrinfo ENOTFOUND rabbit.messaging.svc.cluster.local\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26)",
    )


@fault("credentials-rejected", "Deployment/billing", "access denied", alone=True)
def mysql_access_denied(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "billing"),
        log="ERROR 1045 (28000): Access denied for user 'billing'@'10.1.2.3' (using password: YES)",
    )


@fault("liveness-probe", "Deployment/billing", "liveness|exec|pg_isready", alone=True)
def liveness_command_fails(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["containers"][0]["livenessProbe"] = {"exec": {"command": ["pg_isready", "-U", "exec"]}}
    set_statuses(app.pods[0], running("billing", ready=True, restarts=8, since=2, last=ended(137, "Error", at=2)))
    world.warn(app.pods[0], "Unhealthy", "Liveness probe failed: /bin/sh: pg_isready: not found", count=25, first=30)
    world.warn(
        app.pods[0],
        "Killing",
        "Container billing failed liveness probe, will be restarted",
        kind="Normal",
        count=8,
        first=30,
    )


@fault("readiness-probe", "StatefulSet/cache", "readiness|loading", alone=True)
def readiness_of_a_loading_cache(world: World) -> None:
    cache = stateful(world, "cache", replicas=1)
    unready(world, cache, "LOADING Redis is loading the dataset in memory")


@fault("pod-security", "DaemonSet/agent", "PodSecurity|baseline|hostPath", alone=True)
def daemon_set_forbidden(world: World) -> None:
    from testenv.diagnosis.cases.workloads import daemon  # noqa: PLC0415

    app = daemon(world, "agent", (), wanted=3)
    no_pods(
        app,
        world,
        'pods "agent-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPath volumes (volume "proc")',
    )


@fault("node-not-ready", "Node/worker-7", "worker-7|kubelet", alone=True)
def a_node_alone(world: World) -> None:
    one = world.add(node("worker-7"))
    one["status"]["conditions"] = [
        condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    ]


@fault("hpa-target-missing", "HorizontalPodAutoscaler/billing", "billing-v2|does not exist", alone=True)
def autoscaler_alone(world: World) -> None:
    world.add(
        make(
            "HorizontalPodAutoscaler",
            "billing",
            api="autoscaling/v2",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "billing-v2"}, "maxReplicas": 5},
            status={},
        )
    )


@fault("unavailable", "Deployment/billing", "cannot tell", alone=True)
def deployment_without_its_pods(world: World) -> None:
    app = deploy(world, "billing", replicas=3, with_service=False)
    world.remove(*app.pods)
    app.pods.clear()
    settle(app, progress=("False", "ProgressDeadlineExceeded", 'ReplicaSet "billing" has timed out progressing.'))


@fault("headless-service-missing", "StatefulSet/ledger Service/ledger", "ledger|does not exist", alone=True)
def stateful_set_alone(world: World) -> None:
    ledger = stateful(world, "ledger", replicas=1)
    assert ledger.service is not None
    world.remove(ledger.service)


@fault("cpu-throttling", "Deployment/billing", "throttl", alone=True)
def throttled_by_prometheus_samples(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    labels = {"namespace": "shop", "pod": app.pods[0]["metadata"]["name"], "container": "billing"}
    world.metrics["samples"] = [
        {"metric": {"__name__": "container_cpu_cfs_throttled_periods_total", **labels}, "value": [1, "7300"]},
        {"metric": {"__name__": "container_cpu_cfs_periods_total", **labels}, "value": [1, "9000"]},
    ]


@fault("memory-near-limit", "Deployment/billing", "memory limit|256Mi", alone=True)
def memory_nearly_full(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    world.metrics["memory_working_set_bytes"] = {f"shop/{app.pods[0]['metadata']['name']}/billing": 262_000_000}


@fault("log-errors", "Deployment/billing", "deadlock", alone=True)
def few_lines_mostly_errors(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    world.log(
        app.pods[0],
        "starting\nERROR deadlock detected, transaction 12 rolled back\nERROR deadlock detected, transaction 13 rolled back\nERROR deadlock detected, transaction 19 rolled back\n",
    )


@fault("rbac-forbidden", "Deployment/operator", "forbidden|cannot watch|secrets", alone=True)
def operator_lacks_rights_and_is_unready(world: World) -> None:
    app = deploy(world, "operator", replicas=1, with_service=False)
    unready(world, app, "HTTP probe failed with statuscode: 500")
    world.log(
        app.pods[0],
        'W0310 reflector.go:569] failed to list *v1.Secret: secrets is forbidden: User "system:serviceaccount:shop:operator" cannot watch resource "secrets" in API group "" at the cluster scope\n'
        * 4,
    )


@fault(
    "volume-mount missing-configmap",
    "Deployment/billing ConfigMap/billing-conf",
    "billing-conf|does not exist",
    alone=True,
)
def new_events_api(world: World) -> None:
    app = deploy(world, "billing", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "conf", "configMap": {"name": "billing-conf"}}]
    stuck(world, app, "ContainerCreating", "")
    old = event(app.pods[0], "FailedMount", "x")
    world.add(
        {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": old["metadata"],
            "regarding": old["involvedObject"],
            "reason": "FailedMount",
            "type": "Warning",
            "note": 'MountVolume.SetUp failed for volume "conf" : configmap "billing-conf" not found',
            "eventTime": ago(9),
            "series": {"count": 12, "lastObservedTime": ago(1)},
        }
    )


@fault("crash application-error", "ReplicaSet/old-style", "exit code 1", alone=True)
def replica_set_without_deployment(world: World) -> None:
    spec = {"containers": [container("app")]}
    one = world.add(
        make(
            "ReplicaSet",
            "old-style",
            api="apps/v1",
            spec={
                "replicas": 1,
                "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": spec},
            },
            status={"replicas": 1},
        )
    )
    pod = world.add(make_pod("old-style-x", spec, labels={"a": "b"}, by=owner("ReplicaSet", one["metadata"]["name"])))
    set_statuses(pod, waiting("app", "CrashLoopBackOff", restarts=5, last=ended(1)))


@fault("config-map-empty", "ConfigMap/settings", "empty", alone=True)
def empty_config_map_alone(world: World) -> None:
    world.add(config_map("settings", {}), secret("s", {"a": "eA=="}))


@fault("service-port", "Service/billing", "grpc|8080", alone=True)
def second_port_unknown(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    world.remove(app.service or {})
    one = world.add(service("billing", {"app": "billing"}))
    one["spec"]["ports"].append({"name": "grpc", "port": 9000, "targetPort": "grpc", "protocol": "TCP"})


@fault("dependency-down log-errors", "Deployment/web", "search|timeout")
def running_pods_cannot_reach_a_service(world: World) -> None:
    web = find_app(world, "web")
    for pod in web.pods:
        world.log(
            pod,
            "\n".join(
                [
                    "GET / 200",
                    *["upstream error: Get http://search:9200/_search: context deadline exceeded (timeout)"] * 6,
                ]
            ),
        )
