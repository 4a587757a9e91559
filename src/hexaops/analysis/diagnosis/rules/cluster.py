"""Namespaces and aggregated APIs; and what is left: events and logs that nothing else explains."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, strings, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.policies import blocking
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Event, Snapshot

TERMINATING_SECONDS = 900.0
STUCK_SECONDS = 900.0
"""How long the deletion of anything else may take: volumes are detached, load balancers removed."""
REPEATED = 10
"""Fewer warnings of one kind are everyday noise."""
ERROR_SHARE = 0.5
ERROR_LINES = 3
LAST_LINES = 3
"""Without an error among the last lines, what was wrong is over."""
_ERROR_LINE = re.compile(
    r"(?i)\b\w*(?:error|exception)\b|\b(?:fatal|panic|critical|failed)\b|level=(?:error|fatal)|\"level\":\s?\"(?:error|fatal)\""
)
_NO_ERROR = re.compile(
    r"(?i)\b(?:level|severity|lvl)\"?\s?[=:]\s?\"?(?:trace|debug|info|notice|warn(?:ing)?)\b|"
    r"^\S{0,40}\s?\S{0,20}\s?\[?(?:TRACE|DEBUG|INFO|NOTICE)\b|^[IWD]\d{4} "
)
"""A line that says itself that it is none, whatever words it holds."""
_RETRIED = re.compile(r"(?i)\bdeferred\b|\btry(?:ing)? again later\b|\bwill (?:be )?retr(?:y|ied)\b|\bretrying\b")
"""Somebody else's trouble that the program lives with: it goes on by itself."""
_TIMED_OUT = re.compile(r"(?i)time(?:d)? ?out|deadline exceeded|\bETIMEDOUT\b")
_ADDRESS = re.compile(r"\b(\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})\b")
_VARIABLE = re.compile(r"\d+|0x[0-9a-f]+|\"[^\"]{0,200}\"")
_ROUTINE = frozenset(
    {
        "Unhealthy",
        "BackOff",
        "FailedScheduling",
        "Killing",
        "ProbeWarning",
        "DNSConfigForming",
        "NodeNotReady",
        "FailedKillPod",
        "Failed",
        "FailedMount",
        "FailedAttachVolume",
    }
)
"""Warnings about pods: what they mean shows in the pod's state, or is over."""


def namespace_terminating(snapshot: Snapshot) -> Iterator[Finding]:
    """A namespace that cannot be deleted."""
    for one in snapshot.each("Namespace"):
        if one.text("status", "phase") != "Terminating" or snapshot.age(one.deleted) < TERMINATING_SECONDS:
            continue
        said = [text(part, "message") for part in one.items("status", "conditions") if part.get("status") == "True"]
        cause = (
            f"what is left in it has finalizers that nothing removes: {quote('; '.join(said))}"
            if said
            else "cannot tell: no condition says what is left; listing its objects would"
        )
        yield Finding(
            "namespace-terminating",
            one.ref,
            f"the namespace has been Terminating for {snapshot.age(one.deleted) / 60:.0f} minutes",
            cause,
            Severity.MEDIUM,
            tuple(Evidence("status", one.ref, quote(part)) for part in said),
        )


def api_services(snapshot: Snapshot) -> Iterator[Finding]:
    """An aggregated API whose server does not answer."""
    for one in snapshot.each("APIService"):
        available = one.condition("Available")
        if available.get("status") != "False":
            continue
        service = Ref("Service", one.text("spec", "service", "namespace"), one.text("spec", "service", "name"))
        missing = text(available, "reason") == "ServiceNotFound" or snapshot.lacks(*service)
        cause = (
            f"its Service {service.name} in namespace {service.namespace} does not exist"
            if missing
            else f"its Service {service.name} does not answer: {quote(text(available, 'message'))}"
        )
        target = snapshot.at(service)
        pods = snapshot.selected(service.namespace, target.mapping("spec", "selector")) if target else []
        refs = tuple(ref for pod in pods for ref in (snapshot.workload(pod).ref, pod.ref))
        fix = (
            Fix(Action.CREATE, service, f"Install the server of {one.name}, or delete the APIService")
            if missing
            else None
        )
        yield Finding(
            "api-service-down",
            one.ref,
            f"the API {one.text('spec', 'group') or one.name} is not available",
            cause,
            Severity.HIGH,
            (Evidence("status", one.ref, f"Available is False: {text(available, 'reason')}"),),
            fix,
            symptom_of=(service, *refs),
        )


def repeated_warnings(snapshot: Snapshot) -> Iterator[Finding]:
    """Warnings that keep coming about something that otherwise looks well."""
    found: dict[tuple[Ref, str], Event] = {}
    for event in snapshot.warnings():
        if (
            snapshot.age(event.last) < 900
            and event.count >= REPEATED
            and not (event.about.kind == "Pod" and event.reason in _ROUTINE)
        ):
            found.setdefault((event.about, event.reason), event)
    for (about, reason), event in found.items():
        above = snapshot.at(about)
        refs = (about, *([snapshot.workload(above).ref] if above else []))
        yield Finding(
            "warning-events",
            about,
            f"repeated warnings: {reason}",
            f"{reason}, {event.count} times: {quote(event.message)}",
            Severity.LOW,
            (event.evidence,),
            key=f"warning {about} {reason}",
            symptom_of=refs,
        )


