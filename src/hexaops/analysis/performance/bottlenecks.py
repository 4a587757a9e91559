"""What holds an application back: one function a kind, each with the numbers that it judges by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct

from hexaops.analysis.performance.measures import Measures, high, mean, share_of
from hexaops.analysis.series import steps_until
from hexaops.backends.metrics.base import Floats, Signal

Severity = Literal["low", "medium", "high"]
COUPLED = 0.6
"""Rank correlation from which on latency follows load."""
FEWEST_PAIRS = 20


class Bottleneck(Struct, frozen=True):
    """One finding. `evidence` holds what it was judged by."""

    type: str
    severity: Severity
    description: str
    impact: str
    recommendation: str
    evidence: Mapping[str, float]
    signals: tuple[Signal, ...]
    """What it was read from."""


def bottlenecks_of(measures: Measures) -> list[Bottleneck]:
    """All that were found, the most severe first."""
    order = {"high": 0, "medium": 1, "low": 2}
    found = [one for rule in RULES for one in rule(measures)]
    return sorted(found, key=lambda one: order[one.severity])


def _cpu_contention(measures: Measures) -> Iterator[Bottleneck]:
    throttled = high(measures.of(Signal.CPU_THROTTLED))
    used = share_of(high(measures.of(Signal.CPU_BUSIEST_POD)), measures.allowance.pod_cpu_limit)
    severity = _worse(_level(throttled, 5, 10, 25), _level(used, None, 90, 98))
    if severity is None:
        return
    evidence = _known(throttled_percent_p95=throttled, busiest_pod_percent_of_limit_p95=used)
    yield Bottleneck(
        "cpu_contention", severity,
        "Containers are held back by their CPU limit: " + _told(evidence),
        _latency_impact(measures, Signal.CPU) or "Work waits for the rest of each 100 ms period",
        "Raise the CPU limit, or add replicas so that each has less to do",
        evidence, (Signal.CPU_THROTTLED, Signal.CPU_BUSIEST_POD),
    )  # fmt: skip


def _memory_pressure(measures: Measures) -> Iterator[Bottleneck]:
    used = share_of(high(measures.of(Signal.MEMORY_BUSIEST_POD)), measures.allowance.pod_memory_limit)
    severity = _level(used, 80, 90, 97)
    if severity is None or used is None:
        return
    yield Bottleneck(
        "memory_pressure", severity,
        f"The busiest pod uses {used:.0f} % of its memory limit",
        f"It is killed at the limit; {max(0.0, 100 - used):.0f} % are left",
        "Raise the memory limit, or find what holds the memory",
        {"busiest_pod_percent_of_limit_p95": used}, (Signal.MEMORY_BUSIEST_POD,),
    )  # fmt: skip


def _disk_pressure(measures: Measures) -> Iterator[Bottleneck]:
    known = measures.known(Signal.VOLUME_USAGE)
    used = float(known[-1]) if len(known) else None
    severity = _level(used, 75, 85, 95)
    if severity is None or used is None:
        return
    evidence, impact = {"volume_percent": used}, "Writes fail when it is full"
    until = steps_until(measures.history.get(Signal.VOLUME_USAGE, known), 100.0)
    if until is not None:
        evidence["days_until_full"] = days = until[0] * measures.step_seconds / 86_400
        impact = f"Full in about {days:.1f} days at the present trend"
    yield Bottleneck(
        "disk_pressure", severity, f"The fullest volume is used by {used:.0f} %", impact,
        "Enlarge the volume, or remove what is not needed", evidence, (Signal.VOLUME_USAGE,),
    )  # fmt: skip


def _errors(measures: Measures) -> Iterator[Bottleneck]:
    rate, served = mean(measures.of(Signal.ERROR_RATE)), mean(measures.of(Signal.REQUEST_RATE))
    severity = _level(rate, 1, 2, 5)
    if severity is None or rate is None or not served:
        return
    yield Bottleneck(
        "errors", severity, f"{rate:.1f} % of the requests are answered with a 5xx status",
        f"About {served * rate * 36:.0f} requests an hour fail",
        "Read its logs and the state of what it depends on", {"error_rate_percent": rate}, (Signal.ERROR_RATE,),
    )  # fmt: skip


def _restarts(measures: Measures) -> Iterator[Bottleneck]:
    known = measures.known(Signal.RESTARTS)
    count = float(known.sum()) if len(known) else None
    severity = _level(count, 1, 3, 10)
    if severity is None or count is None:
        return
    yield Bottleneck(
        "restarts", severity, f"Its containers were restarted {count:.0f} times",
        "Each restart drops the requests under way and starts cold",
        "Read the log of the container that ended, and its exit code", {"restarts": count}, (Signal.RESTARTS,),
    )  # fmt: skip


def _missing_replicas(measures: Measures) -> Iterator[Bottleneck]:
    ready, wanted = measures.of(Signal.REPLICAS), measures.of(Signal.REPLICAS_WANTED)
    both = np.isfinite(ready) & np.isfinite(wanted) if len(ready) == len(wanted) else np.zeros(0, bool)
    if not both.any():
        return
    short = 100 * float((ready[both] < wanted[both]).mean())
    severity = _level(short, 5, 25, 75)
    if severity is None:
        return
    missing = float(np.maximum(0, wanted[both] - ready[both]).mean())
    yield Bottleneck(
        "missing_replicas", severity, f"Fewer replicas than wanted were ready in {short:.0f} % of the time",
        f"{missing:.1f} of {float(wanted[both].mean()):.1f} replicas were missing on average",
        "Find out why its pods are pending or not ready", {"short_percent": short, "missing_replicas": missing},
        (Signal.REPLICAS,),
    )  # fmt: skip


def _load_dependent_latency(measures: Measures) -> Iterator[Bottleneck]:
    load, latency = measures.of(Signal.REQUEST_RATE), measures.of(Signal.LATENCY_P95)
    rank, more = _correlation(load, latency), _quietest_to_busiest(load, latency)
    if rank is None or more is None or rank < COUPLED or more < 20:
        return
    yield Bottleneck(
        "load_dependent_latency", "high" if more >= 100 else "medium" if more >= 50 else "low",
        f"Response times follow the number of requests (rank correlation {rank:.2f})",
        f"p95 is {more:.0f} % higher in the busiest fifth of the time than in the quietest",
        "Add replicas before the load rises, or let an autoscaler do it",
        {"rank_correlation": rank, "p95_increase_percent": more}, (Signal.REQUEST_RATE, Signal.LATENCY_P95),
    )  # fmt: skip


RULES: tuple[Callable[[Measures], Iterator[Bottleneck]], ...] = (
    _cpu_contention, _memory_pressure, _disk_pressure, _errors, _restarts, _missing_replicas, _load_dependent_latency,
)  # fmt: skip


def _level(value: float | None, low: float | None, medium: float, high_from: float) -> Severity | None:
    if value is None:
        return None
    if value >= high_from:
        return "high"
    if value >= medium:
        return "medium"
    return "low" if low is not None and value >= low else None


def _worse(one: Severity | None, other: Severity | None) -> Severity | None:
    order: tuple[Severity | None, ...] = (None, "low", "medium", "high")
    return max(one, other, key=order.index)


def _known(**values: float | None) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _told(evidence: Mapping[str, float]) -> str:
    words = {
        "throttled_percent_p95": "throttled in {:.0f} % of the periods",
        "busiest_pod_percent_of_limit_p95": "the busiest pod at {:.0f} % of its limit",
    }
    return ", ".join(words[name].format(value) for name, value in evidence.items())


def _latency_impact(measures: Measures, signal: Signal) -> str | None:
    more = _quietest_to_busiest(measures.of(signal), measures.of(Signal.LATENCY_P95))
    return None if more is None or more < 5 else f"{more:.0f}% increase in response time (p95) when it is busiest"


def _pairs(load: Floats, other: Floats) -> tuple[Floats, Floats] | None:
    if len(load) != len(other):
        return None
    both = np.isfinite(load) & np.isfinite(other)
    return (load[both], other[both]) if both.sum() >= FEWEST_PAIRS else None


def _quietest_to_busiest(load: Floats, other: Floats) -> float | None:
    """By how many percent the other is higher in the busiest fifth of the time than in the quietest."""
    pairs = _pairs(load, other)
    if pairs is None:
        return None
    order = np.argsort(pairs[0], kind="stable")
    fifth = len(order) // 5
    quiet, busy = (float(pairs[1][part].mean()) for part in (order[:fifth], order[-fifth:]))
    return 100 * (busy - quiet) / quiet if quiet > 0 else None


def _correlation(load: Floats, other: Floats) -> float | None:
    """Spearman's rank correlation; None where either does not move."""
    pairs = _pairs(load, other)
    if pairs is None or any(np.ptp(values) == 0 for values in pairs):
        return None
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in pairs]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
