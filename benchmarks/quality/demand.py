"""Forecasts and right-sizing on the recorded series of NAB that are 5 minutes apart, each beside a simple baseline.

A forecast of the next day is made at every noon and midnight once there are three days, and compared with repeating the
day before. A CPU size is drawn from the first half of a series and replayed on the second: by our rule, and by the
published rule of KRR. The memory of these machines is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.nab import Series
from hexaops.analysis.series import forecast
from hexaops.analysis.sizing import KRR, OURS, Rule, recommend, replay

Floats = NDArray[np.float64]
DAY = 288
RECORDED = "realAWSCloudwatch/"


@dataclass(frozen=True)
class Forecasts:
    """Errors over all forecasts, in means of the series (0: exact), and how often the truth lay in the interval."""

    made: int
    error: float
    baseline: float
    within: float


def measure_forecasts(corpus: list[Series]) -> Forecasts:
    """Median of the forecasts' mean absolute errors, and that of repeating the day before."""
    errors, repeated, within = [], [], []
    for one in corpus:
        values = one.values
        scale = float(np.abs(values).mean())
        if not one.name.startswith(RECORDED) or not scale:
            continue
        for at in range(3 * DAY, len(values) - DAY, DAY // 2):
            found = forecast(values[:at], DAY, season=DAY)
            assert found is not None
            truth = values[at : at + DAY]
            errors.append(float(np.abs(found.expected - truth).mean()) / scale)
            repeated.append(float(np.abs(values[at - DAY : at] - truth).mean()) / scale)
            within.append(float(((truth >= found.low) & (truth <= found.high)).mean()))
    return Forecasts(len(errors), float(np.median(errors)), float(np.median(repeated)), float(np.mean(within)))


@dataclass(frozen=True)
class Sizes:
    """Means over the machines: share of the requested CPU unused, and share of the time above the request."""

    machines: int
    wasted: float
    short: float


def measure_sizes(corpus: list[Series], rule: Rule) -> Sizes:
    """The rule on the CPU of each machine."""
    wasted, short = [], []
    for one in corpus:
        if "cpu_utilization" not in one.name:
            continue
        cores = one.values / 100.0
        half = len(cores) // 2
        size = recommend(cores[:half], cores[:half], rule=rule)
        assert size is not None
        outcome = replay(size, cores[half:], cores[half:])
        wasted.append(outcome.wasted_cpu)
        short.append(outcome.short_cpu)
    return Sizes(len(wasted), float(np.mean(wasted)), float(np.mean(short)))


def print_demand(corpus: list[Series]) -> bool:
    """Print both; whether ours is short less often than KRR, and the forecast at least as good as its baseline."""
    found = measure_forecasts(corpus)
    print(f"forecasts of a day: {found.made}, on the recorded series of NAB")
    print(f"  {'ours':28} median error {found.error:.1%} of the mean, {found.within:.1%} within the 90 % interval")
    print(f"  {'the day before (baseline)':28} median error {found.baseline:.1%} of the mean")
    ours, krr = measure_sizes(corpus, OURS), measure_sizes(corpus, KRR)
    print(f"right-sizing of CPU: {ours.machines} machines, sized on the first half, replayed on the second")
    for label, one in (("ours", ours), ("KRR (baseline)", krr)):
        print(f"  {label:28} {one.wasted:.1%} of the request unused, demand above it {one.short:.1%} of the time")
    return found.error <= found.baseline and ours.short <= krr.short
