"""Requests that an application serves now: the mean of the last five minutes, from the source of metrics."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from hexaops.analysis.applications.model import Application
from hexaops.analysis.performance.measures import mean
from hexaops.backends.metrics.base import POINTS, MetricSourceError, Signal, Subject, Window, read_all
from hexaops.features.metrics.sources import MetricSources

WINDOW_SECONDS = 300.0
STEP_SECONDS = 60.0
SIGNALS: Mapping[str, Signal] = {
    "request_rate": Signal.REQUEST_RATE,
    "error_rate": Signal.ERROR_RATE,
    "response_time_p95": Signal.LATENCY_P95,
}
"""By the answer's field: requests a second, percent answered with a 5xx status, milliseconds."""
DETAILED: Mapping[str, Signal] = {
    **SIGNALS, "response_time_p50": Signal.LATENCY_P50, "response_time_p99": Signal.LATENCY_P99,
}  # fmt: skip
"""With the other quantiles that are kept."""


class Requests(Struct, frozen=True):
    """What was measured, and why each figure that is missing is."""

    figures: Mapping[str, float | None]
    reasons: Mapping[str, str] = field(default_factory=dict)


async def measured_requests(
    sources: MetricSources,
    cluster_id: str,
    application: Application,
    now: float,
    *,
    seconds: float = WINDOW_SECONDS,
    signals: Mapping[str, Signal] = SIGNALS,
) -> Requests:
    """The figures of the last seconds; where the source cannot be read each has its reason."""
    subject = Subject(cluster_id, application.kind, application.project, application.name)
    window = Window.until(now, seconds)
    try:
        step = max(STEP_SECONDS, seconds / POINTS)
        series = await read_all(sources.of(cluster_id), signals.values(), subject, window, step)
    except MetricSourceError as error:
        why = f"{error.message}: {error.details.get('reason', '')}".rstrip(": ")
        return Requests(dict.fromkeys(signals), dict.fromkeys(signals, why))
    found = {name: mean(series[signal].values) for name, signal in signals.items()}
    return Requests(
        {name: None if value is None else round(value, 2) for name, value in found.items()},
        {name: series[signals[name]].reason or "not measured" for name, value in found.items() if value is None},
    )
