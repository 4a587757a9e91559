"""Checks of one application, each with its result: health, and whether its pods can reach a Service.

By rules over what the API server says: no packet is sent, so "passed" means that nothing there stands in the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding, Severity
from hexaops.analysis.diagnosis.objects import Obj, items, text
from hexaops.analysis.diagnosis.policies import blocking, dns_blocked_by
from hexaops.analysis.diagnosis.snapshot import Snapshot

Result = Literal["passed", "warning", "failed", "unknown"]
RESTARTS = 5
"""Restarts of a pod from which on it is worth a warning."""
MOST_FINDINGS = 10
ORDER: tuple[Result, ...] = ("passed", "unknown", "warning", "failed")


class Check(Struct, frozen=True):
    """One check."""

    check: str
    result: Result
    detail: str


def counted_results(results: Sequence[Result]) -> str:
    """How many checks had which result: "all 5 checks passed", "of 5 checks 3 passed, 2 failed"."""
    counts = Counter(results)
    if counts["passed"] == len(results):
        return f"all {len(results)} checks passed"
    words: dict[Result, str] = {"failed": "failed", "warning": "with a warning", "unknown": "without a result"}
    shown = [f"{counts[each]} {told}" for each, told in words.items() if counts[each]]
    return f"of {len(results)} checks {counts['passed']} passed, {', '.join(shown)}"


def worst(checks: Sequence[Check]) -> Result:
    """The result of all of them together."""
    return max((one.result for one in checks), key=ORDER.index, default="unknown")


def check_replicas(application: Application) -> list[Check]:
    """Whether every wanted replica is ready."""
    shown = f"{application.replicas} replicas are ready"
    if application.desired == 0:
        return [Check("replicas", "warning", "it is stopped: no replica is wanted")]
    if application.ready >= application.desired:
        return [Check("replicas", "passed", shown)]
    return [Check("replicas", "failed" if application.ready == 0 else "warning", f"{shown}: {application.trouble}")]


def check_pods(application: Application, template: Obj | None) -> list[Check]:
    """Problems and restarts of its pods, and whether its containers say when they are ready."""
    found = [Check("pods", "failed", f"{one.pod.name}: {one.detail}") for one in application.problems]
    found = found or [Check("pods", "passed", f"{len(application.pods)} pods without a problem")]
    restarted = [pod for pod in application.pods if pod.restarts >= RESTARTS]
    found += [Check("restarts", "warning", f"{pod.name} was restarted {pod.restarts} times") for pod in restarted]
    if template is None:
        return [*found, Check("probes", "unknown", "its workload could not be read")]
    containers = items(template.raw, "spec", "template", "spec", "containers")
    without = [text(one, "name") for one in containers if not one.get("readinessProbe")]
    if without:
        return [*found, Check("probes", "warning", f"no readiness probe: {', '.join(without)}")]
    return [*found, Check("probes", "passed", "every container has a readiness probe")]


def check_services(snapshot: Snapshot, services: Sequence[Obj]) -> list[Check]:
    """Whether its Services have ready endpoints."""
    if not services:
        return [Check("services", "passed", "no Service selects it")]
    return [_endpoints(snapshot, service) for service in services]


def check_findings(findings: Sequence[Finding]) -> list[Check]:
    """What the diagnosis says of it."""
    if not findings:
        return [Check("diagnosis", "passed", "nothing was found")]
    return [
        Check("diagnosis", "failed" if one.severity >= Severity.HIGH else "warning", f"{one.finding}: {one.cause}")
        for one in findings[:MOST_FINDINGS]
    ]


def check_ports(service: Obj, port: int | None) -> list[Check]:
    """Whether the Service has the port that is asked for."""
    ports = [int(one.get("port") or 0) for one in service.items("spec", "ports")]
    shown = ", ".join(map(str, ports)) or "none"
    if port is not None and port not in ports:
        return [Check("port", "failed", f"Service {service.name} has no port {port} (it has: {shown})")]
    if not ports and service.text("spec", "type") != "ExternalName":
        return [Check("port", "failed", f"Service {service.name} has no port")]
    noun = "port" if len(ports) == 1 else "ports"
    return [Check("port", "passed", f"Service {service.name} has the {noun} {shown}")]


def check_endpoints(snapshot: Snapshot, service: Obj) -> list[Check]:
    """Whether somebody answers behind the Service."""
    return [_endpoints(snapshot, service)]


def check_policies(snapshot: Snapshot, sources: Sequence[Obj], service: Obj, port: int | None) -> list[Check]:
    """Whether network policies let the pods through, to the Service's pods and to the cluster's DNS."""
    if "NetworkPolicy" in snapshot.unread:
        return [Check("network_policies", "unknown", "network policies could not be read")]
    if not sources:
        return [Check("network_policies", "unknown", "it has no pod to test from")]
    return [*_through(snapshot, sources[0], service, port), _dns(snapshot, sources[0])]


def _through(snapshot: Snapshot, source: Obj, service: Obj, port: int | None) -> Iterator[Check]:
    targets = _backends(snapshot, service)
    if not targets:
        yield Check("network_policies", "unknown", f"Service {service.name} selects no pod")
        return
    for one in service.items("spec", "ports"):
        if port is not None and one.get("port") != port:
            continue
        wanted = str(one.get("targetPort") or one.get("port") or "")
        policy = blocking(snapshot, source, targets, wanted)
        where = f"{service.name}:{one.get('port')}"
        if policy is None:
            yield Check("network_policies", "passed", f"no policy keeps {source.name} from {where}")
        else:
            yield Check("network_policies", "failed", f"NetworkPolicy {policy.name} keeps {source.name} from {where}")


def _dns(snapshot: Snapshot, source: Obj) -> Check:
    policy = dns_blocked_by(snapshot, source)
    if policy is None:
        return Check("dns", "passed", f"no policy keeps {source.name} from the cluster's DNS")
    return Check("dns", "failed", f"NetworkPolicy {policy.name} keeps {source.name} from the cluster's DNS")


def _backends(snapshot: Snapshot, service: Obj) -> list[Obj]:
    selector = service.mapping("spec", "selector")
    return snapshot.selected(service.namespace, selector) if selector else []


def _endpoints(snapshot: Snapshot, service: Obj) -> Check:
    if service.text("spec", "type") == "ExternalName":
        return Check("endpoints", "unknown", f"Service {service.name} stands for a name outside of the cluster")
    ready = total = 0
    for piece in snapshot.of("EndpointSlice"):
        if piece.namespace != service.namespace or piece.labels.get("kubernetes.io/service-name") != service.name:
            continue
        for one in piece.items("endpoints"):
            addresses = len(one.get("addresses") or ())
            total += addresses
            if (one.get("conditions") or {}).get("ready") is not False:
                ready += addresses
    if ready:
        return Check("endpoints", "passed", f"Service {service.name} has {ready} of {total} endpoints ready")
    backends = len(_backends(snapshot, service))
    why = f"none of its {total or backends} pods is ready" if backends else "it selects no pod"
    return Check("endpoints", "failed", f"Service {service.name} has no ready endpoint: {why}")
