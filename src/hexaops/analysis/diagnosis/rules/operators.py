"""Operator Lifecycle Manager: v0 (catalogs, subscriptions, plans, versions, groups) and v1 (extensions, catalogs)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, items, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

_GROUP = "operators.coreos.com"
SETTLE_SECONDS = 600.0


def _of(snapshot: Snapshot, kind: str) -> list[Obj]:
    return [one for one in snapshot.of(kind) if one.group in {_GROUP, "olm.operatorframework.io"}]


def catalog_source(snapshot: Snapshot) -> Iterator[Finding]:
    """A catalog that cannot be reached."""
    for one in _of(snapshot, "CatalogSource"):
        state = one.text("status", "connectionState", "lastObservedState")
        if state and state not in {"READY", "CONNECTING", "IDLE"}:
            address = one.text("status", "connectionState", "address")
            yield Finding(
                "olm-catalog",
                one.ref,
                f"catalog {one.name} cannot be read",
                f"the connection to its registry {address} is in state {state}",
                Severity.MEDIUM,
                (Evidence("status", one.ref, f"lastObservedState: {state}"),),
            )


def subscription(snapshot: Snapshot) -> Iterator[Finding]:
    """A subscription that cannot be resolved or installed."""
    for one in _of(snapshot, "Subscription"):
        bad = [
            part
            for part in one.items("status", "conditions")
            if part.get("status") == "True"
            and part.get("type")
            in {
                "CatalogSourcesUnhealthy",
                "ResolutionFailed",
                "InstallPlanFailed",
                "BundleUnpackFailed",
                "InstallPlanMissing",
            }
        ]
        if not bad:
            continue
        bad.sort(key=lambda part: part.get("type") == "CatalogSourcesUnhealthy")
        catalog = Ref("CatalogSource", one.text("spec", "sourceNamespace"), one.text("spec", "source"))
        plan = Ref("InstallPlan", one.namespace, one.text("status", "installPlanRef", "name"))
        cause = f"{text(bad[0], 'type')} ({text(bad[0], 'reason')}): {quote(text(bad[0], 'message'))}"
        yield Finding(
            "olm-subscription",
            one.ref,
            "the operator is not installed or not updated",
            cause,
            Severity.MEDIUM,
            (Evidence("status", one.ref, f"{text(bad[0], 'type')} is True"),),
            symptom_of=(catalog, plan),
        )


def service_version(snapshot: Snapshot) -> Iterator[Finding]:
    """An operator's version that fails, or waits for what it requires."""
    for one in _of(snapshot, "ClusterServiceVersion"):
        phase = one.text("status", "phase")
        reason, message = one.text("status", "reason"), one.text("status", "message")
        if one.annotations.get("olm.copiedFrom") or one.text("metadata", "labels", "olm.copiedFrom"):
            continue
        if phase not in {"Failed", "Unknown"} and not (
            phase == "Pending" and snapshot.age(one.created) > SETTLE_SECONDS
        ):
            continue
        lacking = [
            f"{text(part, 'kind')} {text(part, 'name')}"
            for part in one.items("status", "requirementStatus")
            if text(part, "status") not in {"Present", "Satisfied", ""}
        ]
        cause = f"{reason}: {quote(message)}" + (f"; missing requirements: {', '.join(lacking)}" if lacking else "")
        yield Finding(
            "olm-csv",
            one.ref,
            f"the operator {one.name} is in phase {phase}",
            cause,
            Severity.HIGH if phase == "Failed" else Severity.MEDIUM,
            (Evidence("status", one.ref, f"phase {phase}, reason {reason}"),),
        )


def install_plan(snapshot: Snapshot) -> Iterator[Finding]:
    """An install plan that failed, or that waits for approval."""
    for one in _of(snapshot, "InstallPlan"):
        phase = one.text("status", "phase")
        if phase == "Failed":
            bad = next((part for part in one.items("status", "conditions") if part.get("status") == "False"), {})
            said = text(bad, "message") or one.text("status", "message")
            yield Finding(
                "olm-install-plan",
                one.ref,
                "the operator's installation failed",
                f"the install plan failed: {text(bad, 'reason')} {quote(said)}",
                Severity.MEDIUM,
                (Evidence("status", one.ref, "phase: Failed"),),
            )
        elif phase == "RequiresApproval":
            fix = Fix.patched(one.ref, "Approve the plan", (FieldChange("spec.approved", False, True),))
            yield Finding(
                "olm-install-plan",
                one.ref,
                "the operator's update waits",
                "the install plan waits for approval (approval is Manual)",
                Severity.LOW,
                (Evidence("status", one.ref, "phase: RequiresApproval"),),
                fix,
            )


def operator_groups(snapshot: Snapshot) -> Iterator[Finding]:
    """More than one group in a namespace: nothing is installed there."""
    by_namespace: dict[str, list[Obj]] = defaultdict(list)
    for one in _of(snapshot, "OperatorGroup"):
        by_namespace[one.namespace].append(one)
    for namespace, group in by_namespace.items():
        if len(group) > 1:
            names = ", ".join(one.name for one in group)
            yield Finding(
                "olm-operator-group",
                group[-1].ref,
                f"operators in namespace {namespace} cannot be installed",
                f"there is more than one OperatorGroup in namespace {namespace}: {names}",
                Severity.MEDIUM,
                tuple(Evidence("spec", one.ref, "OperatorGroup") for one in group),
                affected=tuple(one.ref for one in group),
            )


def extensions(snapshot: Snapshot) -> Iterator[Finding]:
    """OLM v1: an extension that is not installed, a catalog that is not served."""
    for kind, good, rule in (
        ("ClusterExtension", "Installed", "olm-extension"),
        ("ClusterCatalog", "Serving", "olm-cluster-catalog"),
    ):
        for one in _of(snapshot, kind):
            condition, progress = one.condition(good), one.condition("Progressing")
            retrying = text(progress, "reason") in {"Retrying", "Blocked"}
            if (condition.get("status") == "False" and snapshot.age(one.created) > SETTLE_SECONDS) or retrying:
                said = text(progress, "message") or text(condition, "message")
                state = (
                    "is not " + good.lower() if condition.get("status") == "False" else "cannot be brought up to date"
                )
                yield Finding(
                    rule,
                    one.ref,
                    f"{kind} {one.name} {state}",
                    f"{one.name}: {quote(said)}",
                    Severity.MEDIUM,
                    _evidence(one),
                )


def _evidence(one: Obj) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("status", one.ref, f"{text(part, 'type')} is {part.get('status')}: {text(part, 'reason')}")
        for part in items(one.raw, "status", "conditions")[:2]
    )


RULES = (catalog_source, subscription, service_version, install_plan, operator_groups, extensions)
