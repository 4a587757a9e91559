"""The platform's part of the fifth set."""

from __future__ import annotations

from testenv.diagnosis.case import fault, no_pods
from testenv.diagnosis.cases.field_fifth import noise
from testenv.diagnosis.cases.jobs import cron
from testenv.diagnosis.cases.network import gateway, route
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.operators import V0
from testenv.diagnosis.objects import ago, condition, make
from testenv.diagnosis.world import World, deploy, find_app, settle, stateful, unschedulable


@fault("scheduler-silent", "Deployment/web Lease/kube-scheduler", "scheduler")
def scheduler_has_stopped(world: World) -> None:
    noise(world)
    web = find_app(world, "web")
    for pod in web.pods[:1]:
        pod["spec"].pop("nodeName")
        pod["metadata"]["creationTimestamp"] = ago(20)
        pod["status"] = {"phase": "Pending", "qosClass": "Burstable"}
    world.objects = [one for one in world.objects if one["kind"] != "Event"]
    for name, minutes in (("kube-scheduler", 25.0), ("kube-controller-manager", 0.05)):
        world.add(make("Lease", name, namespace="kube-system", api="coordination.k8s.io/v1",
                       spec={"holderIdentity": f"cp-1_{name}", "leaseDurationSeconds": 15, "renewTime": ago(minutes)}))  # fmt: skip
    settle(web)


@fault("taint", "Deployment/web Node/*", "uninitialized")
def cloud_has_not_initialised_the_nodes(world: World) -> None:
    noise(world)
    web = find_app(world, "web")
    for name in ("node-1", "node-2", "node-3"):
        world.find("Node", name)["spec"]["taints"] = [
            {"key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true", "effect": "NoSchedule"}
        ]
    unschedulable(world, web.pods[0], "0/3 nodes are available: 3 node(s) had untolerated taint "
                  "{node.cloudprovider.kubernetes.io/uninitialized: true}. preemption: 0/3 nodes are available: 3 Preemption "
                  "is not helpful for scheduling.")  # fmt: skip
    settle(web)


@fault("insufficient-resources", "Deployment/web", "ephemeral-storage", "patch")
def nodes_have_too_little_scratch_space(world: World) -> None:
    noise(world)
    web = find_app(world, "web")
    for part in (web.template, web.pods[0]["spec"]):
        part["containers"][0]["resources"] = {"requests": {"ephemeral-storage": "500Gi"}}
    unschedulable(world, web.pods[0], "0/3 nodes are available: 3 Insufficient ephemeral-storage. preemption: 0/3 nodes are "
                  "available: 3 No preemption victims found for incoming pod.")  # fmt: skip
    settle(web)


@fault("limit-range", "Deployment/web LimitRange/*", "ratio", "patch")
def limit_is_too_far_above_the_request(world: World) -> None:
    noise(world)
    world.add(
        make("LimitRange", "ratio", spec={"limits": [{"type": "Container", "maxLimitRequestRatio": {"cpu": "4"}}]})
    )
    no_pods(find_app(world, "web"), world, 'pods "web-7d-x" is forbidden: cpu max limit to request ratio per Container is 4, but '
            "provided ratio is 10.000000")  # fmt: skip


@fault("pod-admission-denied", "Deployment/web", "psp-privileged", "patch")
def gatekeeper_denies(world: World) -> None:
    noise(world)
    no_pods(find_app(world, "web"), world, 'admission webhook "validation.gatekeeper.sh" denied the request: [psp-privileged] '
            'Privileged container is not allowed: web, securityContext: {"privileged": true}')  # fmt: skip


@fault("template-invalid", "CronJob/report", "restartpolicy")
def template_of_a_cron_job_is_invalid(world: World) -> None:
    noise(world)
    one = cron(world, "report", status={"lastScheduleTime": ago(65)})
    world.warn(one, "FailedCreate", 'Error creating job: Job.batch "report-29560" is invalid: spec.template.spec.restartPolicy: '
               'Unsupported value: "Always": supported values: "OnFailure", "Never"', count=7, first=60,
               source="cronjob-controller")  # fmt: skip


