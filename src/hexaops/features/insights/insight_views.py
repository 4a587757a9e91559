"""Insights as both documents show them, made from one assessment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from hexaops.analysis.insights import scores, trends
from hexaops.analysis.insights.costs import Priced, Statement
from hexaops.analysis.insights.hardening import level_of
from hexaops.analysis.insights.model import WEIGHTS, Insight, Weight
from hexaops.analysis.insights.prices import PriceSource
from hexaops.analysis.insights.troubles import WEIGHT, category_of
from hexaops.analysis.prospects import course
from hexaops.features.insights.engine import Assessment
from hexaops.features.performance.views import ForecastView, LevelChangeView
from hexaops.kit.durations import format_time
from hexaops.kit.text import plain
from hexaops.responses import View

NAME_LIMIT, TEXT_LIMIT = 253, 600
MOST_RESOURCES, MOST_SEEN = 50, 12
BASIS = (
    "charged by application instead of by pod, at today's requests and prices and the replicas of each moment; "
    "volumes are left out"
)
UNITS = {"resource_usage": "cores", "cost": "US dollars a month"}
NO_ACTION = "no action of the catalogue does this: manual_steps says what a person does"


class ResourceView(View, frozen=True, kw_only=True):
    """An application that an insight is about."""

    type: Literal["application"]
    id: str
    name: str


class SeenView(View, frozen=True, kw_only=True):
    """One thing that it is based on."""

    source: str
    object: str
    value: str | float
    unit: str | UnsetType = UNSET


class RecommendationView(View, frozen=True, kw_only=True):
    """What to do: an action of `POST …/aiops/actions` with its `parameters`, or `manual_steps` for a person."""

    action: str | None
    priority: str
    description: str
    estimated_impact: str | UnsetType = UNSET
    estimated_savings: str | UnsetType = UNSET
    estimated_cost: str | UnsetType = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    manual_steps: list[str] | UnsetType = UNSET


class InsightBase(View, frozen=True, kw_only=True):
    """What both shapes share."""

    category: str
    title: str
    description: str
    affected_resources: list[ResourceView]
    metrics: dict[str, float | str] | UnsetType = UNSET
    recommendations: list[RecommendationView]
    evidence: list[SeenView]


class InsightView(InsightBase, frozen=True, kw_only=True):
    """An insight of the public API."""

    severity: Weight


class InternalInsightView(InsightBase, frozen=True, kw_only=True):
    """An insight of the internal API."""

    priority: Weight


class InsightsSummaryView(View, frozen=True, kw_only=True):
    """Counted."""

    total_insights: int
    high_priority: int
    """Critical ones included."""
    medium_priority: int
    low_priority: int
    potential_monthly_savings: float | None
    """US dollars."""
    performance_improvement_opportunities: int


class InsightsView(View, frozen=True, kw_only=True):
    """`POST …/aiops/insights`."""

    workspace_id: str
    generated_at: str
    time_range: str
    insights: list[InsightView]
    summary: InsightsSummaryView
    missing: dict[str, str]
    """Kinds that were not read, and why."""
    reasons: dict[str, str]


class ScoresView(View, frozen=True, kw_only=True):
    """0 to 100, by the formulas of docs/formulas.md."""

    health_score: float | None
    efficiency_score: float | None
    cost_score: float | None
    security_score: float | None


class PriceView(View, frozen=True, kw_only=True):
    """A price that something was charged at."""

    of: Priced
    dollars: float
    source: PriceSource
    """OpenCost's metrics, a rule of the price file, or the settings."""
    objects: int
    """Nodes or volumes that it holds for."""


class ScoreInputsView(View, frozen=True, kw_only=True):
    """What the scores are computed from."""

    ready_replicas: int
    desired_replicas: int
    measured_applications: int
    availability: float | None
    performance_score: float | None
    issue_score: float
    """100 less what the issues of the overview cost: with the two above, what `health_score` is made of."""
    findings: dict[str, int]
    """Of the diagnosis, by severity."""
    cpu_requested_cores: float
    cpu_used_cores: float
    memory_requested_bytes: float
    memory_used_bytes: float
    pod_security_levels: dict[str, int]
    monthly_cost: float | None
    """US dollars, of both of these."""
    monthly_compute_cost: float | None
    """Of CPU and memory: what the measured pods request or use, whichever is more."""
    monthly_storage_cost: float | None
    """Of the volumes, those that nothing mounts included."""
    prices: list[PriceView]
    """What that was charged at."""


