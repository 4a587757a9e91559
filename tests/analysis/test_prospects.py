"""Forecasts with their interval, and changes of level: told where the history allows it, else a reason."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.prospects import NO_DAYS, NOT_LATELY, PLAIN, SEASONAL, Coming, coming, course

HOUR = 3600.0
HOURS = np.arange(7 * 24.0)
DAILY = 10 + 4 * np.sin(HOURS * np.pi / 12)
NOISE = np.random.default_rng(3).normal(0, 0.3, len(HOURS))


def test_a_day_is_carried_on() -> None:
    found = coming(DAILY + NOISE, HOUR, 6 * HOUR)
    assert isinstance(found, Coming)
    expected = 10 + 4 * np.sin((HOURS[-1] + 6) * np.pi / 12)
    assert found.low < expected < found.high
    assert found.expected == pytest.approx(expected, abs=0.7)
    assert (found.ahead_seconds, found.method) == (6 * HOUR, SEASONAL)


def test_less_than_two_days_say_so() -> None:
    found = coming(np.linspace(1.0, 2.0, 40), HOUR, 10 * HOUR)
    assert isinstance(found, Coming)
    assert found.method == PLAIN
    assert found.expected == pytest.approx(2.0 + 10 / 39, abs=0.15)
    assert course(DAILY[:40], HOUR).shifts == NO_DAYS


def test_a_share_stays_one() -> None:
    rising = coming(np.linspace(60.0, 99.0, 45), HOUR, 20 * HOUR, most=100.0)
    falling = coming(np.linspace(40.0, 1.0, 45), HOUR, 20 * HOUR, most=100.0)
    assert isinstance(rising, Coming)
    assert isinstance(falling, Coming)
    assert (rising.expected, rising.high, falling.expected, falling.low) == (100.0, 100.0, 0.0, 0.0)


def test_a_short_history_is_a_reason() -> None:
    too_few = "the history is too short: {} measured points, at least {} are needed"
    assert coming(np.full(29, 1.0), HOUR, HOUR) == too_few.format(29, 30)
    assert coming(np.full(40, 1.0), HOUR, 30 * HOUR) == too_few.format(40, 60)
    assert coming(np.full(40, np.nan), HOUR, HOUR) == too_few.format(0, 30)
    silent = np.concatenate([np.full(60, 1.0), np.full(20, np.nan)])
    assert coming(silent, HOUR, HOUR) == NOT_LATELY
    assert course(np.zeros(0), HOUR).trend is None


@pytest.mark.parametrize("at", [72, 84, 96, 105, 130])
def test_levels_are_told_with_their_means(at: int) -> None:
    stepped = DAILY + NOISE + np.where(at > HOURS, 0.0, 10.0)
    stepped[:5] = np.nan
    shifts = course(stepped, HOUR).shifts
    assert not isinstance(shifts, str)
    (shift,) = shifts
    assert abs(shift.index - at) <= 2
    assert shift.before == pytest.approx(10, abs=0.5)
    assert shift.percent == pytest.approx(100, abs=10)


def test_a_day_alone_is_no_change_of_level() -> None:
    assert course(DAILY + NOISE, HOUR).shifts == []
    assert course(DAILY + NOISE + 0.05 * HOURS, HOUR).shifts == []
