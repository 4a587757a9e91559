"""Insights from the findings of a diagnosis: what is down, wrongly configured or unsafe, with its cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import Cause, ref_of
from hexaops.analysis.diagnosis.model import Finding, Fix, Ref, Severity
from hexaops.analysis.insights.model import Category, Insight, Recommendation, Seen, Weight

SECURITY = frozenset(
    {
        "default-service-account",
        "host-path",
        "network-policy-open",
        "pod-security",
        "privileged-container",
        "rbac-cluster-admin",
        "rbac-role-missing",
        "rbac-wildcard",
        "run-as-non-root",
        "secret-in-env",
    }
)
PERFORMANCE = frozenset({"cpu-throttling", "heap", "hpa-at-maximum", "memory-near-limit"})
WEIGHT: Mapping[Severity, Weight] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


def from_findings(causes: Iterable[Cause], applications: Sequence[Application]) -> Iterator[Insight]:
    """One insight a finding; hygiene only where it is about security."""
    by_ref = {ref_of(one): one for one in applications}
    for cause in causes:
        finding = cause.finding
        category = category_of(finding)
        if finding.severity is Severity.LOW and category != "security":
            continue
        yield Insight(
            category=category,
            weight=WEIGHT[finding.severity],
            title=f"{finding.subject.name if finding.subject in by_ref else finding.subject}: {finding.finding}",
            description=f"{finding.cause}.",
            applications=_concerned(cause, by_ref),
            recommendations=tuple(_recommended(cause)),
            seen=tuple(Seen(item.source, str(item.about), item.text) for item in finding.evidence),
        )


def category_of(finding: Finding) -> Category:
    """Which focus area a finding belongs to."""
    if finding.rule in SECURITY:
        return "security"
    return "performance" if finding.rule in PERFORMANCE else "reliability"


def _concerned(cause: Cause, by_ref: Mapping[Ref, Application]) -> tuple[Application, ...]:
    finding = cause.finding
    refs = (finding.subject, *finding.affected, *(item.about for item in finding.evidence))
    found = [by_ref[ref] for ref in refs if ref in by_ref]
    every = [*([cause.application] if cause.application else []), *found]
    return tuple({one.id: one for one in every}.values())


def _recommended(cause: Cause) -> Iterator[Recommendation]:
    finding, remedy, application = cause.finding, cause.remedy, cause.application
    weight = WEIGHT[finding.severity]
    down = application.desired - application.ready if application else 0
    impact = f"{down} of {application.desired} replicas back" if application and down > 0 else None
    if remedy is not None and application is not None:
        parameters = {"application_id": application.id, **remedy.parameters}
        yield Recommendation(remedy.action, weight, _sentence(remedy.why, application), impact, parameters=parameters)
    elif finding.fix is not None:
        summary = _sentence(finding.fix.summary, application)
        yield Recommendation.by_hand(weight, summary, *_steps(finding.fix), impact=impact)


def _sentence(words: str, application: Application | None) -> str:
    return f"{application.name}: {words}" if application else words


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _steps(fix: Fix) -> Iterator[str]:
    """The fields to set, where they are known; else what the fix says."""
    for one in fix.changes:
        wanted = "the right value" if one.wanted is None else _written(one.wanted)
        now = "" if one.current is None else f" (now {_written(one.current)})"
        yield f"In {fix.target}, set {one.path} to {wanted}{now}"
    if not fix.changes:
        yield f"{fix.summary} ({fix.target})"
