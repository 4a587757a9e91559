"""Streaming anomalies of one series: how far its latest stretch is from everything that it did before.

At two lengths (1 and 48 points) the distance of the latest stretch to its nearest neighbour in the
history is taken (discords: Keogh et al., "HOT SAX", 2005; left discords as in DAMP: Lu et al., KDD 2022), and divided
by a high quantile of its own past: 1 means "as strange as it ever gets". A season needs no setting, since a stretch of
yesterday is the neighbour of today's. Distances are carried from point to point, so that an update costs a few vector
operations on the history.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LENGTHS = (1, 48)
"""A single value, and the shape of the latest hours."""
HISTORY = 2048
SLACK = 256
"""Points are forgotten this many at a time."""
WARM_UP = 200
QUANTILE = 0.995
"""Of the past distances: the yardstick. Chosen once for all series."""
INHIBITION = 250
"""After a score, a smaller one within this many points is part of the same anomaly."""
FLOOR = 0.01
"""Distances below this share of the series' own spread are no difference."""


class _Scale:
    """How strange each distance at one length is beside those before it."""

    def __init__(self, history: int) -> None:
        self.past: list[float] = []
        self.order: deque[float] = deque(maxlen=history)

    def surprise(self, distance: float, floor: float) -> float:
        """The distance against a high quantile of the past ones; then it joins them."""
        past = self.past
        score = 0.0
        if len(past) > WARM_UP // 4:
            yardstick = past[int(QUANTILE * (len(past) - 1))]
            score = distance / max(yardstick, floor) if distance > floor else 0.0
        if len(self.order) == self.order.maxlen:
            past.pop(bisect_left(past, self.order[0]))
        self.order.append(distance)
        insort(past, distance)
        return score


class _Values:
    """Distance of the latest value to the nearest earlier one, by their order."""

    length = 1

    def __init__(self, history: int) -> None:
        self.scale = _Scale(history)
        self._ordered: list[float] = []

    def distance(self, values: Floats) -> float | None:
        """None while there is no earlier value; `values` begins with the latest."""
        value, ordered = float(values[0]), self._ordered
        at = bisect_left(ordered, value)
        below = value - ordered[at - 1] if at else None
        above = ordered[at] - value if at < len(ordered) else None
        ordered.insert(at, value)
        return above if below is None or (above is not None and above < below) else below

    def forget(self, dropped: Floats) -> None:
        """These values are no longer part of the history."""
        for value in dropped.tolist():
            self._ordered.pop(bisect_left(self._ordered, value))


class _Stretches:
    """Distance of the latest stretch of one length to the nearest earlier one that does not overlap it.

    The squared distances are carried from point to point. With `v[l]` the point l ago, what comes in at lag l less what
    goes out, (v[l] - v[0])² - (v[l+m] - v[m])², is (d[l] - d[0]) · (s[l] - s[0]), where d and s are the differences and
    sums of points that are m apart: these are kept, so that a point costs five operations on the history.
    """

    def __init__(self, length: int, history: int) -> None:
        self.length = length
        self.scale = _Scale(history)
        self._lags = history - length - 1
        self._squared: Floats = np.zeros(self._lags)
        """At l - 1: the squared distance of the stretch that ends now to the one that ended l points ago."""
        self._scratch: Floats = np.empty((2, self._lags))
        self._both: Floats = np.empty((2, history + SLACK))
        """Differences and sums, the latest first, at the places of their points."""
        self._size = history + SLACK

    def distance(self, values: Floats) -> float | None:
        """None while there is no earlier stretch."""
        m, n = self.length, len(values)
        first, old = self._size - n, min(n - 1 - m, self._lags)
        both, squared = self._both, self._squared
        if old >= 0:
            latest, leaving = float(values[0]), float(values[m])
            both[0, first], both[1, first] = latest - leaving, latest + leaving
        if old > 0:
            scratch, head = self._scratch[:, :old], squared[:old]
            np.subtract(both[:, first + 1 : first + 1 + old], both[:, first : first + 1], out=scratch)
            change = scratch[0]
            np.multiply(change, scratch[1], out=change)
            np.add(head, change, out=head)  # `squared[:old] += …` would copy the result onto itself
        if old < self._lags:  # stretches that reach back before the first point only grow
            begin, end = max(old, 0), min(n - 1, self._lags)
            squared[begin:end] += np.square(values[begin + 1 : end + 1] - values[0])
        usable = squared[m - 1 : min(n - m, self._lags)]
        if old <= 0 or not len(usable):
            return None
        nearest = float(usable[usable.argmin()])  # a third faster than the least value itself
        return math.sqrt(nearest) if nearest > 0.0 else 0.0

    def forget(self, dropped: Floats) -> None:
        """So many of the oldest points are no longer part of the history."""
        self._both[:, len(dropped) :] = self._both[:, : -len(dropped)].copy()


