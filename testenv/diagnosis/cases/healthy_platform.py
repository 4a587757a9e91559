"""Healthy worlds, continued: storage, network, configuration, policies, operators."""

from __future__ import annotations

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.network import gateway, route, tls_secret
from testenv.diagnosis.cases.operators import V0, subscription
from testenv.diagnosis.cases.policies import webhook
from testenv.diagnosis.objects import (
    ago,
    condition,
    config_map,
    container,
    ended,
    make,
    owner,
    running,
    secret,
    service,
    slice_of,
    terminated,
    waiting,
)
from testenv.diagnosis.world import (
    World,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    stateful,
    unschedulable,
)


@control
def claim_waits_for_its_consumer(world: World) -> None:
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "next",
            spec={
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
            },
            status={"phase": "Pending"},
        )
    )
    world.warn(
        claim,
        "WaitForFirstConsumer",
        "waiting for first consumer to be created before binding",
        kind="Normal",
        count=100,
        first=600,
    )


@control
def claim_being_provisioned(world: World) -> None:
    app = deploy(world, "reports", replicas=1, with_service=False)
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "reports",
            age=0.5,
            spec={
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
            },
            status={"phase": "Pending"},
        )
    )
    world.warn(
        claim,
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator.",
        kind="Normal",
        at=0.2,
    )
    pod = app.pods[0]
    pod["spec"]["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": "reports"}}]
    pod["metadata"]["creationTimestamp"] = ago(0.5)
    set_statuses(pod, waiting("reports", "ContainerCreating"), phase="Pending")
    settle(app, progress=("True", "ReplicaSetUpdated", "ReplicaSet is progressing."))


@control
def tls_in_good_order(world: World) -> None:
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    world.add(tls_secret("shop-tls", days_left=60))


@control
def gateway_in_good_order(world: World) -> None:
    gateway(world)
    route(world)


@control
def webhook_in_good_order(world: World) -> None:
    deploy(world, "policy", replicas=1)
    webhook(world, "ValidatingWebhookConfiguration")


@control
def service_without_selector(world: World) -> None:
    world.add(service("legacy-db", None), slice_of("legacy-db", ready=1, port=5432))
    world.add(service("partner", None, type="ExternalName", externalName="partner.example.com"))


@control
def headless_service_and_peers(world: World) -> None:
    stateful(world, "queue", replicas=3)


@control
def optional_references_absent(world: World) -> None:
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["envFrom"] = [{"configMapRef": {"name": "overrides", "optional": True}}]
        spec["volumes"] = [{"name": "x", "secret": {"secretName": "extra", "optional": True}}]
        spec["containers"][0]["env"] = [
            {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "a", "optional": True}}}
        ]


@control
def logs_with_ordinary_errors(world: World) -> None:
    web = find_app(world, "web")
    lines = [f"2026-03-10T11:{minute:02}:12Z INFO GET /cart 200 {minute}ms" for minute in range(60)]
    lines[5] = "2026-03-10T11:05:12Z ERROR could not parse coupon: invalid literal"
    lines[31] = "2026-03-10T11:31:00Z WARN retrying redis after timeout (1/3)"
    lines[47] = "2026-03-10T11:47:00Z ERROR request failed: connection refused, retrying"
    for pod in web.pods:
        world.log(pod, "\n".join(lines))


@control
def application_waited_for_its_database(world: World) -> None:
    pod = find_app(world, "api").pods[0]
    set_statuses(pod, running("api", restarts=2, since=2990, last=ended(1, at=2990)), since=2980)
    world.log(
        pod,
        "could not connect to db:5432: connection refused\nretrying\nconnected to db:5432\nlistening on :8080\n"
        + "INFO GET /ready 200\n" * 200,
    )


@control
def sidecar_has_done_its_work(world: World) -> None:
    pod = world.add(make_pod("export", {"containers": [container("export")], "restartPolicy": "OnFailure"}))
    set_statuses(pod, terminated("export", code=0, reason="Completed", at=50), phase="Succeeded")


@control
def init_containers_done(world: World) -> None:
    web = find_app(world, "web")
    for pod in web.pods:
        pod["spec"]["initContainers"] = [{"name": "migrate", "image": "registry.example.com/shop/migrate:1"}]
        done = terminated("migrate", code=0, reason="Completed", at=2990) | {"ready": True}
        set_statuses(pod, running("web"), init=[done])


@control
def eviction_remains_while_the_replacement_runs(world: World) -> None:
    worker = find_app(world, "worker")
    pod = make_pod(
        "worker-gone",
        worker.template,
        labels={"app": "worker"},
        by=owner("ReplicaSet", worker.replicaset["metadata"]["name"] if worker.replicaset else "x"),
        age=4000,
    )
    pod["status"] = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory. "}
    world.add(pod)


@control
def autoscaled_cluster_grows(world: World) -> None:
    web = find_app(world, "web")
    pod = web.pods[2]
    unschedulable(
        world,
        pod,
        "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
        for_minutes=1,
    )
    world.warn(
        pod,
        "TriggeredScaleUp",
        "pod triggered scale-up: [{asg-1 3->4 (max: 10)}]",
        kind="Normal",
        at=0.8,
        source="cluster-autoscaler",
    )
    settle(web, progress=("True", "ReplicaSetUpdated", "ReplicaSet is progressing."))


