"""When a rule fires: on measurements written out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hexaops.analysis.alerting import AlertMetric, Points, Rule, Verdict, judge

NOW = 100_000.0
STEP = 60.0


def rule(**changed: Any) -> Rule:
    return Rule(
        **{"metric": AlertMetric.CPU_PERCENT, "comparison": "above", "threshold": 80.0, "for_seconds": 300.0, **changed}
    )


def judged(values: list[float], **changed: Any) -> Verdict:
    """The verdict on values whose last one was measured in the step before now."""
    return judge(rule(**changed), Points(np.array(values), NOW - len(values) * STEP, STEP), NOW)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([90.0] * 5, "firing"),
        ([90.0] * 4, "pending"),
        ([50.0, 90.0, 90.0, 90.0, 90.0], "pending"),
        ([90.0] * 5 + [50.0], "ok"),
        ([90.0, 90.0, math.nan, 90.0, 90.0], "firing"),
        ([80.0] * 9, "ok"),
        ([math.nan] * 9, "unknown"),
        ([90.0] * 5 + [math.nan] * 5, "unknown"),
        ([90.0] + [math.nan] * 5 + [90.0], "pending"),
    ],
)
def test_it_fires_once_every_measurement_of_the_duration_is_beyond(values: list[float], state: str) -> None:
    assert judged(values).state == state


def test_without_a_duration_the_latest_measurement_decides() -> None:
    assert judged([10.0, 90.0], for_seconds=0.0).state == "firing"


def test_below_is_the_other_side() -> None:
    assert judged([1.0] * 5, comparison="below", threshold=2.0).state == "firing"
    assert judged([2.0] * 5, comparison="below", threshold=2.0).state == "ok"


def test_it_says_since_when_and_how_much() -> None:
    found = judged([10.0, 90.0, 95.0])
    assert (found.value, found.since) == (95.0, NOW - 2 * STEP)


def test_restarts_are_counted_within_the_duration() -> None:
    counted = {"metric": AlertMetric.RESTARTS, "threshold": 2.0}
    assert judged([5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], **counted).state == "ok"
    found = judged([0.0, 1.0, 0.0, 1.0, 1.0], **counted)
    assert (found.state, found.value) == ("firing", 3.0)


def test_the_window_holds_the_whole_duration_at_the_rules_step() -> None:
    day = rule(for_seconds=86_400.0)
    assert day.window_seconds >= day.for_seconds + STEP
    assert day.window_seconds / day.step_seconds < 100


def test_it_is_said_as_people_say_it() -> None:
    assert rule().words == "CPU above 80 %"
    assert [rule().amount(value) for value in (39.4179, 0.0, 0.01234, 812.6)] == ["39.4 %", "0 %", "0.0123 %", "813 %"]
    assert rule(metric=AlertMetric.LATENCY_P95, threshold=500.0).words == "latency (p95) above 500 ms"
