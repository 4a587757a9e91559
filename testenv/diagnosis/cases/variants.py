"""The same kinds of fault as other clusters, versions and programs show them, most of them in small snapshots."""

from __future__ import annotations

from testenv.diagnosis.case import fault, stuck
from testenv.diagnosis.cases.network import tls_secret
from testenv.diagnosis.objects import (
    container,
    ended,
    make,
    node,
    running,
    waiting,
)
from testenv.diagnosis.world import World, deploy, make_pod, set_statuses, settle, stateful, unschedulable


@fault("missing-secret", "Deployment/billing Secret/stripe", "stripe|does not exist", alone=True)
def secret_missing_and_no_secret_in_the_snapshot(world: World) -> None:
    app = deploy(world, "billing", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["containers"][0]["env"] = [
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "stripe", "key": "key"}}}
        ]
    stuck(world, app, "CreateContainerConfigError", 'secret "stripe" not found')


@fault("image-not-found", "Pod/shell", "busybx|not found", alone=True)
def bare_pod_with_a_docker_message(world: World) -> None:
    pod = world.add(make_pod("shell", {"containers": [container("shell", "busybx:1.36")]}, age=20))
    text = 'Failed to pull image "busybx:1.36": Error response from daemon: manifest for busybx:1.36 not found: manifest unknown: manifest unknown'
    set_statuses(pod, waiting("shell", "ErrImagePull", text.partition(": ")[2]), phase="Pending")
    world.warn(pod, "Failed", text, count=4)


@fault("image-unauthorized", "Deployment/billing", "credentials|ecr", alone=True)
def elastic_registry_without_credentials(world: World) -> None:
    app = deploy(world, "billing", replicas=2)
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/billing:9"
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["image"] = image
    stuck(
        world,
        app,
        "ImagePullBackOff",
        f'Back-off pulling image "{image}"',
        events=(
            (
                "Failed",
                f'Failed to pull image "{image}": rpc error: code = Unknown desc = failed to pull and unpack image: pulling from host 123456789012.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 9]: 403 Forbidden no basic auth credentials',
            ),
        ),
    )


@fault("oom", "StatefulSet/cache", "memory|64Mi", alone=True)
def statefulset_killed_for_memory(world: World) -> None:
    cache = stateful(world, "cache", replicas=2)
    for spec in (cache.template, *[pod["spec"] for pod in cache.pods]):
        spec["containers"][0]["resources"]["limits"]["memory"] = "64Mi"
    pod = cache.pods[1]
    set_statuses(pod, waiting("cache", "CrashLoopBackOff", restarts=9, last=ended(137, "OOMKilled", at=4)))
    settle(cache)


@fault("oom", "DaemonSet/collector", "memory", alone=True)
def one_daemon_pod_killed_for_memory(world: World) -> None:
    from testenv.diagnosis.cases.workloads import daemon  # noqa: PLC0415

    app = daemon(world, "collector")
    set_statuses(
        app.pods[0], running("collector", ready=True, restarts=11, since=3, last=ended(137, "OOMKilled", at=3))
    )


@fault("service-selector", "Service/billing", "selector|tier=api", alone=True)
def selector_with_one_label_too_many(world: World) -> None:
    app = deploy(world, "billing", replicas=2)
    assert app.service is not None
    assert app.endpoints is not None
    app.service["spec"]["selector"] = {"app": "billing", "tier": "api"}
    app.endpoints["endpoints"] = []


@fault("ingress-backend", "Ingress/front", "frontend|does not exist", alone=True)
def ingress_to_nothing(world: World) -> None:
    world.add(
        make(
            "IngressClass",
            "nginx",
            namespace=None,
            api="networking.k8s.io/v1",
            spec={"controller": "k8s.io/ingress-nginx"},
        )
    )
    world.add(
        make(
            "Ingress",
            "front",
            api="networking.k8s.io/v1",
            spec={
                "ingressClassName": "nginx",
                "defaultBackend": {"service": {"name": "frontend", "port": {"number": 80}}},
            },
        )
    )


