"""Insights from what applications use: at their limits, rising, as never before, or far below their requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from hexaops.analysis.anomalies.novelty import latest_at_most, novelty
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.analysis.insights.model import Insight, Recommendation, Seen, Weight
from hexaops.analysis.insights.prices import Rates
from hexaops.analysis.prospects import Shift, course
from hexaops.analysis.series import Trend, measured_steps
from hexaops.analysis.sizing import FEWEST_POINTS, Size, recommend
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.quantities import exact_bytes, exact_cpu, format_bytes, format_cpu

Floats = NDArray[np.float64]
NEAR_LIMIT_PERCENT = 80.0
AT_LIMIT_PERCENT = 95.0
LEAST_CHANGE_PERCENT = 10.0
SURE = 0.95
LEAST_MEASURED = 0.5
LEAST_RISE_SECONDS = 1800.0
"""A rise is told of the time that was asked for: less than half of it measured, or minutes, say nothing about it."""
ANOMALOUS = 1.15
ROUNDING = 1e-6
"""The threshold that NAB's sweeper finds (docs/formulas.md)."""
NOVELTY_POINTS = 250
MOST_POINTS = 400
"""Of the history: enough for all of these."""
WATCHED_FOR = "10m"
LEAST_SAVING_SHARE = 0.1
SCALABLE = frozenset({"Deployment", "StatefulSet"})
LABELS: Mapping[Resource, str] = {"cpu": "CPU", "memory": "memory"}
FORMATS: Mapping[Resource, Callable[[float], str]] = {"cpu": format_cpu, "memory": format_bytes}


class Measured(Struct, frozen=True):
    """One application's use: now, and over the time that was asked for (NaN: not measured)."""

    application: Application
    now: Mapping[Resource, Share]
    rates: Rates
    """Prices where its pods run."""
    history: Mapping[Resource, Floats] = field(default_factory=dict)
    """Of all its pods, evenly spaced."""
    busiest: Mapping[Resource, Floats] = field(default_factory=dict)
    """Of its busiest pod."""
    charged: Floats = field(default_factory=lambda: np.zeros(0))
    """US dollars a month at each point of the history, for CPU and memory."""
    start: float = 0.0
    """When the history begins, in seconds since 1970."""
    step_seconds: float = 30.0

    @property
    def samples(self) -> int:
        """Points of history that both resources have."""
        return min([int(np.isfinite(values).sum()) for values in self.busiest.values()], default=0)

    @property
    def size(self) -> Size | None:
        """What its pods should request; None with too little history."""
        if set(self.busiest) != {"cpu", "memory"}:
            return None
        return recommend(self.busiest["cpu"], self.busiest["memory"])


def near_limits(measured: Sequence[Measured]) -> Iterator[Insight]:
    """Applications that use most of their limits now."""
    for one in measured:
        for resource, share in one.now.items():
            if share.percent is None or share.basis != "limits" or share.percent < NEAR_LIMIT_PERCENT:
                continue
            name, label = one.application.name, LABELS[resource]
            weight: Weight = "high" if share.percent >= AT_LIMIT_PERCENT else "medium"
            yield Insight(
                category="performance",
                weight=weight,
                title=f"{name} uses {share.percent:.0f}% of its {label} limits",
                description=f"Its pods together use {share.percent:.1f}% of what they may use of {label}.",
                applications=(one.application,),
                metrics={f"{resource}_percentage": share.percent},
                recommendations=(_more_room(one, resource, share.percent, weight),),
                seen=(Seen("metrics.k8s.io", _subject(one.application), share.percent, f"{resource} % of limits"),),
            )


def _more_room(one: Measured, resource: Resource, percent: float, weight: Weight) -> Recommendation:
    application, label = one.application, LABELS[resource]
    name, ready = application.name, application.ready
    if resource == "memory" or application.kind not in SCALABLE or not ready:
        return Recommendation.by_hand(weight, f"Raise the {label} limit of {name}, or make it use less")
    spread = percent * ready / (ready + 1)
    resources = application.workload.resources
    cost = one.rates.monthly(resources.cpu_request or 0.0, resources.memory_request or 0.0)
    return Recommendation(
        "scale_application",
        weight,
        f"Increase the replicas of {name} from {application.desired} to {application.desired + 1}",
        f"{label} use falls from {percent:.0f}% to {spread:.0f}% of the limits, if the load spreads evenly",
        monthly_cost=round(cost, 2),
        parameters={"application_id": application.id, "replicas": application.desired + 1},
    )


