"""What is measured over time, and the protocol of everything that keeps it.

A signal means the same from every source. What was not measured is NaN, never zero: a new installation has a short
history and says so, an application without HTTP metrics has no request rate.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hexaops.errors import UpstreamUnavailableError

Floats = NDArray[np.float64]

POINTS = 120
"""About how many points a series has when no step is asked for."""
LARGEST_WINDOW_SECONDS = 31 * 86_400
READS_AT_ONCE = 8
DAY_SECONDS = 86_400.0
HALF_MINUTE = 30.0


class Signal(StrEnum):
    """What can be asked for. An application's value is the sum over its pods unless said otherwise."""

    CPU = "cpu"
    CPU_BUSIEST_POD = "cpu_busiest_pod"
    CPU_THROTTLED = "cpu_throttled"
    """Share of the scheduler's periods in which a container was held back by its CPU limit."""
    MEMORY = "memory"
    """Working set, which is what a container is killed for."""
    MEMORY_BUSIEST_POD = "memory_busiest_pod"
    NETWORK = "network"
    """Received and sent."""
    NETWORK_LOSS = "network_loss"
    """Packets that were dropped or broken, of all."""
    STORAGE = "storage"
    """Written by containers and held in persistent volumes; of a node: its root file system."""
    VOLUME_USAGE = "volume_usage"
    """Of the fullest persistent volume; of a node: its root file system."""
    REQUEST_RATE = "request_rate"
    """HTTP requests served."""
    ERRORS = "errors"
    """HTTP requests answered with a 5xx status."""
    ERROR_RATE = "error_rate"
    """The same as a share of all requests."""
    LATENCY_P50 = "latency_p50"
    LATENCY_P95 = "latency_p95"
    LATENCY_P99 = "latency_p99"
    RESTARTS = "restarts"
    """Container restarts within the step."""
    REPLICAS = "replicas"
    """Ready ones."""
    REPLICAS_WANTED = "replicas_wanted"


UNITS: Mapping[Signal, str] = {
    Signal.CPU: "cores",
    Signal.CPU_BUSIEST_POD: "cores",
    Signal.CPU_THROTTLED: "percent",
    Signal.MEMORY: "bytes",
    Signal.MEMORY_BUSIEST_POD: "bytes",
    Signal.NETWORK: "bytes/s",
    Signal.NETWORK_LOSS: "percent",
    Signal.STORAGE: "bytes",
    Signal.VOLUME_USAGE: "percent",
    Signal.REQUEST_RATE: "requests/s",
    Signal.ERRORS: "requests/s",
    Signal.ERROR_RATE: "percent",
    Signal.LATENCY_P50: "ms",
    Signal.LATENCY_P95: "ms",
    Signal.LATENCY_P99: "ms",
    Signal.RESTARTS: "count",
    Signal.REPLICAS: "count",
    Signal.REPLICAS_WANTED: "count",
}

TOTALS = frozenset({Signal.RESTARTS})
"""Counted within a step; all others are averaged over it."""


class Subject(NamedTuple):
    """Whose series it is: an application or a node of one cluster."""

    cluster_id: str
    kind: str
    """Deployment, StatefulSet, DaemonSet or Node."""
    namespace: str
    """"" for a node."""
    name: str


class Window(Struct, frozen=True):
    """Seconds since 1970: from `start` up to, and without, `end`."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    @classmethod
    def until(cls, end: float, seconds: float) -> Window:
        """The last so many seconds before a time."""
        return cls(end - seconds, end)


class Series(Struct, frozen=True):
    """Evenly spaced values: point `i` covers the `step_seconds` from `start + i * step_seconds` on."""

    signal: Signal
    subject: Subject
    start: float
    step_seconds: float
    values: Floats
    """NaN where nothing was measured."""
    source: str
    query: str
    """What was asked of the source, for evidence."""
    reason: str | None = None
    """Why there is no value at all; None when there is one."""

    @property
    def unit(self) -> str:
        """The unit of the values."""
        return UNITS[self.signal]

    @property
    def known(self) -> Floats:
        """The values that were measured, in order."""
        return self.values[np.isfinite(self.values)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return not np.isfinite(self.values).any()

    def time_of(self, index: int) -> float:
        """When a point begins."""
        return self.start + index * self.step_seconds


class MetricSourceError(UpstreamUnavailableError):
    """A source of metrics cannot be read now; `details.source` names it."""


class MetricSource(Protocol):
    """Something that keeps series."""

    name: str

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        """A series of the window; the step is at least the asked one. Raises MetricSourceError."""
        ...


async def read_all(
    source: MetricSource,
    signals: Iterable[Signal],
    subject: Subject,
    window: Window,
    step_seconds: float | None = None,
) -> dict[Signal, Series]:
    """Several signals of one subject on the same grid, a few at a time."""
    places = asyncio.Semaphore(READS_AT_ONCE)
    step = step_seconds or default_step(window)

    async def one(signal: Signal) -> Series:
        async with places:
            return await source.read(signal, subject, window, step)

    wanted = [*dict.fromkeys(signals)]
    return dict(zip(wanted, await asyncio.gather(*(one(signal) for signal in wanted)), strict=True))


def default_step(window: Window) -> float:
    """A step that gives about `POINTS` points."""
    return even_step(window.seconds, POINTS)


def even_step(seconds: float, points: int) -> float:
    """The shortest step of whole half minutes that gives at most so many points; from a day on, one that divides a day,
    so that the same time of each day lies in the same place."""
    least = max(1, math.ceil(seconds / points / HALF_MINUTE))
    if seconds >= DAY_SECONDS:
        halves = round(DAY_SECONDS / HALF_MINUTE)
        least = next((count for count in range(least, halves) if halves % count == 0), halves)
    return least * HALF_MINUTE


class Grid(Struct, frozen=True):
    """Where the points of an answer lie: on multiples of the step, so that two answers can be laid side by side."""

    start: float
    step_seconds: float
    count: int

    @classmethod
    def over(cls, window: Window, step_seconds: float) -> Grid:
        """The points that touch a window."""
        start = math.floor(window.start / step_seconds) * step_seconds
        return cls(start, step_seconds, max(0, math.ceil((window.end - start) / step_seconds)))

    def gather(self, times: Floats, values: Floats, *, total: bool = False) -> Floats:
        """The mean (or the total) of the values within each step; NaN where there are none."""
        place = np.floor((times - self.start) / self.step_seconds).astype(np.int64)
        kept = np.isfinite(values) & (place >= 0) & (place < self.count)
        place, values = place[kept], values[kept]
        counts = np.bincount(place, minlength=self.count)
        sums = np.bincount(place, weights=values, minlength=self.count)
        known = counts > 0
        found = np.full(self.count, np.nan)
        found[known] = sums[known] if total else sums[known] / counts[known]
        return found
