"""Controllers that cannot make their pods, or whose own settings are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, mapping, number, seconds, spec_path, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.rules.scheduling import constraints_of
from hexaops.analysis.diagnosis.snapshot import RECENT_SECONDS, Snapshot

PAUSED_SECONDS = 3600.0
STALLED_SECONDS = 600.0
_HASH = "controller-revision-hash"
_EXCEEDED = re.compile(
    r"exceeded quota: ([\w.-]{1,253}), requested: (.{1,200}), used: (.{1,200}), limited: (.{1,200})$"
)
_MUST_SPECIFY = re.compile(r"failed quota: ([\w.-]{1,253}): (must specify .{1,200})")
_NO_ACCOUNT = re.compile(r'serviceaccount "([^"]{1,253})" not found')
_NO_PRIORITY = re.compile(r"no PriorityClass with name ([\w.-]{1,253}) was found")
_NO_RUNTIME = re.compile(r'RuntimeClass(?:\.node\.k8s\.io)? "([^"]{1,253})" not found')
_LEAVING = re.compile(r"unable to create new content in namespace \S{1,63} because it is being terminated")
_INVALID = re.compile(r"\bis invalid: (spec\.[\w.\[\]]{1,200}): .{1,300}")
_RANGE = re.compile(
    r"(?:maximum|minimum) (?:memory|cpu|\S{1,40}) usage per \w{1,20} is .{1,80}|"
    r"\w{1,20} max limit to request ratio .{1,120}"
)
_VIOLATES = re.compile(r'violates PodSecurity "([^"]{1,100})": (.{1,600})')
_WEBHOOK_DENIED = re.compile(r'admission webhook "([^"]{1,253})" denied the request: (.{1,500})', re.DOTALL)
_CALLING = re.compile(r'failed calling webhook "([^"]{1,253})"')
_POLICY = re.compile(r"ValidatingAdmissionPolicy '([^']{1,253})'.{0,200}denied request: (.{1,300})")


def creation_refused(snapshot: Snapshot) -> Iterator[Finding]:
    """A controller whose pods the API server does not accept, and why."""
    for one in snapshot.each("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"):
        message = _refusal(snapshot, one)
        if message:
            yield _refused(snapshot, one, message)
    for one in snapshot.each("Deployment"):
        failure = one.condition("ReplicaFailure")
        if failure.get("status") == "True" and not snapshot.has("ReplicaSet"):
            yield _refused(snapshot, one, text(failure, "message"))  # its ReplicaSet, which says the same, was not read
            continue
        told = _told_of_unseen(snapshot, one)
        if told:
            yield _refused(snapshot, one, told)


def _told_of_unseen(snapshot: Snapshot, deployment: Obj) -> str:
    """What an event says of its ReplicaSet, where the snapshot has the event alone."""
    if snapshot.owned_sets(deployment.ref) or _is_complete(snapshot, deployment):
        return ""
    return next(
        (
            event.message
            for event in snapshot.events_because("FailedCreate", within=RECENT_SECONDS)
            if event.about.kind == "ReplicaSet"
            and event.about.namespace == deployment.namespace
            and event.about.name.rpartition("-")[0] == deployment.name
        ),
        "",
    )


def _refusal(snapshot: Snapshot, one: Obj) -> str:
    failure = one.condition("ReplicaFailure")
    if failure.get("status") == "True":
        return text(failure, "message")
    events = snapshot.events(one.ref, "FailedCreate")
    if not events or _is_complete(snapshot, one):
        return ""
    return events[0].message


def _is_complete(snapshot: Snapshot, one: Obj) -> bool:
    """Whether it got its pods in the end."""
    wanted = one.get("spec", "replicas")
    if one.kind == "DaemonSet":
        wanted = one.number("status", "desiredNumberScheduled")
    if one.kind == "CronJob":
        return False
    if one.kind == "Deployment":
        return one.number("status", "updatedReplicas") >= (wanted if isinstance(wanted, int) else 1)
    if one.kind == "Job":
        return bool(one.number("status", "active") or one.number("status", "succeeded"))
    return len(snapshot.owned_pods(one.ref)) >= (wanted if isinstance(wanted, int) else 1)


def _refused(snapshot: Snapshot, one: Obj, message: str) -> Finding:
    above = snapshot.workload(one)
    why = _why_refused(snapshot, above, message)
    ready = any(is_ready(pod) for pod in snapshot.pods_of(above))
    return Finding(
        rule=why.rule,
        subject=why.subject or above.ref,
        finding=("Jobs" if one.kind == "CronJob" else "pods")
        + " cannot be created"
        + (f" ({above.ref})" if why.subject else ""),
        cause=why.cause,
        severity=Severity.HIGH if ready else Severity.CRITICAL,
        evidence=(Evidence("event", one.ref, f"FailedCreate: {quote(message)}"),),
        fix=why.fix,
        key=f"{why.rule} {why.root or above.ref}",
        root=why.root,
        symptom_of=why.symptom_of,
        affected=(one.ref, above.ref),
    )


class Why(Struct, frozen=True):
    """What a refusal means."""

    rule: str
    cause: str
    root: Ref | None = None
    fix: Fix | None = None
    symptom_of: tuple[Ref, ...] = ()
    subject: Ref | None = None
    """What is to be mended, where it is not the workload."""


def _quota(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    quota = Ref("ResourceQuota", above.namespace, found[1])
    cause = f"quota {found[1]} is exceeded: {found[2]} requested, {found[3]} used, limited to {found[4]}"
    fix = Fix.patched(quota, "Raise the quota, or request less", (FieldChange("spec.hard", found[4], None),))
    return Why("quota", cause, quota, fix)


def _quota_needs(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    change = FieldChange(f"{spec_path(above)}.containers[0].resources", None, None)
    fix = Fix.patched(above.ref, "Set the requests and limits that the quota counts", (change,))
    return Why("quota", f"quota {found[1]} demands that pods {found[2]}", None, fix)


def _account(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    missing = Ref("ServiceAccount", above.namespace, found[1])
    cause = f"ServiceAccount {found[1]} does not exist in namespace {above.namespace}"
    return Why(
        "missing-service-account", cause, missing, Fix(Action.CREATE, missing, f"Create the ServiceAccount {found[1]}")
    )


def _priority(_snapshot: Snapshot, _above: Obj, found: re.Match[str]) -> Why:
    missing = Ref("PriorityClass", "", found[1])
    fix = Fix(Action.CREATE, missing, f"Create the PriorityClass {found[1]}")
    return Why("missing-priority-class", f"PriorityClass {found[1]} does not exist", missing, fix)


def _security(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    change = FieldChange(f"{spec_path(above)}.securityContext", None, None)
    cause = f'the namespace enforces PodSecurity "{found[1]}", which the pods violate: {quote(found[2])}'
    return Why("pod-security", cause, None, Fix.patched(above.ref, "Set what the standard demands", (change,)))


def _webhook_call(snapshot: Snapshot, _above: Obj, found: re.Match[str]) -> Why:
    hooks = tuple(
        one.ref
        for one in snapshot.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
        if any(text(hook, "name") == found[1] for hook in one.items("webhooks"))
    )
    cause = f"the admission webhook {found[1]} cannot be called: {quote(found.string[-250:])}"
    if not hooks:
        return Why("webhook-call", cause)
    change = FieldChange(f"webhooks[{found[1]}].failurePolicy", "Fail", "Ignore")
    fix = Fix.patched(hooks[0], "Bring its server back, or let requests pass without it", (change,))
    return Why("webhook-call", cause, hooks[0], fix, hooks, hooks[0])


def _leaving(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    space = Ref("Namespace", "", above.namespace)
    return Why("creation-refused", f"its namespace is being deleted: {quote(found[0])}", None, None, (space,))


def _template(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    path = found[1].removeprefix("spec.")
    base = "spec.jobTemplate.spec" if above.kind == "CronJob" else "spec"
    fix = Fix.patched(above.ref, "Correct the field", (FieldChange(f"{base}.{path}", None, None),))
    return Why("template-invalid", f"its template is invalid: {quote(found[0])}", None, fix)


def _runtime_class(_snapshot: Snapshot, _above: Obj, found: re.Match[str]) -> Why:
    missing = Ref("RuntimeClass", "", found[1])
    fix = Fix(Action.CREATE, missing, f"Create the RuntimeClass {found[1]}")
    return Why("missing-runtime-class", f"RuntimeClass {found[1]} does not exist", missing, fix)


def _denied(_snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    change = FieldChange(f"{spec_path(above)}", None, None)
    fix = Fix.patched(above.ref, "Change the pod template as the policy demands", (change,))
    gate = "admission webhook" if found.re is _WEBHOOK_DENIED else "admission policy"
    return Why("pod-admission-denied", f"the {gate} {found[1]} denied the pods: {quote(found[2])}", None, fix)


def _limits(snapshot: Snapshot, above: Obj, found: re.Match[str]) -> Why:
    ranges = [one.name for one in snapshot.of("LimitRange") if one.namespace == above.namespace]
    cause = (
        f"a LimitRange ({', '.join(ranges) or 'of the namespace'}) forbids it: {quote(found.string[found.start() :])}"
    )
    change = FieldChange(f"{spec_path(above)}.containers[0].resources.limits", None, None)
    return Why("limit-range", cause, None, Fix.patched(above.ref, "Stay within the limit range", (change,)))


REFUSALS: tuple[tuple[re.Pattern[str], Callable[[Snapshot, Obj, re.Match[str]], Why]], ...] = (
    (_EXCEEDED, _quota),
    (_MUST_SPECIFY, _quota_needs),
    (_NO_ACCOUNT, _account),
    (_NO_PRIORITY, _priority),
    (_VIOLATES, _security),
    (_LEAVING, _leaving),
    (_INVALID, _template),
    (_NO_RUNTIME, _runtime_class),
    (_CALLING, _webhook_call),
    (_WEBHOOK_DENIED, _denied),
    (_POLICY, _denied),
    (_RANGE, _limits),
)


def _why_refused(snapshot: Snapshot, above: Obj, message: str) -> Why:
    for pattern, make in REFUSALS:
        found = pattern.search(message)
        if found:
            return make(snapshot, above, found)
    return Why("creation-refused", f"the API server refuses the pods: {quote(message)}")


def unavailable(snapshot: Snapshot) -> Iterator[Finding]:
    """A workload with too few ready pods for longer than a rollout may take; a symptom wherever its pods say why."""
    for one in snapshot.each("Deployment", "StatefulSet", "DaemonSet"):
        wanted = (
            one.number("status", "desiredNumberScheduled") if one.kind == "DaemonSet" else one.get("spec", "replicas")
        )
        wanted = wanted if isinstance(wanted, int) else 1
        ready = (
            one.number("status", "numberReady") if one.kind == "DaemonSet" else one.number("status", "readyReplicas")
        )
        if ready >= wanted or not _is_stalled(snapshot, one, wanted):
            continue
        pods = tuple(pod.ref for pod in snapshot.pods_of(one))
        if len(pods) >= wanted:
            continue  # its pods are sick, which they say themselves, or still within the time that a start may take
        said = text(one.condition("Progressing"), "message")
        late = text(one.condition("Progressing"), "reason") == "ProgressDeadlineExceeded"
        if late:
            said = f"the rollout has exceeded its progress deadline ({said})"
        cause = f"cannot tell: {said or 'it has too few pods'}, and none of its pods or events says why"
        if not snapshot.has("Pod"):
            cause = f"cannot tell: {f'{said}, and ' if late else ''}no pods were read"
        severity = Severity.HIGH if ready else Severity.CRITICAL
        evidence = (Evidence("status", one.ref, f"{ready} of {wanted} ready"),)
        yield Finding(
            "unavailable",
            one.ref,
            f"{ready} of {wanted} pods are ready",
            cause,
            severity,
            evidence,
            symptom_of=(one.ref, *pods),
            affected=(one.ref,),
        )


def _is_stalled(snapshot: Snapshot, one: Obj, wanted: int) -> bool:
    if (
        text(one.condition("Progressing"), "reason") == "ProgressDeadlineExceeded"
        or one.condition("ReplicaFailure").get("status") == "True"
    ):
        return True
    if one.kind == "Deployment":
        since = seconds(text(one.condition("Available"), "lastTransitionTime"))
        return one.condition("Available").get("status") == "False" and snapshot.age(since) > STALLED_SECONDS
    missing = len(snapshot.pods_of(one)) < wanted
    return (
        one.number("status", "readyReplicas") + one.number("status", "numberReady") == 0
        and missing
        and snapshot.age(one.created) > STALLED_SECONDS
    )


def paused(snapshot: Snapshot) -> Iterator[Finding]:
    """A rollout that was paused with work left, and forgotten."""
    for one in snapshot.each("Deployment"):
        if one.get("spec", "paused") is not True:
            continue
        since = seconds(text(one.condition("Progressing"), "lastTransitionTime"))
        behind = one.number("status", "updatedReplicas") < one.number("status", "replicas")
        short = one.number("status", "readyReplicas") < one.number("spec", "replicas")
        severity = Severity.MEDIUM if behind and short and snapshot.age(since) > PAUSED_SECONDS else Severity.LOW
        cause = "spec.paused is true: changes of its template are not rolled out" + (
            " (the last one is waiting)" if behind else ""
        )
        fix = Fix.patched(one.ref, "Resume the rollout", (FieldChange("spec.paused", True, False),))
        yield Finding(
            "paused-rollout",
            one.ref,
            "the rollout is paused",
            cause,
            severity,
            (Evidence("spec", one.ref, "paused: true"),),
            fix,
        )


def held_by_partition(snapshot: Snapshot) -> Iterator[Finding]:
    """An update that no pod gets: the partition is above every ordinal."""
    for one in snapshot.each("StatefulSet"):
        partition = one.number("spec", "updateStrategy", "rollingUpdate", "partition")
        waits = one.text("status", "updateRevision") != one.text("status", "currentRevision")
        if not partition or partition < one.number("spec", "replicas") or not waits:
            continue
        change = FieldChange("spec.updateStrategy.rollingUpdate.partition", partition, 0)
        yield Finding(
            "partition-holds-update",
            one.ref,
            "its update reaches no pod",
            f"updateStrategy.rollingUpdate.partition of {partition} keeps every pod on the revision before",
            Severity.LOW,
            (Evidence("status", one.ref, f"{one.number('status', 'updatedReplicas')} pods are updated"),),
            Fix.patched(one.ref, "Lower the partition", (change,)),
        )


def headless_service_missing(snapshot: Snapshot) -> Iterator[Finding]:
    """A StatefulSet whose governing Service does not exist: its pods have no stable names."""
    for one in snapshot.each("StatefulSet"):
        name = one.text("spec", "serviceName")
        if not name or snapshot.find("Service", one.namespace, name) is not None:
            continue
        missing = Ref("Service", one.namespace, name)
        yield Finding(
            "headless-service-missing",
            one.ref,
            "its pods have no stable network names",
            f"Service {name} (spec.serviceName) does not exist",
            Severity.MEDIUM,
            (Evidence("spec", one.ref, f"serviceName: {name}"),),
            Fix(Action.CREATE, missing, f"Create the headless Service {name}"),
        )


def daemon_set_nowhere(snapshot: Snapshot) -> Iterator[Finding]:
    """A DaemonSet that no node suits."""
    nodes = snapshot.of("Node")
    for one in snapshot.each("DaemonSet"):
        wanted = constraints_of(mapping(one.raw, "spec", "template", "spec"))
        if not nodes or one.number("status", "desiredNumberScheduled") or not wanted:
            continue
        lacking = [words for words, test in wanted if not any(test(node) for node in nodes)]
        cause = f"no node has the label {' and '.join(lacking or [words for words, _ in wanted])}"
        yield Finding(
            "daemonset-nowhere",
            one.ref,
            "it runs on no node",
            cause,
            Severity.LOW,
            (Evidence("status", one.ref, "desiredNumberScheduled: 0"),),
        )


def blocked_ordinals(finding: Finding, snapshot: Snapshot) -> Finding:
    """Say which pods of an ordered StatefulSet wait for the sick one."""
    one = snapshot.at(finding.subject)
    if one is None or one.kind != "StatefulSet" or one.text("spec", "podManagementPolicy") == "Parallel":
        return finding
    wanted, there = number(one.raw, "spec", "replicas"), len(snapshot.pods_of(one))
    sick = next((ref.name for ref in finding.affected if _is_own(one, snapshot.at(ref))), "")
    if not sick or there >= wanted:
        return finding
    note = Evidence(
        "status", one.ref, f"{there} of {wanted} pods exist: the higher ordinals wait until {sick} is ready"
    )
    cause = f"{finding.cause} ({sick}; the higher ordinals wait for it)"
    return replace(finding, cause=cause, evidence=(*finding.evidence, note))


def _is_own(one: Obj, pod: Obj | None) -> bool:
    return pod is not None and pod.kind == "Pod" and text(pod.controller(), "name") == one.name


def stale_revision(finding: Finding, snapshot: Snapshot) -> Finding:
    """Say that the template has changed since, where an ordered StatefulSet waits for a pod of the old one."""
    one = snapshot.at(finding.subject)
    if one is None or one.kind != "StatefulSet" or one.text("spec", "podManagementPolicy") == "Parallel":
        return finding
    wanted = one.text("status", "updateRevision")
    pods = [pod for ref in finding.affected if (pod := snapshot.at(ref)) and _is_own(one, pod)]
    old = [pod for pod in pods if pod.labels.get(_HASH) not in {None, wanted}]
    by_hand = one.text("spec", "updateStrategy", "type") == "OnDelete"
    if by_hand or not wanted or not old or len(old) < len(pods):
        return finding
    pod = old[0]
    cause = (
        f"{finding.cause}. {pod.name} still has revision {pod.labels[_HASH]} although the template is at {wanted}: the "
        "StatefulSet waits for it to become ready and does not replace it, so it has to be deleted"
    )
    fix = Fix(Action.DELETE, pod.ref, f"Delete {pod.name}; it is made anew from the current template")
    return replace(finding, cause=cause, fix=fix)


RULES = (creation_refused, unavailable, paused, held_by_partition, headless_service_missing, daemon_set_nowhere)
