"""The measurement of forecasts and sizes finds what is known of series that are made for it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality.demand import DAY, measure_forecasts, measure_sizes
from benchmarks.quality.nab import Series
from hexaops.analysis.sizing import KRR, OURS


def _recorded(name: str, noise: float) -> Series:
    index = np.arange(5 * DAY)
    wave = 20 + 10 * np.sin(2 * np.pi * index / DAY)
    return Series(f"realAWSCloudwatch/{name}", wave + np.random.default_rng(0).normal(0, noise, len(index)), [])


def test_a_wave_without_noise_is_forecast_exactly() -> None:
    found = measure_forecasts([_recorded("a", 0.0), Series("artificialNoAnomaly/b", np.ones(5 * DAY), [])])
    assert found.made == 2, "noon and midnight of the one recorded series"
    assert found.error == pytest.approx(0.0, abs=1e-9)
    assert found.baseline == pytest.approx(0.0, abs=1e-9)


def test_of_noise_the_profile_keeps_less_than_the_day_before() -> None:
    found = measure_forecasts([_recorded("a", 3.0)])
    assert found.error < found.baseline


def test_a_higher_quantile_is_short_less_often_and_wastes_more() -> None:
    corpus = [_recorded("ec2_cpu_utilization_x.csv", 2.0), _recorded("ec2_network_in_y.csv", 2.0)]
    ours, krr = measure_sizes(corpus, OURS), measure_sizes(corpus, KRR)
    assert ours.machines == krr.machines == 1
    assert ours.short < krr.short
    assert ours.wasted > krr.wasted
