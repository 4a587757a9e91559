"""Trends, change points, forecasts and seasonal anomalies on series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.series import forecast, seasonal_anomalies, steps_until, trend

NOISE = np.random.default_rng(5)


def test_a_trend_is_found_with_its_interval() -> None:
    found = trend(3.0 + 0.5 * np.arange(200) + NOISE.normal(0, 5, 200))
    assert found is not None
    assert found.low < 0.5 < found.high
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.confidence > 0.999


def test_noise_has_no_trend_in_most_series() -> None:
    sure = [trend(NOISE.normal(size=100)) for _ in range(100)]
    assert sum(one is not None and one.confidence > 0.95 for one in sure) <= 12


def test_a_trend_ignores_outliers_and_gaps() -> None:
    values = 0.5 * np.arange(200.0)
    values[::17] = np.nan
    values[5::23] = 900
    found = trend(values)
    assert found is not None
    assert found.slope == pytest.approx(0.5, abs=0.02)
    assert trend(np.full(50, np.nan)) is None


def test_a_long_series_is_reduced_without_losing_its_trend() -> None:
    values = NOISE.normal(0, 1, 10_080) + np.linspace(0, 0.3, 10_080)
    values[::50] = 1000.0
    found = trend(values)
    assert found is not None
    assert found.confidence > 0.99
    assert found.low < 0.3 / 10_080 < found.high


def test_a_seasonal_forecast_and_its_interval() -> None:
    clock = np.arange(24 * 15)
    truth = 100 + 0.05 * clock + 10 * np.sin(2 * np.pi * clock / 24)
    values = truth + NOISE.normal(0, 1, len(clock))
    values[30:36] = np.nan
    found = forecast(values[: 24 * 14], 24, season=24)
    assert found is not None
    assert np.abs(found.expected - truth[24 * 14 :]).mean() < 1.2
    inside = (values[24 * 14 :] >= found.low) & (values[24 * 14 :] <= found.high)
    assert inside.mean() >= 0.7
    assert forecast(values[:30], 5, season=24) is None


def test_days_until_a_limit() -> None:
    values = 10.0 + 0.5 * np.arange(100)
    expected = steps_until(np.asarray(values, dtype=np.float64), 100.0)
    assert expected is not None
    assert expected[0] == pytest.approx((100 - values[-1]) / 0.5, abs=5)
    assert steps_until(np.full(100, 5.0), 100.0) is None
    assert steps_until(np.full(100, 120.0), 100.0) == (0.0, 0.0)


def test_many_series_at_once() -> None:
    clock = np.arange(24 * 7)
    table = 50 + 20 * np.sin(2 * np.pi * clock / 24) + NOISE.normal(0, 1, (5, len(clock)))
    table[2, 100] = 150
    table[3, 40] = np.nan
    baseline, severity = seasonal_anomalies(table, 24)
    assert severity[2, 100] > 20
    assert np.isnan(severity[3, 40])
    assert np.nanmax(np.delete(severity, 2, axis=0)) < 8
    assert np.abs(baseline[0] - (50 + 20 * np.sin(2 * np.pi * clock / 24))).max() < 2