@fault("ingress-class-missing", "Ingress/front", "haproxy|does not exist", alone=True)
def ingress_class_and_no_class_at_all(world: World) -> None:
    deploy(world, "billing")
    world.add(
        make(
            "Ingress",
            "front",
            api="networking.k8s.io/v1",
            spec={
                "ingressClassName": "haproxy",
                "rules": [
                    {
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "billing", "port": {"name": "http"}}},
                                }
                            ]
                        }
                    }
                ],
            },
        )
    )


@fault("tls-secret", "Ingress/front Secret/front-tls", "front-tls|does not exist", alone=True)
def tls_secret_and_no_secret_at_all(world: World) -> None:
    deploy(world, "billing")
    world.add(make("IngressClass", "nginx", namespace=None, api="networking.k8s.io/v1", spec={}))
    world.add(
        make(
            "Ingress",
            "front",
            api="networking.k8s.io/v1",
            spec={
                "ingressClassName": "nginx",
                "tls": [{"secretName": "front-tls"}],
                "rules": [
                    {
                        "host": "x.example.com",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "billing", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ],
            },
        )
    )


@fault("certificate-expired", "Deployment/billing Secret/billing-tls", "expired|billing-tls")
def mounted_certificate_expired(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    world.add(tls_secret("billing-tls", days_left=-0.5, host="billing.shop.svc"))
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "tls", "secret": {"secretName": "billing-tls"}}]


@fault("storage-class-missing", "PersistentVolumeClaim/data StatefulSet/ledger", "premium|does not exist", alone=True)
def claim_of_a_class_that_is_nowhere(world: World) -> None:
    world.add(
        make(
            "PersistentVolumeClaim",
            "data",
            age=60,
            spec={
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "premium",
                "resources": {"requests": {"storage": "1Gi"}},
            },
            status={"phase": "Pending"},
        )
    )
    world.warn(
        world.objects[-1],
        "ProvisioningFailed",
        'storageclass.storage.k8s.io "premium" not found',
        count=11,
        source="persistentvolume-controller",
    )


@fault("insufficient-resources", "StatefulSet/cache", "cpu|16")
def cpu_request_beyond_every_node(world: World) -> None:
    cache = stateful(world, "cache", replicas=1)
    for spec in (cache.template, cache.pods[0]["spec"]):
        spec["containers"][0]["resources"] = {"requests": {"cpu": "16"}}
    unschedulable(
        world,
        cache.pods[0],
        "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    settle(cache)


@fault("taint", "Pod/trainer", "nvidia.com/gpu=present|taint", alone=True)
def taint_of_graphics_nodes(world: World) -> None:
    world.add(node("gpu-1", taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]))
    pod = world.add(make_pod("trainer", {"containers": [container("trainer")]}, on=None, age=30))
    unschedulable(
        world,
        pod,
        "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    )


@fault("node-selector", "Deployment/billing", "gpu=a100|label", alone=True)
def node_selector_without_nodes_in_the_snapshot(world: World) -> None:
    app = deploy(world, "billing", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["nodeSelector"] = {"gpu": "a100"}
    unschedulable(
        world,
        app.pods[0],
        "0/5 nodes are available: 5 node(s) didn't match Pod's node affinity/selector. preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling.",
    )
    settle(app)


@fault("quota", "Job/migrate ResourceQuota/small", "small|exceeded", alone=True)
def job_over_quota(world: World) -> None:
    one = world.add(
        make(
            "Job",
            "migrate",
            api="batch/v1",
            age=20,
            spec={"template": {"spec": {"containers": [container("migrate")]}}},
            status={},
        )
    )
    world.warn(
        one,
        "FailedCreate",
        'Error creating: pods "migrate-x2" is forbidden: exceeded quota: small, requested: limits.memory=4Gi, used: limits.memory=7Gi, limited: limits.memory=8Gi',
        count=6,
        source="job-controller",
    )
