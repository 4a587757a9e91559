"""Trend, forecast and seasonal anomalies of evenly spaced series; NaN is a missing point, never zero."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_PAIRS_POINTS = 400
"""Longer series are reduced for the trend: slopes of all pairs are quadratic."""
REDUCED_POINTS = 250
MAD_TO_SIGMA = 1.4826
FEWEST = 8
SURE = 0.95
"""Confidence from which on a trend counts."""


class Trend(Struct, frozen=True):
    """Change a step with its confidence."""

    slope: float
    low: float
    high: float
    """95 % interval of the slope."""
    confidence: float
    """1 - p of Mann and Kendall's test: how sure it is that there is a trend at all."""


def trend(values: Floats) -> Trend | None:
    """Theil and Sen's slope with Sen's interval (Sen, 1968); None with too few points."""
    at = np.flatnonzero(np.isfinite(values))
    if len(at) < FEWEST:
        return None
    places, known = _reduced(at.astype(np.float64), values[at])
    slopes = _of_pairs(known)
    slopes /= _of_pairs(places)
    count, middle = len(known), len(slopes) // 2
    spread = math.sqrt(max(1e-12, (count * (count - 1) * (2 * count + 5) - _ties(known)) / 18))
    score = float(np.count_nonzero(slopes > 0) - np.count_nonzero(slopes < 0))
    z = (score - np.sign(score)) / spread if score else 0.0
    reach = 1.96 * spread
    low = max(0, int((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    center, bottom, top = _order_statistics(slopes, middle, low, high)
    return Trend(
        slope=center,
        low=bottom,
        high=top,
        confidence=math.erf(abs(z) / math.sqrt(2)),
    )


def measured_steps(values: Floats) -> int:
    """Steps from the first to the last measured point: what a slope is known for, and no further."""
    known = np.flatnonzero(np.isfinite(values))
    return int(known[-1] - known[0]) if len(known) else 0


def _reduced(places: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Long series as the medians of neighbouring points, each at the mean of their places; the latest are kept."""
    if len(known) <= MOST_PAIRS_POINTS:
        return places, known
    size = math.ceil(len(known) / REDUCED_POINTS)
    whole = len(known) // size * size
    ordered = np.sort(known[-whole:].reshape(-1, size), axis=1)
    return places[-whole:].reshape(-1, size).mean(axis=1), (ordered[:, (size - 1) // 2] + ordered[:, size // 2]) / 2


def _of_pairs(values: Floats) -> Floats:
    """By how much the later of each two values is greater."""
    found: Floats = (values[None, :] - values[:, None])[_later(len(values))]
    return found


@lru_cache(maxsize=8)
def _later(count: int) -> NDArray[np.bool_]:
    """Which of all pairs have the later one second: the same for all series of one length."""
    return np.triu(np.ones((count, count), dtype=np.bool_), 1)


def _order_statistics(values: Floats, middle: int, low: int, high: int) -> tuple[float, float, float]:
    """The median and the values of two ranks around it, one after the other: half the time of all at once."""
    values.partition(middle)
    below, above = values[:middle], values[middle:]
    center = float(above[0]) if len(values) % 2 else float(below.max() + above[0]) / 2
    bottom = float(np.partition(below, low)[low]) if low < middle else float(above[0])
    return center, bottom, float(np.partition(above, high - middle)[high - middle])


def _ties(known: Floats) -> float:
    counts = np.unique(known, return_counts=True)[1]
    return float((counts * (counts - 1) * (2 * counts + 5)).sum())


class Forecast(Struct, frozen=True):
    """Values of the coming steps with their interval."""

    expected: Floats
    low: Floats
    high: Floats


def forecast(values: Floats, steps: int, *, season: int = 0, coverage: float = 0.9) -> Forecast | None:
    """Trend and seasonal profile (medians) carried on; the interval from the residuals, wider with the square root
    of the horizon in seasons. None with fewer points than two seasons, or too few altogether."""
    at = np.flatnonzero(np.isfinite(values))
    if len(at) < max(FEWEST, 2 * season):
        return None
    line = trend(without_season(values, season))
    assert line is not None
    return carried_on(values, line, steps, season=season, coverage=coverage)


def carried_on(values: Floats, line: Trend, steps: int, *, season: int = 0, coverage: float = 0.9) -> Forecast:
    """The forecast, when the trend of what the season leaves is known."""
    slope = line.slope if line.confidence > SURE else 0.0
    flat = values - slope * np.arange(len(values), dtype=np.float64)
    level = float(np.nanmedian(flat[-max(FEWEST, 2 * season) :])) if season else float(np.nanmedian(flat[-FEWEST:]))
    flat -= level
    profile = _profile(flat, season)
    residual = flat - profile[np.arange(len(values)) % len(profile)]
    residual = residual[np.isfinite(residual)]
    edge = (1 - coverage) / 2
    below, above = np.quantile(residual, [edge, 1 - edge])
    ahead = np.arange(len(values), len(values) + steps)
    expected = level + slope * ahead + profile[ahead % len(profile)]
    widening = np.sqrt(1 + np.arange(steps) / max(season, FEWEST))
    return Forecast(expected, expected + below * widening, expected + above * widening)


def without_season(values: Floats, season: int, slope: float = 0.0) -> Floats:
    """What the profile of the whole seasons leaves, at the same level: a season cut off in its middle would look like
    a slope. A known slope is taken out while the profile is worked out, as it would make steps of the seasons."""
    whole = len(values) - len(values) % season if season else 0
    if not whole:
        return values
    profile = _profile(values[-whole:] - slope * np.arange(whole), season)
    profile -= profile.mean()
    left: Floats = values - profile[(np.arange(len(values)) - (len(values) - whole)) % len(profile)]
    return left


def _profile(flat: Floats, season: int) -> Floats:
    if season < 2:
        return np.zeros(1)
    padded = np.full(math.ceil(len(flat) / season) * season, np.nan)
    padded[: len(flat)] = flat
    profile = _median(padded.reshape(-1, season), 0)[0]
    return np.where(np.isfinite(profile), profile, 0.0)


def steps_until(values: Floats, limit: float) -> tuple[float, float | None] | None:
    """Steps until the trend reaches the limit from below: expected, and at the earliest by the slope's interval.

    None where there is no sure rising trend, or too few points; 0 where the limit is reached.
    """
    line = trend(values)
    return steps_to(values, line, limit) if line is not None else None


def steps_to(values: Floats, line: Trend, limit: float) -> tuple[float, float | None] | None:
    """The same, when the trend is known."""
    now = float(np.median(values[np.isfinite(values)][-FEWEST:]))
    if now >= limit:
        return 0.0, 0.0
    if line.confidence <= SURE or line.slope <= 0:
        return None
    return (limit - now) / line.slope, (limit - now) / line.high if line.high > 0 else None


def seasonal_anomalies(table: Floats, season: int) -> tuple[Floats, Floats]:
    """Many series at once (rows): baseline and severity of every point.

    The baseline is the median at the same place of the season, the severity the distance from it in robust standard
    deviations of the row's residuals. A missing point has no severity.
    """
    rows, length = table.shape
    whole = math.ceil(length / season) * season
    padded = np.full((rows, whole), np.nan)
    padded[:, :length] = table
    folded = padded.reshape(rows, -1, season)
    baseline = np.repeat(_median(folded, 1), folded.shape[1], axis=1).reshape(rows, whole)[:, :length]
    residual = table - baseline
    spread = MAD_TO_SIGMA * _median(np.abs(residual), 1)
    floor = 1e-9 + 0.01 * np.abs(_median(table, 1))
    return baseline, np.abs(residual) / np.maximum(spread, floor)


def _median(values: Floats, axis: int) -> Floats:
    """The median that ignores missing points and keeps its axis; NaN where there is none. Sorting puts NaN last."""
    ordered = np.sort(values, axis=axis)
    count = np.isfinite(values).sum(axis=axis, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[axis] - 1), axis)
    middle = (low + high) / 2
    found: Floats = np.where(count > 0, middle, np.nan)
    return found
