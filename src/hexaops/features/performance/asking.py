"""What an analysis is asked for: a time range, and which metrics."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hexaops.backends.metrics.base import LARGEST_WINDOW_SECONDS, Signal
from hexaops.errors import ValidationFailedError
from hexaops.kit.durations import parse_duration

SHORTEST_SECONDS = 300.0
INVALID = "The request is not valid"

METRICS: Mapping[str, tuple[Signal, ...]] = {
    "response_time": (Signal.LATENCY_P95, Signal.LATENCY_P50),
    "throughput": (Signal.REQUEST_RATE,),
    "error_rate": (Signal.ERROR_RATE,),
    "cpu": (Signal.CPU, Signal.CPU_THROTTLED, Signal.CPU_BUSIEST_POD),
    "memory": (Signal.MEMORY, Signal.MEMORY_BUSIEST_POD),
    "network": (Signal.NETWORK,),
    "storage": (Signal.STORAGE, Signal.VOLUME_USAGE),
    "availability": (Signal.REPLICAS,),
    "restarts": (Signal.RESTARTS,),
}
"""By the name that a caller gives; the first signal is the one whose course is shown."""
SAME = {"latency": "response_time", "request_rate": "throughput", "requests": "throughput", "errors": "error_rate",
        "replicas": "availability", "disk": "storage"}  # fmt: skip


class Question(Struct, frozen=True):
    """An analysis that can be made."""

    time_range: str
    seconds: float
    metrics: tuple[str, ...]
    """Names of `METRICS`."""

    @property
    def signals(self) -> frozenset[Signal]:
        """What bottlenecks and anomalies are looked for in."""
        return frozenset(signal for name in self.metrics for signal in METRICS[name])


def parse_question(time_range: str, metrics: str | None) -> Question:
    """Raises ValidationFailedError, which names the parameter."""
    return Question(time_range, _seconds(time_range), _names(metrics))


def _seconds(text: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise ValidationFailedError(INVALID, details={"query.time_range": str(error)}) from None
    if not SHORTEST_SECONDS <= seconds <= LARGEST_WINDOW_SECONDS:
        raise ValidationFailedError(INVALID, details={"query.time_range": "must be from 5m to 31d"})
    return seconds


def _names(text: str | None) -> tuple[str, ...]:
    if text is None:
        return tuple(METRICS)
    names = [SAME.get(name.strip(), name.strip()) for name in text.split(",")]
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        known = ", ".join(METRICS)
        raise ValidationFailedError(INVALID, details={"query.metrics": f"{unknown[0][:40]!r} is none of {known}"})
    return tuple(dict.fromkeys(names))
