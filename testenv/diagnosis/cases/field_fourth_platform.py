"""The platform's part of the fourth set: scheduling, nodes, storage, networking, admission, controllers."""

from __future__ import annotations

from copy import deepcopy

from testenv.diagnosis.case import crash_loop, fault, no_pods
from testenv.diagnosis.cases.autoscaling import budget, hpa
from testenv.diagnosis.cases.field_fourth import edit
from testenv.diagnosis.objects import Raw, ago, condition, container, make, waiting
from testenv.diagnosis.world import (
    App,
    World,
    add_replicaset,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    stateful,
    unschedulable,
)


def _specs(app: App) -> list[Raw]:
    sets = [app.replicaset["spec"]["template"]["spec"]] if app.replicaset else []
    return [app.template, *sets, *[pod["spec"] for pod in app.pods]]


@fault("readiness-gate readiness-probe", "Deployment/web", "readiness gate|target-health")
def load_balancer_never_confirms_the_pods(world: World) -> None:
    web = find_app(world, "web")
    gate = "target-health.elbv2.k8s.aws/k8s-shop-web-4f2a"
    for pod in web.pods:
        pod["spec"]["readinessGates"] = [{"conditionType": gate}]
        for one in pod["status"]["conditions"]:
            if one["type"] == "Ready":
                one |= {
                    "status": "False",
                    "reason": "ReadinessGatesNotReady",
                    "message": f'the status of pod readiness gate "{gate}" is not "True", but False',
                }
        pod["status"]["conditions"].append(
            condition(gate, "False", "Target.FailedHealthChecks", "Health checks failed", since=40)
        )
    settle(web)


@fault("pod-sandbox", "Deployment/sandboxed RuntimeClass/kata Node/*", "kata")
def node_does_not_know_the_runtime(world: World) -> None:
    app = deploy(world, "sandboxed", replicas=1)
    for part in _specs(app):
        part["runtimeClassName"] = "kata"
    pod = app.pods[0]
    set_statuses(pod, waiting("sandboxed", "ContainerCreating"), phase="Pending")
    world.warn(
        pod,
        "FailedCreatePodSandBox",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "
        '"kata" is configured',
        count=40,
        first=14,
    )
    settle(app)


@fault("missing-runtime-class", "Deployment/sandboxed RuntimeClass/gvisor", "gvisor")
def runtime_class_does_not_exist(world: World) -> None:
    no_pods(
        deploy(world, "sandboxed", replicas=1),
        world,
        'pods "sandboxed-7d9-" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    )


@fault("pod-rejected", "Deployment/tuned", "net.core.somaxconn")
def sysctl_is_not_allowed_on_the_node(world: World) -> None:
    app = deploy(world, "tuned", replicas=1)
    for part in _specs(app):
        part["securityContext"] = {"sysctls": [{"name": "net.core.somaxconn", "value": "4096"}]}
    template = app.pods[0]
    world.remove(*app.pods)
    app.pods.clear()
    for number in range(6):
        pod = deepcopy(template)
        pod["metadata"] |= {
            "name": f"{template['metadata']['name'][:-1]}{number}",
            "creationTimestamp": ago(20 - number),
        }
        pod["status"] = {
            "phase": "Failed",
            "reason": "SysctlForbidden",
            "message": 'forbidden sysctl: "net.core.somaxconn" not allowlisted',
            "startTime": ago(20 - number),
        }
        world.add(pod)
        app.pods.append(pod)
    settle(app)


@fault("pod-rejected", "Deployment/vision Node/*", "nvidia.com/gpu")
def device_plugin_gives_nothing(world: World) -> None:
    app = deploy(world, "vision", replicas=1)
    edit(app, resources={"limits": {"nvidia.com/gpu": "1"}, "requests": {"nvidia.com/gpu": "1"}})
    app.pods[0]["status"] = {
        "phase": "Failed",
        "reason": "UnexpectedAdmissionError",
        "message": "Pod was rejected: Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. "
        "Requested: 1, Available: 0, which is unexpected",
        "startTime": ago(9),
    }
    settle(app)


@fault("insufficient-resources", "Deployment/batch", "preempt")
def low_priority_pods_are_preempted(world: World) -> None:
    app = deploy(world, "batch", replicas=2)
    for part in _specs(app):
        part |= {"priorityClassName": "low", "priority": 100}
    for pod in app.pods:
        unschedulable(
            world,
            pod,
            "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims "
            "found for incoming pod.",
            for_minutes=18,
        )
        gone = make("Pod", pod["metadata"]["name"][:-1] + "q", age=60)
        world.warn(
            gone,
            "Preempted",
            "Preempted by pod 6f0c1d52-9a34-4d0e-8f3b-2b7a3c1d4e5f on node node-2",
            kind="Normal",
            at=18,
            source="default-scheduler",
        )
    world.add(
        make("PriorityClass", "low", namespace=None, api="scheduling.k8s.io/v1", value=100, preemptionPolicy="Never"),
        make("PriorityClass", "high", namespace=None, api="scheduling.k8s.io/v1", value=100000),
    )
    settle(app)


@fault("topology-spread", "Deployment/spread Node/*", "label|example.com/rack")
def nodes_lack_the_label_to_spread_over(world: World) -> None:
    app = deploy(world, "spread", replicas=1)
    for part in _specs(app):
        part["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "example.com/rack",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "spread"}},
            }
        ]
    unschedulable(
        world,
        app.pods[0],
        "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label). "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    settle(app)


@fault(
    "volume-node-affinity no-volume",
    "StatefulSet/cache PersistentVolume/* PersistentVolumeClaim/data-cache-0",
    "node-9",
)
def local_disk_is_on_a_node_that_left(world: World) -> None:
    app = stateful(world, "cache", storage_class="local")
    disk = world.find("PersistentVolume", "pvc-data-cache-0")
    disk["spec"].pop("csi")
    disk["spec"] |= {
        "local": {"path": "/mnt/disks/ssd0"},
        "nodeAffinity": {
            "required": {
                "nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-9"]}]}
                ]
            }
        },
    }
    unschedulable(
        world,
        app.pods[0],
        "0/3 nodes are available: 3 node(s) had volume node affinity conflict. preemption: 0/3 nodes are available: 3 "
        "Preemption is not helpful for scheduling.",
    )
    settle(app)


