"""How many replicas a load needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.analysis.scaling import Decision, Thresholds, decide

USUAL = Thresholds(up=80, down=30)


@pytest.mark.parametrize(
    ("replicas", "percent", "decision"),
    [
        (3, 85.3, Decision("scale_up", 5)),
        (3, 80.0, Decision("none", 3)),
        (3, 30.0, Decision("none", 3)),
        (5, 20.0, Decision("scale_down", 2)),
        (4, 0.0, Decision("scale_down", 1)),
        (1, 2.0, Decision("none", 1)),
        (1, 900.0, Decision("scale_up", 6, limited=True)),
        (10, 165.0, Decision("scale_up", 20, limited=True)),
        (10, 110.0, Decision("scale_up", 20)),
    ],
)
def test_decisions(replicas: int, percent: float, decision: Decision) -> None:
    assert decide(replicas, percent, USUAL) == decision


@given(st.integers(1, 500), st.floats(0, 2000))
def test_the_same_load_is_not_scaled_again_unless_it_was_limited(replicas: int, percent: float) -> None:
    first = decide(replicas, percent, USUAL)
    again = decide(first.replicas, percent * replicas / first.replicas, USUAL)
    assert first.limited or again.direction == "none" or (first.direction, again.direction) == ("none", "none")
