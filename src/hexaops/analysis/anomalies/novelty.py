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

import numpy as np
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
    """Distances of the latest stretch of one length to all earlier ones, by lag."""

    def __init__(self, length: int, history: int) -> None:
        self.length = length
        self.past: list[float] = []
        self.order: deque[float] = deque(maxlen=history)
        self._lags = history - length - 1
        self._squared: Floats = np.zeros(self._lags)
        """At l - 1: the squared distance of the stretch that ends now to the one that ended l points ago."""
        self._scratch: Floats = np.empty(self._lags)

    def distance(self, values: Floats, fresh: Floats) -> float | None:
        """Distance to the nearest earlier stretch that does not overlap the latest one; None while there is none.

        `values` ends with the latest; `fresh` holds its squared differences to the earlier ones, latest first.
        """
        m, n = self.length, len(values)
        if m == 1:
            return math.sqrt(fresh.min()) if n > 1 else None
        squared = self._squared
        new = min(n - 1, self._lags)
        squared[:new] += fresh[:new]
        old = min(n - 1 - m, self._lags)
        if old <= 0:
            return None
        left = self._scratch[:old]
        np.subtract(values[n - 2 - m :: -1][:old], values[n - 1 - m], out=left)
        np.multiply(left, left, out=left)
        squared[:old] -= left
        usable = squared[m - 1 : min(n - m, self._lags)]
        return math.sqrt(max(0.0, usable.min())) if len(usable) else None

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


class NoveltyDetector:
    """Scores points as they come; a missing point is skipped and never taken for zero."""

    def __init__(self, *, history: int = HISTORY, lengths: tuple[int, ...] = LENGTHS) -> None:
        self._history = history
        self._buffer: Floats = np.empty(history + SLACK)
        self._fresh: Floats = np.empty(history + SLACK)
        self._size = 0
        self._seen = 0
        self._scales = [_Scale(length, history) for length in lengths]
        self._recent: deque[tuple[int, float]] = deque()
        self._mean = self._spread = 0.0

    def update(self, value: float | None) -> float:
        """The score of the next point: 0 nothing new, 1 as strange as it ever was, above: an anomaly."""
        if value is None or not math.isfinite(value):
            return 0.0
        fresh = self._fresh[: self._size]
        if self._size:
            np.subtract(self._buffer[self._size - 1 :: -1], value, out=fresh)
        np.multiply(fresh, fresh, out=fresh)
        self._append(value)
        values = self._buffer[: self._size]
        floor = FLOOR * math.sqrt(self._spread / max(1, self._seen)) + 1e-12 * abs(value)
        scores = [
            scale.surprise(distance, floor * math.sqrt(scale.length))
            for scale in self._scales
            if (distance := scale.distance(values, fresh)) is not None
        ]
        if self._size == len(self._buffer):
            self._forget()
        return self._inhibited(max(scores, default=0.0) if self._seen > WARM_UP else 0.0)

    def _append(self, value: float) -> None:
        self._buffer[self._size] = value
        self._size += 1
        self._seen += 1
        before = value - self._mean
        self._mean += before / self._seen
        self._spread += before * (value - self._mean)

    def _forget(self) -> None:
        """Drop the oldest points, so that memory and time stay bounded."""
        self._buffer[: self._history] = self._buffer[SLACK:].copy()
        self._size = self._history

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