class UsageTrendView(View, frozen=True, kw_only=True):
    """CPU use of the workspace."""

    trend: str | None
    rate: float | None
    """Change over the time range, in percent of its mean."""
    projection: str | None
    forecast: ForecastView | None
    """A quarter of the time range ahead."""
    level_changes: list[LevelChangeView] | None


class CostTrendView(View, frozen=True, kw_only=True):
    """What is charged for CPU and memory."""

    trend: str | None
    monthly_change: float | None
    """Percent a month at the present pace."""
    forecast: ForecastView | None
    level_changes: list[LevelChangeView] | None
    basis: str
    """What it is computed from, where that differs from `evidence.monthly_cost`."""


class TrendsView(View, frozen=True, kw_only=True):
    """How things develop."""

    resource_usage: UsageTrendView
    cost: CostTrendView


class ActionPlanView(View, frozen=True, kw_only=True):
    """The recommendations by how soon."""

    immediate: list[str]
    short_term: list[str]
    long_term: list[str]


class ChangeView(View, frozen=True, kw_only=True):
    """Something that changed lately."""

    timestamp: str
    type: str
    resource: str
    action: str
    details: str


class FeedbackView(View, frozen=True, kw_only=True):
    """What somebody noticed, and the insights about the component."""

    issue: str
    component: str
    application_id: str | None
    insights: list[int]
    """Their places in `insights`."""


class InternalInsightsView(View, frozen=True, kw_only=True):
    """`POST …/workspaces/:id/insights`."""

    workspace_id: str
    analysis_timestamp: str
    time_range: str
    overall_assessment: ScoresView
    insights: list[InternalInsightView]
    trends: TrendsView
    action_plan: ActionPlanView
    recent_changes: list[ChangeView] | UnsetType = UNSET
    feedback: list[FeedbackView] | UnsetType = UNSET
    evidence: ScoreInputsView
    missing: dict[str, str]
    reasons: dict[str, str]


def public_insight(one: Insight, *, recommends: bool) -> InsightView:
    """In the public shape."""
    words: dict[Weight, str] = {"critical": "high", "high": "high", "medium": "medium", "low": "low"}
    return InsightView(severity=one.weight, **_shared(one, words, recommends))


def internal_insight(one: Insight, *, recommends: bool) -> InternalInsightView:
    """In the internal shape."""
    words: dict[Weight, str] = {"critical": "immediate", "high": "immediate", "medium": "medium", "low": "low"}
    return InternalInsightView(priority=one.weight, **_shared(one, words, recommends))


def _shared(one: Insight, words: dict[Weight, str], recommends: bool) -> dict[str, Any]:
    return {
        "category": one.category,
        "title": plain(one.title, TEXT_LIMIT),
        "description": plain(one.description, TEXT_LIMIT),
        "affected_resources": [
            ResourceView(type="application", id=application.id, name=plain(application.name, NAME_LIMIT))
            for application in one.applications[:MOST_RESOURCES]
        ],
        "metrics": dict(one.metrics) or UNSET,
        "recommendations": [
            RecommendationView(
                action=found.action,
                priority=words[found.weight],
                description=plain(found.description, TEXT_LIMIT),
                estimated_impact=found.impact or UNSET,
                estimated_savings=_money(found.monthly_savings),
                estimated_cost=_money(found.monthly_cost),
                parameters=dict(found.parameters) if found.parameters else UNSET,
                manual_steps=[plain(step, TEXT_LIMIT) for step in found.steps] or UNSET,
            )
            for found in one.recommendations
            if recommends
        ],
        "evidence": [
            SeenView(
                source=seen.source,
                object=plain(seen.about, NAME_LIMIT),
                value=plain(seen.value, TEXT_LIMIT) if isinstance(seen.value, str) else seen.value,
                unit=seen.unit or UNSET,
            )
            for seen in one.seen[:MOST_SEEN]
        ],
    }


