"""The documented answer of a performance analysis."""

from __future__ import annotations

from typing import Literal

from hexaops.assistant.evidence import EvidenceView
from hexaops.responses import View


class PerformanceSummaryView(View, frozen=True, kw_only=True):
    """What was measured in the time range; see docs/formulas.md."""

    overall_score: int | None
    availability: float | None
    """Percent."""
    response_time_p50: float | None
    """Milliseconds."""
    response_time_p95: float | None
    error_rate: float | None
    """Percent."""
    throughput: float | None
    """Requests a second."""
    score_components: dict[str, float]
    """What the score is made of, each from 0 to 100."""


class ResourceEfficiencyView(View, frozen=True, kw_only=True):
    """How much of what is requested is used, in percent."""

    cpu_efficiency: float | None
    memory_efficiency: float | None
    network_efficiency: float | None
    """Packets that arrived whole."""


class BottleneckView(View, frozen=True, kw_only=True):
    """Something that holds the application back."""

    type: str
    severity: Literal["low", "medium", "high"]
    description: str
    impact: str
    recommendation: str
    evidence: dict[str, float]
    """What it was judged by."""


class TrendView(View, frozen=True, kw_only=True):
    """How a metric moved over the time range."""

    trend: Literal["increasing", "decreasing", "stable"]
    change_percentage: float
    confidence: float
    """0 to 1: how sure it is that there is a trend at all."""


class ForecastView(View, frozen=True, kw_only=True):
    """What is expected at a moment to come."""

    at: str
    expected: float
    low: float
    high: float
    """In nine of ten cases it lies between these."""
    unit: str
    method: str


class LevelChangeView(View, frozen=True, kw_only=True):
    """When a level changed."""

    timestamp: str
    metric: str
    before: float
    after: float
    """Means of what was measured at either level."""
    unit: str


class AnomalyView(View, frozen=True, kw_only=True):
    """A stretch in which a metric was not as it is."""

    timestamp: str
    """Of its strangest value."""
    metric: str
    value: float
    baseline: float
    """What is normal then."""
    severity: Literal["medium", "high", "critical"]
    unit: str
    deviation: float
    """Distance from the baseline in robust standard deviations."""
    duration_seconds: float


class PerformanceView(View, frozen=True, kw_only=True):
    """The analysis of one application."""

    application_id: str
    analysis_period: str
    generated_at: str
    performance_summary: PerformanceSummaryView
    resource_efficiency: ResourceEfficiencyView
    bottlenecks: list[BottleneckView]
    trends: dict[str, TrendView | None]
    """By metric; `response_time` and `throughput` are always there."""
    forecasts: dict[str, ForecastView | None]
    """By metric: one time range from now."""
    level_changes: list[LevelChangeView]
    """Within the time range and the history before it."""
    anomalies: list[AnomalyView]
    metrics: list[str]
    """Those whose trends, bottlenecks and anomalies were looked for."""
    evidence: list[EvidenceView]
    """Each series that was read, with its mean and how much of the time range it covers."""
    reasons: dict[str, str]
    """Why a value is null, or a list empty, by its path."""
