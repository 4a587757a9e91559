"""Novelty: exact distances, seasons, gaps, level shifts, bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.anomalies.novelty import (
    HISTORY,
    SLACK,
    NoveltyDetector,
    _Stretches,
    _Values,
    latest_at_most,
    novelty,
)

DAY = 288


def _daily(days: int, *, noise: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    clock = np.arange(days * DAY)
    return 50 + 20 * np.sin(2 * np.pi * clock / DAY) + np.random.default_rng(7).normal(0, noise, len(clock))


def test_distances_are_those_of_the_definition() -> None:
    values = np.random.default_rng(0).normal(size=260)
    stretches, single = _Stretches(7, 300), _Values(300)
    for now in range(len(values)):
        seen = values[: now + 1]
        distance = stretches.distance(seen[::-1])
        alone = single.distance(seen[::-1])
        if now:
            assert alone == pytest.approx(float(np.abs(seen[:-1] - seen[-1]).min()), abs=1e-12)
        assert (distance is None) == (now < 13)
        if now >= 13:
            latest = seen[-7:]
            nearest = min(float(np.linalg.norm(seen[end - 6 : end + 1] - latest)) for end in range(6, now - 6))
            assert distance == pytest.approx(nearest, abs=1e-9)


def test_a_season_is_no_anomaly_and_a_broken_one_is() -> None:
    values = _daily(14)
    assert novelty(values)[3 * DAY :].max() < 1.6
    values[12 * DAY : 12 * DAY + 60] = 50.0
    assert novelty(values)[12 * DAY : 12 * DAY + 80].max() > 2


def test_a_level_never_seen_is_an_anomaly_once() -> None:
    values = _daily(6)
    values[5 * DAY :] += 80
    scores = novelty(values)
    assert scores[5 * DAY : 5 * DAY + 5].max() > 5
    assert (scores[5 * DAY + 60 :] > 5).sum() == 0


def test_a_missing_point_is_not_zero() -> None:
    values = _daily(6)
    gaps = values.copy()
    gaps[4 * DAY : 4 * DAY + 20] = np.nan
    assert novelty(gaps)[4 * DAY - 10 : 4 * DAY + 100].max() < 1.6
    detector = NoveltyDetector()
    assert [detector.update(value) for value in (None, float("nan"), float("inf"))] == [0.0, 0.0, 0.0]


def test_a_flat_line_is_quiet_and_its_end_is_not() -> None:
    values = np.full(1000, 3.0)
    values[900:] = 4.0
    scores = novelty(values)
    assert scores[:900].max() == 0
    assert scores[900:].max() > 1


def test_memory_is_bounded() -> None:
    detector = NoveltyDetector()
    for value in np.random.default_rng(1).normal(size=HISTORY + 3 * SLACK):
        detector.update(float(value))
    assert len(detector._buffer) == HISTORY + SLACK
    assert all(len(part.scale.past) <= HISTORY for part in detector._parts)
    (single,) = [part for part in detector._parts if isinstance(part, _Values)]
    assert len(single._ordered) <= HISTORY + SLACK


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [260, 400, 700])
def test_the_bound_of_the_latest_scores_holds_and_is_tight(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    values = np.sin(np.arange(count) / (3 + seed)) + random.normal(0, 0.1 * (seed % 3), count) + 100.0
    values[-4:] += seed
    points = count // 20
    scores = novelty(values)[-points:]
    bound = latest_at_most(values, points)
    assert scores.max() <= bound * (1 + 1e-6)
    if scores.max() > 1.0:  # nothing larger shortly before it
        assert bound == pytest.approx(scores.max(), rel=1e-6)
