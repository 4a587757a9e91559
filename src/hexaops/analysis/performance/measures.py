"""What an analysis starts from, and the numbers that several of its parts need."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from hexaops.backends.metrics.base import Floats, Signal

FEWEST = 8
"""Points below which a series says nothing of its course."""


class Allowance(Struct, frozen=True):
    """What the pods of an application may use; None where a container sets none."""

    pods: int
    cpu_request: float | None = None
    """Cores of all pods together, as all of these but the last two."""
    cpu_limit: float | None = None
    memory_request: float | None = None
    memory_limit: float | None = None
    pod_cpu_limit: float | None = None
    """Of one pod."""
    pod_memory_limit: float | None = None


class Measures(Struct, frozen=True):
    """The series of one application on one grid; NaN where nothing was measured."""

    step_seconds: float
    window: Mapping[Signal, Floats]
    history: Mapping[Signal, Floats]
    """The same with what came before, which says what is normal."""
    allowance: Allowance

    def of(self, signal: Signal) -> Floats:
        """A series of the window; all missing where there is none."""
        found = self.window.get(signal)
        return found if found is not None else np.full(0, np.nan)

    def known(self, signal: Signal) -> Floats:
        """Its measured values."""
        values = self.of(signal)
        return values[np.isfinite(values)]


def mean(values: Floats) -> float | None:
    """The mean of the measured values."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def high(values: Floats) -> float | None:
    """Their 95 % quantile: what is reached in one step of twenty."""
    known = values[np.isfinite(values)]
    return float(np.quantile(known, 0.95)) if len(known) else None


def weighted(values: Floats, weights: Floats) -> float | None:
    """The mean by weights, over the steps where both are known."""
    if len(values) != len(weights):
        return None
    both = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    return float(np.average(values[both], weights=weights[both])) if both.any() else None


def share_of(used: float | None, allowed: float | None) -> float | None:
    """Percent of what is allowed."""
    return None if used is None or not allowed else 100 * used / allowed