def reasons_of(insights: Sequence[Insight], *, recommends: bool) -> dict[str, str]:
    """Why some recommendations name no action."""
    manual = recommends and any(each.action is None for one in insights for each in one.recommendations)
    return {"insights[].recommendations[].action": NO_ACTION} if manual else {}


def summary_view(found: Assessment, reasons: dict[str, str]) -> InsightsSummaryView:
    """Counts and savings; savings are null where nothing can be sized."""
    counts = {weight: sum(one.weight == weight for one in found.insights) for weight in ("high", "medium", "low")}
    savings = [
        recommended.monthly_savings
        for one in found.insights
        for recommended in one.recommendations
        if recommended.monthly_savings is not None
    ]
    if found.no_sizing is not None:
        reasons["summary.potential_monthly_savings"] = found.no_sizing
    return InsightsSummaryView(
        total_insights=len(found.insights),
        high_priority=counts["high"] + sum(one.weight == "critical" for one in found.insights),
        medium_priority=counts["medium"],
        low_priority=counts["low"],
        potential_monthly_savings=None if found.no_sizing else round(sum(savings), 2),
        performance_improvement_opportunities=sum(
            bool(one.recommendations) for one in found.insights if one.category == "performance"
        ),
    )


def scores_view(found: Assessment, reasons: dict[str, str]) -> tuple[ScoresView, ScoreInputsView]:
    """The scores and their inputs."""
    weights = [WEIGHT[one.severity] for one in found.causes]
    levels = [level_of(violations) for ref, violations in found.diagnosis.posture.items() if ref in _refs(found)]
    unsafe = [WEIGHT[one.severity] for one in found.causes if category_of(one) == "security"]
    total = found.statement.allocation
    view = ScoresView(
        health_score=None if found.health.availability is None else found.health.overall,
        efficiency_score=scores.efficiency(total),
        cost_score=scores.cost(found.statement.cost),
        security_score=scores.security(levels, unsafe),
    )
    if view.health_score is None:
        for path in ("overall_assessment.health_score", "evidence.availability"):
            reasons[path] = "no application wants a replica"
    if found.health.performance is None:
        reasons["evidence.performance_score"] = found.no_usage or "no application's usage is measured against limits"
    for name in ("efficiency_score", "cost_score"):
        if getattr(view, name) is None:
            reasons[f"overall_assessment.{name}"] = found.no_usage or "no measured pod requests anything"
    if view.security_score is None:
        reasons["overall_assessment.security_score"] = "there is no workload to judge"
    inputs = ScoreInputsView(
        ready_replicas=found.health.ready_replicas,
        desired_replicas=found.health.desired_replicas,
        measured_applications=found.health.measured_applications,
        availability=found.health.availability,
        performance_score=found.health.performance,
        issue_score=found.health.issue_score,
        findings={weight: weights.count(weight) for weight in WEIGHTS},
        cpu_requested_cores=round(total.requested.cpu_cores, 3),
        cpu_used_cores=round(total.used.cpu_cores, 3),
        memory_requested_bytes=total.requested.memory_bytes,
        memory_used_bytes=total.used.memory_bytes,
        pod_security_levels={str(level): levels.count(level) for level in dict.fromkeys(levels)},
        **_costs(found.statement, found.no_usage, reasons),
        prices=[
            PriceView(of=one.of, dollars=one.dollars, source=one.source, objects=one.objects)
            for one in found.statement.prices
        ],
    )
    if found.no_opencost:
        reasons["evidence.prices"] = found.no_opencost
    return view, inputs


def _costs(statement: Statement, no_usage: str | None, reasons: dict[str, str]) -> dict[str, float | None]:
    cost = statement.cost
    compute = None if no_usage else cost.charged
    if no_usage:
        reasons["evidence.monthly_compute_cost"] = no_usage
    if cost.storage is None:
        reasons["evidence.monthly_storage_cost"] = statement.no_storage or "volume claims cannot be read"
    total = None if compute is None else cost.total
    if total is None:
        reasons["evidence.monthly_cost"] = "a part of it is not known"
    known = {"monthly_cost": total, "monthly_compute_cost": compute, "monthly_storage_cost": cost.storage}
    return {name: None if amount is None else round(amount, 2) for name, amount in known.items()}


