"""A third set written before it was run: small snapshots, as somebody types them for a bug report."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck, unready
from testenv.diagnosis.objects import Raw, ago, condition, ended, event, make, owner
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


def _bare(
    world: World, name: str, status: Raw, *, spec: Raw | None = None, age: float = 40, by: Raw | None = None
) -> Raw:
    """A pod of nobody with little but its status."""
    pod = make(
        "Pod",
        name,
        age=age,
        metadata=by or {},
        spec=spec or {"containers": [{"name": "main", "image": "acme/main:1"}], "nodeName": "n1"},
    )
    pod["status"] = status
    return world.add(pod)


def _waiting(reason: str, message: str = "", restarts: int = 0, last: Raw | None = None) -> Raw:
    state = {"waiting": {"reason": reason} | ({"message": message} if message else {})}
    return {
        "phase": "Running" if last else "Pending",
        "containerStatuses": [
            {
                "name": "main",
                "ready": False,
                "restartCount": restarts,
                "state": state,
                "lastState": {"terminated": last} if last else {},
            }
        ],
    }


@fault("oom", "Pod/cruncher", "memory", alone=True)
def bare_pod_out_of_memory(world: World) -> None:
    _bare(
        world,
        "cruncher",
        _waiting("CrashLoopBackOff", "back-off 40s restarting failed container", 4, ended(137, "OOMKilled")),
        spec={
            "containers": [{"name": "main", "image": "acme/main:1", "resources": {"limits": {"memory": "64Mi"}}}],
            "nodeName": "n1",
        },
    )


@fault("missing-configmap", "Pod/site ConfigMap/site-conf", "site-conf", alone=True)
def bare_pod_waits_for_a_config_map_volume(world: World) -> None:
    pod = _bare(
        world,
        "site",
        _waiting("ContainerCreating"),
        spec={
            "containers": [
                {"name": "main", "image": "nginx:1.27", "volumeMounts": [{"name": "conf", "mountPath": "/etc/nginx"}]}
            ],
            "volumes": [{"name": "conf", "configMap": {"name": "site-conf"}}],
            "nodeName": "n1",
        },
    )
    world.add(
        event(
            pod,
            "FailedMount",
            'MountVolume.SetUp failed for volume "conf" : configmap "site-conf" not found',
            count=14,
            first=30,
        )
    )


@fault("missing-key", "Deployment/web Secret/db", "password|url", alone=True)
def key_of_a_secret_missing(world: World) -> None:
    world.add(make("Secret", "db", type="Opaque", data={"url": "eA=="}))
    web = deploy(world, "web", replicas=1)
    for part in (web.template, web.pods[0]["spec"]):
        part["containers"][0]["env"] = [
            {"name": "PW", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
        ]
    stuck(world, web, "CreateContainerConfigError", "couldn't find key password in Secret shop/db")


@fault("command-not-found", "Pod/tool", "/bin/bash|not found", alone=True)
def shell_is_not_in_the_image(world: World) -> None:
    message = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/bin/bash": stat /bin/bash: no such file or directory: unknown'
    _bare(world, "tool", _waiting("RunContainerError", message, 3))


@fault("quota", "Deployment/web ResourceQuota/team", "team|pods")
def pods_of_the_namespace_are_used_up(world: World) -> None:
    no_pods(
        find_app(world, "web"),
        world,
        'pods "web-7d-k" is forbidden: exceeded quota: team, requested: pods=1, used: pods=20, limited: pods=20',
    )


@fault("node-selector", "Pod/train", "accelerator", alone=True)
def bare_pod_wants_a_label(world: World) -> None:
    pod = _bare(
        world,
        "train",
        {"phase": "Pending"},
        spec={"containers": [{"name": "main", "image": "acme/train:1"}], "nodeSelector": {"accelerator": "h100"}},
    )
    unschedulable(world, pod, "0/4 nodes are available: 4 node(s) didn't match Pod's node affinity/selector.")


@fault("anti-affinity", "StatefulSet/quorum", "anti-affinity", alone=True)
def more_members_than_nodes(world: World) -> None:
    app = stateful(world, "quorum", replicas=3)
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["affinity"] = {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "quorum"}}}
                ]
            }
        }
    unschedulable(
        world,
        app.pods[2],
        "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    )
    settle(app)


@fault("storage-class-missing", "PersistentVolumeClaim/media", "fast-nvme", alone=True)
def claim_names_a_class_that_does_not_exist(world: World) -> None:
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "media",
            age=30,
            spec={
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "fast-nvme",
                "resources": {"requests": {"storage": "5Gi"}},
            },
            status={"phase": "Pending"},
        )
    )
    world.add(
        make("StorageClass", "standard", namespace=None, api="storage.k8s.io/v1", provisioner="x.csi.example.com")
    )
    world.add(
        event(claim, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-nvme" not found', count=20, first=29)
    )


@fault("service-selector", "Service/shop-api", "selector|app=shopapi", alone=True)
def selector_misspelt(world: World) -> None:
    app = deploy(world, "shop-api", replicas=2)
    assert app.service is not None
    assert app.endpoints is not None
    app.service["spec"]["selector"] = {"app": "shopapi"}
    app.endpoints["endpoints"] = []


@fault("service-port", "Service/web", "8081|8080", alone=True)
def target_port_is_off_by_one(world: World) -> None:
    app = deploy(world, "web", replicas=1)
    assert app.service is not None
    app.service["spec"]["ports"] = [{"port": 80, "targetPort": 8081, "protocol": "TCP"}]


@fault("dependency-name", "Deployment/web", "postgress", alone=True)
def host_name_misspelt_in_java(world: World) -> None:
    app = deploy(world, "web", replicas=1)
    deploy(world, "postgres", replicas=1)
    crash_loop(
        world,
        app,
        log="org.postgresql.util.PSQLException: The connection attempt failed.\nCaused by: java.net.UnknownHostException: postgress\n\tat java.base/java.net.InetAddress.getAllByName0(InetAddress.java:1592)",
    )


@fault("credentials-rejected", "Deployment/web", "WRONGPASS")
def cache_password_wrong(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "web"),
        log="redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.",
    )


@fault("file-permission", "Deployment/web", "read-only|/tmp")
def temporary_files_on_a_read_only_root(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "web"),
        log="java.nio.file.FileSystemException: /tmp/tomcat.8080.1: Read-only file system\njava.lang.IllegalStateException: Unable to create tempDir",
    )


@fault("liveness-probe", "Deployment/web", "404")
def liveness_path_moved(world: World) -> None:
    web = find_app(world, "web")
    crash_loop(world, web, code=143, log="GET /healthz 404\nreceived SIGTERM, shutting down")
    for pod in web.pods:
        world.warn(pod, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404", count=30)
        world.warn(pod, "Killing", "Container web failed liveness probe, will be restarted", kind="Normal", count=10)


@fault("readiness-probe", "Deployment/web", "readiness")
def never_ready_and_no_events(world: World) -> None:
    web = find_app(world, "web")
    unready(world, web, "x")
    world.objects = [one for one in world.objects if one["kind"] != "Event"]


@fault("application-error", "Deployment/web", "revision 2|KeyError")
def new_release_crashes(world: World) -> None:
    web = find_app(world, "web")
    old = list(web.pods)
    web.template["containers"][0]["image"] = "registry.example.com/shop/web:1.5.0"
    web.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    template = {"metadata": web.template.get("metadata", {}), "spec": dict(web.template)}
    fresh = make(
        "ReplicaSet",
        "web-5f77",
        api="apps/v1",
        age=9,
        metadata=owner("Deployment", "web")
        | {"annotations": {"deployment.kubernetes.io/revision": "2"}, "labels": {"app": "web"}},
        spec={"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template},
        status={"replicas": 1, "readyReplicas": 0},
    )
    pod = make_pod("web-5f77-abcde", web.template, labels={"app": "web"}, by=owner("ReplicaSet", "web-5f77"), age=9)
    world.add(fresh, pod)
    web.pods[:] = [pod]
    crash_loop(
        world,
        App(web.workload, [pod]),
        log="Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\nKeyError: 'feature_flags'",
    )
    web.pods[:] = [pod, *old]
    settle(web)


@fault("crash", "Deployment/front", "init container|exit code 3")
def init_container_without_a_log(world: World) -> None:
    app = deploy(world, "front", replicas=1)
    pod = app.pods[0]
    pod["spec"]["initContainers"] = [{"name": "seed", "image": "acme/seed:1"}]
    set_statuses(
        pod,
        {"name": "front", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}},
        phase="Pending",
        init=[
            {
                "name": "seed",
                "ready": False,
                "restartCount": 6,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": ended(3)},
            }
        ],
    )
    settle(app)


@fault("certificate-expired", "Deployment/web", "expired")
def peer_certificate_expired_in_node(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "web"),
        log="Error: certificate has expired\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) {\n  code: 'CERT_HAS_EXPIRED'\n}",
    )


@fault("evicted", "Pod/report", "ephemeral|node", alone=True)
def bare_pod_evicted(world: World) -> None:
    pod = _bare(
        world,
        "report",
        {
            "phase": "Failed",
            "reason": "Evicted",
            "message": "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 4Gi. Container main was using 6Gi, request is 0, has larger consumption of ephemeral-storage. ",
        },
    )
    world.add(event(pod, "Evicted", "The node was low on resource: ephemeral-storage.", at=6))


@fault("hpa-target-missing", "HorizontalPodAutoscaler/web", "web-old", alone=True)
def autoscaler_of_a_deployment_that_was_renamed(world: World) -> None:
    deploy(world, "web", replicas=1)
    world.add(
        make(
            "HorizontalPodAutoscaler",
            "web",
            api="autoscaling/v2",
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web-old"},
                "minReplicas": 1,
                "maxReplicas": 3,
            },
            status={
                "conditions": [
                    condition(
                        "AbleToScale",
                        "False",
                        "FailedGetScale",
                        'the HPA controller was unable to get the target\'s current scale: deployments.apps "web-old" not found',
                    )
                ]
            },
        )
    )


@fault("terminating-stuck", "Pod/zombie", "finalizer", alone=True)
def pod_held_by_a_finalizer(world: World) -> None:
    pod = _bare(
        world,
        "zombie",
        {
            "phase": "Running",
            "containerStatuses": [
                {
                    "name": "main",
                    "ready": False,
                    "restartCount": 0,
                    "state": {"terminated": ended(0, "Completed", at=50)},
                }
            ],
        },
    )
    pod["metadata"] |= {
        "deletionTimestamp": ago(60),
        "deletionGracePeriodSeconds": 30,
        "finalizers": ["acme.example.com/wait"],
    }


@fault("job-failed application-error crash", "Job/load", "exit code 9", alone=True)
def job_with_restarting_pod(world: World) -> None:
    world.add(
        make(
            "Job",
            "load",
            api="batch/v1",
            age=50,
            spec={
                "backoffLimit": 3,
                "template": {
                    "spec": {"restartPolicy": "OnFailure", "containers": [{"name": "main", "image": "acme/load:1"}]}
                },
            },
            status={"active": 1, "startTime": ago(50)},
        )
    )
    _bare(
        world,
        "load-q1",
        _waiting("CrashLoopBackOff", "back-off 2m40s", 5, ended(9)),
        by=owner("Job", "load", "batch/v1"),
    )


@fault("network-policy-blocks", "NetworkPolicy/db-only-admin", "db")
def database_policy_forgot_the_api(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "db-only-admin",
            api="networking.k8s.io/v1",
            spec={
                "podSelector": {"matchLabels": {"app": "db"}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {"matchLabels": {"role": "admin"}}}]}],
            },
        )
    )
    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 503")
    for pod in find_app(world, "api").pods:
        world.log(pod, "ERROR connect to db:5432 timed out after 5s\n" * 6)
