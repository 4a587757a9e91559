"""A program cannot reach another: which Service is meant, and whether the cause lies behind or before it."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, items, mapping, spec_path, strings, template_labels, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.policies import blocking, dns_blocked_by, outside_blocked_by
from hexaops.analysis.diagnosis.rules.making import from_pod, log_evidence, patch, quote
from hexaops.analysis.diagnosis.rules.naming import ADDRESS, behind, place_of, service_named
from hexaops.analysis.diagnosis.rules.settings import services_of_settings, unknown_of_settings, unserved_of_settings
from hexaops.analysis.diagnosis.selectors import matches_labels

_LOOKUP = re.compile(
    r"(?:lookup|resolve|resolving|host name|ENOTFOUND|EAI_AGAIN|UnknownHostException:?|resolution:?|in upstream|"
    r"host(?! not)) \"?([A-Za-z0-9][A-Za-z0-9.-]{1,250})"
)
_LOOKUP_ON = re.compile(r"lookup ([A-Za-z0-9][A-Za-z0-9.-]{1,250}) on ")
"""Of Go's resolver: the surest of the forms."""
_URL = re.compile(r"[a-z][a-z0-9+]{1,15}://(?:[^\s/@]{1,100}@)?([A-Za-z0-9.-]{1,250})(?::(\d{1,5}))?")
_HOST_PORT = re.compile(
    r"(?<![\w.-])(?!\S{1,80}\.(?:go|py|js|ts|rb|rs|java|kt|cs|cc|cpp|c|php|scala|ex):\d)"
    r"([A-Za-z0-9][A-Za-z0-9.-]{0,250}):(\d{2,5})\b"
)
"""Not the place in a source file, such as `main.go:77`."""
_CLUSTER_NAME = re.compile(r"\b([a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}\.svc)\b")
_KEYWORDS = re.compile(r"host='([A-Za-z0-9.-]{1,250})', port='?(\d{1,5})")
_AT_PORT = re.compile(r"(?:server at|host:?|to) \"?([A-Za-z0-9][\w.-]{1,250})\"?(?: \([\d.]+\))?,? port:? (\d{1,5})")
_AWAITED = re.compile(r"(?i)\bwait(?:ing)? (?:for|on|until) (?:the )?(?:service |host )?\"?([a-z0-9][a-z0-9.-]{0,250})")
_AWAITED_OBJECT = re.compile(
    r"(?i)\b(job|deployment|statefulset|daemonset)s?(?:\.(?:batch|apps))?[/ ]+\"?([a-z0-9][a-z0-9.-]{0,250})"
)
_WAITS = re.compile(r"(?i)\bwait|rollout status")
_KINDS = {one.lower(): one for one in ("Job", "Deployment", "StatefulSet", "DaemonSet")}
_ASKED = re.compile(
    r"(?:\bnc(?: -\w+)*|nslookup|getent hosts|dig|ping(?: -\w+ ?\d*)*|-h|--host[= ]|https?://)\s*([a-z0-9][a-z0-9.-]{1,250})(?::?\s?(\d{2,5}))?"
)
"""What a script that waits for another program asks."""
_QUOTED = re.compile(r"(?i:server|host|database|broker|cluster) (?:on|at) ['\"]([A-Za-z0-9][\w.-]{1,250})['\"]")
_CONNECT = re.compile(r"(?i:connect(?:ing|ion)? to|connect|reach)\s+\"?([a-z][a-z0-9.-]{1,100})")
_STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?\S{0,12}")
_CONTROL_PLANES = {
    "istio-proxy": ("istio-system", "istiod"),
    "linkerd-proxy": ("linkerd", "linkerd-dst"),
    "daprd": ("dapr-system", "dapr-api"),
    "consul-dataplane": ("consul", "consul-server"),
}
"""What a mesh's sidecar gets its configuration from."""
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
_ERROR_CODE = re.compile(r"E[A-Z]{3,15}")
"""Such as `ECONNREFUSED`, where a host would stand."""
_WAITED = re.compile(r"(?i)time(?:d)? ?out|deadline exceeded|ETIMEDOUT|no route|unreachable")
_LOCAL = frozenset({"127.0.0.1", "localhost", "0.0.0.0"})  # noqa: S104 # compared, not bound
_FAILED = re.compile(r"(?i)\bfail|\berror|cannot|can't|could not|unable|unreachable|timed? ?out|refused")
_NO_SUCH = re.compile(r"(?i)no such host|host not found|NXDOMAIN|ENOTFOUND|not known|could not translate|UnknownHost")


