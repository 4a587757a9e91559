"""Namespaces and aggregated APIs; and what is left: events and logs that nothing else explains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Action, Evidence, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Event, Snapshot

TERMINATING_SECONDS = 900.0
REPEATED = 10
"""Fewer warnings of one kind are everyday noise."""
ERROR_SHARE = 0.5
ERROR_LINES = 3
LAST_LINES = 3
"""Without an error among the last lines, what was wrong is over."""
_ERROR_LINE = re.compile(
    r"(?i)\b\w*(?:error|exception)\b|\b(?:fatal|panic|critical|failed)\b|level=(?:error|fatal)|\"level\":\s?\"(?:error|fatal)\""
)
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
    for one in snapshot.of("Namespace"):
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
    for one in snapshot.of("APIService"):
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
    for event in snapshot.all_events():
        if (
            event.warning
            and snapshot.age(event.last) < 900
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
    for key in snapshot.logs:
        namespace, _, rest = key.partition("/")
        name, _, container = rest.partition("/")
        pod = snapshot.find("Pod", namespace, name)
        if pod is None or not is_ready(pod) or container.endswith("/previous"):
            continue
        finding = _errors_of(snapshot, pod, snapshot.logs[key].splitlines()[-50:])
        if finding:
            yield finding


def _errors_of(snapshot: Snapshot, pod: Obj, lines: list[str]) -> Finding | None:
    wrong = [line for line in lines if _ERROR_LINE.search(line[:500])]
    ends_well = not any(line in wrong for line in lines[-LAST_LINES:])
    if len(wrong) < ERROR_LINES or len(wrong) < ERROR_SHARE * len(lines) or ends_well:
        return None
    forms = Counter(_VARIABLE.sub("#", line)[:200] for line in wrong)
    most = forms.most_common(1)[0][0]
    line = next(one for one in reversed(wrong) if _VARIABLE.sub("#", one)[:200] == most)
    above = snapshot.workload(pod).ref
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


RULES = (namespace_terminating, api_services, repeated_warnings, logged_errors)
