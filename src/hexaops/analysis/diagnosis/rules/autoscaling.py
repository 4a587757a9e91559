"""HorizontalPodAutoscalers and PodDisruptionBudgets that cannot do what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, items, mapping, template_labels, template_spec, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.selectors import describe, matches
from hexaops.analysis.diagnosis.snapshot import Index, Snapshot

SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_KNOWN_REASONS = frozenset({"ScalingDisabled", "AmbiguousSelector", "ScaleDownStabilized", "ScaleUpStabilized"})
_NO_REQUEST = re.compile(r"missing request for (\w+)(?: in container (\S+))?")
_UNMEASURED = re.compile(r"did not receive metrics|no metrics returned")
"""The API answers, and has nothing of these pods yet."""
START_SECONDS = 300.0
"""How long the first samples of new pods may take."""
_METRICS_API = re.compile(r"(?i)pods\.metrics\.k8s\.io|resource metrics API|unable to get metrics for resource")
_CUSTOM = re.compile(
    r"(?i)custom metrics API|external metrics API|custom\.metrics|external\.metrics|"
    r"unable to get (?:external|pods|object) metric"
)


def _target(one: Obj) -> Ref:
    return Ref(one.text("spec", "scaleTargetRef", "kind"), one.namespace, one.text("spec", "scaleTargetRef", "name"))


_BY_TARGET = Index(
    "autoscalers by target", ("HorizontalPodAutoscaler",), lambda one: (_target(one),), members_only=True
)
_BUDGETS = Index("budgets by namespace", ("PodDisruptionBudget",), lambda one: (one.namespace,))


def _was_read(one: Obj) -> bool:
    """Whether the controller says that it read its target: then the snapshot lacks it, and not the cluster."""
    return one.condition("AbleToScale").get("status") == "True"


def target_missing(snapshot: Snapshot) -> Iterator[Finding]:
    """What it should scale does not exist."""
    for one in snapshot.each("HorizontalPodAutoscaler"):
        target = _target(one)
        told = (
            "not found" in text(one.condition("AbleToScale"), "message")
            and one.condition("AbleToScale").get("status") == "False"
        )
        if told or (target.kind in SCALABLE and snapshot.at(target) is None and not _was_read(one)):
            fix = Fix.patched(
                one.ref, "Name a target that exists", (FieldChange("spec.scaleTargetRef.name", target.name, None),)
            )
            yield Finding(
                "hpa-target-missing",
                one.ref,
                "it scales nothing",
                f"its target {target.kind} {target.name} does not exist",
                Severity.MEDIUM,
                _said(snapshot, one),
                fix,
            )


def cannot_measure(snapshot: Snapshot) -> Iterator[Finding]:
    """It cannot read the metric that it scales by."""
    for one in snapshot.each("HorizontalPodAutoscaler"):
        active = one.condition("ScalingActive")
        if active.get("status") == "True" or text(active, "reason") == "ScalingDisabled":
            continue
        message = text(active, "message") or _unmeasurable(one, snapshot.at(_target(one)))
        target = snapshot.at(_target(one))
        if (target is None and not _was_read(one)) or not message:
            continue
        found = _NO_REQUEST.search(message)
        if found:
            yield _no_request(snapshot, one, target, found)
        elif text(active, "reason") == "AmbiguousSelector":
            continue
        elif _CUSTOM.search(message):
            apis = tuple(
                api.ref
                for api in snapshot.of("APIService")
                if "custom.metrics" in api.name or "external.metrics" in api.name
            )
            yield Finding(
                "hpa-metric-missing",
                one.ref,
                "it cannot scale: its metric cannot be read",
                f"its custom or external metric is not served: {quote(message)}",
                Severity.MEDIUM,
                _said(snapshot, one),
                symptom_of=apis,
            )
        elif _METRICS_API.search(message) or "metrics" in message:
            apis = tuple(
                api.ref
                for api in snapshot.of("APIService")
                if api.name.endswith("metrics.k8s.io") and "custom" not in api.name
            )
            servers = tuple(
                ref for server in snapshot.of("Deployment") if server.name == "metrics-server" for ref in (server.ref,)
            )
            cause = (
                f"the resource metrics API (metrics.k8s.io, served by metrics-server) does not answer: {quote(message)}"
            )
            unready = bool(_UNMEASURED.search(message))
            if unready and snapshot.age(one.created) < START_SECONDS:
                continue
            if unready:
                cause = f"none of its pods gives metrics, since they are not ready or just started: {quote(message)}"
            yield Finding(
                "hpa-pods-unmeasured" if unready else "metrics-api-down",
                one.ref,
                "it cannot scale: CPU or memory use cannot be read",
                cause,
                Severity.MEDIUM,
                _said(snapshot, one),
                key=f"unready {one.ref}" if unready else "metrics-api-down",
                symptom_of=(*servers, *apis, *([_target(one)] if unready else [])),
                affected=(one.ref,),
            )


def cannot_scale(snapshot: Snapshot) -> Iterator[Finding]:
    """It says itself that it cannot, for a reason that no other rule knows."""
    for one in snapshot.each("HorizontalPodAutoscaler"):
        for kind in ("ScalingActive", "AbleToScale"):
            found = one.condition(kind)
            reason = text(found, "reason")
            if found.get("status") != "False" or reason in _KNOWN_REASONS or reason.startswith(("Failed", "Backoff")):
                continue
            yield Finding(
                "hpa-cannot-scale",
                one.ref,
                f"it cannot scale: {reason}",
                f"{reason}: {quote(text(found, 'message'))}",
                Severity.MEDIUM,
                _said(snapshot, one),
                symptom_of=(_target(one),),
            )


def _unmeasurable(one: Obj, target: Obj | None) -> str:
    """What the controller would say of a share of a request that is not there, where its status says nothing yet."""
    for metric in one.items("spec", "metrics"):
        name = text(metric, "resource", "name")
        if not name or text(metric, "resource", "target", "type") != "Utilization":
            continue
        for part in items(template_spec(target), "containers") if target else ():
            resources = mapping(part, "resources")
            if not mapping(resources, "requests").get(name) and not mapping(resources, "limits").get(name):
                return f"missing request for {name} in container {text(part, 'name')}"
    return ""


def _no_request(snapshot: Snapshot, one: Obj, target: Obj | None, found: re.Match[str]) -> Finding:
    parts = items(template_spec(target), "containers") if target else []
    names = [text(part, "name") for part in parts]
    lacking = [text(part, "name") for part in parts if not mapping(part, "resources", "requests").get(found[1])]
    at = names.index(lacking[0]) if lacking else 0
    fix = Fix.patched(
        _target(one),
        f"Set a {found[1]} request",
        (FieldChange(f"spec.template.spec.containers[{at}].resources.requests.{found[1]}", None, None),),
    )
    cause = (
        f"container {found[2] or ', '.join(lacking)} of {_target(one)} has no {found[1]} request, of which the "
        f"target is a percentage"
    )
    return Finding(
        "hpa-requests-missing",
        one.ref,
        "it cannot scale: FailedGetResourceMetric",
        cause,
        Severity.MEDIUM,
        _said(snapshot, one),
        fix,
    )


def conflict(snapshot: Snapshot) -> Iterator[Finding]:
    """Two autoscalers pull at one target."""
    for one in snapshot.each("HorizontalPodAutoscaler"):
        target = _target(one)
        group = snapshot.indexed(_BY_TARGET, target)
        if len(group) > 1 and group[-1] is one:
            names = ", ".join(one.name for one in group)
            yield Finding(
                "hpa-conflict",
                group[-1].ref,
                "autoscalers work against each other",
                f"{names} scale the same {target}",
                Severity.MEDIUM,
                tuple(Evidence("spec", one.ref, f"scaleTargetRef: {target.kind} {target.name}") for one in group),
                affected=tuple(one.ref for one in group),
            )


def at_maximum(snapshot: Snapshot) -> Iterator[Finding]:
    """It would scale further and may not, and the load is above its target."""
    for one in snapshot.each("HorizontalPodAutoscaler"):
        limited = one.condition("ScalingLimited")
        if limited.get("status") != "True" or text(limited, "reason") != "TooManyReplicas":
            continue
        over = _over_target(one)
        if not over:
            continue
        most = one.number("spec", "maxReplicas")
        fix = Fix.patched(one.ref, "Allow more replicas", (FieldChange("spec.maxReplicas", most, most * 2),))
        yield Finding(
            "hpa-at-maximum",
            one.ref,
            f"{_target(one)} is at its maximum and overloaded",
            f"maxReplicas of {most} is reached while {over}",
            Severity.HIGH,
            (Evidence("status", one.ref, f"ScalingLimited: {quote(text(limited, 'message'))}"),),
            fix,
        )


def _over_target(one: Obj) -> str:
    wanted = {
        text(part, "resource", "name"): mapping(part, "resource", "target").get("averageUtilization")
        for part in one.items("spec", "metrics")
    }
    for part in one.items("status", "currentMetrics"):
        name = text(part, "resource", "name")
        used, target = mapping(part, "resource", "current").get("averageUtilization"), wanted.get(name)
        if isinstance(used, int) and isinstance(target, int) and used > target * 1.1:
            return f"{name} is at {used} % of the requests, against a target of {target} %"
    return ""


def _said(snapshot: Snapshot, one: Obj) -> tuple[Evidence, ...]:
    bad = [
        part
        for part in one.items("status", "conditions")
        if part.get("status") == "False" and text(part, "type") in {"AbleToScale", "ScalingActive"}
    ]
    events = tuple(event.evidence for event in snapshot.events(one.ref) if event.warning)[:1]
    return (
        *[
            Evidence("status", one.ref, f"{text(part, 'type')} is False: {quote(text(part, 'message'))}")
            for part in bad[:1]
        ],
        *events,
    )


def budget_selects_nothing(snapshot: Snapshot) -> Iterator[Finding]:
    """A disruption budget that protects no pod."""
    for one in snapshot.each("PodDisruptionBudget"):
        selector = one.get("spec", "selector")
        guarded = [item for item in snapshot.workloads(one.namespace) if matches(selector, template_labels(item))]
        counted = one.number("status", "expectedPods") and not snapshot.has("Pod")
        if guarded or counted or snapshot.matching(one.namespace, selector):
            continue
        fix = Fix.patched(
            one.ref, "Select the pods that it should protect", (FieldChange("spec.selector", describe(selector), None),)
        )
        yield Finding(
            "pdb-selects-nothing",
            one.ref,
            "it protects no pod",
            f"its selector {describe(selector)} matches no pod of the namespace",
            Severity.LOW,
            (Evidence("spec", one.ref, f"selector: {describe(selector)}"),),
            fix,
        )


def budget_blocks(snapshot: Snapshot) -> Iterator[Finding]:
    """A budget that can never allow a disruption: drains of its nodes hang."""
    for one in snapshot.each("PodDisruptionBudget"):
        expected, wanted, healthy = (
            one.number("status", key) for key in ("expectedPods", "desiredHealthy", "currentHealthy")
        )
        if not expected or one.number("status", "disruptionsAllowed"):
            continue
        if wanted < expected:
            if healthy < wanted:
                pods = tuple(pod for pod in snapshot.matching(one.namespace, one.get("spec", "selector")))
                refs = tuple(ref for pod in pods for ref in (pod.ref, snapshot.workload(pod).ref))
                yield Finding(
                    "pdb-unhealthy",
                    one.ref,
                    "no disruption is allowed now",
                    f"{healthy} of its {expected} pods are healthy, and {wanted} must be",
                    Severity.LOW,
                    (Evidence("status", one.ref, f"currentHealthy {healthy}, desiredHealthy {wanted}"),),
                    symptom_of=refs,
                )
            continue
        guarded = [
            pod.text("spec", "nodeName") for pod in snapshot.matching(one.namespace, one.get("spec", "selector"))
        ]
        draining = [
            node.name
            for node in snapshot.of("Node")
            if node.get("spec", "unschedulable") is True and node.name in guarded
        ]
        field = "maxUnavailable" if one.get("spec", "maxUnavailable") is not None else "minAvailable"
        value = one.get("spec", field)
        cause = (
            f"{field} of {value} demands all {expected} pods, so that no pod may ever be evicted and every "
            f"drain of its node waits"
        )
        cause += f" (node {', '.join(draining)} is being drained)" if draining else ""
        fix = Fix.patched(
            one.ref,
            "Leave room for one disruption",
            (FieldChange(f"spec.{field}", value, 1 if field == "maxUnavailable" else max(0, expected - 1)),),
        )
        yield Finding(
            "pdb-blocks",
            one.ref,
            "a drain cannot evict its pods",
            cause,
            Severity.MEDIUM,
            (Evidence("status", one.ref, "disruptionsAllowed: 0"),),
            fix,
        )


def budgets_overlap(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods with more than one budget cannot be evicted at all: the eviction API refuses."""
    for one in snapshot.each("PodDisruptionBudget"):
        here = snapshot.indexed(_BUDGETS, one.namespace)
        seen: set[tuple[Ref, ...]] = set()
        for pod in snapshot.matching(one.namespace, one.get("spec", "selector")) if len(here) > 1 else ():
            both = tuple(item.ref for item in here if matches(item.get("spec", "selector"), pod.labels))
            if len(both) < 2 or both[-1] != one.ref or both in seen:
                continue
            seen.add(both)
            names = ", ".join(ref.name for ref in both)
            yield Finding(
                "pdb-overlap",
                both[-1],
                "its pods cannot be evicted",
                f"they match more than one PodDisruptionBudget ({names}), and the eviction API refuses such pods",
                Severity.MEDIUM,
                (Evidence("spec", pod.ref, f"selected by {names}"),),
                affected=both,
            )


def budget_cannot_count(snapshot: Snapshot) -> Iterator[Finding]:
    """A budget whose pods have no controller, so that what it protects cannot be counted."""
    for one in snapshot.each("PodDisruptionBudget"):
        found = one.condition("DisruptionAllowed")
        if text(found, "reason") == "SyncFailed":
            yield Finding(
                "pdb-sync",
                one.ref,
                "the budget does not work: its pods cannot be evicted",
                f"its pods cannot be counted: {quote(text(found, 'message'))}; pods without a controller need "
                "minAvailable as a number",
                Severity.MEDIUM,
                (Evidence("status", one.ref, f"DisruptionAllowed: SyncFailed {quote(text(found, 'message'))}"),),
                Fix.patched(
                    one.ref,
                    "Use minAvailable as a number",
                    (FieldChange("spec.maxUnavailable", str(one.get("spec", "maxUnavailable")), None),),
                ),
            )


RULES = (
    budget_cannot_count,
    target_missing,
    cannot_measure,
    cannot_scale,
    conflict,
    at_maximum,
    budget_selects_nothing,
    budget_blocks,
    budgets_overlap,
)
