"""Services, ingresses, gateways, network policies, DNS, certificates."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from testenv.diagnosis.case import crash_loop, fault, unready
from testenv.diagnosis.objects import NOW, Raw, condition, make, secret, service, slice_of
from testenv.diagnosis.world import World, deploy, find_app, settle


@lru_cache
def certificate(*, days_left: float, host: str = "shop.example.com") -> str:
    """A self-signed certificate in PEM, Base64 as in a Secret."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(NOW + timedelta(days=days_left))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return b64encode(built.public_bytes(serialization.Encoding.PEM)).decode()


def tls_secret(name: str, *, days_left: float = 60, host: str = "shop.example.com") -> Raw:
    """A Secret of type kubernetes.io/tls; the key is left out, as a redacted snapshot has it."""
    return secret(
        name,
        {"tls.crt": certificate(days_left=days_left, host=host), "tls.key": "UkVEQUNURUQ="},
        kind="kubernetes.io/tls",
    )


@fault("service-selector", "Service/web", "selector|app=webapp|app=web")
def selector_matches_nothing(world: World) -> None:
    web = find_app(world, "web")
    assert web.service is not None
    assert web.endpoints is not None
    web.service["spec"]["selector"] = {"app": "webapp"}
    web.endpoints["endpoints"] = None


@fault("service-port", "Service/web", "http-web|port")
def target_port_name_unknown(world: World) -> None:
    web = find_app(world, "web")
    assert web.service is not None
    web.service["spec"]["ports"][0]["targetPort"] = "http-web"


@fault("service-port", "Service/api", "8081|8080")
def target_port_number_wrong(world: World) -> None:
    api = find_app(world, "api")
    assert api.service is not None
    assert api.endpoints is not None
    api.service["spec"]["ports"][0]["targetPort"] = 8081
    api.endpoints["ports"][0]["port"] = 8081


@fault("readiness-probe", "Deployment/api", "500|readiness")
def service_without_ready_endpoints(world: World) -> None:
    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 500")


@fault("load-balancer", "Service/edge", "load balancer|quota")
def load_balancer_not_made(world: World) -> None:
    edge = world.add(service("edge", {"app": "web"}, type="LoadBalancer"), slice_of("edge", ready=3))
    edge["metadata"]["creationTimestamp"] = "2026-03-10T11:00:00Z"
    world.warn(
        edge,
        "SyncLoadBalancerFailed",
        "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: Quota 'FORWARDING_RULES' exceeded. Limit: 15.0 globally.",
        count=12,
        first=50,
        source="service-controller",
    )


@fault("load-balancer", "Service/edge", "load balancer|controller")
def load_balancer_without_a_controller(world: World) -> None:
    edge = world.add(service("edge", {"app": "web"}, type="LoadBalancer"), slice_of("edge", ready=3))
    edge["metadata"]["creationTimestamp"] = "2026-03-10T08:00:00Z"


def _ingress(world: World) -> Raw:
    return world.find("Ingress", "web")


@fault("ingress-class-missing", "Ingress/web", "traefik|does not exist")
def ingress_class_unknown(world: World) -> None:
    _ingress(world)["spec"]["ingressClassName"] = "traefik"


@fault("ingress-class-missing", "Ingress/web", "class|default")
def ingress_without_class(world: World) -> None:
    _ingress(world)["spec"].pop("ingressClassName")


