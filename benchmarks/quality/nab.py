"""The Numenta Anomaly Benchmark: its scoring, its sweeper, its three profiles (Lavin and Ahmad, 2015).

Written from the published scoring: within a window only the best point counts, by a sigmoid of its position; a false
positive costs by its distance from the window before it; a window without a detection costs its weight; the first 15 %
of a series (at most 750 points) are not scored. One threshold for all series maximises a profile's score. 0 is a
detector that never speaks, 100 a perfect one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PROFILES = {"standard": (0.11, 1.0), "reward_low_FP_rate": (0.22, 1.0), "reward_low_FN_rate": (0.11, 2.0)}
"""Weights of a false positive and of a missed window; a true positive weighs 1."""
PROBATION = 0.15
MOST_PROBATION = 750


@dataclass(frozen=True)
class Series:
    """One labelled series."""

    name: str
    values: Floats
    windows: list[tuple[int, int]]


def load(folder: Path) -> list[Series]:
    """Every series of the folder with its windows as indexes."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text())
    found = []
    for path in sorted((folder / "data").glob("*/*.csv")):
        name = f"{path.parent.name}/{path.name}"
        with path.open() as file:
            rows = list(csv.reader(file))[1:]
        times = [row[0] for row in rows]
        windows = [tuple(times.index(end.split(".")[0]) for end in window) for window in labels.get(name, [])]
        found.append(Series(name, np.array([float(row[1]) for row in rows]), [(a, b) for a, b in windows]))
    return found


def sigmoid(position: Floats) -> Floats:
    """NAB's scaled sigmoid: -1 far behind a window, near 1 at its beginning."""
    return np.where(position > 3.0, -1.0, 2.0 / (1.0 + np.exp(5.0 * np.minimum(position, 3.0))) - 1.0)


def weights(series: Series, false_positive: float) -> tuple[Floats, NDArray[np.int64]]:
    """What a detection at each point is worth, and the window that the point is in (-1: none)."""
    count = len(series.values)
    index = np.arange(count)
    worth, inside = np.full(count, -false_positive), np.full(count, -1)
    best = float(sigmoid(np.array([-1.0]))[0])
    for number, (begin, end) in enumerate(series.windows):
        width = end - begin + 1
        within = slice(begin, end + 1)
        worth[within] = sigmoid(-(end - index[within] + 1) / width) / best
        inside[within] = number
        after = slice(end + 1, series.windows[number + 1][0] if number + 1 < len(series.windows) else count)
        worth[after] = sigmoid((index[after] - end) / (width - 1)) * false_positive
    return worth, inside


def sweep(corpus: list[Series], scores: list[Floats], profile: str) -> tuple[float, float]:
    """The best normalised score over all thresholds, and the threshold."""
    false_positive, missed = PROFILES[profile]
    points = []
    for number, (series, found) in enumerate(zip(corpus, scores, strict=True)):
        worth, inside = weights(series, false_positive)
        start = int(min(PROBATION * len(found), MOST_PROBATION))
        points += [(found[i], number, inside[i], worth[i]) for i in range(start, len(found))]
    points.sort(key=lambda point: -point[0])
    total = sum(len(series.windows) for series in corpus)
    score = lowest = -missed * total
    best, threshold = lowest, np.inf
    caught: dict[tuple[int, int], float] = {}
    for position, (value, number, window, worth) in enumerate(points):
        if window < 0:
            score += worth
        else:
            had = caught.get((number, window), -missed)
            caught[number, window] = max(had, worth)
            score += caught[number, window] - had
        last = position + 1 == len(points) or points[position + 1][0] != value
        if last and score > best:
            best, threshold = score, value
    return 100.0 * float(best - lowest) / (total - lowest), float(threshold)


def moving_z_score(values: Floats, *, window: int = 1000, fewest: int = 30) -> Floats:
    """The baseline: distance from the moving mean in moving standard deviations."""
    sums, squares = np.cumsum(np.insert(values, 0, 0.0)), np.cumsum(np.insert(values**2, 0, 0.0))
    index = np.arange(len(values))
    begin = np.maximum(0, index - window)
    count = np.maximum(1, index - begin)
    mean = (sums[index] - sums[begin]) / count
    spread = np.sqrt(np.maximum(1e-12, (squares[index] - squares[begin]) / count - mean**2))
    return np.where(index < fewest, 0.0, np.abs(values - mean) / spread)


def measure(corpus: list[Series], detect: Callable[[Floats], Floats]) -> dict[str, tuple[float, float]]:
    """Score and threshold by profile."""
    scores = [detect(series.values) for series in corpus]
    return {profile: sweep(corpus, scores, profile) for profile in PROFILES}
