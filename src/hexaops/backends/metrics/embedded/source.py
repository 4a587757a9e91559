"""The embedded store as a source: derived signals, and the reason where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hexaops.backends.metrics.base import Floats, Grid, Series, Signal, Subject, Window, default_step
from hexaops.backends.metrics.embedded.store import NAME, EmbeddedMetricStore

WhyMissing = Callable[[Subject, Signal], str | None]
"""Why a signal of a subject is not sampled now, as far as the sampler knows."""


class EmbeddedMetrics:
    """A MetricSource."""

    name = NAME

    def __init__(self, store: EmbeddedMetricStore, why_missing: WhyMissing) -> None:
        self._store = store
        self._why_missing = why_missing

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        """A series of the window; the step is at least the sampling's. Raises MetricSourceError."""
        step = step_seconds or default_step(window)
        if signal is Signal.ERROR_RATE:
            grid, errors = await self._store.read(subject, Signal.ERRORS, window, step)
            _, requests = await self._store.read(subject, Signal.REQUEST_RATE, window, step)
            values = share(errors, requests)
        else:
            grid, values = await self._store.read(subject, signal, window, step)
        known = bool(np.isfinite(values).any())
        return Series(
            signal=signal,
            subject=subject,
            start=grid.start,
            step_seconds=grid.step_seconds,
            values=values,
            source=self.name,
            query=_query(signal, subject, grid),
            reason=None if known else self._reason(signal, subject),
        )

    def _reason(self, signal: Signal, subject: Subject) -> str:
        why = self._why_missing(subject, signal)
        return why or "nothing was measured in this time"


def share(part: Floats, whole: Floats) -> Floats:
    """Percent; unknown where there was nothing to have a part of."""
    found = np.full(len(whole), np.nan)
    some = whole > 0
    found[some] = np.clip(100 * part[some] / whole[some], 0, 100)
    return found


def _query(signal: Signal, subject: Subject, grid: Grid) -> str:
    name = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    return f"{signal} of {subject.kind} {name}, every {grid.step_seconds:g} s"