def moving(measured: Sequence[Measured]) -> Iterator[Insight]:
    """Use whose level changed within the time that was asked for, or else surely rises over it."""
    for one in measured:
        for resource, values in one.history.items():
            found = course(values, one.step_seconds)
            if isinstance(found.shifts, list) and found.shifts:
                yield _stepped(one, resource, found.shifts[-1])
                continue
            change = _rise(values, found.trend, one.step_seconds)
            if found.trend is None or change < LEAST_CHANGE_PERCENT:
                continue
            name, label = one.application.name, LABELS[resource]
            over = format_duration(measured_steps(values) * one.step_seconds)
            yield Insight(
                category="performance",
                weight="medium",
                title=f"{label[0].upper()}{label[1:]} use of {name} is rising",
                description=f"It rose by {change:.0f}% over {over}.",
                applications=(one.application,),
                metrics={
                    "trend": "increasing",
                    "change_percentage": round(change, 1),
                    "confidence": round(found.trend.confidence, 2),
                },
                recommendations=(_watched(one.application, resource),),
                seen=(Seen("history", _subject(one.application), int(np.isfinite(values).sum()), "points"),),
            )


def _rise(values: Floats, line: Trend | None, step_seconds: float) -> float:
    """By how many percent it surely rose; 0 where it did not, or too little was measured to say so."""
    if line is None or line.confidence < SURE or line.slope <= 0 or not np.nanmean(values):
        return 0.0
    return change_percent(values, line.slope) if _is_long_enough(values, step_seconds) else 0.0


def _is_long_enough(values: Floats, step_seconds: float) -> bool:
    span = measured_steps(values) + 1
    return span >= LEAST_MEASURED * len(values) and span * step_seconds >= LEAST_RISE_SECONDS


def stepped(measured: Sequence[Measured]) -> Iterator[Insight]:
    """Only the changes of level."""
    for one in measured:
        for resource, values in one.history.items():
            shifts = course(values, one.step_seconds).shifts
            if isinstance(shifts, list) and shifts:
                yield _stepped(one, resource, shifts[-1])


def no_levels(measured: Sequence[Measured]) -> str | None:
    """Why changes of level are told of none of them; None where they are of some."""
    reason = None
    for one in measured:
        for values in one.history.values():
            shifts = course(values, one.step_seconds).shifts
            if not isinstance(shifts, str):
                return None
            reason = shifts
    return reason


def _stepped(one: Measured, resource: Resource, shift: Shift) -> Insight:
    """By its latest change of level."""
    name, label, shown = one.application.name, LABELS[resource], FORMATS[resource]
    at = format_time(datetime.fromtimestamp(one.start + shift.index * one.step_seconds, UTC))
    return Insight(
        category="performance",
        weight="low",
        title=f"{label[0].upper()}{label[1:]} use of {name} changed its level",
        description=f"Since {at} it is {shown(shift.after)} on average, before it was {shown(shift.before)}.",
        applications=(one.application,),
        metrics={"before": shift.before, "after": shift.after, "change_percentage": round(shift.percent, 1)},
        recommendations=(Recommendation.by_hand("low", f"Look at what changed in {name} around {at}"),),
        seen=(Seen("history", _subject(one.application), round(shift.percent, 1), "% change of level"),),
    )


def _watched(application: Application, resource: Resource) -> Recommendation:
    """A rule that fires before the limit is reached."""
    threshold = NEAR_LIMIT_PERCENT
    parameters = {"application_id": application.id, "metric": f"{resource}_percent", "threshold": threshold,
                  "duration": WATCHED_FOR}  # fmt: skip
    words = f"Be told when the {LABELS[resource]} use of {application.name} is above {threshold:.0f}% for {WATCHED_FOR}"
    return Recommendation("create_alert", "low", words, parameters=parameters)