def logged_errors(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods that run, and log little but errors."""
    by_pod: dict[Ref, list[str]] = defaultdict(list)
    for key, said in snapshot.logs.items():
        namespace, _, rest = key.partition("/")
        name, _, container = rest.partition("/")
        if not container.endswith("/previous"):
            by_pod[Ref("Pod", namespace, name)].append(said)
    for pod in snapshot.each_named(by_pod):
        for said in by_pod[pod.ref] if is_ready(pod) else ():
            finding = _errors_of(snapshot, pod, said.splitlines()[-50:])
            if finding:
                yield finding


def _is_none(line: str) -> bool:
    return bool(_NO_ERROR.search(line[:300]) or _RETRIED.search(line[:500]))


def _errors_of(snapshot: Snapshot, pod: Obj, lines: list[str]) -> Finding | None:
    wrong = [line for line in lines if _ERROR_LINE.search(line[:500]) and not _is_none(line)]
    ends_well = not any(line in wrong for line in lines[-LAST_LINES:])
    if len(wrong) < ERROR_LINES or len(wrong) < ERROR_SHARE * len(lines) or ends_well:
        return None
    forms = Counter(_VARIABLE.sub("#", line)[:200] for line in wrong)
    most = forms.most_common(1)[0][0]
    line = next(one for one in reversed(wrong) if _VARIABLE.sub("#", one)[:200] == most)
    above = snapshot.workload(pod).ref
    cut_off = _cut_off(snapshot, pod, line)
    if cut_off is not None:
        return cut_off
    return Finding(
        "log-errors",
        above,
        f"its pods run, and {len(wrong)} of their last {len(lines)} log lines are errors",
        f"mostly: {quote(line)}",
        Severity.MEDIUM,
        (Evidence("log", pod.ref, quote(line)),),
        key=f"log-errors {above}",
        affected=(above, pod.ref),
    )


def _cut_off(snapshot: Snapshot, pod: Obj, line: str) -> Finding | None:
    """The address that it cannot reach is a pod's, and a network policy is in the way."""
    if not _TIMED_OUT.search(line):
        return None
    for found in _ADDRESS.finditer(line):
        targets = snapshot.pods_at(found[1])
        policy = blocking(snapshot, pod, targets, found[2]) if len(targets) == 1 else None
        if policy is None:
            continue
        above, behind = snapshot.workload(pod).ref, snapshot.workload(targets[0]).ref
        return Finding(
            "network-policy-blocks",
            policy.ref,
            f"{above} cannot reach {behind}: its requests time out",
            f"NetworkPolicy {policy.name} does not allow {above.kind} {above.name} of namespace {above.namespace} "
            f"to reach port {found[2]} of {behind}",
            Severity.HIGH,
            (Evidence("log", pod.ref, quote(line)),),
            Fix.patched(policy.ref, f"Allow {above.name}", (FieldChange("spec.ingress", None, None),)),
            f"network-policy-blocks {policy.ref}",
            affected=(above, behind, pod.ref),
        )
    return None


def stuck_deletions(snapshot: Snapshot) -> Iterator[Finding]:
    """Objects that are being deleted and held by a finalizer; pods and namespaces have rules of their own."""
    for one in snapshot.each_object():
        if one.deleted is None or one.kind in {"Pod", "Namespace"} or snapshot.age(one.deleted) < STUCK_SECONDS:
            continue
        names = strings(one.raw, "metadata", "finalizers")
        if not names:
            continue
        warned = [event for event in snapshot.events(one.ref) if event.warning]
        yield Finding(
            "terminating-stuck",
            one.ref,
            f"it has been Terminating for {snapshot.age(one.deleted) / 60:.0f} minutes",
            _held_by(snapshot, one, names) + (f": {quote(warned[0].message)}" if warned else ""),
            Severity.MEDIUM,
            (Evidence("spec", one.ref, f"finalizers: {', '.join(names)}"), *[event.evidence for event in warned[:1]]),
            Fix.patched(
                one.ref,
                "Let the finalizer's controller finish, or remove the finalizer",
                (FieldChange("metadata.finalizers", ", ".join(names), None),),
            ),
            symptom_of=_users_of(snapshot, one),
            affected=(one.ref,),
        )


def _users_of(snapshot: Snapshot, one: Obj) -> tuple[Ref, ...]:
    """The workloads that wait for the volume of an attachment."""
    volume = snapshot.find("PersistentVolume", "", one.text("spec", "source", "persistentVolumeName"))
    if one.kind != "VolumeAttachment" or volume is None:
        return ()
    claim, namespace = volume.text("spec", "claimRef", "name"), volume.text("spec", "claimRef", "namespace")
    return tuple(
        snapshot.workload(pod).ref
        for pod in snapshot.pods_in(namespace)
        if any(text(part, "persistentVolumeClaim", "claimName") == claim for part in pod.items("spec", "volumes"))
    )


def _held_by(snapshot: Snapshot, one: Obj, names: list[str]) -> str:
    if one.kind == "PersistentVolumeClaim" and "kubernetes.io/pvc-protection" in names:
        users = [
            pod.name
            for pod in snapshot.pods_in(one.namespace)
            if any(
                text(volume, "persistentVolumeClaim", "claimName") == one.name
                for volume in pod.items("spec", "volumes")
            )
            and pod.text("status", "phase") not in {"Succeeded", "Failed"}
        ]
        if users:
            return f"it is still used by pod {', '.join(users[:5])} (finalizer kubernetes.io/pvc-protection)"
    if one.kind == "PersistentVolume" and "kubernetes.io/pv-protection" in names:
        return "it is still bound to a claim (finalizer kubernetes.io/pv-protection)"
    told = text(one.condition("Terminating"), "message")
    said = f": {quote(told)}" if told else ""
    return f"its finalizer {', '.join(names)} has not been removed by the controller that set it{said}"


RULES = (stuck_deletions, namespace_terminating, api_services, repeated_warnings, logged_errors)