class Target(Struct, frozen=True):
    """What a line says that could not be reached."""

    host: str
    port: str
    service: Obj | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host


def target_of(sick: Sick, line: str) -> Target | None:
    """The Service, host or address that a line of a log names."""
    line = _STAMP.sub(" ", line)
    named = [
        (found[1], found[2] or "")
        for pattern in (_KEYWORDS, _AT_PORT, _URL, _HOST_PORT)
        for found in pattern.finditer(line)
    ]
    ports = [port for _, port in named if port]
    named[:0] = [(found[1], ports[0] if ports else "") for found in _CLUSTER_NAME.finditer(line)]
    named += [(found[1], "") for found in _QUOTED.finditer(line)]
    named += [(found[1], "") for found in _CONNECT.finditer(line) if found[1].lower() not in _NOT_A_NAME]
    named = [
        (host, port)
        for host, port in named
        if not host.isdigit() and host not in _LOCAL and not _ERROR_CODE.fullmatch(host)
    ]
    for host, port in named:
        service = service_named(sick, host)
        if service is not None:
            return Target(host, port, service)
    plain = [one for one in named if not ADDRESS.match(one[0])] or named
    return Target(*plain[0], None) if plain else None


def _named_nearby(sick: Sick, line: str) -> Target | None:
    """The host by name, in a URL of a failure near the line, where the line has none or only an address."""
    lines = sick.log.splitlines()
    at = next((at for at, one in enumerate(lines) if line in one), None)
    for other in lines[max(0, at - 3) : at + 4] if at is not None else ():
        if _FAILED.search(other) and _URL.search(other):
            target = target_of(sick, other)
            if target is not None and not ADDRESS.match(target.host):
                return target
    return None


def names_host(line: str) -> bool:
    """Whether a line on a failed look-up says which name it was."""
    found = _LOOKUP.search(line)
    return found is not None and not _ERROR_CODE.fullmatch(found[1])


def _is_outside(host: str) -> bool:
    """Whether a host is not of the cluster: a name with a domain of its own."""
    return "." in host and not ADDRESS.match(host) and not host.endswith((".svc", ".local", ".internal"))


def refused(sick: Sick, line: str) -> Finding | None:
    """The other side does not answer."""
    target = target_of(sick, line)
    if target is None or (target.service is None and ADDRESS.match(target.host)):
        target = _named_nearby(sick, line) or target
    if target is None or (target.service is None and ADDRESS.match(target.host)):
        target = _by_circumstance(sick) or target
    if target is None:
        return None
    seen = f"{sick.container} {'keeps crashing' if sick.crashing else 'is not ready'}: it cannot reach {target}"
    evidence = (log_evidence(sick, line),)
    if target.service is None:
        policy = outside_blocked_by(sick.snapshot, sick.pod, target.port) if _is_outside(target.host) else None
        if policy is not None and _WAITED.search(line):
            return _blocked(sick, policy, f"{target} to be reached from {sick.workload.ref.name}", evidence)
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
        return _blocked(sick, policy, f"{target} from {sick.workload.ref.name}{_place(sick, target.service)}", evidence)
    stopped = stopped_behind(sick, target.service)
    why = f"{stopped.ref} is scaled to 0 replicas" if stopped else quote(line)
    cause = f"its dependency {target} ({target.service.ref}) does not answer: {why}"
    other = _other_port(sick, target, seen, evidence)
    if other is not None:
        return other
    if stopped:
        return _stopped(sick, stopped.ref, seen, cause, evidence)
    return from_pod(
        sick,
        "dependency-down",
        seen,
        cause,
        evidence=evidence,
        symptom_of=behind(sick, target.service),
        key=f"dependency-down {sick.workload.ref} {target.service.ref}",
    )


def _other_port(sick: Sick, target: Target, seen: str, evidence: tuple[Evidence, ...]) -> Finding | None:
    """The Service is there, and has no such port."""
    assert target.service is not None
    ports = [str(one.get("port")) for one in target.service.items("spec", "ports")]
    if not target.port or not ports or target.port in ports or target.service.text("spec", "clusterIP") in {"", "None"}:
        return None
    ref = target.service.ref
    settings = [text(one, "name") for one in items(sick.broken.spec, "env")] if sick.broken else []
    named = [name for name in settings if sick.broken and target.port in _value(sick.broken.spec, name)]
    change = FieldChange(f"env[{named[0]}]" if named else "env", target.port, ports[0] if len(ports) == 1 else None)
    return from_pod(
        sick,
        "dependency-port",
        seen,
        f"{ref} has no port {target.port}: it has {', '.join(ports)}",
        evidence=(*evidence, Evidence("spec", ref, f"ports: {', '.join(ports)}")),
        key=f"dependency-port {sick.workload.ref} {ref}",
        fix=patch(sick, f"Use a port of {ref}", change),
    )