@fault("volume-mismatch claim-unbound provisioning-failed no-volume", "PersistentVolumeClaim/archive", "too small")
def volume_is_smaller_than_the_claim(world: World) -> None:
    noise(world)
    claim = world.add(
        make("PersistentVolumeClaim", "archive", age=50, status={"phase": "Pending"},
             spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "", "volumeName": "pv-archive",
                   "resources": {"requests": {"storage": "100Gi"}}})
    )  # fmt: skip
    world.add(make("PersistentVolume", "pv-archive", namespace=None, status={"phase": "Available"},
                   spec={"capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "",
                         "nfs": {"server": "10.0.0.5", "path": "/archive"}}))  # fmt: skip
    world.warn(claim, "VolumeMismatch", 'Cannot bind to requested volume "pv-archive": requested PV is too small', count=20,
               first=29, source="persistentvolume-controller")  # fmt: skip


@fault("terminating-stuck", "Application/shop", "resources-finalizer.argocd.argoproj.io", "patch")
def application_of_the_deployer_cannot_go(world: World) -> None:
    noise(world)
    one = make("Application", "shop", namespace="argocd", api="argoproj.io/v1alpha1", spec={"project": "default"},
               status={"health": {"status": "Missing"}})  # fmt: skip
    one["metadata"] |= {"deletionTimestamp": ago(300), "finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    world.add(one)


@fault(
    "hpa-pods-unmeasured",
    "HorizontalPodAutoscaler/web Deployment/web",
    "no metrics|ready",
)
def autoscaler_sees_no_ready_pod(world: World) -> None:
    noise(world)
    text = ("the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for targeted "
            "pods (pods might be unready); no metrics returned from resource metrics API")  # fmt: skip
    one = make("HorizontalPodAutoscaler", "web", api="autoscaling/v2",
               spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2,
                     "maxReplicas": 6, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {
                         "type": "Utilization", "averageUtilization": 70}}}]},
               status={"currentReplicas": 3, "desiredReplicas": 3, "conditions": [
                   condition("AbleToScale", "True", "SucceededGetScale"),
                   condition("ScalingActive", "False", "FailedGetResourceMetric", text)]})  # fmt: skip
    world.add(one)
    world.warn(one, "FailedGetResourceMetric", text, count=50, first=28, source="horizontal-pod-autoscaler")


@fault("route-refused route-parent", "HTTPRoute/api", "sectionname|nomatchingparent")
def route_names_a_listener_that_is_not_there(world: World) -> None:
    noise(world)
    gateway(world)
    one = route(world, accepted=("False", "NoMatchingParent", "No listener with sectionName https found"))
    one["spec"]["parentRefs"][0]["sectionName"] = "https"


@fault("route-backend", "HTTPRoute/api", "checkout")
def only_the_status_tells_of_a_missing_backend(world: World) -> None:
    noise(world)
    gateway(world)
    route(world, backend="checkout", resolved=("False", "BackendNotFound", 'Service "checkout" not found'))


@fault("olm-csv olm-operator-group", "ClusterServiceVersion/kafka.v0.45", "operatorgroup", "create")
def operator_has_no_operator_group(world: World) -> None:
    noise(world)
    world.add(make("ClusterServiceVersion", "kafka.v0.45", api=V0, spec={"version": "0.45"}, status={
        "phase": "Failed", "reason": "NoOperatorGroup", "message": "csv in namespace with no operatorgroups",
        "lastTransitionTime": ago(30)}))  # fmt: skip


@fault("node-not-ready", "Node/node-2", "network")
def pods_of_a_node_say_that_its_network_is_not_ready(world: World) -> None:
    noise(world)
    one = world.find("Node", "node-2")
    set_condition(one, "Ready", "False", "KubeletNotReady", "[container runtime network not ready: NetworkReady=false "
                  "reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized]")  # fmt: skip
    pod = find_app(world, "web").pods[1]
    world.warn(pod, "NetworkNotReady", "network is not ready: container runtime network not ready: NetworkReady=false", count=40,
               first=9)  # fmt: skip


@fault("rbac-subject-missing", "RoleBinding/deployers", "ci-deployer")
def binding_names_an_account_that_does_not_exist(world: World) -> None:
    noise(world)
    world.add(
        make("Role", "deployer", api="rbac.authorization.k8s.io/v1", rules=[{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]}]),
        make("RoleBinding", "deployers", api="rbac.authorization.k8s.io/v1",
             roleRef={"kind": "Role", "name": "deployer", "apiGroup": "rbac.authorization.k8s.io"},
             subjects=[{"kind": "ServiceAccount", "name": "ci-deployer", "namespace": "shop"}]),
    )  # fmt: skip


