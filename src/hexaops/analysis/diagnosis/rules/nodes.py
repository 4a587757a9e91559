"""Nodes that are gone, under pressure, or kept out of use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Severity
from hexaops.analysis.diagnosis.objects import Obj, seconds, text
from hexaops.analysis.diagnosis.rules.doing import network_plugins_of
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

JOINING_SECONDS = 180.0
"""How long a new node may take to become ready."""
UNAPPROVED_SECONDS = 600.0
REPEATED = 3
_PRESSURES = {
    "MemoryPressure": ("memory", "it has too little memory left, and evicts pods that use more than they request"),
    "DiskPressure": ("disk", "its disk is nearly full, and it evicts pods and removes images"),
    "PIDPressure": ("process ids", "it has too few process ids left: some program starts too many processes"),
}
_FINE = frozenset({"Ready", "NetworkUnavailable", *_PRESSURES, "EtcdIsVoter"})
_PROBLEMS = re.compile(r"(?i)readonly|deadlock|problem|unhealthy|skew|corrupt|frequent|failure|error")
_ROUTINE = frozenset({"NodeNotReady", "Rebooted", "InvalidDiskCapacity", "CheckLimitsForResolvConf"})
_ERROR = re.compile(r"(?i)error|fail|expired|invalid|denied|refused|cannot|unable|not found|panic|corrupt|hung")
_CAUSES = (
    (re.compile(r"(?i)cni|network plugin|NetworkReady=false"), "its network plugin (CNI) is not ready: {}"),
    (
        re.compile(r"(?i)container runtime is down|PLEG is not healthy|runtime not ready|RuntimeReady=false"),
        "its container runtime is down: {}",
    ),
    (
        re.compile(r"(?i)stopped posting"),
        "its kubelet stopped posting its status: the machine, its kubelet or its network is down",
    ),
    (re.compile(r"(?i)certificate|x509"), "its kubelet's certificate is not valid: {}"),
)


def _pods(snapshot: Snapshot, node: Obj) -> list[Obj]:
    return snapshot.pods_on(node.name)


def not_ready(snapshot: Snapshot) -> Iterator[Finding]:
    """A node that does not answer or says that it cannot work."""
    for one in snapshot.each("Node"):
        ready = one.condition("Ready")
        if ready.get("status") == "True" or not ready or snapshot.age(one.created) < JOINING_SECONDS:
            continue
        message = text(ready, "message")
        cause = next((words.format(quote(message)) for pattern, words in _CAUSES if pattern.search(message)), "") or (
            f"its kubelet says: {quote(message)}"
            if message
            else "cannot tell: the kubelet gives no reason; its log would show it"
        )
        waiting = _unapproved(snapshot, one)
        if waiting and "certificate" not in cause:
            cause = (
                f"its kubelet has no valid certificate: {len(waiting)} requests for one wait to be approved "
                f"({waiting[0].name})"
            )
        said = _explicit(snapshot, one)
        if said and said not in cause:
            cause += f"; its event says: {said}"
        pods = _pods(snapshot, one)
        unknown = ready.get("status") == "Unknown"
        evidence = (
            Evidence("status", one.ref, f"Ready is {ready.get('status')}: {text(ready, 'reason')} {quote(message)}"),
            *[event.evidence for event in snapshot.events(one.ref, "NodeNotReady", within=7200)[:1]],
        )
        affected = tuple(dict.fromkeys(snapshot.workload(pod).ref for pod in pods))
        words = f"{len(pods)} pods run there" if pods else "no pod runs there"
        yield Finding(
            "node-not-ready",
            one.ref,
            f"node {one.name} is NotReady ({words})",
            f"node {one.name}: {cause}",
            Severity.CRITICAL if unknown and pods else Severity.HIGH,
            evidence,
            _approval(waiting[0]) if waiting else None,
            affected=(one.ref, *affected),
            since=seconds(text(ready, "lastTransitionTime")),
            symptom_of=tuple(network_plugins_of(snapshot, one)),
        )


def _explicit(snapshot: Snapshot, node: Obj) -> str:
    """What an event says of the error itself, where the condition only says that the node is silent."""
    events = [one for one in snapshot.events(node.ref, within=7200) if one.warning and one.reason not in _ROUTINE]
    return next((quote(one.message) for one in events if _ERROR.search(one.message)), "")


def _unapproved(snapshot: Snapshot, node: Obj) -> list[Obj]:
    """The node's requests for a certificate that nobody has decided on."""
    return [
        one
        for one in snapshot.of("CertificateSigningRequest")
        if one.text("spec", "username") == f"system:node:{node.name}"
        and not one.items("status", "conditions")
        and snapshot.age(one.created) > UNAPPROVED_SECONDS
    ]


