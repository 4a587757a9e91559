"""Figures of a window from its series: what is known is right, what is not known stays unknown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hexaops.analysis.performance.bottlenecks import bottlenecks_of
from hexaops.analysis.performance.measures import Allowance, Measures
from hexaops.analysis.performance.movements import anomalies_of, movement_of
from hexaops.analysis.performance.summary import efficiency_of, summary_of
from hexaops.backends.metrics.base import Floats, Signal

COUNT = 120
NAN = float("nan")
LIMITS = Allowance(
    pods=2, cpu_request=0.4, cpu_limit=1.0, memory_request=2.0**29, memory_limit=2.0**30, pod_cpu_limit=0.5,
    pod_memory_limit=2.0**29,
)  # fmt: skip
DICE = np.random.default_rng(3)


def flat(value: float) -> Floats:
    return np.full(COUNT, float(value))


def noisy(value: float, spread: float = 0.02) -> Floats:
    return value * (1 + spread * DICE.standard_normal(COUNT))


def measures(**series: Floats) -> Measures:
    return measures_under(LIMITS, **series)


def measures_under(allowance: Allowance, /, **series: Floats) -> Measures:
    window = {Signal(name): values for name, values in series.items()}
    return Measures(30.0, window, window, allowance)


HEALTHY = {
    "replicas": flat(2), "replicas_wanted": flat(2), "request_rate": flat(50), "errors": flat(0.05),
    "error_rate": flat(0.1), "latency_p50": flat(100), "latency_p95": flat(200), "cpu": flat(0.3),
    "cpu_busiest_pod": flat(0.2), "cpu_throttled": flat(0), "memory": flat(2.0**28),
    "memory_busiest_pod": flat(2.0**28),
    "volume_usage": flat(40), "restarts": flat(0),
}  # fmt: skip


def test_a_healthy_application() -> None:
    found = summary_of(measures(**HEALTHY))
    assert (found.availability, found.response_time_p50, found.response_time_p95) == (100, 100, 200)
    assert found.error_rate == pytest.approx(0.1)
    assert found.throughput == 50
    assert found.components == {
        "availability": 100, "errors": pytest.approx(98), "latency": 100, "cpu": 100, "memory": 100, "throttling": 100,
    }  # fmt: skip
    assert found.score == 100
    assert bottlenecks_of(measures(**HEALTHY)) == []


def test_nothing_measured_is_nothing_known() -> None:
    found = summary_of(measures())
    assert (found.score, found.availability, found.throughput, found.error_rate, found.components) == (
        None, None, None, None, {},
    )  # fmt: skip
    assert (efficiency_of(measures()).cpu, bottlenecks_of(measures())) == (None, [])


def test_the_score_is_of_what_is_known() -> None:
    assert summary_of(measures(replicas=flat(1), replicas_wanted=flat(1))).score == 100
    half = np.where(np.arange(COUNT) < 6, 0.0, 1.0)
    found = summary_of(measures(replicas=half, replicas_wanted=flat(1)))
    assert (found.availability, found.score) == (95, 0)


def test_quiet_steps_do_not_count_for_response_times() -> None:
    requests, latency = flat(100), flat(50)
    requests[60:], latency[60:] = 0, NAN
    requests[59], latency[59] = 0.0, 9999
    assert summary_of(measures(request_rate=requests, latency_p95=latency)).response_time_p95 == 50


def test_efficiency_is_use_against_requests() -> None:
    found = efficiency_of(measures(cpu=flat(0.3), memory=flat(2.0**30)))
    assert found.cpu == pytest.approx(75)
    assert found.memory == 100  # beyond its request
    assert efficiency_of(measures_under(Allowance(1), cpu=flat(0.3))).cpu is None


@pytest.mark.parametrize(
    ("changed", "kind", "severity"),
    [
        ({"cpu_throttled": flat(12)}, "cpu_contention", "medium"),
        ({"cpu_busiest_pod": flat(0.495)}, "cpu_contention", "high"),
        ({"memory_busiest_pod": flat(0.93 * 2**29)}, "memory_pressure", "medium"),
        ({"volume_usage": flat(88)}, "disk_pressure", "medium"),
        ({"error_rate": flat(6), "errors": flat(3)}, "errors", "high"),
        ({"restarts": np.where(np.arange(COUNT) == 5, 3.0, 0.0)}, "restarts", "medium"),
        ({"replicas": flat(1)}, "missing_replicas", "high"),
    ],
)
def test_bottlenecks(changed: dict[str, Floats], kind: str, severity: str) -> None:
    (found,) = bottlenecks_of(measures(**{**HEALTHY, **changed}))
    assert (found.type, found.severity) == (kind, severity)
    assert found.evidence


def test_latency_that_follows_load() -> None:
    load = 50 + 30 * np.sin(np.arange(COUNT) / 9)
    (found,) = bottlenecks_of(measures(**{**HEALTHY, "request_rate": load, "latency_p95": 100 + 2 * load}))
    assert found.type == "load_dependent_latency"
    assert found.evidence["rank_correlation"] == pytest.approx(1)
    assert 50 < found.evidence["p95_increase_percent"] < 100


def test_a_growing_volume_is_full_some_day() -> None:
    (found,) = bottlenecks_of(measures(**{**HEALTHY, "volume_usage": np.linspace(80, 86, COUNT)}))
    assert found.evidence["days_until_full"] == pytest.approx(14 / (6 / 119) * 30 / 86_400, rel=0.05)


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        (np.linspace(100, 130, COUNT), "increasing"),
        (np.linspace(130, 100, COUNT), "decreasing"),
        (np.linspace(100, 102, COUNT), "stable"),  # too small to matter
        (flat(0), "stable"),
    ],
)
def test_movements(values: Floats, trend: str) -> None:
    found = movement_of(values)
    assert found is not None
    assert found.trend == trend


def test_the_change_is_that_over_the_window() -> None:
    found = movement_of(np.linspace(100, 130, COUNT))
    assert found is not None
    assert found.change_percent == pytest.approx(100 * 30 / 115, rel=0.01)


def test_a_course_of_few_points_is_unknown() -> None:
    assert movement_of(np.array([1.0] * 7 + [NAN] * 50)) is None


def spike(values: Floats) -> Floats:
    return np.where((np.arange(len(values)) >= 300) & (np.arange(len(values)) < 304), 5.2, values)


def test_an_anomaly_is_a_stretch_by_its_strangest_value() -> None:
    history = 0.2 + 0.01 * DICE.standard_normal(360)
    (found,) = anomalies_of(Signal.ERROR_RATE, spike(history), 120, 30.0) or []
    assert (found.index >= 60, found.steps, found.severity) == (True, 4, "critical")
    assert found.value == 5.2
    assert found.baseline == pytest.approx(0.2, abs=0.02)


def test_what_lies_before_the_window_is_not_told() -> None:
    history = spike(0.2 + 0.01 * DICE.standard_normal(360))
    assert anomalies_of(Signal.ERROR_RATE, history, 40, 30.0) == []


def test_an_anomaly_of_a_history_shorter_than_the_window() -> None:
    history = np.concatenate([np.full(300, NAN), noisy(1.0)])
    history[400] = 9.0
    (found,) = anomalies_of(Signal.CPU, history, 420, 30.0) or []
    assert found.index == 400


@pytest.mark.parametrize(
    "make", [lambda: noisy(100), lambda: flat(7), lambda: noisy(0.001, 0.5), lambda: np.where(noisy(1) > 1, 1.0, 1.001)]
)
def test_ordinary_series_have_no_anomalies(make: Callable[[], Floats]) -> None:
    assert anomalies_of(Signal.ERROR_RATE, make(), COUNT, 30.0) == []


def test_with_too_few_points_nothing_is_normal() -> None:
    assert anomalies_of(Signal.CPU, flat(1)[:29], 29, 30.0) is None
    assert anomalies_of(Signal.CPU, np.full(COUNT, NAN), COUNT, 30.0) is None


def test_the_time_of_day_is_normal() -> None:
    """What is high every noon is no anomaly at noon."""
    day = np.tile(np.where(np.arange(96) // 8 == 6, 50.0, 10.0), 4) * (1 + 0.01 * DICE.standard_normal(384))
    assert anomalies_of(Signal.REQUEST_RATE, day, 96, 900.0) == []
    assert anomalies_of(Signal.REQUEST_RATE, day[:150], 96, 900.0) != []  # of less than two days it cannot be known
