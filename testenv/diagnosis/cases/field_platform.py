"""Jobs, services, certificates, storage, nodes, autoscalers, operators and deletions that do not end."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.cases.autoscaling import budget, hpa
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.cases.network import gateway, tls_secret
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.operators import V0
from testenv.diagnosis.objects import ago, condition, container, make, owner, service, slice_of
from testenv.diagnosis.world import World, bound_claim, deploy, find_app, settle


@fault("dependency-down job-failed", "Job/settle", "payments")
def job_gives_up_because_another_service_is_down(world: World) -> None:
    failed = condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=8)
    pods = [job_pod("settle", n, code=1, at=40 - n * 10) for n in range(3)]
    job(world, "settle", conditions=[failed], pods=pods, failed=3, spec={"backoffLimit": 2})
    world.log(
        pods[-1],
        "Traceback (most recent call last):\n  File \"/app/settle.py\", line 8, in <module>\nrequests.exceptions.ConnectionError: HTTPConnectionPool(host='payments.partner.example', port=443): Max retries exceeded with url: /v2 (Caused by NewConnectionError('<HTTPConnection object>: Failed to establish a new connection: [Errno 111] Connection refused'))",
    )


@fault("cronjob-missed", "CronJob/nightly", "missed start")
def too_many_starts_were_missed(world: World) -> None:
    one = cron(world, "nightly", schedule="*/5 * * * *", status={"lastScheduleTime": ago(9000)})
    world.warn(
        one,
        "TooManyMissedTimes",
        "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
        source="cronjob-controller",
        count=40,
    )


@fault("job-failed", "Job/settle", "cannot tell|BackoffLimitExceeded")
def pods_of_a_failed_job_are_gone(world: World) -> None:
    failed = condition(
        "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=300
    )
    job(world, "settle", conditions=[failed], pods=[], failed=7, age=400)


@fault("job-failed job-policy", "Job/settle", "exit code 42|policy")
def pod_failure_policy_ends_the_job(world: World) -> None:
    failed = condition(
        "Failed",
        "True",
        "PodFailurePolicy",
        "Container settle for pod shop/settle-0abc failed with exit code 42 matching FailJob rule at index 0",
        since=8,
    )
    job(world, "settle", conditions=[failed], pods=[job_pod("settle", 0, code=42)], failed=1)


@fault("job-deadline", "Job/settle", "activeDeadlineSeconds|600")
def job_took_longer_than_its_deadline(world: World) -> None:
    failed = condition("Failed", "True", "DeadlineExceeded", "Job was active longer than specified deadline", since=20)
    job(world, "settle", conditions=[failed], pods=[], failed=1, spec={"activeDeadlineSeconds": 600})


@fault("certificate-not-issued", "Certificate/shop-tls Challenge/shop-tls-1", "404")
def acme_challenge_gets_the_wrong_answer(world: World) -> None:  # size: one literal of each object
    world.add(
        make(
            "Certificate",
            "shop-tls",
            api="cert-manager.io/v1",
            age=200,
            spec={
                "secretName": "shop-tls",
                "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"},
                "dnsNames": ["shop.example.com"],
            },
            status={
                "conditions": [
                    condition(
                        "Issuing", "True", "DoesNotExist", "Issuing certificate as Secret does not exist", since=200
                    ),
                    condition(
                        "Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist", since=200
                    ),
                ]
            },
        ),
        make(
            "CertificateRequest",
            "shop-tls-1",
            api="cert-manager.io/v1",
            age=200,
            metadata=owner("Certificate", "shop-tls", "cert-manager.io/v1"),
            status={
                "conditions": [
                    condition(
                        "Ready",
                        "False",
                        "Pending",
                        'Waiting on certificate issuance from order shop/shop-tls-1-77: "pending"',
                        since=200,
                    )
                ]
            },
        ),
        make(
            "Order",
            "shop-tls-1-77",
            api="acme.cert-manager.io/v1",
            age=200,
            metadata=owner("CertificateRequest", "shop-tls-1", "cert-manager.io/v1"),
            status={"state": "pending"},
        ),
        make(
            "Challenge",
            "shop-tls-1-77-0",
            api="acme.cert-manager.io/v1",
            age=200,
            metadata=owner("Order", "shop-tls-1-77", "acme.cert-manager.io/v1"),
            spec={"type": "HTTP-01", "dnsName": "shop.example.com"},
            status={
                "state": "pending",
                "presented": True,
                "processing": True,
                "reason": "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'",
            },
        ),
    )


@fault("certificate-expired", "Ingress/web Secret/web-tls", "expired")
def certificate_of_the_shop_expired_yesterday(world: World) -> None:
    world.add(tls_secret("web-tls", days_left=-1))
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]


@fault("load-balancer", "Service/edge", "subnet")
def load_balancer_finds_no_subnet(world: World) -> None:
    edge = world.add(service("edge", {"app": "web"}, type="LoadBalancer"), slice_of("edge", ready=3))
    edge["metadata"]["creationTimestamp"] = ago(40)
    world.warn(
        edge,
        "FailedBuildModel",
        "Failed build model due to unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
        source="service",
        count=14,
        first=38,
    )


@fault("route-refused route-parent", "HTTPRoute/shop", "NoMatchingListenerHostname|hostname")
def route_for_a_host_that_no_listener_has(world: World) -> None:
    gateway(world)
    world.add(
        make(
            "HTTPRoute",
            "shop",
            api="gateway.networking.k8s.io/v1",
            spec={
                "parentRefs": [{"name": "edge"}],
                "hostnames": ["shop.other.example"],
                "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
            },
            status={
                "parents": [
                    {
                        "parentRef": {"name": "edge"},
                        "controllerName": "istio.io/gateway-controller",
                        "conditions": [
                            condition(
                                "Accepted",
                                "False",
                                "NoMatchingListenerHostname",
                                'no hostnames matched parent hostname "shop.example.com"',
                            ),
                            condition("ResolvedRefs", "True", "ResolvedRefs"),
                        ],
                    }
                ]
            },
        )
    )


@fault("claim-unbound no-default-storage-class no-volume", "PersistentVolumeClaim/archive", "no persistent volume")
def claim_for_volumes_that_somebody_must_make(world: World) -> None:
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "archive",
            age=200,
            spec={
                "accessModes": ["ReadWriteMany"],
                "storageClassName": "",
                "resources": {"requests": {"storage": "500Gi"}},
            },
            status={"phase": "Pending"},
        )
    )
    world.warn(
        claim,
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set",
        kind="Normal",
        source="persistentvolume-controller",
        count=120,
        first=200,
    )


@fault("terminating-stuck", "PersistentVolumeClaim/archive", "pvc-protection|used")
def claim_is_deleted_while_a_pod_uses_it(world: World) -> None:
    claim = bound_claim(world, "archive")
    claim["metadata"] |= {"deletionTimestamp": ago(180), "finalizers": ["kubernetes.io/pvc-protection"]}
    app = deploy(world, "archiver", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "archive"}}]


@fault("terminating-stuck", "Service/edge", "load-balancer-cleanup|finalizer")
def service_cannot_be_deleted(world: World) -> None:
    edge = world.add(service("edge", {"app": "web"}, type="LoadBalancer"), slice_of("edge", ready=3))
    edge["metadata"] |= {"deletionTimestamp": ago(90), "finalizers": ["service.kubernetes.io/load-balancer-cleanup"]}
    edge["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.20"}]}}
    world.warn(
        edge,
        "SyncLoadBalancerFailed",
        "Error syncing load balancer: failed to delete load balancer: googleapi: Error 403: Required 'compute.forwardingRules.delete' permission",
        source="service-controller",
        count=30,
        first=88,
    )


@fault("terminating-stuck", "Application/payments KafkaTopic/orders", "finalizer|strimzi")
def custom_resource_waits_for_an_operator_that_is_gone(world: World) -> None:
    world.add(
        make(
            "KafkaTopic",
            "orders",
            api="kafka.strimzi.io/v1beta2",
            metadata={"deletionTimestamp": ago(600), "finalizers": ["strimzi.io/topic-operator"]},
            spec={"partitions": 3},
        )
    )


@fault("node-not-ready", "Node/node-2", "container runtime")
def container_runtime_of_a_node_is_down(world: World) -> None:
    set_condition(
        world.find("Node", "node-2"), "Ready", "False", "KubeletNotReady", "container runtime is down", since=9
    )


@fault("node-not-ready", "Node/node-3", "network plugin|cni")
def node_has_no_network_plugin(world: World) -> None:
    one = world.find("Node", "node-3")
    set_condition(
        one,
        "Ready",
        "False",
        "KubeletNotReady",
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
        since=30,
    )
    one["spec"]["taints"] = [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]


@fault("hpa-metric-missing", "HorizontalPodAutoscaler/worker", "queue_depth")
def autoscaler_of_a_queue_gets_no_figures(world: World) -> None:
    one = hpa(world, "worker", replicas=2, usage=None, conditions=[
        condition("AbleToScale", "True", "SucceededGetScale"),
        condition("ScalingActive", "False", "FailedGetExternalMetric", "the HPA was unable to compute the replica count: unable to get external metric shop/queue_depth/nil: unable to fetch metrics from external metrics API: no matching metrics found"),
    ])  # fmt: skip
    one["spec"]["metrics"] = [
        {
            "type": "External",
            "external": {"metric": {"name": "queue_depth"}, "target": {"type": "AverageValue", "averageValue": "30"}},
        }
    ]
    world.warn(
        one,
        "FailedGetExternalMetric",
        "unable to get external metric shop/queue_depth/nil: no matching metrics found",
        source="horizontal-pod-autoscaler",
        count=200,
        first=60,
    )


@fault("hpa-requests-missing", "HorizontalPodAutoscaler/web Deployment/web", "istio-proxy|request")
def sidecar_without_requests_blinds_the_autoscaler(world: World) -> None:
    web = find_app(world, "web")
    proxy = container("istio-proxy", ports=None, readinessProbe=None, livenessProbe=None, resources=None)
    web.template["containers"].append(proxy)
    for pod in web.pods:
        pod["spec"]["containers"].append(proxy)
        pod["status"]["containerStatuses"].append({**pod["status"]["containerStatuses"][0], "name": "istio-proxy"})
    one = hpa(world, "web", usage=None, conditions=[
        condition("AbleToScale", "True", "SucceededGetScale"),
        condition("ScalingActive", "False", "FailedGetResourceMetric", "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container istio-proxy of Pod web-1"),
    ])  # fmt: skip
    world.warn(
        one,
        "FailedGetResourceMetric",
        "failed to get cpu utilization: missing request for cpu in container istio-proxy of Pod web-1",
        source="horizontal-pod-autoscaler",
        count=90,
        first=50,
    )


@fault("pdb-blocks", "PodDisruptionBudget/worker", "maxUnavailable|drain")
def budget_of_zero_stops_a_drain(world: World) -> None:
    budget(world, "worker", {"app": "worker"}, healthy=2, wanted=2, allowed=0, expected=2, maxUnavailable=0)
    one = world.find("Node", "node-1")
    one["spec"] = {
        "unschedulable": True,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(50)}],
    }
    world.warn(
        world.find("PodDisruptionBudget", "worker"),
        "EvictionBlocked",
        "Cannot evict pod as it would violate the pod's disruption budget.",
        source="drain",
        count=30,
    )


@fault("olm-csv", "ClusterServiceVersion/kafka.v0.45", "RequirementsNotMet|KafkaTopic")
def operator_waits_for_a_definition(world: World) -> None:
    world.add(
        make(
            "ClusterServiceVersion",
            "kafka.v0.45",
            api=V0,
            age=90,
            status={
                "phase": "Pending",
                "reason": "RequirementsNotMet",
                "message": "one or more requirements couldn't be found",
                "requirementStatus": [
                    {
                        "group": "apiextensions.k8s.io",
                        "kind": "CustomResourceDefinition",
                        "name": "kafkatopics.kafka.strimzi.io",
                        "status": "NotPresent",
                        "message": "CRD KafkaTopic is not present",
                    }
                ],
            },
        )
    )


@fault("webhook-certificate", "ValidatingWebhookConfiguration/policy", "x509|certificate")
def webhook_certificate_is_signed_by_another_authority(world: World) -> None:
    policy = deploy(world, "policy", namespace="policy-system", replicas=1)
    assert policy.service is not None
    world.add(
        make(
            "ValidatingWebhookConfiguration",
            "policy",
            namespace=None,
            api="admissionregistration.k8s.io/v1",
            webhooks=[
                {
                    "name": "validate.policy.example.com",
                    "failurePolicy": "Fail",
                    "clientConfig": {"service": {"name": "policy", "namespace": "policy-system", "port": 80}},
                    "rules": [
                        {
                            "operations": ["CREATE", "UPDATE"],
                            "apiGroups": ["apps"],
                            "apiVersions": ["v1"],
                            "resources": ["deployments"],
                        }
                    ],
                }
            ],
        )
    )
    world.warn(
        find_app(world, "web").workload,
        "ReplicaSetUpdateError",
        'Internal error occurred: failed calling webhook "validate.policy.example.com": failed to call webhook: Post "https://policy.policy-system.svc:80/validate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        source="deployment-controller",
        count=12,
    )


@fault("service-port", "Service/web", "grpc|port")
def service_targets_a_port_of_another_protocol(world: World) -> None:
    web = find_app(world, "web")
    assert web.service is not None
    web.service["spec"]["ports"] = [{"name": "grpc", "port": 9090, "targetPort": "grpc", "protocol": "TCP"}]
    world.find("Ingress", "web")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] = {
        "number": 9090
    }


@fault("namespace-terminating", "Namespace/preview-7", "metrics|v1beta1.external")
def namespace_waits_for_an_aggregated_api(world: World) -> None:
    world.add(
        make(
            "Namespace",
            "preview-7",
            namespace=None,
            metadata={"deletionTimestamp": ago(120)},
            spec={"finalizers": ["kubernetes"]},
            status={
                "phase": "Terminating",
                "conditions": [
                    condition(
                        "NamespaceDeletionDiscoveryFailure",
                        "True",
                        "DiscoveryFailed",
                        "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: external.metrics.k8s.io/v1beta1: stale GroupVersion discovery: v1beta1.external.metrics.k8s.io",
                        since=119,
                    )
                ],
            },
        )
    )


@fault("config-map-empty", "ConfigMap/web-banner", "empty")
def config_map_without_data_in_use(world: World) -> None:
    world.add(make("ConfigMap", "web-banner"))
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["volumes"] = [{"name": "banner", "configMap": {"name": "web-banner"}}]


@fault("evicted", "Deployment/worker", "emptyDir|cache")
def pods_are_evicted_for_an_empty_dir_limit(world: World) -> None:
    app = find_app(world, "worker")
    for pod in app.pods:
        pod["status"] = {
            "phase": "Failed",
            "reason": "Evicted",
            "message": 'Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ',
            "startTime": ago(30),
        }
        world.warn(pod, "Evicted", 'Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ')
    settle(app)


@fault("privileged-container", "Deployment/toolbox", "privileged")
def a_debugging_tool_runs_privileged(world: World) -> None:
    deploy(
        world,
        "toolbox",
        replicas=1,
        with_service=False,
        spec={
            "serviceAccountName": "shop-sa",
            "containers": [
                container(
                    "toolbox", ports=None, readinessProbe=None, livenessProbe=None, securityContext={"privileged": True}
                )
            ],
        },
    )


@fault("rbac-wildcard rbac-cluster-admin", "ClusterRoleBinding/ci-deploy ClusterRole/ci-deploy", "cluster-admin|ci")
def a_build_account_is_cluster_admin(world: World) -> None:
    world.add(
        make("ServiceAccount", "ci"),
        make(
            "ClusterRoleBinding",
            "ci-deploy",
            namespace=None,
            api="rbac.authorization.k8s.io/v1",
            roleRef={"kind": "ClusterRole", "name": "cluster-admin"},
            subjects=[{"kind": "ServiceAccount", "name": "ci", "namespace": "shop"}],
        ),
    )