def _value(spec: Raw, name: str) -> str:
    return next((text(one, "value") for one in items(spec, "env") if text(one, "name") == name), "")


def _stopped(sick: Sick, stopped: Ref, seen: str, cause: str, evidence: tuple[Evidence, ...]) -> Finding:
    """What is to be mended is the dependency that is scaled to zero, whoever fails for it."""
    found = from_pod(sick, "dependency-down", seen, cause, evidence=evidence, key=f"stopped {stopped}")
    return replace(found, subject=stopped, fix=_started(stopped), affected=(stopped, *found.affected))


def _by_circumstance(sick: Sick) -> Target | None:
    """What it talks to where its error does not say: its mesh's control plane, or what its settings name."""
    place = _CONTROL_PLANES.get(sick.broken.name) if sick.broken else None
    service = sick.snapshot.find("Service", *place) if place else unserved_of_settings(sick)
    if service is None and not place:
        named = services_of_settings(sick)
        service = named[0] if len(named) == 1 else None
    return Target(service.name, "", service) if service else None


def _started(stopped: Ref) -> Fix:
    return Fix(Action.SCALE, stopped, f"Start {stopped.name}", (FieldChange("spec.replicas", 0, None),))


def _place(sick: Sick, service: Obj) -> str:
    """The namespace, where the two are in different ones."""
    return "" if sick.pod.namespace == service.namespace else f" of namespace {sick.pod.namespace}"


def stopped_behind(sick: Sick, service: Obj) -> Obj | None:
    """The workload that the Service means, where it is scaled to zero."""
    wanted = service.mapping("spec", "selector")
    meant = [
        one
        for one in sick.snapshot.workloads(service.namespace)
        if wanted and matches_labels(wanted, template_labels(one))
    ]
    return meant[0] if meant and all(one.get("spec", "replicas") == 0 for one in meant) else None


def awaits(sick: Sick) -> Finding | None:
    """An init container that runs on until another program answers."""
    one = sick.broken
    if one is None or not one.init or one.ended or not mapping(one.status, "state", "running"):
        return None
    script = " ".join(part for key in ("command", "args") for part in strings(one.spec, key))
    lines = sick.log.splitlines()[-5:]
    said = [line for line in (*reversed(lines), f"{text(one.spec, 'image')} {script}") if _WAITS.search(line)]
    meant = next((found for line in said for found in _AWAITED_OBJECT.finditer(line)), None)
    if meant is not None:
        return _awaits_object(sick, _KINDS[meant[1].lower()], meant[2].rstrip("."))
    named = [(found[1], "") for line in reversed(lines) for found in _AWAITED.finditer(line)]
    named += [(found[1], found[2] or "") for found in _ASKED.finditer(script)]
    for host, port in named:
        service = service_named(sick, host)
        if service is None:
            continue
        stopped = stopped_behind(sick, service)
        why = f"{stopped.ref} is scaled to 0 replicas" if stopped else "it does not answer"
        target = Target(host, port, service)
        return from_pod(
            sick,
            "dependency-down",
            f"{sick.container} waits for {target}, and nothing behind it starts",
            f"its dependency {target} ({service.ref}) is not there: {why}",
            evidence=(log_evidence(sick, lines[-1]),) if lines else (),
            symptom_of=behind(sick, service),
            key=f"dependency-down {sick.workload.ref} {service.ref}",
            fix=_started(stopped.ref) if stopped else None,
        )
    return _awaits_nothing(sick, named[0][0]) if named and script else None


def _awaits_object(sick: Sick, kind: str, name: str) -> Finding | None:
    """A Job that is to complete, or a workload that is to become ready: what is wrong with it is the cause."""
    one = sick.snapshot.find(kind, sick.pod.namespace, name)
    if one is None:
        if not sick.snapshot.has(kind):
            return None
        why = f"there is no {kind} {name} in namespace {sick.pod.namespace}"
    elif kind == "Job" and one.condition("Complete").get("status") != "True":
        why = f"{one.ref} has {'failed' if one.condition('Failed').get('status') == 'True' else 'not completed'}"
    elif kind != "Job" and one.number("status", "readyReplicas") + one.number("status", "numberReady") == 0:
        why = f"{one.ref} has no ready pod"
    else:
        return None
    return from_pod(
        sick,
        "dependency-down",
        f"{sick.container} waits for {kind} {name}",
        f"its dependency is not there: {why}",
        symptom_of=(one.ref,) if one else (),
        key=f"dependency-down {sick.workload.ref} {kind} {name}",
    )