class NoveltyDetector:
    """Scores points as they come; a missing point is skipped and never taken for zero."""

    def __init__(self, *, history: int = HISTORY, lengths: tuple[int, ...] = LENGTHS) -> None:
        self._history = history
        self._buffer: Floats = np.empty(history + SLACK)
        """Filled from its end, so that the latest comes first and all operations run forwards in memory."""
        self._first = len(self._buffer)
        self._seen = 0
        self._parts = [_Values(history) if length == 1 else _Stretches(length, history) for length in lengths]
        self._recent: deque[tuple[int, float]] = deque()
        self._mean = self._spread = 0.0

    def update(self, value: float | None) -> float:
        """The score of the next point: 0 nothing new, 1 as strange as it ever was, above: an anomaly."""
        if value is None or not math.isfinite(value):
            return 0.0
        self._append(value)
        values = self._buffer[self._first :]
        floor = FLOOR * math.sqrt(self._spread / max(1, self._seen)) + 1e-12 * abs(value)
        scores = [
            part.scale.surprise(distance, floor * math.sqrt(part.length))
            for part in self._parts
            if (distance := part.distance(values)) is not None
        ]
        if not self._first:
            self._forget()
        return self._inhibited(max(scores, default=0.0) if self._seen > WARM_UP else 0.0)

    def _append(self, value: float) -> None:
        self._first -= 1
        self._buffer[self._first] = value
        self._seen += 1
        before = value - self._mean
        self._mean += before / self._seen
        self._spread += before * (value - self._mean)

    def _forget(self) -> None:
        """Drop the oldest points, so that memory and time stay bounded."""
        dropped = self._buffer[self._history :].copy()
        for part in self._parts:
            part.forget(dropped)
        self._buffer[SLACK:] = self._buffer[: self._history].copy()
        self._first = SLACK

    def _inhibited(self, score: float) -> float:
        recent = self._recent
        while recent and recent[0][0] < self._seen - INHIBITION:
            recent.popleft()
        largest = recent[0][1] if recent else 0.0
        while recent and recent[-1][1] <= score:
            recent.pop()
        recent.append((self._seen, score))
        return score if score > largest else 0.0


def novelty(values: Floats) -> Floats:
    """The scores of a whole series; NaN is a missing point."""
    detector = NoveltyDetector()
    return np.array([detector.update(float(value)) for value in values])


def latest_at_most(values: Floats, points: int) -> float:
    """What the scores of the latest `points` cannot exceed, far cheaper than the scores: most series end here."""
    highest = 0.0
    count = len(values)
    if count > HISTORY:
        return math.inf
    deviations = np.cumsum(np.square(values)) / np.arange(1, count + 1)
    means = np.cumsum(values) / np.arange(1, count + 1)
    floors = FLOOR * np.sqrt(np.maximum(0.0, deviations - np.square(means))) + 1e-12 * np.abs(values)
    by_lag = _squares_by_lag(values)
    for length in LENGTHS:
        first = max(1, 2 * length - 1)
        distances = _nearest(by_lag, length)
        for at in range(max(first + WARM_UP // 4 + 1, count - points), count):
            past = distances[first:at]
            rank = int(QUANTILE * (len(past) - 1))
            floor = floors[at] * math.sqrt(length)
            yardstick = max(float(np.partition(past, rank)[rank]), floor)
            highest = max(highest, float(distances[at]) / yardstick if distances[at] > floor else 0.0)
    return highest


def _squares_by_lag(values: Floats) -> Floats:
    """At [i, l - 1] the squared difference of the points i and i - l, where there are both."""
    padded = np.concatenate([np.full(len(values), values.mean()), values])[:-1]
    earlier = sliding_window_view(padded, len(values))[:, ::-1]
    differences: Floats = values[:, None] - earlier
    np.multiply(differences, differences, out=differences)
    return differences


def _nearest(by_lag: Floats, length: int) -> Floats:
    """At each point the distance of the stretch that ends there to the nearest that ended before it began."""
    sums = by_lag
    if length > 1:
        sums = np.cumsum(by_lag, axis=0)
        sums[length:] -= sums[:-length].copy()
    found: Floats = np.sqrt(np.maximum(0.0, np.where(_usable(len(by_lag), length), sums, np.inf).min(axis=1)))
    return found


@lru_cache(maxsize=8)
def _usable(count: int, length: int) -> NDArray[np.bool_]:
    """Which lags reach a stretch that is whole and does not overlap the latest one."""
    lags, ends = np.arange(1, count + 1)[None, :], np.arange(count)[:, None]
    usable: NDArray[np.bool_] = (lags >= length) & (lags <= ends - length + 1)
    return usable
