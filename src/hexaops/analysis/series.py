"""Trend, change points, forecast and seasonal anomalies of evenly spaced series; NaN is a missing point, never zero."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_PAIRS_POINTS = 600
"""Longer series are thinned for the trend: slopes of all pairs are quadratic."""
LEAST_SEGMENT = 12
CHANGE_THRESHOLD = 5.0
"""In robust standard errors of the difference of two means; noise reaches it in about 1 of 100 series."""
MAD_TO_SIGMA = 1.4826
FEWEST = 8


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
    at = at[:: max(1, math.ceil(len(at) / MOST_PAIRS_POINTS))]
    known = values[at]
    first, second = _pairs(len(at))
    slopes = (known[second] - known[first]) / (at[second] - at[first])
    count, middle = len(at), len(slopes) // 2
    spread = math.sqrt(max(1e-12, (count * (count - 1) * (2 * count + 5) - _ties(known)) / 18))
    score = float(np.sign(slopes).sum())
    z = (score - np.sign(score)) / spread if score else 0.0
    reach = 1.96 * spread
    low = max(0, int((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    ranked = np.partition(slopes, (low, max(0, middle - 1), middle, high))  # a few ranks are needed, not all
    return Trend(
        slope=float(ranked[middle] if len(slopes) % 2 else (ranked[middle - 1] + ranked[middle]) / 2),
        low=float(ranked[low]),
        high=float(ranked[high]),
        confidence=math.erf(abs(z) / math.sqrt(2)),
    )


@lru_cache(maxsize=8)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of all pairs: the same for all series of one length."""
    first, second = np.triu_indices(count, 1)
    return first, second


def _ties(known: Floats) -> float:
    counts = np.unique(known, return_counts=True)[1]
    return float((counts * (counts - 1) * (2 * counts + 5)).sum())


def change_points(values: Floats) -> list[int]:
    """Where the level changes: binary segmentation (Scott and Knott, 1974) by a robust t-like statistic.

    The index is that of the first point of the new level.
    """
    at = np.flatnonzero(np.isfinite(values))
    known = values[at]
    found: list[int] = []
    left = [(0, len(known))]
    while left:
        begin, end = left.pop()
        split = _best_split(known[begin:end])
        if split is not None:
            found.append(begin + split)
            left += [(begin, begin + split), (begin + split, end)]
    return sorted(int(at[index]) for index in found)


def _best_split(part: Floats) -> int | None:
    count = len(part)
    if count < 2 * LEAST_SEGMENT:
        return None
    sums = np.cumsum(part)
    index = np.arange(LEAST_SEGMENT, count - LEAST_SEGMENT + 1)
    before, after = sums[index - 1] / index, (sums[-1] - sums[index - 1]) / (count - index)
    noise = MAD_TO_SIGMA * float(np.median(np.abs(np.diff(part)))) / math.sqrt(2)
    floor = 1e-9 * (1.0 + float(np.abs(part).max()))
    error = max(noise, floor) * np.sqrt(1 / index + 1 / (count - index))
    strength = np.abs(after - before) / error
    best = int(strength.argmax())
    return int(index[best]) if strength[best] > CHANGE_THRESHOLD else None


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
    # a season cut off in its middle looks like a slope, so the slope is that of what the season leaves
    whole = len(values) - len(values) % season if season else 0
    seasonal = _profile(values[-whole:], season) if whole else np.zeros(1)
    line = trend(values - seasonal[(np.arange(len(values)) - (len(values) - whole)) % len(seasonal)])
    assert line is not None
    slope = line.slope if line.confidence > 0.95 else 0.0
    index = np.arange(len(values), dtype=np.float64)
    flat = values - slope * index
    level = float(np.nanmedian(flat[-max(FEWEST, 2 * season) :])) if season else float(np.nanmedian(flat[-FEWEST:]))
    profile = _profile(flat - level, season)
    residual = flat - level - profile[np.arange(len(values)) % len(profile)]
    residual = residual[np.isfinite(residual)]
    edge = (1 - coverage) / 2
    below, above = np.quantile(residual, [edge, 1 - edge])
    ahead = np.arange(len(values), len(values) + steps)
    expected = level + slope * ahead + profile[ahead % len(profile)]
    widening = np.sqrt(1 + np.arange(steps) / max(season, FEWEST))
    return Forecast(expected, expected + below * widening, expected + above * widening)


def _profile(flat: Floats, season: int) -> Floats:
    if season < 2:
        return np.zeros(1)
    padded = np.full(math.ceil(len(flat) / season) * season, np.nan)
    padded[: len(flat)] = flat
    table = padded.reshape(-1, season)
    known = np.isfinite(table).any(axis=0)
    profile = np.zeros(season)
    profile[known] = np.nanmedian(table[:, known], axis=0)
    return profile


def steps_until(values: Floats, limit: float) -> tuple[float, float | None] | None:
    """Steps until the trend reaches the limit from below: expected, and at the earliest by the slope's interval.

    None where there is no sure rising trend, or too few points; 0 where the limit is reached.
    """
    line = trend(values)
    if line is None:
        return None
    now = float(np.nanmedian(values[np.isfinite(values)][-FEWEST:]))
    if now >= limit:
        return 0.0, 0.0
    if line.confidence <= 0.95 or line.slope <= 0:
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
