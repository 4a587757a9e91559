"""Waits double up to the longest one and are spread within their bounds."""

from __future__ import annotations

import random

import pytest

from hexaops.kit.backoff import Backoff


def test_waits_double_up_to_the_longest() -> None:
    waits = Backoff(0.5, 3.0)
    assert [waits.seconds(number) for number in (1, 2, 3, 4, 5, 10_000)] == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize("number", [0, -1])
def test_before_any_failure_it_is_the_first_wait(number: int) -> None:
    assert Backoff(0.5, 3.0).seconds(number) == 0.5


def test_jitter_spreads_around_the_wait_and_may_pass_the_longest() -> None:
    rng = random.Random(5)
    found = [Backoff(2.0, 4.0, jitter_ratio=0.5).seconds(3, rng) for _ in range(2000)]
    assert 2.0 <= min(found) < 2.1
    assert 5.9 < max(found) <= 6.0
    assert sum(found) / len(found) == pytest.approx(4.0, rel=0.02)
