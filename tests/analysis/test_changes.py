"""Changes of level on series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hexaops.analysis.changes import change_points

NOISE = np.random.default_rng(5)
WEEK = 10_080


def _remembering(memory: float, count: int) -> NDArray[np.float64]:
    values: NDArray[np.float64] = NOISE.normal(size=count) * np.sqrt(1 - memory**2)
    for at in range(1, count):
        values[at] += memory * values[at - 1]
    return values


def test_change_points_are_where_the_level_changes() -> None:
    values = np.concatenate([NOISE.normal(10, 1, 100), NOISE.normal(14, 1, 80), NOISE.normal(7, 1, 60)])
    found = change_points(values)
    assert len(found) == 2
    assert found == [pytest.approx(100, abs=2), pytest.approx(180, abs=2)]


def test_noise_has_no_change_points() -> None:
    assert sum(bool(change_points(NOISE.normal(size=300))) for _ in range(200)) <= 3


def test_noise_that_depends_on_what_was_before_has_none_either() -> None:
    assert sum(bool(change_points(_remembering(0.9, 2000))) for _ in range(20)) <= 2


def test_a_long_series_is_searched_by_blocks_and_its_change_placed_to_the_point() -> None:
    values = NOISE.normal(10, 1, WEEK) + 5.0 * (np.arange(WEEK) >= 6007)
    values[100:120] = np.nan
    assert change_points(values) == [pytest.approx(6007, abs=2)]


def test_spikes_are_no_levels() -> None:
    values = NOISE.normal(10, 1, WEEK)
    values[::900] += 500
    assert change_points(values) == []


def test_a_slope_is_no_series_of_levels() -> None:
    assert change_points(NOISE.normal(10, 1, WEEK) + np.linspace(0, 5, WEEK)) == []
    assert change_points(np.linspace(0.0, 5.0, 400)) == []


def test_constant_and_missing_series_have_none() -> None:
    assert change_points(np.full(500, 3.0)) == []
    assert change_points(np.full(500, np.nan)) == []
    assert change_points(np.repeat([3.0, 4.0], 200)) == [200]
