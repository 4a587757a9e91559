"""Webhooks, configuration objects and rights."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods
from testenv.diagnosis.cases.network import certificate
from testenv.diagnosis.objects import Raw, config_map, make, secret
from testenv.diagnosis.world import World, deploy, find_app


def webhook(
    world: World,
    kind: str,
    *,
    service: str = "policy",
    namespace: str = "shop",
    ca: str | None = None,
    failure: str = "Fail",
) -> Raw:
    """A webhook configuration for pods."""
    client: Raw = {
        "service": {"name": service, "namespace": namespace, "path": "/validate", "port": 443},
        "caBundle": ca or certificate(days_left=300, host="policy.shop.svc"),
    }
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    return world.add(
        make(
            kind,
            "policy",
            namespace=None,
            api="admissionregistration.k8s.io/v1",
            webhooks=[
                {
                    "name": "pods.policy.example.com",
                    "clientConfig": client,
                    "rules": [rule],
                    "failurePolicy": failure,
                    "sideEffects": "None",
                    "timeoutSeconds": 10,
                }
            ],
        )
    )


@fault("webhook-service", "ValidatingWebhookConfiguration/policy", "policy|does not exist")
def validating_webhook_without_service(world: World) -> None:
    webhook(world, "ValidatingWebhookConfiguration", service="policy", namespace="policy-system")
    no_pods(
        find_app(world, "web"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.policy-system.svc:443/validate?timeout=10s": service "policy" not found',
    )


@fault("webhook-service", "MutatingWebhookConfiguration/policy", "policy|does not exist")
def mutating_webhook_without_service(world: World) -> None:
    webhook(world, "MutatingWebhookConfiguration", service="injector", namespace="mesh")


@fault("crash webhook-endpoints", "Deployment/policy", "policy|exit code")
def webhook_server_crashes(world: World) -> None:
    webhook(world, "ValidatingWebhookConfiguration")
    server = deploy(world, "policy", replicas=1)
    crash_loop(world, server, code=2)
    no_pods(
        find_app(world, "worker"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": no endpoints available for service "policy"',
    )


@fault("webhook-endpoints", "ValidatingWebhookConfiguration/policy", "endpoint|scaled to 0")
def webhook_server_scaled_to_nothing(world: World) -> None:
    webhook(world, "ValidatingWebhookConfiguration")
    deploy(world, "policy", replicas=0)
    no_pods(
        find_app(world, "web"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": no endpoints available for service "policy"',
    )


@fault("webhook-certificate", "ValidatingWebhookConfiguration/policy", "certificate|expired")
def webhook_certificate_expired(world: World) -> None:
    deploy(world, "policy", replicas=1)
    webhook(world, "ValidatingWebhookConfiguration", ca=certificate(days_left=-1, host="policy.shop.svc"))
    no_pods(
        find_app(world, "web"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    )


@fault("webhook-certificate", "MutatingWebhookConfiguration/policy", "certificate|unknown authority")
def webhook_certificate_of_another_authority(world: World) -> None:
    deploy(world, "policy", replicas=1)
    webhook(world, "MutatingWebhookConfiguration")
    no_pods(
        find_app(world, "api"),
        world,
        'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    )


@fault("config-map-empty", "ConfigMap/web-config", "empty")
def config_map_empty(world: World) -> None:
    world.add(config_map("web-config", {}))
    _use(world)


def _use(world: World) -> None:
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["envFrom"] = [{"configMapRef": {"name": "web-config"}}]


@fault("config-map-large", "ConfigMap/web-config", "1 MiB|large")
def config_map_near_the_limit(world: World) -> None:
    world.add(config_map("web-config", {"catalogue.json": "x" * 1_040_000}))
    _use(world)


@fault("config-map-unused", "ConfigMap/legacy", "not used")
def config_map_unused(world: World) -> None:
    world.add(config_map("legacy", {"a": "b"}))


def _bind(world: World, kind: str, name: str, role: Raw, *subjects: Raw) -> Raw:
    return world.add(
        make(
            kind,
            name,
            namespace="shop" if kind == "RoleBinding" else None,
            api="rbac.authorization.k8s.io/v1",
            roleRef={"apiGroup": "rbac.authorization.k8s.io", **role},
            subjects=list(subjects),
        )
    )


@fault("rbac-cluster-admin", "ClusterRoleBinding/everyone", "cluster-admin|system:unauthenticated")
def everybody_is_cluster_admin(world: World) -> None:
    _bind(
        world,
        "ClusterRoleBinding",
        "everyone",
        {"kind": "ClusterRole", "name": "cluster-admin"},
        {"kind": "Group", "name": "system:unauthenticated"},
    )


@fault("rbac-cluster-admin", "ClusterRoleBinding/shop-default", "cluster-admin|default")
def default_account_is_cluster_admin(world: World) -> None:
    _bind(
        world,
        "ClusterRoleBinding",
        "shop-default",
        {"kind": "ClusterRole", "name": "cluster-admin"},
        {"kind": "ServiceAccount", "name": "default", "namespace": "shop"},
    )


@fault("rbac-wildcard", "RoleBinding/ci Role/ci", "wildcard|ci")
def role_allows_everything(world: World) -> None:
    world.add(
        make(
            "Role",
            "ci",
            api="rbac.authorization.k8s.io/v1",
            rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
        )
    )
    _bind(
        world,
        "RoleBinding",
        "ci",
        {"kind": "Role", "name": "ci"},
        {"kind": "ServiceAccount", "name": "shop-sa", "namespace": "shop"},
    )


@fault("rbac-role-missing", "RoleBinding/ci Role/deployer", "deployer|does not exist")
def binding_of_a_missing_role(world: World) -> None:
    _bind(
        world,
        "RoleBinding",
        "ci",
        {"kind": "Role", "name": "deployer"},
        {"kind": "ServiceAccount", "name": "shop-sa", "namespace": "shop"},
    )


@fault("privileged-container", "Deployment/worker", "privileged")
def privileged_container(world: World) -> None:
    worker = find_app(world, "worker")
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["containers"][0]["securityContext"] = {"privileged": True}


@fault("host-path", "Deployment/worker", "hostPath|docker.sock")
def runtime_socket_mounted(world: World) -> None:
    worker = find_app(world, "worker")
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["volumes"] = [{"name": "sock", "hostPath": {"path": "/var/run/docker.sock"}}]


@fault("secret-in-env", "Deployment/api", "DB_PASSWORD|plain")
def password_in_the_template(world: World) -> None:
    api = find_app(world, "api")
    for spec in (api.template, *[pod["spec"] for pod in api.pods]):
        spec["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "hunter2-not-so-secret"}]


@fault("default-service-account", "ServiceAccount/default Deployment/cart", "default service account")
def default_service_account_used(world: World) -> None:
    cart = deploy(world, "cart", replicas=1)
    for spec in (cart.template, *[pod["spec"] for pod in cart.pods]):
        spec["serviceAccountName"] = "default"
    world.add(secret("unused", {"a": "eA=="}))