@fault("volume-mount", "StatefulSet/ledger", "rbd|exit status 110")
def block_device_cannot_be_mapped(world: World) -> None:
    noise(world)
    app = stateful(world, "ledger")
    pod = app.pods[0]
    pod["status"]["phase"] = "Pending"
    pod["status"]["containerStatuses"] = [{"name": "ledger", "ready": False, "restartCount": 0, "started": False,
                                           "state": {"waiting": {"reason": "ContainerCreating"}}, "lastState": {}}]  # fmt: skip
    for one in pod["status"]["conditions"]:
        if one["type"] in {"Ready", "ContainersReady"}:
            one |= {"status": "False", "reason": "ContainersNotReady", "lastTransitionTime": ago(20)}
    world.warn(pod, "FailedMount", 'MountVolume.MountDevice failed for volume "pvc-data-ledger-0" : rpc error: code = Internal '
               "desc = rbd: map failed with error an error (exit status 110) occurred while running rbd args, rbd error "
               "output: rbd: sysfs write failed", count=9, first=19)  # fmt: skip
    world.warn(pod, "FailedMount", "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to "
               "process volumes=[]: timed out waiting for the condition", count=4, first=18, at=0.5)  # fmt: skip
    settle(app)


@fault("ingress-class-missing", "Ingress/web", "traefik", "patch create")
def annotation_names_a_class_that_is_not_there(world: World) -> None:
    noise(world)
    one = world.find("Ingress", "web")
    one["spec"].pop("ingressClassName")
    one["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "traefik"}
    one["status"] = {"loadBalancer": {}}


@fault("dependency-name headless-service-missing", "Service/ledger StatefulSet/ledger Deployment/api", "ledger")
def headless_service_was_renamed(world: World) -> None:
    noise(world)
    app = stateful(world, "ledger")
    assert app.service is not None
    world.remove(app.service)
    from testenv.diagnosis.case import crash_loop  # noqa: PLC0415

    crash_loop(
        world,
        find_app(world, "api"),
        log="dial tcp: lookup ledger-0.ledger.shop.svc.cluster.local on 10.96.0.10:53: no such host",
    )


@fault("webhook-service webhook-endpoints", "MutatingWebhookConfiguration/inject", "inject", "patch create delete")
def uninstalled_injector_left_its_webhook(world: World) -> None:
    noise(world)
    world.add(make("MutatingWebhookConfiguration", "inject", namespace=None, api="admissionregistration.k8s.io/v1", webhooks=[{
        "name": "inject.mesh.io", "failurePolicy": "Fail", "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {"name": "injector", "namespace": "mesh", "path": "/", "port": 443}, "caBundle": "eA=="},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}]))  # fmt: skip
    no_pods(find_app(world, "worker"), world, 'Internal error occurred: failed calling webhook "inject.mesh.io": failed to call '
            'webhook: Post "https://injector.mesh.svc:443/?timeout=10s": service "injector" not found')  # fmt: skip


@fault("service-selector service-no-pods", "Service/web", "version", "patch")
def service_still_selects_the_old_version(world: World) -> None:
    noise(world)
    web = find_app(world, "web")
    assert web.service is not None
    assert web.endpoints is not None
    for pod in web.pods:
        pod["metadata"]["labels"]["version"] = "v2"
    web.workload["spec"]["template"]["metadata"]["labels"]["version"] = "v2"
    web.service["spec"]["selector"] = {"app": "web", "version": "v1"}
    web.endpoints["endpoints"] = []


@fault("dependency-down", "Deployment/api Deployment/cache", "cache|0 replicas", "scale")
def cache_was_scaled_to_zero_and_forgotten(world: World) -> None:
    noise(world)
    cache = deploy(world, "cache", replicas=1)
    world.remove(*cache.pods)
    cache.pods.clear()
    cache.workload["spec"]["replicas"] = 0
    if cache.replicaset:
        cache.replicaset["spec"]["replicas"] = 0
        cache.replicaset["status"] = {"replicas": 0, "observedGeneration": 1}
    settle(cache)
    from testenv.diagnosis.case import unready  # noqa: PLC0415

    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 500")
    for pod in find_app(world, "api").pods:
        world.log(pod, "redis.exceptions.ConnectionError: Error 111 connecting to cache:80. Connection refused.\n" * 9)
