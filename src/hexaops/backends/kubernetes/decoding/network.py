"""Services, EndpointSlices and Ingresses."""

from __future__ import annotations

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.decoding.wire import (
    IntOrString,
    ItemWire,
    ReferenceWire,
    Wire,
    created_at,
)
from hexaops.backends.kubernetes.rows import (
    EndpointRow,
    EndpointSliceRow,
    IngressRow,
    IngressRuleRow,
    PortRow,
    ServiceRow,
)


class PortWire(Wire):
    port: int = 0
    target_port: IntOrString = None
    protocol: str = "TCP"
    name: str = ""
    node_port: int | None = None


class AddressWire(Wire):
    ip: str = ""
    hostname: str = ""


class BalancerWire(Wire):
    ingress: list[AddressWire] | None = None


class BalancedStatusWire(Wire):
    load_balancer: BalancerWire | None = None


class ServiceSpecWire(Wire):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(name="clusterIP", default="")
    external_ips: list[str] | None = msgspec.field(name="externalIPs", default=None)
    external_name: str = ""
    ports: list[PortWire] | None = None
    selector: dict[str, str] | None = None


class ServiceWire(ItemWire):
    spec: ServiceSpecWire = msgspec.field(default_factory=ServiceSpecWire)
    status: BalancedStatusWire = msgspec.field(default_factory=BalancedStatusWire)


def service_row(item: ServiceWire, interner: Interner) -> ServiceRow:
    """The compact row."""
    meta, spec = item.metadata, item.spec
    named = (spec.external_name,) if spec.external_name else ()
    return ServiceRow(
        kind="Service",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        type=spec.type,
        cluster_ip=spec.cluster_ip,
        external=(*(spec.external_ips or ()), *named, *_external(item.status)),
        ports=tuple(
            PortRow(port.port, port.target_port, port.protocol, port.name, port.node_port) for port in spec.ports or ()
        ),
        selector=interner.labels(spec.selector),
    )


def _external(status: BalancedStatusWire) -> tuple[str, ...]:
    entries = (status.load_balancer and status.load_balancer.ingress) or ()
    return tuple(entry.hostname or entry.ip for entry in entries)


class EndpointConditionsWire(Wire):
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class EndpointWire(Wire):
    conditions: EndpointConditionsWire | None = None
    target_ref: ReferenceWire | None = None


class EndpointSliceWire(ItemWire):
    endpoints: list[EndpointWire] | None = None


def endpoint_slice_row(item: EndpointSliceWire, interner: Interner) -> EndpointSliceRow:
    """The compact row."""
    meta = item.metadata
    return EndpointSliceRow(
        kind="EndpointSlice",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        service=(meta.labels or {}).get("kubernetes.io/service-name", ""),
        endpoints=tuple(_endpoint(entry) for entry in item.endpoints or ()),
    )


def _endpoint(entry: EndpointWire) -> EndpointRow:
    target = entry.target_ref or ReferenceWire()
    states = entry.conditions or EndpointConditionsWire()
    # The API says that an unknown `ready` is to be read as true, and an unknown `serving` as `ready`.
    ready = states.ready is not False
    return EndpointRow(
        target.uid,
        target.name,
        ready,
        ready if states.serving is None else states.serving,
        bool(states.terminating),
    )


class BackendPortWire(Wire):
    number: int | None = None
    name: str | None = None


class BackendServiceWire(Wire):
    name: str = ""
    port: BackendPortWire | None = None


class BackendWire(Wire):
    service: BackendServiceWire | None = None


class PathWire(Wire):
    path: str = ""
    backend: BackendWire | None = None


class HttpWire(Wire):
    paths: list[PathWire] | None = None


class RuleWire(Wire):
    host: str = ""
    http: HttpWire | None = None


class TlsWire(Wire):
    hosts: list[str] | None = None


class IngressSpecWire(Wire):
    ingress_class_name: str = ""
    default_backend: BackendWire | None = None
    rules: list[RuleWire] | None = None
    tls: list[TlsWire] | None = None


class IngressWire(ItemWire):
    spec: IngressSpecWire = msgspec.field(default_factory=IngressSpecWire)
    status: BalancedStatusWire = msgspec.field(default_factory=BalancedStatusWire)


def ingress_row(item: IngressWire, interner: Interner) -> IngressRow:
    """The compact row; a default backend is a rule without host and path."""
    meta, spec = item.metadata, item.spec
    rules = [
        _rule(rule.host, path.path, path.backend)
        for rule in spec.rules or ()
        for path in (rule.http and rule.http.paths) or ()
    ]
    if spec.default_backend:
        rules.append(_rule("", "", spec.default_backend))
    return IngressRow(
        kind="Ingress",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        class_name=spec.ingress_class_name,
        rules=tuple(rules),
        tls_hosts=tuple(host for entry in spec.tls or () for host in entry.hosts or ()),
        external=_external(item.status),
    )


def _rule(host: str, path: str, backend: BackendWire | None) -> IngressRuleRow:
    service = (backend and backend.service) or BackendServiceWire()
    port = service.port or BackendPortWire()
    return IngressRuleRow(host, path, service.name, port.name or port.number)
