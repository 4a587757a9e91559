"""Controllers, networking, nodes and rights of the fourth set."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck, unready
from testenv.diagnosis.cases.field_fourth import edit
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.cases.network import gateway, route
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.operators import V0, subscription
from testenv.diagnosis.cases.policies import webhook
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import Raw, ago, condition, container, ended, make, node, owner, running, waiting
from testenv.diagnosis.world import (
    App,
    World,
    add_replicaset,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    unschedulable,
)


def _specs(app: App) -> list[Raw]:
    sets = [app.replicaset["spec"]["template"]["spec"]] if app.replicaset else []
    return [app.template, *sets, *[pod["spec"] for pod in app.pods]]


@fault("gateway-listener gateway-not-programmed", "Gateway/edge", "conflict")
def two_listeners_conflict(world: World) -> None:
    listeners = [
        {"name": "a", "port": 443, "protocol": "HTTPS", "hostname": "api.example.com"},
        {"name": "b", "port": 443, "protocol": "TCP"},
    ]
    one = gateway(
        world,
        listeners=listeners,
        conditions=[
            condition("Accepted", "False", "ListenersNotValid", "One or more listeners are not valid"),
            condition("Programmed", "False", "Invalid", "Gateway is not valid"),
        ],
    )
    one["status"]["listeners"] = [
        {
            "name": name,
            "attachedRoutes": 0,
            "supportedKinds": [],
            "conditions": [
                condition("Accepted", "True", "Accepted"),
                condition("Conflicted", "True", "ProtocolConflict", "All listeners for a given port must use a "
                          "compatible protocol"),
                condition("Programmed", "False", "Invalid"),
            ],
        }
        for name in ("a", "b")
    ]  # fmt: skip


@fault("route-backend service-selector service-no-endpoints", "Service/api", "selector|app=apis")
def service_behind_a_route_selects_nothing(world: World) -> None:
    gateway(world)
    route(world)
    api = find_app(world, "api")
    assert api.service is not None
    assert api.endpoints is not None
    api.service["spec"]["selector"] = {"app": "apis"}
    api.endpoints["endpoints"] = []


@fault("network-policy-blocks", "NetworkPolicy/db-clients", "namespace")
def policy_expects_a_label_on_the_namespace(world: World) -> None:
    world.add(make("Namespace", "reports", namespace=None, status={"phase": "Active"},
                   metadata={"labels": {"kubernetes.io/metadata.name": "reports"}}))  # fmt: skip
    world.add(
        make(
            "NetworkPolicy",
            "db-clients",
            api="networking.k8s.io/v1",
            spec={
                "podSelector": {"matchLabels": {"app": "db"}},
                "policyTypes": ["Ingress"],
                "ingress": [
                    {
                        "from": [
                            {"namespaceSelector": {"matchLabels": {"team": "reporting"}}},
                            {"podSelector": {}},
                        ],
                        "ports": [{"port": 5432, "protocol": "TCP"}],
                    }
                ],
            },
        )
    )
    app = deploy(world, "reporter", namespace="reports", replicas=1)
    crash_loop(
        world,
        app,
        log="panic: dial tcp: failed to connect to `user=rep database=shop`: 10.96.14.7:5432 (db.shop.svc.cluster.local): "
        "dial error: dial tcp 10.96.14.7:5432: i/o timeout",
        code=2,
    )


@fault("webhook-call", "ValidatingWebhookConfiguration/policy Deployment/policy Service/policy", "pods.policy.example.com|deadline")  # fmt: skip
def webhook_does_not_answer_in_time(world: World) -> None:
    deploy(world, "policy", replicas=1)
    webhook(world, "ValidatingWebhookConfiguration")
    no_pods(
        find_app(world, "web"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post '
        '"https://policy.shop.svc:443/validate?timeout=10s": context deadline exceeded',
    )


@fault("olm-install-plan olm-subscription", "Subscription/kafka InstallPlan/*", "unpack")
def bundle_cannot_be_unpacked(world: World) -> None:
    subscription(
        world,
        state="UpgradePending",
        conditions=[
            condition(
                "BundleUnpackFailed",
                "True",
                "BundleUnpackFailed",
                "bundle unpacking failed. Reason: DeadlineExceeded, and Message: Job was active longer than specified "
                "deadline",
                since=60,
            )
        ],
    )


@fault("olm-csv", "ClusterServiceVersion/grafana-operator.v5.15.1", "grafana-operator-controller-manager")
def installed_operator_waits_for_its_deployment(world: World) -> None:
    world.add(
        make(
            "ClusterServiceVersion",
            "grafana-operator.v5.15.1",
            api=V0,
            spec={"displayName": "Grafana Operator", "version": "5.15.1"},
            status={
                "phase": "Failed",
                "reason": "InstallCheckFailed",
                "message": "install timeout: deployment grafana-operator-controller-manager not ready before timeout: "
                'deployment "grafana-operator-controller-manager" exceeded its progress deadline',
                "lastTransitionTime": ago(30),
            },
        )
    )


@fault("node-not-ready", "Node/node-3", "pleg|runtime")
def runtime_of_a_node_hangs(world: World) -> None:
    one = world.find("Node", "node-3")
    set_condition(one, "Ready", "False", "KubeletNotReady", "PLEG is not healthy: pleg was last seen active 6m12s ago; "
                  "threshold is 3m0s")  # fmt: skip
    one["spec"]["taints"] = [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "timeAdded": ago(11)}]


@fault("node-not-ready certificate-pending csr-pending", "Node/node-2 CertificateSigningRequest/*", "certificate")
def certificate_of_a_kubelet_waits_for_approval(world: World) -> None:
    one = world.find("Node", "node-2")
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
        set_condition(one, kind, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", since=50)
    one["spec"]["taints"] = [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule", "timeAdded": ago(50)}]
    for number in range(4):
        world.add(
            make(
                "CertificateSigningRequest",
                f"csr-7b{number}xz",
                namespace=None,
                api="certificates.k8s.io/v1",
                age=48 - number * 10,
                spec={
                    "signerName": "kubernetes.io/kube-apiserver-client-kubelet",
                    "username": "system:node:node-2",
                    "groups": ["system:nodes", "system:authenticated"],
                    "usages": ["digital signature", "client auth"],
                    "request": "LS0tLS1CRUdJTg==",
                },
                status={},
            )
        )


@fault("node-events", "Node/node-1", "image")
def images_cannot_be_collected(world: World) -> None:
    one = world.find("Node", "node-1")
    world.warn(
        one,
        "FreeDiskSpaceFailed",
        "Failed to garbage collect required amount of images. Attempted to free 4316125594 bytes, but only found 0 bytes "
        "eligible to free.",
        count=6,
        first=28,
    )
    world.warn(one, "ImageGCFailed", "Failed to garbage collect required amount of images. Attempted to free 4316125594 "
               "bytes, but only found 0 bytes eligible to free.", count=6, first=28)  # fmt: skip


@fault("node-events", "Node/node-1", "memory")
def node_kills_processes_for_memory(world: World) -> None:
    one = world.find("Node", "node-1")
    for victim in ("java", "java", "node"):
        world.warn(one, "SystemOOM", f"System OOM encountered, victim process: {victim}, pid: 88{len(victim)}1", at=4,
                   count=3, first=20)  # fmt: skip


@fault("image-not-found", "StatefulSet/db", "delete|revision", "delete")
def stateful_pod_keeps_the_broken_revision(world: World) -> None:
    app = find_app(world, "db")
    app.workload["status"] |= {"currentRevision": "db-5c7", "updateRevision": "db-7f9", "updatedReplicas": 0}
    app.workload["metadata"]["generation"] = 3
    app.pods[0]["metadata"]["labels"]["controller-revision-hash"] = "db-5c7"
    app.pods[0]["spec"]["containers"][0]["image"] = "registry.example.com/shop/db:1.5.0"
    set_statuses(
        app.pods[0], waiting("db", "ImagePullBackOff", 'Back-off pulling image "registry.example.com/shop/db:1.5.0"'),
        phase="Pending",
    )  # fmt: skip
    world.warn(
        app.pods[0],
        "Failed",
        'Failed to pull image "registry.example.com/shop/db:1.5.0": rpc error: code = NotFound desc = failed to resolve '
        'reference "registry.example.com/shop/db:1.5.0": registry.example.com/shop/db:1.5.0: not found',
        count=30,
        first=28,
    )
    settle(app)
    app.workload["status"]["updatedReplicas"] = 0


@fault("host-port", "DaemonSet/agent", "9100")
def two_daemons_want_one_port_of_the_node(world: World) -> None:
    app = daemon(world, "agent", ())
    for part in _specs(app):
        part |= {"hostNetwork": True}
        part["containers"][0]["ports"] = [{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}]
    for number in range(3):
        pod = make_pod(f"agent-{number}zz1x", app.template, labels={"app": "agent"}, by=owner("DaemonSet", "agent"))
        unschedulable(
            world,
            pod,
            "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't "
            "satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found.",
            for_minutes=30,
        )
        world.add(pod)
        app.pods.append(pod)
    app.workload["status"] |= {"desiredNumberScheduled": 3, "currentNumberScheduled": 3, "numberReady": 0,
                               "numberUnavailable": 3, "numberAvailable": 0}  # fmt: skip


@fault("cronjob-replaced", "CronJob/aggregate", "replace")
def cron_job_replaces_its_job_before_it_ends(world: World) -> None:
    one = cron(
        world, "aggregate", schedule="*/5 * * * *", concurrencyPolicy="Replace", status={"lastScheduleTime": ago(3)}
    )
    for number in range(8):
        world.warn(
            one,
            "SuccessfulDelete",
            f"Deleted job aggregate-2955{number}5",
            kind="Normal",
            at=3 + number * 5,
            source="cronjob-controller",
        )
    pod = make_pod("aggregate-29560-x1", {"containers": [container("aggregate")], "restartPolicy": "Never"},
                   by=owner("Job", "aggregate-29560", "batch/v1"), age=3)  # fmt: skip
    job(world, "aggregate-29560", pods=[pod], active=1, age=3, by=owner("CronJob", "aggregate", "batch/v1"))


@fault("job-failed application-error", "Job/shards", "index|4")
def one_index_of_a_job_fails(world: World) -> None:
    pod = job_pod("shards", 4, code=1)
    pod["metadata"]["annotations"] = {"batch.kubernetes.io/job-completion-index": "4"}
    world.log(
        pod, 'Traceback (most recent call last):\n  File "/job.py", line 9, in <module>\nValueError: shard 4: empty'
    )
    job(
        world,
        "shards",
        spec={"completionMode": "Indexed", "completions": 8, "parallelism": 4, "backoffLimitPerIndex": 2},
        pods=[pod],
        conditions=[condition("Failed", "True", "FailedIndexes", "Job has failed indexes", since=9)],
        failedIndexes="4",
        completedIndexes="0-3,5-7",
        succeeded=7,
        failed=3,
    )


@fault("registry-certificate registry-unreachable image-pull", "Deployment/web", "http")
def registry_speaks_plain_http(world: World) -> None:
    web = find_app(world, "web")
    edit(web, image="registry.lan:5000/shop/web:1.4.2")
    stuck(
        world,
        web,
        "ErrImagePull",
        'failed to pull and unpack image "registry.lan:5000/shop/web:1.4.2": failed to resolve reference '
        '"registry.lan:5000/shop/web:1.4.2": failed to do request: Head '
        '"https://registry.lan:5000/v2/shop/web/manifests/1.4.2": http: server gave HTTP response to HTTPS client',
    )


@fault("image-pull image-format image-invalid-name", "Deployment/web", "schema|manifest.v1")
def image_has_an_old_manifest(world: World) -> None:
    web = find_app(world, "web")
    edit(web, image="registry.example.com/old/web:0.1")
    stuck(
        world,
        web,
        "ErrImagePull",
        'rpc error: code = Unimplemented desc = failed to pull and unpack image "registry.example.com/old/web:0.1": not '
        'implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since '
        "containerd v2.1, please rebuild the image as Docker Schema 2 or OCI schema",
    )


@fault("rbac-anonymous", "ClusterRoleBinding/open", "anonymous")
def everybody_unauthenticated_may_read(world: World) -> None:
    world.add(
        make("ClusterRole", "view", namespace=None, api="rbac.authorization.k8s.io/v1",
             rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]),
        make(
            "ClusterRoleBinding",
            "open",
            namespace=None,
            api="rbac.authorization.k8s.io/v1",
            roleRef={"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
            subjects=[{"kind": "User", "name": "system:anonymous", "apiGroup": "rbac.authorization.k8s.io"}],
        ),
    )  # fmt: skip


@fault("host-namespace", "Deployment/shell", "hostpid|host")
def program_shares_the_processes_of_the_node(world: World) -> None:
    app = deploy(world, "shell", replicas=1)
    for part in _specs(app):
        part |= {"hostPID": True, "hostNetwork": True}
    edit(app, securityContext={"capabilities": {"add": ["SYS_ADMIN"]}})


@fault("application-error bad-configuration missing-setting crash", "Deployment/api", "revision 2|smtp_url", "rollback")
def release_took_a_variable_away(world: World) -> None:
    api = find_app(world, "api")
    edit(api, env=[{"name": "SMTP_URL", "value": "smtp://mail:25"}])
    old = list(api.pods)
    api.template["containers"][0]["env"] = []
    api.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    api.pods.clear()
    add_replicaset(world, api, revision=2, replicas=1, age=11)
    fresh = list(api.pods)
    crash_loop(world, App(api.workload, fresh), log="KeyError: 'SMTP_URL'", pods=fresh, restarts=6)
    api.pods.extend(old)
    settle(api)


@fault("dependency-down disk-full", "StatefulSet/db PersistentVolumeClaim/data-db-0", "no space")
def full_disk_under_the_whole_shop(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "db"),
        log='2026-03-10 11:57:44.010 UTC [1] PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device',
        code=134,
    )
    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 503")
    for pod in find_app(world, "api").pods:
        world.log(pod, "sqlalchemy.exc.OperationalError: connection to server at \"db\" (10.96.14.7), port 5432 failed: "
                  "Connection refused\n" * 12)  # fmt: skip
    unready(world, find_app(world, "web"), "HTTP probe failed with statuscode: 502")
    for pod in find_app(world, "web").pods:
        world.log(pod, "upstream connect error: GET http://api/v1/items: 503 Service Unavailable\n" * 15)


@fault("limit-range oom", "Deployment/sync LimitRange/defaults", "memory", "patch")
def default_limit_of_the_namespace_is_too_small(world: World) -> None:
    app = deploy(world, "sync", replicas=1)
    world.add(
        make("LimitRange", "defaults", spec={"limits": [{"type": "Container", "default": {"memory": "64Mi"},
                                                         "defaultRequest": {"memory": "64Mi"}}]})
    )  # fmt: skip
    for part in _specs(app):
        part["containers"][0]["resources"] = {}
    pod = app.pods[0]
    pod["metadata"]["annotations"] = {
        "kubernetes.io/limit-ranger": "LimitRanger plugin set: memory request for container sync; memory limit for "
        "container sync"
    }
    pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}}
    crash_loop(world, app, code=137, reason="OOMKilled")


@fault("service-mixed", "Service/web", "worker")
def service_selects_pods_of_another_program_too(world: World) -> None:
    web, worker = find_app(world, "web"), find_app(world, "worker")
    assert web.service is not None
    for pod in (*web.pods, *worker.pods):
        pod["metadata"]["labels"]["tier"] = "front"
    for app in (web, worker):
        app.workload["spec"]["template"]["metadata"]["labels"]["tier"] = "front"
    edit(worker, ports=[{"name": "metrics", "containerPort": 9090}])
    web.service["spec"]["selector"] = {"tier": "front"}


@fault("node-cordoned insufficient-resources", "Deployment/api Node/*", "cordon")
def only_cordoned_nodes_have_room(world: World) -> None:
    for name in ("node-2", "node-3"):
        one = world.find("Node", name)
        one["spec"] |= {"unschedulable": True, "taints": [{"key": "node.kubernetes.io/unschedulable",
                                                           "effect": "NoSchedule", "timeAdded": ago(300)}]}  # fmt: skip
    world.add(node("node-4", cpu="100m"))
    app = find_app(world, "api")
    unschedulable(
        world,
        app.pods[0],
        "0/4 nodes are available: 2 Insufficient cpu, 2 node(s) were unschedulable. preemption: 0/4 nodes are available: 2 "
        "No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    )
    settle(app)


@fault("terminating-stuck", "CustomResourceDefinition/kafkatopics.kafka.strimzi.io", "instance|finalizer")
def definition_cannot_be_deleted(world: World) -> None:
    one = make(
        "CustomResourceDefinition",
        "kafkatopics.kafka.strimzi.io",
        namespace=None,
        api="apiextensions.k8s.io/v1",
        spec={"group": "kafka.strimzi.io", "names": {"kind": "KafkaTopic", "plural": "kafkatopics"}, "scope": "Namespaced"},
        status={"conditions": [condition("Terminating", "True", "InstanceDeletionFailed",
                                         "could not list instances: 2 instances have finalizers", since=90)]},
    )  # fmt: skip
    one["metadata"] |= {"deletionTimestamp": ago(90), "finalizers": ["customresourcecleanup.apiextensions.k8s.io"]}
    world.add(one)


@fault("oom", "Job/train", "memory", "patch")
def init_container_of_a_job_is_killed(world: World) -> None:
    spec = {"containers": [container("train")], "initContainers": [container("fetch")], "restartPolicy": "OnFailure"}
    pod = make_pod("train-8xk2p", spec, by=owner("Job", "train", "batch/v1"), labels={"job-name": "train"}, age=30)
    set_statuses(
        pod,
        waiting("train", "PodInitializing"),
        phase="Pending",
        init=[waiting("fetch", "CrashLoopBackOff", "back-off", restarts=6, last=ended(137, "OOMKilled", at=3))],
    )
    job(world, "train", pods=[pod], active=1, age=31)


@fault("readiness-probe unready", "DaemonSet/proxy", "readiness|mirror", "patch rollback")
def daemon_update_makes_pods_unready(world: World) -> None:
    app = daemon(world, "proxy")
    edit(app, readinessProbe={"httpGet": {"path": "/mirror", "port": 9000}, "periodSeconds": 5, "failureThreshold": 3})
    pod = app.pods[0]
    set_statuses(pod, running("proxy", ready=False, since=22))
    world.warn(pod, "Unhealthy", 'Readiness probe failed: Get "http://10.0.0.1:9000/mirror": dial tcp 10.0.0.1:9000: '
               "connect: connection refused", count=200, first=21)  # fmt: skip
    app.workload["status"] |= {
        "numberReady": 2,
        "numberAvailable": 2,
        "numberUnavailable": 1,
        "updatedNumberScheduled": 1,
    }
