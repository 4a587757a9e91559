"""All that is worked out of many series at once, on series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hexaops.analysis.outlook import ROWS_AT_ONCE, outlooks
from hexaops.analysis.series import forecast

SEASON, SEASONS = 48, 7
CLOCK = np.arange(SEASON * SEASONS)
WAVE = 50 + 20 * np.sin(2 * np.pi * CLOCK / SEASON)


def _rows(count: int) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = np.random.default_rng(5).normal(0, 1, (count, len(CLOCK))) + WAVE
    return rows


def test_each_row_is_told_for_itself() -> None:
    table = _rows(4)
    table[1, 200:] += 12
    table[2] += 0.1 * CLOCK
    table[3, 100] = 200
    still, stepped, rising, struck = outlooks(
        table, season=SEASON, ahead=SEASON, limits=np.array([np.nan, 200, 150, 150])
    )
    assert (still.changes, still.strange, still.until) == ([], [], None)
    assert stepped.changes == [pytest.approx(200, abs=2)]
    assert rising.trend is not None
    assert rising.trend.low < 0.1 < rising.trend.high
    assert rising.changes == []
    assert rising.until is not None
    assert rising.until[0] == pytest.approx((150 - 50 - 0.1 * len(CLOCK)) / 0.1, rel=0.2)
    assert 100 in struck.strange


def test_the_forecast_is_that_of_one_series() -> None:
    row = _rows(1)
    (found,) = outlooks(row, season=SEASON, ahead=10)
    alone = forecast(row[0], 10, season=SEASON)
    assert found.forecast is not None
    assert alone is not None
    assert found.forecast.expected.tolist() == alone.expected.tolist()


def test_more_rows_than_are_taken_at_once_and_rows_without_a_point() -> None:
    table = _rows(ROWS_AT_ONCE + 2)
    table[-1] = np.nan
    found = list(outlooks(table, season=SEASON, ahead=3))
    assert len(found) == ROWS_AT_ONCE + 2
    assert (found[-1].trend, found[-1].forecast, found[-1].changes) == (None, None, [])
    assert found[-2].forecast is not None
