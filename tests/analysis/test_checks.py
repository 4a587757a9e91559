"""Checks of connectivity, on Services, endpoints and network policies written out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.analysis.checks import Check, check_endpoints, check_policies, check_ports, counted_results, worst
from hexaops.analysis.diagnosis.objects import Obj
from hexaops.analysis.diagnosis.snapshot import Snapshot

SERVICE = {
    "kind": "Service", "metadata": {"name": "api", "namespace": "back"},
    "spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8080}]},
}  # fmt: skip


def pod(name: str, namespace: str, app: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "main", "ports": [{"containerPort": 8080}]}]}
    return {"kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": {"app": app}}, "spec": spec}


def endpoints(*ready: bool) -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": "api"}
    addresses = [{"addresses": ["10.0.0.1"], "conditions": {"ready": one}} for one in ready]
    return {"kind": "EndpointSlice", "metadata": {"name": "api-1", "namespace": "back", "labels": labels},
            "endpoints": addresses}  # fmt: skip


def policy(namespace: str, **spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": "rule", "namespace": namespace}, "spec": spec}


def world(*more: dict[str, Any], unread: frozenset[str] = frozenset()) -> Snapshot:
    namespaces = [{"kind": "Namespace", "metadata": {"name": name}} for name in ("front", "back")]
    objects = [*namespaces, SERVICE, pod("web-1", "front", "web"), pod("api-1", "back", "api"), *more]
    return Snapshot(0.0, objects, unread=unread)


def found(snapshot: Snapshot, kind: str, namespace: str, name: str) -> Obj:
    one = snapshot.find(kind, namespace, name)
    assert one is not None
    return one


def through(snapshot: Snapshot) -> dict[str, str]:
    """The checks of policies from web to api."""
    source, service = found(snapshot, "Pod", "front", "web-1"), found(snapshot, "Service", "back", "api")
    return {one.check: one.result for one in check_policies(snapshot, [source], service, None)}


FROM_WEB = {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}]}
DENIES = {"podSelector": {}, "policyTypes": ["Ingress"]}


@pytest.mark.parametrize(
    ("policies", "result"),
    [
        ((), "passed"),
        ((policy("back", **DENIES),), "failed"),
        ((policy("back", **DENIES, ingress=[FROM_WEB]),), "passed"),
        ((policy("back", **DENIES, ingress=[{**FROM_WEB, "ports": [{"port": 8080}]}]),), "passed"),
        ((policy("back", **DENIES, ingress=[{**FROM_WEB, "ports": [{"port": 9090}]}]),), "failed"),
        ((policy("back", **DENIES, ingress=[{"from": [{"podSelector": {}}]}]),), "failed"),  # its own namespace only
        ((policy("front", podSelector={}, policyTypes=["Egress"]),), "failed"),
        ((policy("elsewhere", **DENIES),), "passed"),
    ],
)
def test_policies_let_through_or_not(policies: tuple[dict[str, Any], ...], result: str) -> None:
    assert through(world(*policies))["network_policies"] == result


def test_a_policy_that_forgets_dns_is_found() -> None:
    to_api = {"to": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "api"}}}]}
    closed = world(
        policy("front", podSelector={}, policyTypes=["Egress"], egress=[to_api]), pod("dns", "kube-system", "coredns")
    )
    assert through(closed) == {"network_policies": "passed", "dns": "failed"}


def test_what_was_not_read_is_unknown() -> None:
    assert through(world(unread=frozenset({"NetworkPolicy"}))) == {"network_policies": "unknown"}


@pytest.mark.parametrize(
    ("slices", "result"),
    [((), "failed"), ((endpoints(False),), "failed"), ((endpoints(False, True),), "passed")],
)
def test_somebody_must_answer_behind_the_service(slices: tuple[dict[str, Any], ...], result: str) -> None:
    snapshot = world(*slices)
    (made,) = check_endpoints(snapshot, found(snapshot, "Service", "back", "api"))
    assert made.result == result


def test_the_port_must_be_one_of_the_services() -> None:
    snapshot = world()
    service = found(snapshot, "Service", "back", "api")
    assert [one.result for one in check_ports(service, 80)] == ["passed"]
    (wrong,) = check_ports(service, 8080)
    assert wrong == Check("port", "failed", "Service api has no port 8080 (it has: 80)")


def test_the_worst_result_is_that_of_all() -> None:
    made = [Check("a", "passed", ""), Check("b", "warning", ""), Check("c", "unknown", "")]
    assert worst(made) == "warning"
    assert worst([]) == "unknown"


def test_results_are_counted_in_words() -> None:
    assert counted_results(["passed", "passed"]) == "all 2 checks passed"
    told = counted_results(["passed", "failed", "failed", "warning", "unknown"])
    assert told == "of 5 checks 1 passed, 2 failed, 1 with a warning, 1 without a result"