@fault("anti-affinity", "Deployment/front", "anti-affinity", "patch")
def rolling_update_needs_a_node_more(world: World) -> None:
    app = deploy(world, "front", replicas=3)
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "front"}}}
    for part in _specs(app):
        part["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    app.workload["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
    old = list(app.pods)
    app.template["containers"][0]["image"] = "registry.example.com/shop/front:1.5.0"
    app.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    app.pods.clear()
    add_replicaset(world, app, revision=2, replicas=1, age=25)
    unschedulable(
        world,
        app.pods[0],
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 3 "
        "No preemption victims found for incoming pod.",
        for_minutes=25,
    )
    app.pods.extend(old)
    settle(app, progress=("False", "ProgressDeadlineExceeded", 'ReplicaSet "front-2" has timed out progressing.'))


@fault("namespace-terminating", "Namespace/shop", "terminat")
def pods_are_wanted_in_a_namespace_that_leaves(world: World) -> None:
    space = world.find("Namespace", "shop")
    space["metadata"]["deletionTimestamp"] = ago(50)
    space["status"] = {
        "phase": "Terminating",
        "conditions": [
            condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered"),
            condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", "Some resources are remaining: "
                      "kafkatopics.kafka.strimzi.io has 2 resource instances"),
            condition("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", "Some content in the namespace has "
                      "finalizers remaining: strimzi.io/topic-operator in 2 resource instances"),
        ],
    }  # fmt: skip
    no_pods(
        find_app(world, "worker"),
        world,
        'pods "worker-6d4-" is forbidden: unable to create new content in namespace shop because it is being terminated',
    )


@fault("pod-admission-denied", "Deployment/web", "require-team-label")
def admission_policy_of_the_cluster_denies(world: World) -> None:
    no_pods(
        find_app(world, "web"),
        world,
        "pods \"web-5d9-\" is forbidden: ValidatingAdmissionPolicy 'require-team-label' with binding "
        "'require-team-label-all' denied request: failed expression: has(object.metadata.labels.team)",
    )


@fault("claim-resize", "PersistentVolumeClaim/data-db-0", "restart|file system", "restart patch delete")
def volume_grew_and_its_file_system_did_not(world: World) -> None:
    claim = world.find("PersistentVolumeClaim", "data-db-0")
    claim["spec"]["resources"]["requests"]["storage"] = "50Gi"
    claim["status"]["conditions"] = [
        condition(
            "FileSystemResizePending",
            "True",
            "",
            "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
            since=300,
        )
    ]


@fault("volume-attach", "StatefulSet/db VolumeAttachment/* PersistentVolume/*", "detach|attach")
def volume_cannot_be_detached_from_a_dead_node(world: World) -> None:
    app = find_app(world, "db")
    pod = app.pods[0]
    set_statuses(pod, waiting("db", "ContainerCreating"), phase="Pending")
    pod["metadata"]["creationTimestamp"] = ago(25)
    world.warn(
        pod,
        "FailedAttachVolume",
        'Multi-Attach error for volume "pvc-data-db-0" Volume is already exclusively attached to one node and can\'t be '
        "attached to another",
        at=20,
        source="attachdetach-controller",
    )
    attachment = make(
        "VolumeAttachment",
        "csi-1a2b3c",
        namespace=None,
        api="storage.k8s.io/v1",
        spec={
            "attacher": "ebs.csi.aws.com",
            "nodeName": "node-7",
            "source": {"persistentVolumeName": "pvc-data-db-0"},
        },
        status={"attached": True, "detachError": {"message": "rpc error: instance i-0ab not found", "time": ago(2)}},
    )
    attachment["metadata"] |= {"deletionTimestamp": ago(24), "finalizers": ["external-attacher/ebs-csi-aws-com"]}
    world.add(attachment)
    settle(app)


