"""All that is worked out of many series of one grid: trend, changes of level, strange points, and what comes.

The season is taken out once and everything else reads what is left. Rows are taken a few at a time, so that memory
does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from hexaops.analysis.changes import change_points
from hexaops.analysis.series import (
    FEWEST,
    SURE,
    Floats,
    Forecast,
    Trend,
    carried_on,
    seasonal_anomalies,
    steps_to,
    trend,
    without_season,
)

ROWS_AT_ONCE = 32
STRANGE = 6.0
"""In robust standard deviations."""


class Outlook(Struct, frozen=True):
    """Of one series; `trend` and `forecast` are None with too few points."""

    trend: Trend | None
    """Of what the season leaves."""
    changes: list[int]
    """First points of new levels."""
    strange: list[int]
    """Points that lie far from what is usual at their place of the season."""
    forecast: Forecast | None
    until: tuple[float, float | None] | None
    """Steps until the limit is reached, and at the earliest; None where it does not surely come nearer."""


def outlooks(table: Floats, *, season: int, ahead: int, limits: Floats | None = None) -> Iterator[Outlook]:
    """One for each row; `limits` holds what each row may rise to, NaN where there is nothing of the kind."""
    for begin in range(0, len(table), ROWS_AT_ONCE):
        part = table[begin : begin + ROWS_AT_ONCE]
        severity = seasonal_anomalies(part, season)[1]
        for offset, values in enumerate(part):
            limit = float(limits[begin + offset]) if limits is not None else np.nan
            yield _outlook(values, severity[offset], season=season, ahead=ahead, limit=limit)


def _outlook(values: Floats, severity: Floats, *, season: int, ahead: int, limit: float) -> Outlook:
    left = without_season(values, season)
    line = trend(left)
    if line is not None and line.confidence > SURE:
        left = without_season(values, season, line.slope)
    enough = int(np.isfinite(values).sum()) >= max(FEWEST, 2 * season)
    return Outlook(
        trend=line,
        changes=change_points(left),
        strange=np.flatnonzero(severity >= STRANGE).tolist(),
        forecast=carried_on(values, line, ahead, season=season) if line is not None and enough else None,
        until=steps_to(left, line, limit) if line is not None and np.isfinite(limit) else None,
    )
