"""One line of figures, and a score of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from hexaops.analysis.performance.measures import Measures, high, mean, share_of, weighted
from hexaops.backends.metrics.base import Signal

WEIGHTS: Mapping[str, float] = {
    "availability": 3.0, "errors": 2.0, "latency": 1.0, "cpu": 1.0, "memory": 1.0, "throttling": 1.0,
}  # fmt: skip
"""How much each component counts; one that is not known does not."""


class Summary(Struct, frozen=True):
    """What was measured; None where it was not."""

    availability: float | None
    """Percent."""
    response_time_p50: float | None
    """Milliseconds."""
    response_time_p95: float | None
    error_rate: float | None
    """Percent."""
    throughput: float | None
    """Requests a second."""
    components: Mapping[str, float]
    """What the score is made of: each from 0 to 100."""
    score: int | None


class Efficiency(Struct, frozen=True):
    """How much of what is reserved is used, in percent."""

    cpu: float | None
    memory: float | None


def summary_of(measures: Measures) -> Summary:
    """The figures of the window."""
    requests, errors = measures.of(Signal.REQUEST_RATE), measures.of(Signal.ERRORS)
    availability = _availability(measures)
    p50 = weighted(measures.of(Signal.LATENCY_P50), requests)
    p95 = weighted(measures.of(Signal.LATENCY_P95), requests)
    error_rate = _error_rate(errors, requests)
    components = _components(measures, availability, error_rate, p50, p95)
    return Summary(
        availability=availability,
        response_time_p50=p50,
        response_time_p95=p95,
        error_rate=error_rate,
        throughput=mean(requests),
        components=components,
        score=_score(components),
    )


def efficiency_of(measures: Measures) -> Efficiency:
    """Mean use against requests; use beyond them counts as all of them."""
    allowance = measures.allowance
    return Efficiency(
        _capped(share_of(mean(measures.of(Signal.CPU)), allowance.cpu_request)),
        _capped(share_of(mean(measures.of(Signal.MEMORY)), allowance.memory_request)),
    )


def _availability(measures: Measures) -> float | None:
    """The share of the time in which at least one of the wanted replicas was ready."""
    ready, wanted = measures.of(Signal.REPLICAS), measures.of(Signal.REPLICAS_WANTED)
    if len(ready) != len(wanted):
        return None
    asked = np.isfinite(ready) & np.isfinite(wanted) & (wanted > 0)
    return float(100 * (ready[asked] > 0).mean()) if asked.any() else None


def _error_rate(errors: np.ndarray, requests: np.ndarray) -> float | None:
    if len(errors) != len(requests):
        return None
    both = np.isfinite(errors) & np.isfinite(requests)
    served = float(requests[both].sum())
    return min(100.0, 100 * float(errors[both].sum()) / served) if served > 0 else None


def _components(
    measures: Measures, availability: float | None, error_rate: float | None, p50: float | None, p95: float | None
) -> Mapping[str, float]:
    allowance = measures.allowance
    cpu = share_of(high(measures.of(Signal.CPU)), allowance.cpu_limit)
    memory = share_of(high(measures.of(Signal.MEMORY_BUSIEST_POD)), allowance.pod_memory_limit)
    throttled = mean(measures.of(Signal.CPU_THROTTLED))
    found = {
        "availability": _between(availability, worst=95.0, best=99.9),
        "errors": _between(error_rate, worst=5.0, best=0.0),
        "latency": _between(p95 / p50 if p95 is not None and p50 else None, worst=10.0, best=2.0),
        "cpu": _between(cpu, worst=100.0, best=70.0),
        "memory": _between(memory, worst=100.0, best=80.0),
        "throttling": _between(throttled, worst=25.0, best=0.0),
    }
    return {name: score for name, score in found.items() if score is not None}


def _between(value: float | None, *, worst: float, best: float) -> float | None:
    """From 0 at the worst to 100 at the best, straight between them."""
    return None if value is None else float(np.clip(100 * (value - worst) / (best - worst), 0, 100))


def _score(components: Mapping[str, float]) -> int | None:
    weight = sum(WEIGHTS[name] for name in components)
    return round(sum(WEIGHTS[name] * score for name, score in components.items()) / weight) if weight else None


def _capped(value: float | None) -> float | None:
    return None if value is None else min(100.0, value)