def _awaits_nothing(sick: Sick, host: str) -> Finding | None:
    if "." in host.removesuffix(".svc") or not sick.snapshot.has("Service"):
        return None
    return from_pod(
        sick,
        "dependency-name",
        f"{sick.container} waits for {host}, and nothing behind it starts",
        f"there is no Service {host} in namespace {sick.pod.namespace}",
        key=f"dependency-name {sick.workload.ref} {host}",
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


def _alias(sick: Sick, service: Obj, evidence: tuple[Evidence, ...]) -> Finding:
    """A Service that is only another name, which does not resolve."""
    name = service.text("spec", "externalName")
    change = FieldChange("spec.externalName", name, None)
    return Finding(
        "dependency-name",
        service.ref,
        "its name does not resolve",
        f"{service.ref} is an ExternalName for {name}, and that name does not resolve",
        Severity.HIGH,
        (Evidence("spec", service.ref, f"externalName: {name}"), *evidence, sick.status_evidence()),
        Fix.patched(service.ref, "Correct the external name", (change,)),
        f"external-name {service.ref}",
        affected=sick.refs,
    )


def _asks_outside(sick: Sick, host: str, service: Obj, line: str) -> Finding | None:
    """With the pod's dnsPolicy it does not ask the cluster's DNS, which alone knows the name."""
    policy = sick.pod.text("spec", "dnsPolicy") or "ClusterFirst"
    on_host = sick.pod.get("spec", "hostNetwork") is True
    if policy not in {"Default", "None"} and not (on_host and policy == "ClusterFirst"):
        return None
    wanted = "ClusterFirstWithHostNet" if on_host else "ClusterFirst"
    change = FieldChange(f"{spec_path(sick.workload)}.dnsPolicy", policy, wanted)
    return from_pod(
        sick,
        "dependency-name",
        f"{sick.container} {'keeps crashing' if sick.crashing else 'is not ready'}: a name does not resolve",
        f"the name {host} does not resolve although {service.ref} exists: with dnsPolicy {policy} the pod asks the "
        "name server of its node, which does not know names of the cluster",
        evidence=(log_evidence(sick, line),),
        fix=Fix.patched(sick.workload.ref, "Ask the DNS of the cluster", (change,)),
    )


def name_missing(sick: Sick, line: str, rule: str) -> Finding | None:
    """A name does not resolve: cluster DNS is down or cut off, or the name is wrong."""
    found = _LOOKUP_ON.search(line) or _LOOKUP.search(line)
    target = None if found else target_of(sick, line)
    host = found[1].rstrip(".") if found else target.host if target else unknown_of_settings(sick)
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
        down = from_pod(
            sick,
            "dns-down",
            seen,
            f"the cluster's DNS ({dns[0].ref}) has no ready pod"
            + (": it is scaled to 0 replicas" if dns[0].get("spec", "replicas") == 0 else ""),
            fix=_started(dns[0].ref) if dns[0].get("spec", "replicas") == 0 else None,
            evidence=evidence,
            key="dns-down",
            symptom_of=(dns[0].ref,),
        )
        return replace(down, subject=dns[0].ref)
    service = service_named(sick, host) if host else None
    if service is not None and service.text("spec", "type") == "ExternalName":
        return _alias(sick, service, evidence)
    if service is not None:
        return _asks_outside(sick, host, service, line) or from_pod(
            sick,
            rule,
            seen,
            f"the name {host} does not resolve although {service.ref} exists: {quote(line)}",
            evidence=evidence,
            symptom_of=(*behind(sick, service), *[one.ref for one in dns]),
        )
    local = "." not in host or ".svc" in host
    namespace, name = place_of(sick, host)
    missing = (
        f"there is no Service {name} in namespace {namespace}"
        if local and host
        else "the name is wrong, or its DNS does not answer"
    )
    cause = f"the name {host or 'that it looks up'} does not resolve: {missing}"
    fix = Fix(Action.PATCH, sick.workload.ref, f"Correct the host name {host}", ()) if host else None
    governed = tuple(
        one.ref
        for one in sick.snapshot.of("StatefulSet")
        if one.namespace == namespace and one.text("spec", "serviceName") == name
    )
    key = f"{rule} {sick.workload.ref} {host}"
    return from_pod(sick, rule, seen, cause, evidence=evidence, fix=fix, key=key, symptom_of=governed)
