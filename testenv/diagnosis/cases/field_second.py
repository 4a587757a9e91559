"""A second set written before it was run: other shapes of snapshots, and kinds that the first set had little of."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck, unready
from testenv.diagnosis.cases.autoscaling import budget, hpa
from testenv.diagnosis.cases.jobs import cron, job
from testenv.diagnosis.cases.network import gateway, tls_secret
from testenv.diagnosis.objects import ago, condition, container, ended, make, node, owner, running, service, slice_of
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


@fault("readiness-probe", "Deployment/web", "https|http response")
def probe_speaks_tls_to_a_plain_server(world: World) -> None:
    web = find_app(world, "web")
    _set(web, readinessProbe={"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTPS"}})
    unready(world, web, 'Get "https://10.1.0.7:8080/ready": http: server gave HTTP response to HTTPS client')


@fault("readiness-probe probe-port", "Deployment/web", "metrics-http")
def probe_names_a_port_that_is_not_declared(world: World) -> None:
    web = find_app(world, "web")
    _set(web, readinessProbe={"httpGet": {"path": "/ready", "port": "metrics-http"}})
    for pod in web.pods:
        set_statuses(pod, running("web", ready=False))
        world.warn(
            pod,
            "Unhealthy",
            "Readiness probe errored and resulted in unknown state: couldn't find port: metrics-http",
            count=60,
        )
    settle(web)


@fault("liveness-probe", "Deployment/web", "curl|not found")
def probe_command_is_not_in_the_image(world: World) -> None:
    web = find_app(world, "web")
    _set(web, livenessProbe={"exec": {"command": ["curl", "-f", "localhost:8080"]}, "periodSeconds": 10})
    for pod in web.pods:
        set_statuses(pod, running("web", restarts=12, since=0.4, last=ended(143, at=0.5)))
        world.warn(
            pod,
            "Unhealthy",
            'Liveness probe failed: OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
            count=36,
        )
        world.warn(pod, "Killing", "Container web failed liveness probe, will be restarted", kind="Normal", count=12)


@fault("image-unauthorized", "Deployment/web", "no basic auth|refuses", alone=True)
def elastic_registry_in_the_words_of_docker(world: World) -> None:
    web = deploy(world, "web", replicas=1, namespace=NS)
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:7"
    _set(web, image=image)
    stuck(
        world,
        web,
        "ErrImagePull",
        'rpc error: code = Unknown desc = Error response from daemon: Head "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/7": no basic auth credentials',
    )


@fault("image-not-found", "Deployment/web", "not found|nginx:1.99", alone=True)
def missing_tag_with_nothing_but_the_pod_status(world: World) -> None:
    web = deploy(world, "web", replicas=1, namespace=NS)
    _set(web, image="nginx:1.99")
    stuck(
        world,
        web,
        "ErrImagePull",
        'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.99": failed to resolve reference "docker.io/library/nginx:1.99": docker.io/library/nginx:1.99: not found',
    )
    world.remove(web.replicaset or {})


@fault("image-platform", "Deployment/web", "arm64|architecture", alone=True)
def image_for_another_processor(world: World) -> None:
    one = world.add(node("n-1"))
    one["metadata"]["labels"]["kubernetes.io/arch"] = "arm64"
    web = deploy(world, "web", replicas=1)
    web.pods[0]["spec"]["nodeName"] = "n-1"
    crash_loop(world, web, code=255, log="exec /usr/local/bin/web: exec format error")


@fault("cronjob-missed", "CronJob/nightly", "startingDeadlineSeconds")
def negative_starting_deadline(world: World) -> None:
    cron(world, "nightly", schedule="0 2 * * *", startingDeadlineSeconds=-30, status={})


@fault("storage-class-deprecated", "StorageClass/old-gp2", "kubernetes.io/aws-ebs|in-tree")
def storage_class_of_a_removed_driver(world: World) -> None:
    world.add(
        make(
            "StorageClass",
            "old-gp2",
            namespace=None,
            api="storage.k8s.io/v1",
            provisioner="kubernetes.io/aws-ebs",
            reclaimPolicy="Delete",
        )
    )


@fault("provisioning-failed", "PersistentVolumeClaim/data-ledger-0", "snapshot|nightly-3")
def claim_from_a_snapshot_that_is_gone(world: World) -> None:
    app = stateful(world, "ledger", replicas=1)
    claim = world.find("PersistentVolumeClaim", "data-ledger-0")
    claim["spec"] |= {
        "dataSource": {"kind": "VolumeSnapshot", "name": "nightly-3", "apiGroup": "snapshot.storage.k8s.io"},
        "volumeName": "",
    }
    claim["status"] = {"phase": "Pending"}
    claim["metadata"]["creationTimestamp"] = ago(30)
    world.remove(world.find("PersistentVolume", "pvc-data-ledger-0"))
    world.warn(
        claim,
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": error getting handle for DataSource Type VolumeSnapshot by Name nightly-3: error getting snapshot nightly-3 from api server: volumesnapshots.snapshot.storage.k8s.io "nightly-3" not found',
        source="ebs.csi.aws.com",
        count=12,
    )
    unschedulable(
        world,
        app.pods[0],
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        for_minutes=28,
    )
    settle(app)


@fault("ingress-backend", "Ingress/web", "grpc|port")
def ingress_names_a_port_that_the_service_lacks(world: World) -> None:
    world.find("Ingress", "web")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] = {
        "name": "grpc"
    }


@fault("certificate-host", "Ingress/web", "shop.example.com|www.other.example")
def certificate_of_another_site(world: World) -> None:
    world.add(tls_secret("web-tls", host="www.other.example"))
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]


@fault("tls-secret", "Ingress/web", "tls.key|no ")
def certificate_without_its_key(world: World) -> None:
    secret = tls_secret("web-tls")
    secret["data"].pop("tls.key")
    world.add(secret)
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]


@fault("gateway-class", "GatewayClass/nginx Gateway/edge", "nginx|controller")
def class_that_no_controller_has_taken(world: World) -> None:
    gateway(
        world,
        class_name="nginx",
        with_class=False,
        conditions=[condition("Accepted", "Unknown", "Pending", "Waiting for controller")],
    )
    world.add(
        make(
            "GatewayClass",
            "nginx",
            namespace=None,
            api="gateway.networking.k8s.io/v1",
            spec={"controllerName": "gateway.nginx.org/nginx-gateway-controller"},
            status={"conditions": [condition("Accepted", "Unknown", "Pending", "Waiting for controller", since=400)]},
        )
    )


@fault("crash application-error bad-configuration", "Deployment/api", "exit code|api")
def crashing_pods_use_up_the_budget(world: World) -> None:
    crash_loop(world, find_app(world, "api"), log="Error: Cannot read properties of undefined (reading 'port')")
    budget(world, "api", {"app": "api"}, healthy=0, wanted=1, allowed=0, expected=2, minAvailable=1)


@fault("insufficient-resources webhook-endpoints", "ValidatingWebhookConfiguration/gate Deployment/gate", "memory")
def webhook_whose_pods_cannot_start(world: World) -> None:
    gate = deploy(world, "gate", replicas=1)
    unschedulable(
        world,
        gate.pods[0],
        "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    )
    settle(gate)
    world.add(
        make(
            "ValidatingWebhookConfiguration",
            "gate",
            namespace=None,
            api="admissionregistration.k8s.io/v1",
            webhooks=[
                {
                    "name": "gate.shop.example",
                    "failurePolicy": "Fail",
                    "clientConfig": {"service": {"name": "gate", "namespace": "shop", "port": 80}},
                    "rules": [
                        {
                            "operations": ["CREATE"],
                            "apiGroups": [""],
                            "apiVersions": ["v1"],
                            "resources": ["configmaps"],
                        }
                    ],
                }
            ],
        )
    )


@fault("hpa-requests-missing", "HorizontalPodAutoscaler/worker Deployment/worker", "request")
def autoscaler_without_requests_and_without_conditions(world: World) -> None:
    worker = find_app(world, "worker")
    _set(worker, resources={})
    one = hpa(world, "worker", replicas=2, usage=None, conditions=[])
    one["status"].pop("conditions")


@fault("network-policy-dns", "NetworkPolicy/lockdown", "dns|53")
def lockdown_forgot_the_name_service(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "lockdown",
            api="networking.k8s.io/v1",
            spec={"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {}}]}]},
        )
    )
    crash_loop(
        world,
        find_app(world, "api"),
        log="getaddrinfo EAI_AGAIN db\nError: getaddrinfo EAI_AGAIN db\n    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:120:26)",
    )


@fault("oom", "Job/batch", "memory|512Mi")
def job_is_killed_for_memory(world: World) -> None:
    spec = {
        "containers": [
            container(
                "batch", ports=None, readinessProbe=None, livenessProbe=None, resources={"limits": {"memory": "512Mi"}}
            )
        ],
        "restartPolicy": "Never",
    }
    pod = make_pod("batch-9abc", spec, by=owner("Job", "batch", "batch/v1"), age=20)
    set_statuses(
        pod,
        {"name": "batch", "ready": False, "restartCount": 0, "state": {"terminated": ended(137, "OOMKilled", at=10)}},
        phase="Failed",
    )
    job(
        world,
        "batch",
        conditions=[
            condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=8)
        ],
        pods=[pod],
        failed=1,
        spec={"backoffLimit": 0},
    )


@fault("node-not-ready", "Node/node-2", "kubelet|node-2")
def node_gone_for_an_hour_with_its_pods_terminating(world: World) -> None:
    one = world.find("Node", "node-2")
    for part in one["status"]["conditions"]:
        part.update(
            {
                "status": "Unknown",
                "reason": "NodeStatusUnknown",
                "message": "Kubelet stopped posting node status.",
                "lastTransitionTime": ago(60),
            }
        )
    one["spec"]["taints"] = [
        {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": ago(60)},
        {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule", "timeAdded": ago(60)},
    ]
    for pod in [item for item in world.objects if item["kind"] == "Pod" and item["spec"].get("nodeName") == "node-2"]:
        pod["metadata"] |= {"deletionTimestamp": ago(55), "deletionGracePeriodSeconds": 30}
        for part in pod["status"]["conditions"]:
            if part["type"] in {"Ready", "ContainersReady"}:
                part.update({"status": "False", "reason": "NodeNotReady", "lastTransitionTime": ago(60)})
    for name in ("web", "api", "worker", "db"):
        settle(find_app(world, name))


@fault("file-permission", "Deployment/web", "/var/log/app|permission denied")
def log_folder_is_not_writable(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "web"),
        log="Traceback (most recent call last):\n  File \"/usr/lib/python3.12/logging/__init__.py\", line 1231, in _open\nPermissionError: [Errno 13] Permission denied: '/var/log/app/web.log'",
    )


@fault("command-not-found", "Deployment/web", "strat")
def command_misspelt(world: World) -> None:
    web = find_app(world, "web")
    _set(web, command=["/app/strat"])
    message = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/app/strat": stat /app/strat: no such file or directory: unknown'
    for pod in web.pods:
        set_statuses(
            pod,
            {
                "name": "web",
                "ready": False,
                "restartCount": 8,
                "state": {
                    "waiting": {
                        "reason": "CrashLoopBackOff",
                        "message": "back-off 5m0s restarting failed container=web",
                    }
                },
                "lastState": {"terminated": ended(128, "StartError", at=2, message=message)},
            },
        )
    settle(web)


@fault("port-in-use", "Pod/twins", "address already in use|8080", alone=True)
def two_containers_want_one_port(world: World) -> None:
    pod = world.add(make_pod("twins", {"containers": [container("a"), container("b")]}, age=60))
    last = ended(1, at=1)
    set_statuses(
        pod,
        running("a"),
        {
            "name": "b",
            "ready": False,
            "restartCount": 9,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
            "lastState": {"terminated": last},
        },
    )
    world.log(pod, "listen tcp :8080: bind: address already in use", name="b")


@fault("pod-security", "Deployment/web", "restricted|runAsNonRoot")
def namespace_became_restricted(world: World) -> None:
    web = find_app(world, "web")
    no_pods(
        web,
        world,
        'pods "web-6d-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true)',
    )


@fault("limit-range", "Deployment/web LimitRange/bounds", "minimum|memory")
def request_below_the_minimum(world: World) -> None:
    world.add(make("LimitRange", "bounds", spec={"limits": [{"type": "Container", "min": {"memory": "256Mi"}}]}))
    no_pods(
        find_app(world, "web"),
        world,
        'pods "web-6d-x" is forbidden: minimum memory usage per Container is 256Mi, but request is 128Mi',
    )


@fault("topology-spread", "Deployment/web", "topology|zone")
def spread_over_zones_with_one_zone_full(world: World) -> None:
    web = find_app(world, "web")
    for part in (web.template, *[pod["spec"] for pod in web.pods]):
        part["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "web"}},
            }
        ]
    unschedulable(
        world,
        web.pods[2],
        "0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: batch}, 2 node(s) didn't match pod topology spread constraints. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    settle(web)


@fault("dependency-down", "Deployment/api", "redis|timeout", alone=True)
def cache_times_out_with_the_log_as_lines(world: World) -> None:
    api = deploy(world, "api", replicas=1, namespace=NS)
    crash_loop(world, api)
    world.logs[f"{NS}/{api.pods[0]['metadata']['name']}/api"] = [
        "2026-03-10T11:58:00.120938Z stderr F starting",
        "2026-03-10T11:58:30.120938Z stderr F redis: connection pool timeout: dial tcp redis.cache.svc.cluster.local:6379: i/o timeout",
        "2026-03-10T11:58:30.120938Z stderr F exiting",
    ]


@fault("service-selector service-no-pods", "Service/edge", "app=edge-proxy")
def load_balancer_in_front_of_nothing(world: World) -> None:
    edge = world.add(service("edge", {"app": "edge-proxy"}, type="LoadBalancer"), slice_of("edge"))
    edge["status"] = {"loadBalancer": {"ingress": [{"hostname": "a1.elb.example.com"}]}}


@fault("startup-probe", "Deployment/web", "startup")
def start_takes_longer_than_its_probe_allows(world: World) -> None:
    web = find_app(world, "web")
    _set(web, startupProbe={"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5, "failureThreshold": 6})
    for pod in web.pods:
        set_statuses(pod, running("web", ready=False, restarts=11, since=0.2, last=ended(137, at=0.3, ran=0.6)))
        world.warn(
            pod,
            "Unhealthy",
            'Startup probe failed: Get "http://10.1.0.7:8080/healthz": dial tcp 10.1.0.7:8080: connect: connection refused',
            count=66,
        )
        world.warn(pod, "Killing", "Container web failed startup probe, will be restarted", kind="Normal", count=11)
    settle(web)


@fault("rbac-wildcard", "RoleBinding/everything Role/everything", "wildcard")
def role_with_wildcards(world: World) -> None:
    world.add(
        make(
            "Role",
            "everything",
            api="rbac.authorization.k8s.io/v1",
            rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
        ),
        make(
            "RoleBinding",
            "everything",
            api="rbac.authorization.k8s.io/v1",
            roleRef={"kind": "Role", "name": "everything"},
            subjects=[{"kind": "ServiceAccount", "name": "shop-sa", "namespace": "shop"}],
        ),
    )


@fault("cpu-throttling", "Deployment/web", "throttl|cpu limit")
def throttled_in_the_counters_of_cadvisor(world: World) -> None:
    for pod in find_app(world, "web").pods:
        key = f"shop/{pod['metadata']['name']}/web"
        world.metrics.setdefault("container_cpu_cfs_periods_total", {})[key] = 1000
        world.metrics.setdefault("container_cpu_cfs_throttled_periods_total", {})[key] = 810
