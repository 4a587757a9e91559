"""A program cannot reach another: which Service is meant, and whether the cause lies behind or before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.policies import blocking, dns_blocked_by
from hexaops.analysis.diagnosis.rules.making import from_pod, log_evidence, quote

_LOOKUP = re.compile(
    r"(?:lookup|resolve|resolving|host name|ENOTFOUND|EAI_AGAIN|UnknownHostException:?|resolution:?|"
    r"host) \"?([A-Za-z0-9][A-Za-z0-9.-]{1,250})"
)
_URL = re.compile(r"[a-z][a-z0-9+]{1,15}://(?:[^\s/@]{1,100}@)?([A-Za-z0-9.-]{1,250})(?::(\d{1,5}))?")
_HOST_PORT = re.compile(r"\b([A-Za-z0-9][A-Za-z0-9.-]{0,250}):(\d{2,5})\b")
_AT_PORT = re.compile(r"(?:server at|host:?|to) \"?([A-Za-z0-9][\w.-]{1,250})\"?(?: \([\d.]+\))?,? port:? (\d{1,5})")
_ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_CONNECT = re.compile(r"(?i)(?:connect(?:ing|ion)? to|connect|reach)\s+\"?([a-z][a-z0-9.-]{1,100})")
_NOT_A_NAME = frozenset(
    [
        "the",
        "a",
        "an",
        "to",
        "failed",
        "server",
        "tcp",
        "database",
        "host",
        "upstream",
        "remote",
        "localhost",
        "refused",
        "timed",
        "error",
    ]
)  # readable
_LOCAL = frozenset({"127.0.0.1", "localhost", "0.0.0.0"})  # noqa: S104 # compared, not bound
_NO_SUCH = re.compile(r"(?i)no such host|NXDOMAIN|ENOTFOUND|not known|could not translate|UnknownHost")


@dataclass(frozen=True)
class Target:
    """What a line says that could not be reached."""

    host: str
    port: str
    service: Obj | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host


def target_of(sick: Sick, line: str) -> Target | None:
    """The Service, host or address that a line of a log names."""
    named = [(found[1], found[2] or "") for pattern in (_AT_PORT, _URL, _HOST_PORT) for found in pattern.finditer(line)]
    named += [(found[1], "") for found in _CONNECT.finditer(line) if found[1].lower() not in _NOT_A_NAME]
    named = [(host, port) for host, port in named if not host.isdigit() and host not in _LOCAL]  # compared, not bound
    for host, port in named:
        service = service_named(sick, host)
        if service is not None:
            return Target(host, port, service)
    plain = [one for one in named if not _ADDRESS.match(one[0])] or named
    return Target(*plain[0], None) if plain else None


def service_named(sick: Sick, host: str) -> Obj | None:
    """The Service that a host name or cluster address means to this pod."""
    if _ADDRESS.match(host):
        same = [one for one in sick.snapshot.of("Service") if one.text("spec", "clusterIP") == host]
        return same[0] if len(same) == 1 else None
    parts = host.split(".")
    namespace = parts[1] if len(parts) > 1 else sick.pod.namespace
    return sick.snapshot.find("Service", namespace, parts[0])


def behind(sick: Sick, service: Obj) -> tuple[Ref, ...]:
    """The Service, its pods and their workloads: a finding on one of them is the cause."""
    pods = sick.snapshot.selected(service.namespace, service.mapping("spec", "selector"))
    above = [sick.snapshot.workload(pod).ref for pod in pods]
    return tuple(dict.fromkeys((service.ref, *above, *[pod.ref for pod in pods])))


def refused(sick: Sick, line: str) -> Finding | None:
    """The other side does not answer."""
    target = target_of(sick, line)
    if target is None:
        return None
    seen = f"{sick.container} {'keeps crashing' if sick.crashing else 'is not ready'}: it cannot reach {target}"
    evidence = (log_evidence(sick, line),)
    if target.service is None:
        cause = f"its dependency {target} does not answer: {quote(line)}"
        return from_pod(
            sick,
            "dependency-down",
            seen,
            cause,
            evidence=evidence,
            key=f"dependency-down {sick.workload.ref} {target.host}",
        )
    policy = blocking(
        sick.snapshot,
        sick.pod,
        sick.snapshot.selected(target.service.namespace, target.service.mapping("spec", "selector")),
        target.port,
    )
    if policy is not None and not re.search(r"(?i)connection refused|ECONNREFUSED", line):
        return _blocked(sick, policy, f"{target} from {sick.workload.ref.name}", evidence)
    cause = f"its dependency {target} ({target.service.ref}) does not answer: {quote(line)}"
    return from_pod(
        sick,
        "dependency-down",
        seen,
        cause,
        evidence=evidence,
        symptom_of=behind(sick, target.service),
        key=f"dependency-down {sick.workload.ref} {target.service.ref}",
    )


def _blocked(
    sick: Sick, policy: Obj, what: str, evidence: tuple[Evidence, ...], *, rule: str = "network-policy-blocks"
) -> Finding:
    direction = "egress" if rule.endswith("dns") else "ingress or egress"
    cause = f"NetworkPolicy {policy.name} does not allow {what} ({direction})"
    fix = Fix.patched(
        policy.ref,
        f"Allow {what}",
        (FieldChange(f"spec.{'egress' if rule.endswith('dns') else 'ingress'}", None, None),),
    )
    return Finding(
        rule,
        policy.ref,
        f"{sick.workload.ref} fails because its traffic is blocked",
        cause,
        Severity.HIGH,
        (sick.status_evidence(), *evidence),
        fix,
        f"{rule} {policy.ref}",
        affected=sick.refs,
    )


def name_missing(sick: Sick, line: str, rule: str) -> Finding | None:
    """A name does not resolve: cluster DNS is down or cut off, or the name is wrong."""
    found = _LOOKUP.search(line)
    target = None if found else target_of(sick, line)
    host = found[1].rstrip(".") if found else target.host if target else ""
    seen = f"{sick.container} {'keeps crashing' if sick.crashing else 'is not ready'}: a name does not resolve"
    evidence = (log_evidence(sick, line),)
    policy = dns_blocked_by(sick.snapshot, sick.pod)
    if policy is not None and not _NO_SUCH.search(line):
        return _blocked(
            sick, policy, f"{sick.workload.ref.name} to ask the DNS (port 53)", evidence, rule="network-policy-dns"
        )
    dns = [
        one
        for one in sick.snapshot.of("Deployment", "DaemonSet")
        if one.namespace == "kube-system" and one.name in {"coredns", "kube-dns", "rke2-coredns-rke2-coredns"}
    ]
    ready = sum(one.number("status", "readyReplicas") or one.number("status", "numberReady") for one in dns)
    if dns and not ready and not _NO_SUCH.search(line):
        return from_pod(
            sick,
            "dns-down",
            seen,
            f"the cluster's DNS ({dns[0].ref}) has no ready pod",
            evidence=evidence,
            key="dns-down",
            root=dns[0].ref,
            symptom_of=(dns[0].ref,),
        )
    service = service_named(sick, host) if host else None
    if service is not None:
        cause = f"the name {host} does not resolve although {service.ref} exists: {quote(line)}"
        return from_pod(
            sick, rule, seen, cause, evidence=evidence, symptom_of=(*behind(sick, service), *[one.ref for one in dns])
        )
    local = "." not in host or ".svc" in host
    missing = (
        f"there is no Service {host.split('.')[0]} in namespace "
        f"{host.split('.')[1] if host.count('.') else sick.pod.namespace}"
        if local and host
        else "the name is wrong, or its DNS does not answer"
    )
    cause = f"the name {host or 'that it looks up'} does not resolve: {missing}"
    fix = Fix(Action.PATCH, sick.workload.ref, f"Correct the host name {host}", ()) if host else None
    return from_pod(sick, rule, seen, cause, evidence=evidence, fix=fix, key=f"{rule} {sick.workload.ref} {host}")
