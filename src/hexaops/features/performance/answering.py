"""The documented answer from what was measured, with a reason for every figure that there is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
from msgspec import Struct

from hexaops.analysis.performance.bottlenecks import bottlenecks_of
from hexaops.analysis.performance.measures import FEWEST, Measures, mean
from hexaops.analysis.performance.movements import FEWEST_NORMAL, Anomaly, Movement, anomalies_of, movement_of
from hexaops.analysis.performance.summary import efficiency_of, summary_of
from hexaops.analysis.prospects import coming, course
from hexaops.assistant.evidence import Evidence
from hexaops.backends.metrics.base import Series, Signal
from hexaops.features.performance.asking import METRICS, Question
from hexaops.features.performance.views import (
    AnomalyView,
    BottleneckView,
    ForecastView,
    LevelChangeView,
    PerformanceSummaryView,
    PerformanceView,
    ResourceEfficiencyView,
    TrendView,
)
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.ids import new_id

NOT_ASKED = "not among the metrics asked for"
NO_REQUEST = "the pod template does not request {} for every container"
MOST_ANOMALIES = 50
DOCUMENTED_TRENDS = ("response_time", "throughput")
UNREAD = frozenset({Signal.RESTARTS, Signal.REPLICAS})
"""Counts whose course is no trend."""


class Readings(Struct, frozen=True):
    """What was read of one application."""

    measures: Measures
    series: Mapping[Signal, Series]
    """With the history before the window."""
    points: int
    """Of the window: the last ones."""

    def why(self, signal: Signal) -> str:
        """Why a figure that needs this signal is not known."""
        return self.series[signal].reason or "nothing was measured in this time range"

    def time_of(self, signal: Signal, index: int) -> datetime:
        """When a point of the window begins."""
        series = self.series[signal]
        return datetime.fromtimestamp(series.time_of(len(series.values) - self.points + index), UTC)


def performance_view(application_id: str, question: Question, readings: Readings, now: datetime) -> PerformanceView:
    """The whole answer."""
    reasons: dict[str, str] = {}
    found = [one for one in bottlenecks_of(readings.measures) if question.signals.intersection(one.signals)]
    return PerformanceView(
        application_id=application_id,
        analysis_period=question.time_range,
        generated_at=format_time(now),
        performance_summary=_summary(readings, reasons),
        resource_efficiency=_efficiency(readings, reasons),
        bottlenecks=[
            BottleneckView(
                type=one.type,
                severity=one.severity,
                description=one.description,
                impact=one.impact,
                recommendation=one.recommendation,
                evidence={name: _rounded(value) for name, value in one.evidence.items()},
            )
            for one in found
        ],
        trends=_trends(question, readings, reasons),
        forecasts=_forecasts(question, readings, now, reasons),
        level_changes=_level_changes(question, readings, reasons),
        anomalies=_anomalies(question, readings, reasons),
        metrics=[*question.metrics],
        evidence=[one.view() for one in _evidence(readings, now)],
        reasons=reasons,
    )


def _summary(readings: Readings, reasons: dict[str, str]) -> PerformanceSummaryView:
    summary = summary_of(readings.measures)
    figures = {
        "availability": (summary.availability, Signal.REPLICAS),
        "response_time_p50": (summary.response_time_p50, Signal.LATENCY_P50),
        "response_time_p95": (summary.response_time_p95, Signal.LATENCY_P95),
        "error_rate": (summary.error_rate, Signal.ERROR_RATE),
        "throughput": (summary.throughput, Signal.REQUEST_RATE),
    }
    for name, (value, signal) in figures.items():
        if value is None:
            reasons[f"performance_summary.{name}"] = readings.why(signal)
    if summary.score is None:
        reasons["performance_summary.overall_score"] = "none of what it is made of was measured"
    return PerformanceSummaryView(
        overall_score=summary.score,
        score_components={name: _rounded(score) for name, score in summary.components.items()},
        **{name: None if value is None else _rounded(value) for name, (value, _) in figures.items()},
    )


def _efficiency(readings: Readings, reasons: dict[str, str]) -> ResourceEfficiencyView:
    efficiency, allowance = efficiency_of(readings.measures), readings.measures.allowance
    for name, value, request, signal in (
        ("cpu", efficiency.cpu, allowance.cpu_request, Signal.CPU),
        ("memory", efficiency.memory, allowance.memory_request, Signal.MEMORY),
    ):
        if value is None:
            why = NO_REQUEST.format("CPU" if name == "cpu" else name) if request is None else readings.why(signal)
            reasons[f"resource_efficiency.{name}_efficiency"] = why
    lost = mean(readings.measures.of(Signal.NETWORK_LOSS))
    if lost is None:
        reasons["resource_efficiency.network_efficiency"] = readings.why(Signal.NETWORK_LOSS)
    return ResourceEfficiencyView(
        cpu_efficiency=None if efficiency.cpu is None else _rounded(efficiency.cpu),
        memory_efficiency=None if efficiency.memory is None else _rounded(efficiency.memory),
        network_efficiency=None if lost is None else _rounded(100 - lost),
    )


def _trends(question: Question, readings: Readings, reasons: dict[str, str]) -> dict[str, TrendView | None]:
    trends: dict[str, TrendView | None] = {}
    for name in dict.fromkeys((*DOCUMENTED_TRENDS, *question.metrics)):
        signal = METRICS[name][0]
        if signal in UNREAD:
            continue
        values = readings.measures.of(signal)
        moved = movement_of(values) if name in question.metrics else None
        trends[name] = None if moved is None else _trend_view(moved)
        if moved is None:
            reasons[f"trends.{name}"] = (
                NOT_ASKED if name not in question.metrics else _too_few(readings, signal, FEWEST)
            )
    return trends


def _trend_view(moved: Movement) -> TrendView:
    change = _rounded(moved.change_percent)
    return TrendView(trend=moved.trend, change_percentage=change, confidence=round(moved.confidence, 3))


def _forecasts(
    question: Question, readings: Readings, now: datetime, reasons: dict[str, str]
) -> dict[str, ForecastView | None]:
    """From the time range and the history before it, as far ahead as the time range is long."""
    found: dict[str, ForecastView | None] = {}
    for name in question.metrics:
        signal = METRICS[name][0]
        if signal in UNREAD:
            continue
        series = readings.series[signal]
        most = 100.0 if series.unit == "percent" else None
        ahead = coming(series.values, series.step_seconds, question.seconds, most=most)
        if isinstance(ahead, str):
            reasons[f"forecasts.{name}"] = readings.why(signal) if series.is_empty else ahead
            found[name] = None
            continue
        found[name] = ForecastView(
            at=format_time(now + timedelta(seconds=ahead.ahead_seconds)),
            expected=_rounded(ahead.expected),
            low=_rounded(ahead.low),
            high=_rounded(ahead.high),
            unit=series.unit,
            method=ahead.method,
        )
    return found


def _level_changes(question: Question, readings: Readings, reasons: dict[str, str]) -> list[LevelChangeView]:
    found: list[tuple[float, LevelChangeView]] = []
    for name in question.metrics:
        signal = METRICS[name][0]
        if signal in UNREAD:
            continue
        series = readings.series[signal]
        shifts = course(series.values, series.step_seconds).shifts
        if isinstance(shifts, str):
            reasons[f"level_changes.{signal}"] = readings.why(signal) if series.is_empty else shifts
            continue
        for one in shifts:
            at = series.time_of(one.index)
            view = LevelChangeView(
                timestamp=format_time(datetime.fromtimestamp(at, UTC)), metric=signal, before=_rounded(one.before),
                after=_rounded(one.after), unit=series.unit,
            )  # fmt: skip
            found.append((at, view))
    return [view for _, view in sorted(found, key=lambda pair: pair[0])]


def _anomalies(question: Question, readings: Readings, reasons: dict[str, str]) -> list[AnomalyView]:
    found: list[AnomalyView] = []
    for name in question.metrics:
        signal = METRICS[name][0]
        series, step = readings.series[signal], readings.measures.step_seconds
        anomalies = anomalies_of(signal, series.values, readings.points, step)
        if anomalies is None:
            reasons[f"anomalies.{signal}"] = _too_few(readings, signal, FEWEST_NORMAL)
        found += [_anomaly_view(readings, signal, one) for one in anomalies or ()]
    return sorted(found, key=lambda one: one.timestamp)[-MOST_ANOMALIES:]


def _anomaly_view(readings: Readings, signal: Signal, one: Anomaly) -> AnomalyView:
    return AnomalyView(
        timestamp=format_time(readings.time_of(signal, one.index)),
        metric=signal,
        value=_rounded(one.value),
        baseline=_rounded(one.baseline),
        severity=one.severity,
        unit=readings.series[signal].unit,
        deviation=_rounded(one.deviation),
        duration_seconds=one.steps * readings.measures.step_seconds,
    )


def _too_few(readings: Readings, signal: Signal, needed: int) -> str:
    series = readings.series[signal]
    if series.is_empty:
        return readings.why(signal)
    every = format_duration(series.step_seconds)
    count = len(series.known)
    points = f"{count} measured point{'' if count == 1 else 's'} of {every}"
    return f"the history is too short: {points}, at least {needed} are needed"


def _evidence(readings: Readings, now: datetime) -> list[Evidence]:
    """One item a series that has any value in the window."""
    found: list[Evidence] = []
    first = new_id("ev_")
    for signal, series in readings.series.items():
        values = readings.measures.of(signal)
        value = mean(values)
        if value is not None:
            covered = round(100 * float(np.isfinite(values).mean()))
            query = f"mean of {series.query}; {covered} % of the time range measured"
            item = Evidence(f"{first}{len(found):04}", series.source, query, True, _rounded(value), series.unit, now)
            found.append(item)
    return found


def _rounded(value: float) -> float:
    """Four digits that mean something, and at least two decimals below a hundred."""
    return round(value, 2) if abs(value) < 10_000 and abs(value) >= 1 else float(f"{value:.4g}")