def change_percent(values: Floats, slope: float) -> float:
    """How much a slope changes the series from its first to its last measured point, in percent of its mean."""
    return 100 * slope * measured_steps(values) / float(np.nanmean(values))


def anomalous(measured: Sequence[Measured]) -> Iterator[Insight]:
    """Use that behaves lately as it never did before; needs 250 points."""
    for one in measured:
        for resource, values in one.history.items():
            known = values[np.isfinite(values)]
            if len(known) < NOVELTY_POINTS:
                continue
            latest = max(1, len(known) // 20)
            if latest_at_most(known, latest) < ANOMALOUS * (1 - ROUNDING):
                continue
            score = float(novelty(known)[-latest:].max())
            if score < ANOMALOUS:
                continue
            baseline, now = float(np.median(known)), float(known[-1])
            name, label = one.application.name, LABELS[resource]
            yield Insight(
                category="performance",
                weight="medium",
                title=f"Unusual {label} use of {name}",
                description=f"Its latest {label} use is unlike anything before in the time that was looked at.",
                applications=(one.application,),
                metrics={"novelty": round(score, 2), "value": now, "baseline": baseline},
                recommendations=(Recommendation.by_hand("medium", f"Look at what changed in {name} lately"),),
                seen=(Seen("history", _subject(one.application), round(score, 2), "novelty score"),),
            )


def oversized(measured: Sequence[Measured]) -> Iterator[Insight]:
    """Applications whose requests are above what they need by the sizing rule, and what that costs."""
    for one in measured:
        size, resources = one.size, one.application.workload.resources
        if size is None or not one.application.desired:
            continue
        cpu, memory = resources.cpu_request or 0.0, resources.memory_request or 0.0
        wanted_cpu, wanted_memory = min(cpu, size.cpu_cores), min(memory, size.memory_bytes)
        now, then = one.rates.monthly(cpu, memory), one.rates.monthly(wanted_cpu, wanted_memory)
        savings = (now - then) * one.application.desired
        if now <= 0 or (now - then) / now < LEAST_SAVING_SHARE or savings < 0.01:
            continue
        name = one.application.name
        changes = [
            *([f"the CPU request from {format_cpu(cpu)} to {format_cpu(wanted_cpu)}"] if wanted_cpu < cpu else []),
            *(
                [f"the memory request from {format_bytes(memory)} to {format_bytes(wanted_memory)}"]
                if wanted_memory < memory
                else []
            ),
        ]
        yield Insight(
            category="cost_optimization",
            weight="low",
            title=f"{name} requests more than it uses",
            description=f"Its pods request {100 * (1 - then / now):.0f}% more by cost than the sizing rule gives them.",
            applications=(one.application,),
            metrics={"monthly_cost": round(now * one.application.desired, 2), "samples": float(one.samples)},
            recommendations=(
                _smaller(
                    one.application,
                    f"Reduce of each pod of {name} {' and '.join(changes)}",
                    {"cpu": exact_cpu(wanted_cpu), "memory": exact_bytes(wanted_memory)},
                    round(savings, 2),
                ),
            ),
            seen=(Seen("history", _subject(one.application), one.samples, "points"),),
        )


def _smaller(application: Application, words: str, requests: Mapping[str, str], savings: float) -> Recommendation:
    """An action where there is one container: of several it is not known which one needs how much."""
    if len(application.workload.container_names) != 1:
        return replace(Recommendation.by_hand("medium", words), monthly_savings=savings)
    parameters = {"application_id": application.id, "requests": requests}
    return Recommendation("update_configuration", "medium", words, monthly_savings=savings, parameters=parameters)


def too_little_history(measured: Sequence[Measured]) -> str | None:
    """Why no application can be sized, or None where one can."""
    if any(one.size is not None for one in measured):
        return None
    most = max([one.samples for one in measured], default=0)
    return f"sizing needs {FEWEST_POINTS} points of history, and no application has more than {most}"


def _subject(application: Application) -> str:
    return f"{application.kind} {application.project}/{application.name}"
