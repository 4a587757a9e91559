"""When an alert's rule fires: a pure function of what was measured.

A rule fires while every measurement of the last `for_seconds` is beyond its threshold. The verdict needs no memory of
earlier verdicts, so a restarted process, or another one, comes to the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.backends.metrics.base import Floats, Signal

Comparison = Literal["above", "below"]
Severity = Literal["low", "medium", "high", "critical"]
State = Literal["ok", "pending", "firing", "unknown"]
STEP_SECONDS = 60.0
"""Of the series that a rule is judged on; longer for rules of more than an hour."""
MOST_POINTS = 60
STALE_STEPS = 4
"""Without a measurement for so many steps nothing is known."""
MARGIN_STEPS = STALE_STEPS + 2


class AlertMetric(StrEnum):
    """What a rule compares."""

    CPU_PERCENT = "cpu_percent"
    """CPU of the busiest pod, of its limit (else of its request)."""
    MEMORY_PERCENT = "memory_percent"
    """Working set of the largest pod, of its limit (else of its request)."""
    CPU_CORES = "cpu_cores"
    MEMORY_BYTES = "memory_bytes"
    CPU_THROTTLED = "cpu_throttled"
    VOLUME_USAGE = "volume_usage"
    ERROR_RATE = "error_rate"
    LATENCY_P95 = "latency_p95"
    REQUEST_RATE = "request_rate"
    READY_REPLICAS = "ready_replicas"
    RESTARTS = "restarts"
    """Container restarts within the rule's duration, of at least five minutes."""


class Measure(Struct, frozen=True):
    """Where a metric comes from and how it is written."""

    signal: Signal
    unit: str
    words: str
    resource: Literal["cpu", "memory"] | None = None
    """Set where it is a share of that resource's limit."""


MEASURES: Mapping[AlertMetric, Measure] = {
    AlertMetric.CPU_PERCENT: Measure(Signal.CPU_BUSIEST_POD, "percent", "CPU", "cpu"),
    AlertMetric.MEMORY_PERCENT: Measure(Signal.MEMORY_BUSIEST_POD, "percent", "memory", "memory"),
    AlertMetric.CPU_CORES: Measure(Signal.CPU, "cores", "CPU"),
    AlertMetric.MEMORY_BYTES: Measure(Signal.MEMORY, "bytes", "memory"),
    AlertMetric.CPU_THROTTLED: Measure(Signal.CPU_THROTTLED, "percent", "throttled CPU"),
    AlertMetric.VOLUME_USAGE: Measure(Signal.VOLUME_USAGE, "percent", "use of the fullest volume"),
    AlertMetric.ERROR_RATE: Measure(Signal.ERROR_RATE, "percent", "error rate"),
    AlertMetric.LATENCY_P95: Measure(Signal.LATENCY_P95, "ms", "latency (p95)"),
    AlertMetric.REQUEST_RATE: Measure(Signal.REQUEST_RATE, "requests/s", "request rate"),
    AlertMetric.READY_REPLICAS: Measure(Signal.REPLICAS, "count", "ready replicas"),
    AlertMetric.RESTARTS: Measure(Signal.RESTARTS, "count", "container restarts"),
}
SHORT: Mapping[str, str] = {"percent": " %", "bytes": " bytes", "count": ""}
LARGEST_SHORT = 100_000.0
"""From here on `g` would write an exponent."""
RESTART_WINDOW_SECONDS = 300.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared with what, and for how long it must be so."""

    metric: AlertMetric
    comparison: Comparison
    threshold: float
    for_seconds: float

    @property
    def measure(self) -> Measure:
        """What is known of its metric."""
        return MEASURES[self.metric]

    @property
    def step_seconds(self) -> float:
        """Distance of the points that it is judged on."""
        return max(STEP_SECONDS, math.ceil(self.for_seconds / MOST_POINTS / 60) * 60.0)

    @property
    def window_seconds(self) -> float:
        """How far back they reach."""
        return max(self.for_seconds, RESTART_WINDOW_SECONDS) + MARGIN_STEPS * self.step_seconds

    @property
    def words(self) -> str:
        """As people say it: "CPU above 80 %"."""
        return f"{self.measure.words} {self.comparison} {self.threshold:g}{self._unit}"

    def amount(self, value: float) -> str:
        """A measurement to three digits, with its unit: "39.4 %"."""
        digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{round(value, digits):g}{self._unit}" if abs(value) < LARGEST_SHORT else f"{value:.0f}{self._unit}"

    @property
    def _unit(self) -> str:
        return SHORT.get(self.measure.unit, f" {self.measure.unit}")

    def is_beyond(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return value > self.threshold if self.comparison == "above" else value < self.threshold


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule's measurements say now."""

    state: State
    value: float | None
    """The latest measurement; of restarts, their number."""
    since: float | None = None
    """Seconds since 1970 from which on every measurement was beyond the threshold."""
    reason: str | None = None
    """Why nothing is known."""


class Points(Struct, frozen=True):
    """Evenly spaced measurements: point `i` stands for the step from `start + i * step_seconds` on; NaN if unknown."""

    values: Floats
    start: float
    step_seconds: float


def divisor_of(rule: Rule, application: Application) -> tuple[float | None, str | None]:
    """What the series is divided by to become percent of a limit (1 for other metrics), or why it cannot be."""
    resource = rule.measure.resource
    if resource is None:
        return 1.0, None
    totals = application.workload.resources
    limit, request = (
        (totals.cpu_limit, totals.cpu_request) if resource == "cpu" else (totals.memory_limit, totals.memory_request)
    )
    if not (limit or request):
        return None, f"its pods set neither limits nor requests of {resource}"
    return (limit or request or 1.0) / 100, None


def judge(rule: Rule, points: Points, now: float) -> Verdict:
    """The verdict on what was measured up to now; exact to the points' step."""
    known = [(points.start + place * points.step_seconds, float(value)) for place, value in enumerate(points.values)]
    known = [(at, value) for at, value in known if math.isfinite(value)]
    gap = STALE_STEPS * points.step_seconds
    if not known or now - known[-1][0] > gap + points.step_seconds:
        return Verdict(state="unknown", value=None, reason="nothing was measured lately")
    if rule.metric is AlertMetric.RESTARTS:
        return _judge_restarts(rule, known, now)
    since, latest = known[-1]
    if not rule.is_beyond(latest):
        return Verdict(state="ok", value=latest)
    for at, value in reversed(known):
        if not rule.is_beyond(value) or since - at > gap:
            break
        since = at
    state: State = "firing" if now - since >= rule.for_seconds else "pending"
    return Verdict(state=state, value=latest, since=since)


def _judge_restarts(rule: Rule, known: list[tuple[float, float]], now: float) -> Verdict:
    window = max(rule.for_seconds, RESTART_WINDOW_SECONDS)
    recent = [(at, value) for at, value in known if now - at <= window]
    total = sum(value for _, value in recent)
    if not rule.is_beyond(total):
        return Verdict(state="ok", value=total)
    since = next((at for at, value in recent if value > 0), now)
    return Verdict(state="firing", value=total, since=since)
