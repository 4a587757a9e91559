"""Where one measured series is heading, with an interval, and where its level changed; or why that cannot be told.

A forecast reaches no further ahead than half of what was measured. Levels are told only
where the time of day is taken out, which takes two days: before that, every morning would be a new level.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from msgspec import Struct

from hexaops.analysis.changes import change_points
from hexaops.analysis.series import FEWEST, Floats, Trend, forecast, trend

DAY_SECONDS = 86_400.0
COVERAGE = 0.9
FEWEST_FORECAST = 30
"""Points that a forecast is made from, and twice as many as it reaches ahead."""
LEAST_SHIFT = 0.1
"""Of the level before: a smaller change of level is none that matters."""
MOST_SHIFTS = 3
"""More of them within one series are its course, and no changes of its level."""
SEASONAL = "trend and time of day"
PLAIN = "trend, without the time of day: that takes two days of history"
NO_DAYS = "that takes two days of history, to tell them from the time of day"
NOT_LATELY = "nothing was measured at the end of the time"


class Coming(Struct, frozen=True):
    """A forecast for one moment."""

    ahead_seconds: float
    """From the end of what was measured."""
    expected: float
    low: float
    high: float
    """The interval in which `COVERAGE` of values are expected."""
    method: str


class Shift(Struct, frozen=True):
    """A change of level."""

    index: int
    """The first point of the new level."""
    before: float
    after: float
    """Means of either level, the time of day taken out."""

    @property
    def percent(self) -> float:
        """By how much it changed."""
        return 100 * (self.after - self.before) / abs(self.before)


class Course(Struct, frozen=True):
    """How a series moved so far."""

    trend: Trend | None
    """None with too few points."""
    shifts: list[Shift] | str


def course(values: Floats, step_seconds: float) -> Course:
    """Of a series of even steps."""
    line = trend(values)
    measured, first = _measured(values)
    day = _day(measured, step_seconds)
    if line is None or day is None:
        return Course(line, NO_DAYS)
    left = _without_time_of_day(measured, day)
    return Course(line, _shifts(left, change_points(left), first))


def coming(values: Floats, step_seconds: float, ahead_seconds: float, *, most: float | None = None) -> Coming | str:
    """The forecast of a series of even steps; `most` is what its values cannot exceed, and none is below zero."""
    measured, _ = _measured(values)
    ahead = max(1, round(ahead_seconds / step_seconds))
    count, needed = int(np.isfinite(measured).sum()), max(FEWEST_FORECAST, 2 * ahead)
    if count < needed:
        points = "1 measured point" if count == 1 else f"{count} measured points"
        return f"the history is too short: {points}, at least {needed} are needed"
    if not np.isfinite(measured[-FEWEST:]).any():
        return NOT_LATELY
    day = _day(measured, step_seconds)
    found = forecast(measured, ahead, season=day or 0, coverage=COVERAGE)
    if found is None:
        return NOT_LATELY
    expected, low, high = (float(np.clip(row[-1], 0.0, most)) for row in (found.expected, found.low, found.high))
    return Coming(ahead * step_seconds, expected, low, high, PLAIN if day is None else SEASONAL)


def _measured(values: Floats) -> tuple[Floats, int]:
    """From the first measured point on, and its index."""
    known = np.flatnonzero(np.isfinite(values))
    first = int(known[0]) if len(known) else len(values)
    return values[first:], first


def _day(measured: Floats, step_seconds: float) -> int | None:
    """The points of a day, where at least two days are known."""
    day = round(DAY_SECONDS / step_seconds)
    return day if day > 1 and np.isfinite(measured).sum() >= 2 * day else None


def _without_time_of_day(values: Floats, day: int) -> Floats:
    """What the usual distance from the mean of the day around leaves at each time of day.

    Neither a slope nor a step becomes part of the season so: both move the mean of the day along.
    """
    known = np.isfinite(values)
    counts = np.convolve(known, np.ones(day), mode="valid")
    sums = np.convolve(np.where(known, values, 0.0), np.ones(day), mode="valid")
    around = np.full(len(values), np.nan)
    around[day // 2 : day // 2 + len(sums)] = np.where(counts > day // 2, sums / np.maximum(counts, 1), np.nan)
    off = np.full(-(-len(values) // day) * day, np.nan)
    off[: len(values)] = values - around
    profile = np.array([np.median(place) if len(place) else 0.0 for place in _by_place(off.reshape(-1, day))])
    left: Floats = values - (profile - profile.mean())[np.arange(len(values)) % day]
    return left


def _by_place(days: Floats) -> list[Floats]:
    return [place[np.isfinite(place)] for place in days.T]


def _shifts(left: Floats, changes: list[int], first: int) -> list[Shift]:
    if len(changes) > MOST_SHIFTS:
        return []
    edges = [0, *changes, len(left)]
    levels = [float(np.nanmean(left[begin:end])) for begin, end in pairwise(edges)]
    return [
        Shift(first + index, before, after)
        for index, (before, after) in zip(changes, pairwise(levels), strict=True)
        if before and abs(after - before) >= LEAST_SHIFT * abs(before)
    ]
