"""How use and cost of a whole workspace develop, and when its room ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hexaops.analysis.applications.usage import Resource
from hexaops.analysis.insights.usage import SURE, Measured, change_percent
from hexaops.analysis.prospects import Coming, coming
from hexaops.analysis.series import measured_steps, steps_until, trend

Floats = NDArray[np.float64]
Word = Literal["increasing", "decreasing", "stable"]
LEAST_CHANGE_PERCENT = 5.0
AHEAD = 0.25
"""How far a forecast reaches, as a share of the time that was looked at."""
NO_APPLICATIONS = "there is no application to measure"
LEAST_COVERAGE = 0.25
"""Share of the time that must have been measured."""
MONTH_SECONDS = 730 * 3600.0
DAY_SECONDS = 86400.0


class Development(Struct, frozen=True):
    """A trend over the time that was asked for."""

    word: Word
    change_percent: float
    """From the first to the last measured point, in percent of the mean."""
    monthly_percent: float
    """The same pace for a month."""
    days_until_full: float | None
    """Until the room is used up at this pace; None where it does not surely come nearer."""
    days_at_earliest: float | None = None
    """The same with the upper end of the slope's interval."""


def development(values: Floats, step_seconds: float, room: float | None) -> Development | str:
    """The trend, or why there is none to tell; `room` is what the series may rise to."""
    known = np.isfinite(values)
    if known.sum() < LEAST_COVERAGE * len(values):
        return f"only {known.sum()} of {len(values)} points of this time have been measured"
    line = trend(values)
    mean = float(np.nanmean(values)) if known.any() else 0.0
    if line is None or mean <= 0:
        return "there are too few measurements"
    change = change_percent(values, line.slope) if line.confidence >= SURE else 0.0
    word: Word = "stable"
    if abs(change) >= LEAST_CHANGE_PERCENT:
        word = "increasing" if change > 0 else "decreasing"
    until = steps_until(values, room) if room else None
    return Development(
        word=word,
        change_percent=round(change, 1),
        monthly_percent=round(change * MONTH_SECONDS / (step_seconds * measured_steps(values)), 1),
        days_until_full=_days(until[0], step_seconds) if until else None,
        days_at_earliest=_days(until[1], step_seconds) if until and until[1] is not None else None,
    )


def coming_of(measured: Sequence[Measured], resource: Resource) -> Coming | str:
    """The forecast for the use of all of them together."""
    series = together([one.history[resource] for one in measured if resource in one.history])
    if not len(series):
        return NO_APPLICATIONS
    return ahead_of(series, measured[0].step_seconds)


def ahead_of(series: Floats, step_seconds: float) -> Coming | str:
    """The forecast for a series, `AHEAD` of its length ahead."""
    return coming(series, step_seconds, AHEAD * len(series) * step_seconds)


def _days(steps: float, step_seconds: float) -> float:
    return round(steps * step_seconds / DAY_SECONDS, 1)


def together(parts: Sequence[Floats]) -> Floats:
    """The sum of series on one grid: a point is what the parts that have it add up to, missing where none has it."""
    if not parts:
        return np.zeros(0)
    table = np.vstack(parts)
    total: Floats = np.where(np.isfinite(table).any(axis=0), np.nansum(table, axis=0), np.nan)
    return total
