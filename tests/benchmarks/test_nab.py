"""The benchmark's own scoring: what is worth nothing, what is worth nearly everything, and what a false alarm costs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality.nab import PROFILES, Series, sweep

SERIES = Series("one", np.zeros(1000), [(400, 499)])


def _alarms(*points: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    scores = np.zeros(1000)
    scores[[*points]] = 1.0
    return scores


@pytest.mark.parametrize("profile", PROFILES)
def test_a_detector_that_never_speaks_scores_nothing(profile: str) -> None:
    assert sweep([SERIES], [_alarms()], profile)[0] == pytest.approx(0.0)


def test_the_first_point_of_a_window_is_worth_most() -> None:
    early, late = (sweep([SERIES], [_alarms(at)], "standard")[0] for at in (400, 495))
    assert early == pytest.approx(100.0, abs=0.5)
    assert 50 < late < early


def test_a_false_alarm_costs_its_weight_and_the_probation_is_free() -> None:
    far = sweep([SERIES], [_alarms(300, 400)], "standard")[0]
    assert far == pytest.approx(100 - 100 * 0.11 / 2, abs=0.5)
    assert sweep([SERIES], [_alarms(20, 400)], "standard")[0] == pytest.approx(100.0, abs=0.5)