@fault("provisioning-failed", "PersistentVolumeClaim/reports", "unauthorizedoperation|not authorized")
def driver_may_not_create_volumes(world: World) -> None:
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "reports",
            age=40,
            spec={
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "20Gi"}},
                "volumeMode": "Filesystem",
            },
            status={"phase": "Pending"},
        )
    )
    world.warn(
        claim,
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": rpc error: code = Internal desc = Could not create '
        'volume "pvc-8f": could not create volume in EC2: operation error EC2: CreateVolume, https response error '
        "StatusCode: 403, api error UnauthorizedOperation: You are not authorized to perform this operation.",
        source="ebs.csi.aws.com_ebs-csi-controller",
        count=14,
        first=38,
    )


@fault("missing-service-account", "Deployment/runner ServiceAccount/runner", "runner")
def account_was_deleted_under_a_pod(world: World) -> None:
    app = deploy(world, "runner", replicas=1)
    for part in _specs(app):
        part["serviceAccountName"] = "runner"
    set_statuses(app.pods[0], waiting("runner", "ContainerCreating"), phase="Pending")
    world.warn(
        app.pods[0],
        "FailedMount",
        'MountVolume.SetUp failed for volume "kube-api-access-7xk2p" : failed to fetch token: serviceaccounts "runner" not '
        "found",
        count=13,
        first=16,
    )
    settle(app)


@fault("pdb-sync", "PodDisruptionBudget/tools", "controller")
def budget_covers_pods_of_nobody(world: World) -> None:
    world.add(make_pod("tool-1", {"containers": [container("tool")]}, labels={"app": "tool"}))
    budget(
        world,
        "tools",
        {"app": "tool"},
        healthy=0,
        wanted=0,
        allowed=0,
        expected=0,
        conditions=[
            condition(
                "DisruptionAllowed",
                "False",
                "SyncFailed",
                'found no controller ref for pod "tool-1"',
            )
        ],
        maxUnavailable=1,
    )
    world.warn(
        world.find("PodDisruptionBudget", "tools"),
        "CalculateExpectedPodCountFailed",
        'Failed to calculate the number of expected pods: found no controller ref for pod "tool-1"',
        source="controllermanager",
        count=30,
        first=25,
    )


@fault("hpa-metric-missing", "HorizontalPodAutoscaler/web", "requests_per_second")
def custom_metric_is_not_served(world: World) -> None:
    text = (
        "the HPA was unable to compute the replica count: unable to get metric requests_per_second: unable to fetch "
        "metrics from custom metrics API: the server could not find the metric requests_per_second for pods"
    )
    one = hpa(
        world,
        "web",
        usage=None,
        conditions=[
            condition("AbleToScale", "True", "SucceededGetScale"),
            condition("ScalingActive", "False", "FailedGetPodsMetric", text),
        ],
    )
    one["spec"]["metrics"] = [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "requests_per_second"},
                "target": {"type": "AverageValue", "averageValue": "50"},
            },
        }
    ]
    world.warn(one, "FailedGetPodsMetric", text, source="horizontal-pod-autoscaler", count=80, first=29)


@fault("ingress-not-served", "Ingress/web", "accessdenied|createtargetgroup")
def ingress_controller_may_not_make_a_target_group(world: World) -> None:
    one = world.find("Ingress", "web")
    one["status"] = {"loadBalancer": {}}
    one["metadata"]["creationTimestamp"] = ago(40)
    world.warn(
        one,
        "FailedDeployModel",
        "Failed deploy model due to AccessDenied: User: arn:aws:sts::111122223333:assumed-role/alb/1 is not authorized to "
        "perform: elasticloadbalancing:CreateTargetGroup on resource: *\n\tstatus code: 403, request id: 8a",
        source="ingress",
        count=17,
        first=29,
    )


@fault(
    "ingress-controller-down crash port-in-use host-port application-error", "Deployment/ingress-nginx-controller", "80"
)
def ingress_controller_cannot_start(world: World) -> None:
    app = deploy(world, "ingress-nginx-controller", replicas=1, namespace="ingress-nginx")
    world.add(make("Namespace", "ingress-nginx", namespace=None, status={"phase": "Active"}))
    crash_loop(
        world,
        app,
        log='I0310 11:57:01.000001       7 main.go:248] "Running in Kubernetes cluster"\nF0310 11:57:02.000001       7 '
        "main.go:83] port 80 is already in use. Please check the flag --http-port",
        code=255,
    )
