"""How series moved over a window, and where they left what is normal for them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from hexaops.analysis.performance.measures import FEWEST
from hexaops.analysis.series import measured_steps, seasonal_anomalies, trend
from hexaops.backends.metrics.base import Floats, Signal

DAY_SECONDS = 86_400.0
STABLE_PERCENT = 5.0
"""A smaller change over the window is no trend that matters."""
FEWEST_NORMAL = 30
"""Points that say what is normal."""
STRANGE = 6.0
"""In robust standard deviations."""
LEAST_SHARE = 0.1
"""Of the baseline: a smaller distance is none, however quiet the series was."""
LEAST_DISTANCE = {Signal.ERROR_RATE: 0.5, Signal.CPU_THROTTLED: 2.0, Signal.RESTARTS: 0.5, Signal.REPLICAS: 0.5}
"""In the signal's unit: of nearly nothing, even twice as much is nothing."""

Level = Literal["medium", "high", "critical"]


class Movement(Struct, frozen=True):
    """The trend of a series over its window."""

    trend: Literal["increasing", "decreasing", "stable"]
    change_percent: float
    confidence: float


class Anomaly(Struct, frozen=True):
    """A stretch of strange values, by its strangest one."""

    index: int
    """Within the window."""
    value: float
    baseline: float
    deviation: float
    """From the baseline, in robust standard deviations."""
    severity: Level
    steps: int
    """How long the stretch is."""


def movement_of(values: Floats) -> Movement | None:
    """The trend; None with too few points."""
    line = trend(values)
    level = abs(float(np.nanmedian(values))) if line is not None else 0.0
    if line is None:
        return None
    change = line.slope * measured_steps(values)
    percent = 100 * change / level if level > 0 else 0.0
    moves = line.confidence > 0.95 and abs(percent) >= STABLE_PERCENT
    return Movement(("increasing" if percent > 0 else "decreasing") if moves else "stable", percent, line.confidence)


def anomalies_of(signal: Signal, history: Floats, window_points: int, step_seconds: float) -> list[Anomaly] | None:
    """Strange stretches of the last points; None where too little is known of what is normal.

    With two days or more the baseline is that of the time of day, else of all the time.
    """
    if np.isfinite(history).sum() < max(FEWEST, FEWEST_NORMAL):
        return None
    day = max(1, round(DAY_SECONDS / step_seconds))
    first = int(np.flatnonzero(np.isfinite(history))[0])
    known = history[first:]
    season = day if len(known) >= 2 * day else 1
    baseline, deviation = (row[0] for row in seasonal_anomalies(known[None, :], season))
    distance = np.abs(known - baseline)
    floor = np.maximum(LEAST_SHARE * np.abs(baseline), LEAST_DISTANCE.get(signal, 0.0))
    strange = (deviation >= STRANGE) & (distance >= floor)
    offset = len(known) - window_points
    return [
        _strangest(stretch, known, baseline, deviation, offset=offset)
        for stretch in _stretches(strange, max(0, offset))
    ]


def _stretches(strange: np.ndarray, begin: int) -> list[range]:
    """Runs of strange points from a point on; one quiet or missing point does not end a run."""
    found: list[range] = []
    for index in np.flatnonzero(strange[begin:]) + begin:
        if found and index - found[-1][-1] <= 2:
            found[-1] = range(found[-1].start, int(index) + 1)
        else:
            found.append(range(int(index), int(index) + 1))
    return found


def _strangest(stretch: range, known: Floats, baseline: Floats, deviation: Floats, *, offset: int) -> Anomaly:
    best = max(stretch, key=lambda index: float(np.nan_to_num(deviation[index])))
    how = float(deviation[best])
    level: Level = "critical" if how >= 20 else "high" if how >= 10 else "medium"
    return Anomaly(best - offset, float(known[best]), float(baseline[best]), how, level, len(stretch))