def trends_view(found: Assessment, reasons: dict[str, str]) -> TrendsView:
    """Null with the reason where there is too little history."""
    cpu = found.cpu if isinstance(found.cpu, trends.Development) else None
    cost = found.cost if isinstance(found.cost, trends.Development) else None
    if isinstance(found.cpu, str):
        reasons |= {f"trends.resource_usage.{name}": found.cpu for name in ("trend", "rate", "projection")}
    if isinstance(found.cost, str):
        reasons |= {f"trends.cost.{name}": found.cost for name in ("trend", "monthly_change")}
    return TrendsView(
        resource_usage=UsageTrendView(
            trend=cpu.word if cpu else None,
            rate=cpu.change_percent if cpu else None,
            projection=_projection(cpu) if cpu else None,
            **_prospects(found, [one.history["cpu"] for one in found.measured], "resource_usage", reasons),
        ),
        cost=CostTrendView(
            trend=cost.word if cost else None,
            monthly_change=cost.monthly_percent if cost else None,
            **_prospects(found, [one.charged for one in found.measured], "cost", reasons),
            basis=BASIS,
        ),
    )


def action_plan_view(insights: Sequence[Insight], *, recommends: bool) -> ActionPlanView:
    """Each recommendation once, by its priority."""
    found: dict[str, dict[str, None]] = {"immediate": {}, "short_term": {}, "long_term": {}}
    place: dict[Weight, str] = {
        "critical": "immediate",
        "high": "immediate",
        "medium": "short_term",
        "low": "long_term",
    }
    for one in insights if recommends else ():
        for recommended in one.recommendations:
            found[place[recommended.weight]][plain(recommended.description, TEXT_LIMIT)] = None
    return ActionPlanView(
        immediate=[*found["immediate"]], short_term=[*found["short_term"]], long_term=[*found["long_term"]]
    )


def _projection(cpu: trends.Development) -> str:
    if cpu.days_until_full is None:
        return "At this pace the nodes' CPU is not used up"
    earliest = "" if cpu.days_at_earliest is None else f", at the earliest in {cpu.days_at_earliest:.0f}"
    return f"At this pace the nodes' CPU is used up in {cpu.days_until_full:.0f} days{earliest}"


def _prospects(
    found: Assessment, parts: list[trends.Floats], name: Literal["resource_usage", "cost"], reasons: dict[str, str]
) -> dict[str, Any]:
    """The forecast and the changes of level of a sum; null with the reason where the history is too short."""
    unit = UNITS[name]
    if not parts:
        reasons |= {f"trends.{name}.{field}": trends.NO_APPLICATIONS for field in ("forecast", "level_changes")}
        return {"forecast": None, "level_changes": None}
    series, step, start = trends.together(parts), found.measured[0].step_seconds, found.measured[0].start
    ahead = trends.ahead_of(series, step)
    shifts = course(series, step).shifts
    if isinstance(ahead, str):
        reasons[f"trends.{name}.forecast"] = ahead
    if isinstance(shifts, str):
        reasons[f"trends.{name}.level_changes"] = shifts
    end = start + len(series) * step
    return {
        "forecast": None if isinstance(ahead, str) else ForecastView(
            at=_time(end + ahead.ahead_seconds), expected=_rounded(ahead.expected), low=_rounded(ahead.low),
            high=_rounded(ahead.high), unit=unit, method=ahead.method,
        ),
        "level_changes": None if isinstance(shifts, str) else [
            LevelChangeView(
                timestamp=_time(start + one.index * step), metric=name, before=_rounded(one.before),
                after=_rounded(one.after), unit=unit,
            )
            for one in shifts
        ],
    }  # fmt: skip


def _time(at: float) -> str:
    return format_time(datetime.fromtimestamp(at, UTC))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _refs(found: Assessment) -> set[tuple[str, str, str]]:
    return {(one.kind, one.project, one.name) for one in found.applications}


def _money(amount: float | None) -> str | UnsetType:
    return UNSET if amount is None else f"${amount:.2f}/month"