@fault("ingress-backend", "Ingress/web", "web-svc|does not exist")
def ingress_backend_missing(world: World) -> None:
    _ingress(world)["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "web-svc"


@fault("ingress-backend", "Ingress/web", "port|8080")
def ingress_backend_port_missing(world: World) -> None:
    _ingress(world)["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] = {"number": 8080}


@fault("tls-secret", "Ingress/web Secret/shop-tls", "shop-tls|does not exist")
def ingress_tls_secret_missing(world: World) -> None:
    _ingress(world)["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]


@fault("certificate-expired", "Ingress/web Secret/shop-tls", "expired|2026-03-07")
def ingress_certificate_expired(world: World) -> None:
    _ingress(world)["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    world.add(tls_secret("shop-tls", days_left=-3))


@fault("certificate-expiring", "Ingress/web Secret/shop-tls", "expires|2026-03-12")
def ingress_certificate_about_to_expire(world: World) -> None:
    _ingress(world)["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    world.add(tls_secret("shop-tls", days_left=2))


@fault("certificate-host", "Ingress/web Secret/shop-tls", "shop.example.com|old.example.com")
def certificate_for_another_host(world: World) -> None:
    _ingress(world)["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    world.add(tls_secret("shop-tls", host="old.example.com"))


@fault("certificate-not-issued", "Certificate/shop-tls", "acme|issuer")
def certificate_not_issued(world: World) -> None:
    _ingress(world)["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    world.add(
        make(
            "Certificate",
            "shop-tls",
            api="cert-manager.io/v1",
            spec={
                "secretName": "shop-tls",
                "issuerRef": {"name": "acme-prod", "kind": "ClusterIssuer"},
                "dnsNames": ["shop.example.com"],
            },
            status={
                "conditions": [
                    condition(
                        "Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist", since=90
                    ),
                    condition(
                        "Issuing",
                        "False",
                        "Failed",
                        'The certificate request has failed to complete and will be retried: ClusterIssuer "acme-prod" not found',
                        since=80,
                    ),
                ]
            },
        )
    )


@fault("ingress-conflict", "Ingress/web Ingress/web-copy", "shop.example.com|web-copy")
def two_ingresses_claim_one_path(world: World) -> None:
    copy = make(
        "Ingress",
        "web-copy",
        api="networking.k8s.io/v1",
        spec=_ingress(world)["spec"],
        age=100,
        status={"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}},
    )
    copy["spec"] = {
        **copy["spec"],
        "rules": [
            {
                **copy["spec"]["rules"][0],
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "api", "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ],
    }
    world.add(copy)


def gateway(
    world: World,
    *,
    name: str = "edge",
    class_name: str = "istio",
    conditions: list[Raw] | None = None,
    listeners: list[Raw] | None = None,
    with_class: bool = True,
) -> Raw:
    """A Gateway with its class."""
    if with_class:
        world.add(
            make(
                "GatewayClass",
                class_name,
                namespace=None,
                api="gateway.networking.k8s.io/v1",
                spec={"controllerName": "istio.io/gateway-controller"},
                status={"conditions": [condition("Accepted", "True", "Accepted")]},
            )
        )
    fine = [condition("Accepted", "True", "Accepted"), condition("Programmed", "True", "Programmed")]
    return world.add(
        make(
            "Gateway",
            name,
            api="gateway.networking.k8s.io/v1",
            spec={
                "gatewayClassName": class_name,
                "listeners": listeners
                or [
                    {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "Same"}}}
                ],
            },
            status={"conditions": conditions or fine, "addresses": [{"value": "203.0.113.4"}]},
        )
    )


def route(
    world: World,
    *,
    backend: str = "api",
    port: int = 80,
    gateway_name: str = "edge",
    accepted: tuple[str, str, str] = ("True", "Accepted", ""),
    resolved: tuple[str, str, str] = ("True", "ResolvedRefs", ""),
    namespace: str | None = None,
) -> Raw:
    """An HTTPRoute to a Service."""
    parent: Raw = {"name": gateway_name}
    target: Raw = {"name": backend, "port": port} | ({"namespace": namespace} if namespace else {})
    return world.add(
        make(
            "HTTPRoute",
            "api",
            api="gateway.networking.k8s.io/v1",
            spec={"parentRefs": [parent], "hostnames": ["api.example.com"], "rules": [{"backendRefs": [target]}]},
            status={
                "parents": [
                    {
                        "parentRef": parent,
                        "controllerName": "istio.io/gateway-controller",
                        "conditions": [condition("Accepted", *accepted), condition("ResolvedRefs", *resolved)],
                    }
                ]
            },
        )
    )


@fault("gateway-class", "Gateway/edge GatewayClass/istio", "istio|does not exist")
def gateway_class_missing(world: World) -> None:
    gateway(
        world,
        with_class=False,
        conditions=[
            condition("Accepted", "Unknown", "Pending", "Waiting for controller"),
            condition("Programmed", "Unknown", "Pending", "Waiting for controller"),
        ],
    )


@fault("gateway-class", "GatewayClass/envoy", "accepted|InvalidParameters")
def gateway_class_not_accepted(world: World) -> None:
    world.add(
        make(
            "GatewayClass",
            "envoy",
            namespace=None,
            api="gateway.networking.k8s.io/v1",
            spec={"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
            status={
                "conditions": [
                    condition(
                        "Accepted",
                        "False",
                        "InvalidParameters",
                        "failed to find envoyproxy config envoy-gateway-system/custom",
                    )
                ]
            },
        )
    )


@fault("gateway-certificate", "Gateway/edge", "edge-tls|does not exist")
def gateway_certificate_missing(world: World) -> None:
    listener = {
        "name": "https",
        "port": 443,
        "protocol": "HTTPS",
        "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": "edge-tls"}]},
    }
    one = gateway(
        world,
        listeners=[listener],
        conditions=[
            condition("Accepted", "True", "Accepted"),
            condition("Programmed", "False", "Invalid", "Invalid listeners"),
        ],
    )
    one["status"]["listeners"] = [
        {
            "name": "https",
            "conditions": [condition("ResolvedRefs", "False", "InvalidCertificateRef", "secret edge-tls not found")],
        }
    ]


@fault("gateway-not-programmed", "Gateway/edge", "AddressNotAssigned|address")
def gateway_without_address(world: World) -> None:
    gateway(
        world,
        conditions=[
            condition("Accepted", "True", "Accepted"),
            condition(
                "Programmed",
                "False",
                "AddressNotAssigned",
                "Assigned to service(s) edge-istio.shop.svc.cluster.local:80, but failed to assign to all requested addresses: address pending",
            ),
        ],
    )


@fault("route-backend", "HTTPRoute/api", "apiv2|does not exist")
def route_backend_missing(world: World) -> None:
    gateway(world)
    route(
        world, backend="apiv2", resolved=("False", "BackendNotFound", "backend(apiv2.shop.svc.cluster.local) not found")
    )


@fault("route-parent", "HTTPRoute/api", "public|does not exist")
def route_parent_missing(world: World) -> None:
    gateway(world)
    one = route(world, gateway_name="public")
    one["status"] = {"parents": []}


@fault("route-reference", "HTTPRoute/api", "ReferenceGrant|kube-dns")
def route_crosses_namespaces(world: World) -> None:
    gateway(world)
    route(
        world,
        backend="kube-dns",
        namespace="kube-system",
        resolved=(
            "False",
            "RefNotPermitted",
            "backendRef kube-dns/kube-system not accessible to a HTTPRoute in namespace shop (missing a ReferenceGrant?)",
        ),
    )


@fault("network-policy-blocks", "NetworkPolicy/deny-all", "deny-all|ingress")
def policy_denies_the_database(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "deny-all",
            api="networking.k8s.io/v1",
            age=30,
            spec={"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]},
        )
    )
    crash_loop(world, find_app(world, "api"), log="could not connect to db:5432: dial tcp 10.96.14.7:5432: i/o timeout")


@fault("network-policy-dns", "NetworkPolicy/egress", "dns|53")
def policy_blocks_dns(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "egress",
            api="networking.k8s.io/v1",
            age=30,
            spec={
                "podSelector": {"matchLabels": {"app": "worker"}},
                "policyTypes": ["Egress"],
                "egress": [
                    {
                        "to": [{"podSelector": {"matchLabels": {"app": "db"}}}],
                        "ports": [{"port": 5432, "protocol": "TCP"}],
                    }
                ],
            },
        )
    )
    crash_loop(
        world,
        find_app(world, "worker"),
        log="dial tcp: lookup db.shop.svc.cluster.local on 10.96.0.10:53: read udp 10.1.0.7:40112->10.96.0.10:53: i/o timeout",
    )


@fault("network-policy-nothing", "NetworkPolicy/allow-web", "no pod|app=frontend")
def policy_selects_nothing(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "allow-web",
            api="networking.k8s.io/v1",
            spec={"podSelector": {"matchLabels": {"app": "frontend"}}, "policyTypes": ["Ingress"], "ingress": [{}]},
        )
    )


@fault("network-policy-open", "NetworkPolicy/allow-all", "all pods|allow")
def policy_allows_everything(world: World) -> None:
    world.add(
        make(
            "NetworkPolicy",
            "allow-all",
            api="networking.k8s.io/v1",
            spec={"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
        )
    )


@fault("readiness-probe service-no-endpoints crash", "Deployment/cart", "cart")
def symptoms_through_the_ingress(world: World) -> None:
    cart = deploy(world, "cart", replicas=2)
    world.add(
        make(
            "Ingress",
            "cart",
            api="networking.k8s.io/v1",
            spec={
                "ingressClassName": "nginx",
                "rules": [
                    {
                        "host": "cart.example.com",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "cart", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ],
            },
        )
    )
    unready(world, cart, "HTTP probe failed with statuscode: 502")
    settle(cart)
