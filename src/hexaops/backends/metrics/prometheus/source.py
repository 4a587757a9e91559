"""Prometheus as a source of series."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hexaops.backends.metrics.base import TOTALS, Grid, MetricSourceError, Series, Signal, Subject, Window, default_step
from hexaops.backends.metrics.embedded.source import share
from hexaops.backends.metrics.prometheus.client import NAME, PrometheusClient
from hexaops.backends.metrics.prometheus.queries import query_of, template_problem

FINEST_SECONDS = 30.0
"""A finer step would fall between two scrapes."""
NO_QUERY = "Prometheus has no query for this signal; name one under metrics_source.queries"
NO_DATA = "Prometheus has no such series in this time"


class PrometheusMetrics:
    """A MetricSource; a point is what Prometheus says at its end."""

    name = NAME

    def __init__(
        self,
        client: PrometheusClient,
        overrides: Mapping[Signal, str] | None = None,
        by_namespace: Mapping[str, Mapping[Signal, str]] | None = None,
    ) -> None:
        self._client = client
        self._overrides = overrides or {}
        self._by_namespace = {name: {**self._overrides, **own} for name, own in (by_namespace or {}).items()}

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        """A series of the window; raises MetricSourceError."""
        step = max(FINEST_SECONDS, step_seconds or default_step(window))
        overrides = self._by_namespace.get(subject.namespace, self._overrides)
        if signal is Signal.ERROR_RATE and signal not in overrides:
            return await self._error_rate(subject, window, step)
        grid = Grid.over(window, step)
        problem = template_problem(overrides[signal]) if signal in overrides else None
        if problem:
            raise MetricSourceError(
                "Prometheus cannot be asked", details={"source": NAME, "reason": f"{signal} {problem}"}
            )
        query = query_of(signal, subject, step_seconds=step, overrides=overrides)
        values, reason = np.full(grid.count, np.nan), NO_QUERY
        if query is not None:
            last = grid.start + grid.count * step
            points = await self._client.range(query, start=grid.start + step, end=last, step_seconds=step)
            pairs = np.array(points, np.float64).reshape(-1, 2)
            values = grid.gather(pairs[:, 0] - step, pairs[:, 1], total=signal in TOTALS)
            reason = NO_DATA
        known = bool(np.isfinite(values).any())
        return Series(signal, subject, grid.start, step, values, self.name, query or "", None if known else reason)

    async def _error_rate(self, subject: Subject, window: Window, step: float) -> Series:
        errors = await self.read(Signal.ERRORS, subject, window, step)
        requests = await self.read(Signal.REQUEST_RATE, subject, window, step)
        values = share(errors.values, requests.values)
        known = bool(np.isfinite(values).any())
        query = f"100 * ({errors.query}) / ({requests.query})"
        why = None if known else errors.reason or requests.reason or NO_DATA
        return Series(Signal.ERROR_RATE, subject, errors.start, step, values, self.name, query, why)
