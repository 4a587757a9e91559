"""The figures of insights against sums done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.analysis.insights import scores, trends, usage
from hexaops.analysis.insights.costs import Allocation, Amount, Cost
from hexaops.analysis.insights.prices import Price, Rates
from hexaops.analysis.posture.pod_security import Level
from hexaops.backends.kubernetes.rows import ResourceTotals
from tests.analysis.applications.rows import AT, pod, workload

GIB = 2.0**30
RATES = Rates(Price(0.1, ("default",)), Price(0.01, ("default",)))
WIDE = Allocation.of(Amount(2.0, 4 * GIB), Amount(1.0, 1 * GIB))


def _application(**more: Any) -> Application:
    owner = workload("shop", "web", desired=2, **more)
    return application_of(owner, [pod(owner, 0), pod(owner, 1)], application_id="app-web", now=AT)


def _measured(level: float, **more: Any) -> usage.Measured:
    values: dict[Resource, usage.Floats] = {"cpu": np.full(200, level), "memory": np.full(200, 0.5 * GIB)}
    return usage.Measured(_application(**more), {}, RATES, values, values)


def test_a_month_has_730_hours() -> None:
    assert RATES.monthly(1.0, 2 * GIB) == pytest.approx(730 * (0.1 + 0.02))


def test_efficiency_is_the_mean_of_both_resources() -> None:
    assert scores.efficiency(WIDE) == 37.5
    assert scores.efficiency(Allocation.of(Amount(1.0, GIB), Amount(3.0, 2 * GIB))) == 100.0
    assert scores.efficiency(Allocation.of(Amount(), Amount(1.0, GIB))) is None
    assert scores.efficiency(Allocation()) is None


def test_cost_is_weighed_by_prices() -> None:
    assert scores.cost(Cost.of(WIDE, RATES)) == pytest.approx(100 * (0.1 + 0.01) / (0.2 + 0.04), abs=0.05)
    assert scores.cost(Cost()) is None


def test_security_is_the_mean_standard_less_the_findings() -> None:
    assert scores.security([Level.RESTRICTED, Level.PRIVILEGED], ["medium", "low"]) == 44.0
    assert scores.security([Level.PRIVILEGED], ["critical"]) == 0.0
    assert scores.security([], []) is None


def test_savings_are_the_difference_of_requests_and_size() -> None:
    resources = ResourceTotals(cpu_request=1.0, memory_request=2 * GIB)
    (found,) = usage.oversized([_measured(0.2, resources=resources)])
    (recommended,) = found.recommendations
    memory = 615 * 2**20  # 512 MiB and a fifth, in whole MiB
    assert recommended.monthly_savings == pytest.approx(
        2 * (RATES.monthly(1.0, 2 * GIB) - RATES.monthly(0.2, memory)), abs=0.01
    )
    assert "the CPU request from 1 to 200m" in recommended.description
    assert recommended.parameters == {"application_id": "app-web", "requests": {"cpu": "200m", "memory": "615Mi"}}
    (several,) = usage.oversized([_measured(0.2, resources=resources, container_names=("web", "proxy"))])
    assert several.recommendations[0].action is None, "it is not known which container needs how much"


@pytest.mark.parametrize(
    "one",
    [
        _measured(1.0, resources=ResourceTotals(cpu_request=1.0, memory_request=615 * 2.0**20)),
        _measured(0.2, resources=ResourceTotals()),
        usage.Measured(_application(resources=ResourceTotals(cpu_request=9.0, memory_request=9 * GIB)), {}, RATES),
    ],
)
def test_what_is_sized_right_or_unknown_saves_nothing(one: usage.Measured) -> None:
    assert [*usage.oversized([one])] == []


def test_too_little_history_is_said() -> None:
    assert usage.too_little_history([_measured(0.1)]) is None
    few = usage.Measured(_application(), {}, RATES, {}, {"cpu": np.full(40, 1.0), "memory": np.full(40, 1.0)})
    assert usage.too_little_history([few]) == "sizing needs 100 points of history, and no application has more than 40"


def test_near_its_limits_one_more_replica_spreads_the_load() -> None:
    share = Share(96.0, "limits", 1.9, AT)
    (found,) = usage.near_limits([usage.Measured(_application(), {"cpu": share}, RATES)])
    assert found.weight == "high"
    assert "from 96% to 64%" in (found.recommendations[0].impact or "")
    other = Share(96.0, "requests", 1.9, AT)
    assert [*usage.near_limits([usage.Measured(_application(), {"cpu": other}, RATES)])] == []


def test_a_rise_is_told_and_a_level_is_not() -> None:
    rising = usage.Measured(_application(), {}, RATES, {"cpu": np.linspace(1.0, 1.5, 100)})
    (found,) = usage.moving([rising])
    assert found.metrics["change_percentage"] == 40.0
    assert [*usage.moving([_measured(1.0)])] == []


@pytest.mark.parametrize(
    ("unmeasured", "points", "told"),
    [(0, 40, False), (0, 60, True), (80, 40, False), (59, 61, True), (2820, 60, False)],
    ids=["20 minutes", "half an hour", "20 minutes of an hour", "half of an hour", "half an hour of a day"],
)
def test_a_rise_needs_half_of_the_time_and_half_an_hour(unmeasured: int, points: int, *, told: bool) -> None:
    values = np.concatenate([np.full(unmeasured, np.nan), np.linspace(1.0, 1.5, points)])
    assert bool([*usage.moving([usage.Measured(_application(), {}, RATES, {"cpu": values})])]) is told


def test_a_rise_is_of_the_time_that_was_measured() -> None:
    half = np.concatenate([np.full(61, np.nan), np.linspace(1.0, 1.5, 61)])
    (found,) = usage.moving([usage.Measured(_application(), {}, RATES, {"cpu": half})])
    assert found.metrics["change_percentage"] == 40.0
    assert found.description == "It rose by 40% over 30m."
    grown = trends.development(half, 60.0, None)
    assert isinstance(grown, trends.Development)
    assert (grown.change_percent, grown.monthly_percent) == (40.0, 29200.0)


def test_a_new_level_is_told_and_not_taken_for_a_rise() -> None:
    hours = np.arange(5 * 24.0)
    stepped = 2 + np.sin(hours * np.pi / 12) + np.where(hours < 72, 0.0, 3.0)
    one = usage.Measured(_application(), {}, RATES, {"cpu": stepped}, start=AT, step_seconds=3600.0)
    (found,) = usage.moving([one])
    assert found.title == "CPU use of web changed its level"
    assert found.metrics["change_percentage"] == pytest.approx(150, abs=2)
    assert "Since 2024-01-23T15:30:00Z" in found.description
    assert [*usage.stepped([one])] == [found]
    within_a_day = usage.Measured(_application(), {}, RATES, {"cpu": stepped[60:84]}, step_seconds=3600.0)
    assert [*usage.stepped([within_a_day])] == []


def test_what_was_never_seen_before_is_unusual() -> None:
    wave = np.sin(np.arange(400) / 7.0) + 2
    usual = usage.Measured(_application(), {}, RATES, {"cpu": wave})
    assert [*usage.anomalous([usual])] == []
    odd = wave.copy()
    odd[-5:] = 9.0
    assert [*usage.anomalous([usage.Measured(_application(), {}, RATES, {"cpu": odd})])]


def test_a_development_needs_a_quarter_of_the_time() -> None:
    values = np.full(100, np.nan)
    values[-20:] = 1.0
    assert trends.development(values, 60.0, None) == "only 20 of 100 points of this time have been measured"


def test_a_development_says_when_room_ends() -> None:
    found = trends.development(np.linspace(1.0, 2.0, 101), 864.0, 4.0)
    assert isinstance(found, trends.Development)
    assert found.word == "increasing"
    assert found.change_percent == pytest.approx(66.7, abs=0.1)
    assert found.days_until_full == pytest.approx(2.0, abs=0.1)
    level = trends.development(np.full(100, 1.0), 60.0, 4.0)
    assert isinstance(level, trends.Development)
    assert (level.word, level.days_until_full) == ("stable", None)


def test_a_point_is_missing_only_where_all_lack_it() -> None:
    total = trends.together([np.array([1.0, np.nan, np.nan]), np.array([2.0, 3.0, np.nan])])
    np.testing.assert_array_equal(total, [3.0, 3.0, np.nan])