@control
def configuration_used_by_all_means(world: World) -> None:
    world.add(
        config_map("web-config", {"a": "1", "b": "2"}),
        secret("api-db", {"password": "eA=="}),
        secret("regcred", {".dockerconfigjson": "e30="}, kind="kubernetes.io/dockerconfigjson"),
    )
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["imagePullSecrets"] = [{"name": "regcred"}]
        spec["containers"][0]["env"] = [
            {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "web-config", "key": "a"}}},
            {"name": "P", "valueFrom": {"secretKeyRef": {"name": "api-db", "key": "password"}}},
        ]
        spec["volumes"] = [
            {
                "name": "all",
                "projected": {
                    "sources": [
                        {"configMap": {"name": "web-config"}},
                        {"secret": {"name": "api-db", "items": [{"key": "password", "path": "p"}]}},
                    ]
                },
            }
        ]


@control
def policies_that_allow_what_is_needed(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "db",
            api="networking.k8s.io/v1",
            spec={
                "podSelector": {"matchLabels": {"app": "db"}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}], "ports": [{"port": 5432}]}],
            },
        )
    )
    world.add(
        make(
            "NetworkPolicy",
            "default-deny",
            api="networking.k8s.io/v1",
            spec={"podSelector": {}, "policyTypes": ["Ingress"]},
        )
    )


@control
def operators_in_good_order(world: World) -> None:
    subscription(world, conditions=[condition("CatalogSourcesUnhealthy", "False", "AllCatalogSourcesHealthy")])
    world.add(make("OperatorGroup", "one", api="operators.coreos.com/v1", spec={}))
    world.add(
        make(
            "ClusterServiceVersion", "kafka.v0.45", api=V0, status={"phase": "Succeeded", "reason": "InstallSucceeded"}
        )
    )
    world.add(
        make(
            "CatalogSource",
            "community",
            api=V0,
            namespace="olm",
            spec={"sourceType": "grpc"},
            status={"connectionState": {"lastObservedState": "READY"}},
        )
    )
    world.add(
        make(
            "InstallPlan",
            "install-1",
            api=V0,
            spec={"approval": "Automatic", "approved": True},
            status={"phase": "Complete"},
        )
    )


@control
def system_pods_are_privileged(world: World) -> None:
    spec = {
        "containers": [
            container("kube-proxy", securityContext={"privileged": True}, readinessProbe=None, livenessProbe=None)
        ],
        "hostNetwork": True,
        "volumes": [{"name": "lib", "hostPath": {"path": "/lib/modules"}}],
    }
    world.add(make_pod("kube-proxy-x", spec, namespace="kube-system", labels={"k8s-app": "kube-proxy"}))
    world.add(
        make(
            "ClusterRoleBinding",
            "cluster-admin",
            namespace=None,
            api="rbac.authorization.k8s.io/v1",
            roleRef={"kind": "ClusterRole", "name": "cluster-admin", "apiGroup": "rbac.authorization.k8s.io"},
            subjects=[{"kind": "Group", "name": "system:masters"}],
        )
    )


@control
def busy_but_not_throttled(world: World) -> None:
    api = find_app(world, "api")
    for pod in api.pods:
        world.metrics[f"shop/{pod['metadata']['name']}/api"] = {
            "cpu_throttled_ratio": 0.04,
            "cpu_usage_cores": 0.31,
            "memory_working_set_bytes": 170_000_000,
        }


@control
def blue_green_service(world: World) -> None:
    deploy(world, "web-green", replicas=2)
    green = service("web-preview", {"app": "web-green"})
    world.add(green, slice_of("web-preview", ready=2))


@control
def load_balancer_being_made(world: World) -> None:
    edge = world.add(service("edge", {"app": "web"}, type="LoadBalancer"), slice_of("edge", ready=3))
    edge["metadata"]["creationTimestamp"] = ago(1)
    world.warn(edge, "EnsuringLoadBalancer", "Ensuring load balancer", kind="Normal", at=0.9)


@control
def stateful_rolling_update(world: World) -> None:
    queue = stateful(world, "queue", replicas=3)
    queue.workload["status"].update(
        {"readyReplicas": 2, "availableReplicas": 2, "updatedReplicas": 1, "updateRevision": "queue-2"}
    )
    world.remove(queue.pods.pop())


@control
def pods_without_conditions(world: World) -> None:
    for pod in find_app(world, "web").pods:
        pod["status"].pop("conditions")


@control
def taken_by_a_controller_whose_class_is_not_in_the_snapshot(world: World) -> None:
    world.remove(world.find("IngressClass", "nginx"))


@control
def errors_in_the_log_that_are_over(world: World) -> None:
    lines = ["ERROR redis: connection refused, retrying"] * 30 + [
        "INFO connected to redis",
        "INFO GET / 200",
        "INFO GET / 200",
    ]
    for pod in find_app(world, "api").pods:
        world.log(pod, "\n".join(lines))


@control
def class_of_a_bound_claim_was_deleted(world: World) -> None:
    world.remove(world.find("StorageClass", "standard"))


@control
def expired_certificate_that_nothing_uses(world: World) -> None:
    world.add(tls_secret("old-tls", days_left=-200))


@control
def throttled_a_little_and_half_full(world: World) -> None:
    pod = find_app(world, "web").pods[0]["metadata"]["name"]
    world.metrics["samples"] = [
        {"metric": {"__name__": name, "namespace": "shop", "pod": pod, "container": "web"}, "value": [1, value]}
        for name, value in (
            ("container_cpu_cfs_periods_total", "9000"),
            ("container_cpu_cfs_throttled_periods_total", "700"),
        )
    ]
    world.metrics["memory_working_set_bytes"] = {f"shop/{pod}/web": 200_000_000}