def _approval(request: Obj) -> Fix:
    change = FieldChange("status.conditions[Approved]", None, True)
    return Fix.patched(request.ref, "Check that the request is the node's own, and approve it", (change,))


def pressure(snapshot: Snapshot) -> Iterator[Finding]:
    """A node that runs out of something."""
    for one in snapshot.each("Node"):
        for kind, (what, cause) in _PRESSURES.items():
            found = one.condition(kind)
            if found.get("status") != "True":
                continue
            events = snapshot.events(
                one.ref, "EvictionThresholdMet", "FreeDiskSpaceFailed", "ImageGCFailed", "SystemOOM"
            )
            evidence = (
                Evidence("status", one.ref, f"{kind}: {quote(text(found, 'message'))}"),
                *[event.evidence for event in events[:1]],
            )
            evicted = tuple(pod.ref for pod in _pods(snapshot, one) if pod.text("status", "reason") == "Evicted")
            yield Finding(
                "node-pressure",
                one.ref,
                f"node {one.name} is short of {what} ({kind})",
                f"node {one.name} is short of {what}: {cause}",
                Severity.HIGH,
                evidence,
                key=f"{kind} {one.ref}",
                affected=(one.ref, *evicted),
            )


def network(snapshot: Snapshot) -> Iterator[Finding]:
    """A node without a route."""
    for one in snapshot.each("Node"):
        found = one.condition("NetworkUnavailable")
        if found.get("status") == "True":
            yield Finding(
                "node-network",
                one.ref,
                f"pods on node {one.name} cannot be reached",
                f"its network is unavailable: {text(found, 'reason')} {quote(text(found, 'message'))}",
                Severity.HIGH,
                (Evidence("status", one.ref, f"NetworkUnavailable: {text(found, 'reason')}"),),
            )


def problems(snapshot: Snapshot) -> Iterator[Finding]:
    """Conditions of node-problem-detector: a file system gone read-only, a deadlocked kernel."""
    for one in snapshot.each("Node"):
        for found in one.items("status", "conditions"):
            kind = text(found, "type")
            if kind in _FINE or found.get("status") != "True" or not _PROBLEMS.search(kind):
                continue
            words = "the file system is read-only: " if "readonly" in kind.lower() else ""
            yield Finding(
                "node-problem",
                one.ref,
                f"node {one.name} reports {kind}",
                f"{words}{text(found, 'reason')}: {quote(text(found, 'message'))}",
                Severity.HIGH,
                (Evidence("status", one.ref, f"{kind}: {quote(text(found, 'message'))}"),),
                key=f"{kind} {one.ref}",
            )


_TOLD: dict[str, tuple[str, str]] = {
    "SystemOOM": ("runs out of memory", "the kernel kills processes, since the node has no memory left"),
    "ImageGCFailed": ("runs out of disk", "unused images cannot be removed fast enough to free its disk"),
    "FreeDiskSpaceFailed": ("runs out of disk", "too few unused images can be removed to free its disk"),
    "ContainerGCFailed": ("cannot remove containers", "its container runtime does not answer"),
    "EvictionThresholdMet": ("evicts pods", "it is short of a resource"),
}
"""Events of kubelets that tell of trouble before a condition does."""


def told(snapshot: Snapshot) -> Iterator[Finding]:
    """What a kubelet keeps reporting of its node while the conditions are still fine."""
    for one in snapshot.each("Node"):
        if any(one.condition(kind).get("status") == "True" for kind in _PRESSURES):
            continue
        events = [event for event in snapshot.events(one.ref, *_TOLD) if event.warning]
        if sum(event.count for event in events) < REPEATED:
            continue
        seen, cause = _TOLD[events[0].reason]
        yield Finding(
            "node-events",
            one.ref,
            f"node {one.name} {seen}",
            f"node {one.name}: {cause}: {quote(events[0].message)}",
            Severity.HIGH,
            tuple(event.evidence for event in events[:2]),
        )


def cordoned(snapshot: Snapshot) -> Iterator[Finding]:
    """A node that takes no new pods."""
    for one in snapshot.each("Node"):
        if one.get("spec", "unschedulable") is True:
            fix = Fix.patched(
                one.ref, "Uncordon it when the work is done", (FieldChange("spec.unschedulable", True, False),)
            )
            yield Finding(
                "node-cordoned",
                one.ref,
                f"node {one.name} takes no new pods",
                "it is cordoned (spec.unschedulable is true)",
                Severity.LOW,
                (Evidence("spec", one.ref, "unschedulable: true"),),
                fix,
            )


RULES = (not_ready, pressure, network, problems, told, cordoned)
