"""Findings as the API shows them: the same words as `hexaops diagnose` prints, and the change that can be planned."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.confidence import MEASURED, NOT_MEASURED, confidence_of
from hexaops.analysis.diagnosis.documents import LONGEST, MOST_AFFECTED
from hexaops.analysis.diagnosis.model import Finding, Fix, Ref
from hexaops.analysis.diagnosis.remedies import Remedy
from hexaops.features.diagnosis.model import Diagnosis
from hexaops.kit.durations import format_time
from hexaops.kit.text import plain
from hexaops.responses import View

SeverityWord = Literal["low", "medium", "high", "critical"]
NO_REMEDY = "no kind of change does it, or the right value is not known"
SEVERITIES: dict[int, SeverityWord] = {0: "low", 1: "medium", 2: "high", 3: "critical"}


class ObjectView(View, frozen=True, kw_only=True):
    """Which object; `namespace` is null for objects of the cluster."""

    kind: str
    namespace: str | None
    name: str


class FindingEvidenceView(ObjectView, frozen=True, kw_only=True):
    """One thing that was seen of an object."""

    source: str
    """status, spec, event, log, metric or symptom."""
    text: str


class FixChangeView(View, frozen=True, kw_only=True, rename={"current": "from", "wanted": "to"}):
    """One field; `to` is null where only a person knows the right value."""

    path: str
    current: str | int | bool | None
    wanted: str | int | bool | None


class FixView(View, frozen=True, kw_only=True):
    """The change that would remove the cause."""

    action: str
    target: ObjectView
    summary: str
    changes: list[FixChangeView]


class RemedyView(View, frozen=True, kw_only=True):
    """The action to plan with `POST …/aiops/actions`."""

    action: str
    parameters: dict[str, Any]
    why: str


class FindingView(ObjectView, frozen=True, kw_only=True):
    """One cause and what it does."""

    application_id: str | UnsetType = UNSET
    """The application that it concerns, where it is one."""
    rule: str
    finding: str
    cause: str
    severity: SeverityWord
    confidence: float | None
    confidence_basis: str
    evidence: list[FindingEvidenceView]
    affected: list[ObjectView]
    fix: FixView | None
    remedy: RemedyView | None


class DiagnosisView(View, frozen=True, kw_only=True):
    """What is wrong, the cause first."""

    workspace_id: str
    taken_at: str
    findings: list[FindingView]
    total: int
    """Of the workspace, before any filter."""
    objects: int
    logs: int
    missing: dict[str, str]
    """Kinds that were not read, and why: what rests on them alone is not found."""
    reasons: dict[str, str]
    """Why a field is null."""


class SnapshotView(View, frozen=True, kw_only=True):
    """A workspace's cluster at one moment, as `hexaops diagnose --snapshot` reads it; secrets are redacted."""

    now: str
    objects: list[dict[str, Any]]
    """As the API server returned them."""
    logs: dict[str, str]
    """Last lines of containers in trouble, by namespace/pod/container; the run before a restart with `/previous`."""
    metrics: dict[str, dict[str, float]]
    """Use of containers, by namespace/pod/container."""
    unread: dict[str, str]
    """Kinds that were not read, and why: none of them is concluded to be missing."""
    other_nodes: list[str]
    """Nodes of others on a shared cluster, under numbers: they count where room is counted."""


def finding_view(one: Finding, application: Application | None, remedy: Remedy | None) -> FindingView:
    """One finding."""
    share = MEASURED.get(one.rule)
    basis = f"right in {share.right} of {share.of} findings of this rule in the published suite" if share else None
    return FindingView(
        **_names(one.subject),
        application_id=application.id if application else UNSET,
        rule=one.rule,
        finding=plain(one.finding, LONGEST),
        cause=plain(one.cause, LONGEST),
        severity=SEVERITIES[one.severity],
        confidence=confidence_of(one.rule),
        confidence_basis=basis or NOT_MEASURED,
        evidence=[
            FindingEvidenceView(**_names(item.about), source=item.source, text=plain(item.text, LONGEST))
            for item in one.evidence
        ],
        affected=[ObjectView(**_names(ref)) for ref in one.affected[:MOST_AFFECTED]],
        fix=_fix_view(one.fix) if one.fix else None,
        remedy=_remedy_view(remedy, application) if remedy and application else None,
    )


def diagnosis_view(workspace_id: str, diagnosis: Diagnosis, findings: list[FindingView]) -> DiagnosisView:
    """The diagnosis with the findings that were asked for."""
    return DiagnosisView(
        workspace_id=workspace_id,
        taken_at=format_time(diagnosis.taken_at),
        findings=findings,
        total=len(diagnosis.findings),
        objects=diagnosis.objects,
        logs=diagnosis.logs,
        missing={kind: plain(why, LONGEST) for kind, why in diagnosis.missing.items()},
        reasons=_reasons_of(findings),
    )


def _reasons_of(findings: list[FindingView]) -> dict[str, str]:
    changes = [change for one in findings if one.fix is not None for change in one.fix.changes]
    nulls = {
        "findings[].confidence": (any(one.confidence is None for one in findings), NOT_MEASURED),
        "findings[].fix": (any(one.fix is None for one in findings), "no change of an object removes the cause"),
        "findings[].fix.changes[].from": (any(one.current is None for one in changes), "the field is not set"),
        "findings[].fix.changes[].to": (any(one.wanted is None for one in changes), "only a person knows the value"),
        "findings[].remedy": (any(one.remedy is None for one in findings), NO_REMEDY),
    }
    return {path: why for path, (is_null, why) in nulls.items() if is_null}


def _names(ref: Ref) -> dict[str, Any]:
    namespace = plain(ref.namespace, 253)
    return {"kind": plain(ref.kind, 253), "namespace": namespace or None, "name": plain(ref.name, 253)}


def _fix_view(fix: Fix) -> FixView:
    changes = [
        FixChangeView(path=one.path, current=_shown(one.current), wanted=_shown(one.wanted)) for one in fix.changes
    ]
    target = ObjectView(**_names(fix.target))
    return FixView(action=fix.action.value, target=target, summary=plain(fix.summary, LONGEST), changes=changes)


def _shown(value: str | int | bool | None) -> str | int | bool | None:
    return plain(value, LONGEST) if isinstance(value, str) else value


def _remedy_view(remedy: Remedy, application: Application) -> RemedyView:
    return RemedyView(action=remedy.action, parameters=remedy.addressed(application), why=plain(remedy.why, LONGEST))
