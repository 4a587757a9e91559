"""Rows of what leads traffic to pods: services, endpoints, ingresses, and what limits it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.server.tables.text import NONE, UNSET, age, first_few, joined, name, pairs, selector

Object = dict[str, Any]


def service_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a service."""
    spec = obj.get("spec") or {}
    ports = []
    for port in spec.get("ports") or ():
        node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
        ports.append(f"{port['port']}{node_port}/{port.get('protocol', 'TCP')}")
    kind = spec.get("type", "ClusterIP")
    return [
        name(obj), kind, spec.get("clusterIP") or NONE, _external(obj, kind), joined(ports), age(obj, now),
        pairs(spec.get("selector")),
    ]  # fmt: skip


def _external(obj: Object, kind: str) -> str:
    spec = obj.get("spec") or {}
    given = spec.get("externalIPs") or []
    if kind == "ExternalName":
        return str(spec.get("externalName", NONE))
    if kind == "LoadBalancer":
        entries = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
        found = [entry.get("ip") or entry.get("hostname", "") for entry in entries] + given
        return ",".join(found) or "<pending>"
    return ",".join(given) or NONE


def endpoints_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an Endpoints object; subsets whose addresses are all not ready print as nothing at all."""
    subsets = obj.get("subsets") or ()
    shown = [
        f"{address['ip']}:{port['port']}"
        for subset in subsets
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    return [name(obj), first_few(shown) if shown or not subsets else "", age(obj, now)]


def slice_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an EndpointSlice."""
    ports = [str(port.get("port", "*")) for port in obj.get("ports") or ()]
    addresses = [address for endpoint in obj.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    return [
        name(obj), obj.get("addressType", ""), first_few(ports) if ports else UNSET,
        first_few(addresses) if addresses else UNSET, age(obj, now),
    ]  # fmt: skip


def ingress_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an ingress."""
    spec = obj.get("spec") or {}
    hosts = [rule["host"] for rule in spec.get("rules") or () if rule.get("host")]
    entries = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    addresses = ",".join(entry.get("ip") or entry.get("hostname", "") for entry in entries)
    return [
        name(obj), spec.get("ingressClassName") or NONE, first_few(hosts) if hosts else "*", addresses,
        "80, 443" if spec.get("tls") else "80", age(obj, now),
    ]  # fmt: skip


def network_policy_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a network policy."""
    return [name(obj), selector((obj.get("spec") or {}).get("podSelector")), age(obj, now)]
