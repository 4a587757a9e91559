"""Measurements over time as the API shows them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hexaops.backends.metrics.base import Series, Signal
from hexaops.kit.durations import format_time
from hexaops.responses import View


class MeasuredSeriesView(View, frozen=True, kw_only=True):
    """One signal of one application, evenly spaced: value `i` covers `step_seconds` from `start + i * step_seconds`."""

    application_id: str
    signal: Signal
    unit: str
    start: str
    step_seconds: float
    values: list[float | None]
    """Null where nothing was measured, which is not zero."""
    source: str
    query: str
    """What the source was asked."""
    reason: str | None
    """Why there is no value at all."""


class MeasurementsView(View, frozen=True, kw_only=True):
    """The asked series, by application and signal."""

    workspace_id: str
    series: list[MeasuredSeriesView]


def series_view(application_id: str, found: Series) -> MeasuredSeriesView:
    """A series as the API shows it."""
    return MeasuredSeriesView(
        application_id=application_id,
        signal=found.signal,
        unit=found.unit,
        start=format_time(datetime.fromtimestamp(found.start, UTC)),
        step_seconds=found.step_seconds,
        values=[_number(value) for value in found.values.tolist()],
        source=found.source,
        query=found.query,
        reason=found.reason,
    )


def _number(value: float) -> float | None:
    """Six significant digits are more than any of it is worth."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
