"""What the analysis of many series costs, and how well changes of level are told from noise that drifts."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hexaops.analysis.changes import change_points
from hexaops.analysis.outlook import outlooks
from hexaops.analysis.prospects import course

Floats = NDArray[np.float64]
APPLICATIONS, SIGNALS = 500, 5
DAY, DAYS = 1440, 7
SECONDS_BAR, MEGABYTES_BAR = 20.0, 500.0
KINDS = 40
"""Series of each kind of noise."""
NEAR = 60
"""Points within which a change counts as found."""


def print_outlook() -> bool:
    """Print cost and quality; whether the bars of the cost are met."""
    met = _cost()
    for memory in (0.0, 0.5, 0.9):
        false, found, extra = _quality(memory)
        print(
            f"  changes of level, noise with {memory:.1f} of the point before: none told of {false:.0%} of flat series,"
            f" {found:.0%} of shifts by 2 sigma found within {NEAR} points, {extra:.2f} too many a series"
        )
    for seconds, days in ((1800.0, 7), (720.0, 3)):
        for memory in (0.0, 0.5, 0.9):
            told, found = _levels(memory, seconds, days)
            print(
                f"  changes of level in answers, {days} days at {seconds / 60:.0f} min with a daily course, noise with"
                f" {memory:.1f} of the point before: told of {told:.0%} without one, {found:.0%} of 6 sigma found"
            )
    return met


def _levels(memory: float, step_seconds: float, days: int) -> tuple[float, float]:
    """Shares of series without a step of which one is told, and of steps found within two hours."""
    dice = np.random.default_rng(1)
    day = round(86_400 / step_seconds)
    clock = np.arange(days * day)
    course_of_day = 1 + 0.4 * np.sin(2 * np.pi * clock / day) + 0.2 * (clock % day > 0.4 * day)
    told = found = 0
    for _ in range(KINDS):
        values = course_of_day + 0.05 * _remembering(dice, memory, len(clock))
        at = int(dice.integers(day, len(clock) - day // 2))
        told += bool(course(values, step_seconds).shifts)
        shifts = course(values + 0.3 * (clock >= at), step_seconds).shifts
        found += any(abs(one.index - at) <= day // 12 for one in shifts if not isinstance(one, str))
    return told / KINDS, found / KINDS


def _cost() -> bool:
    dice = np.random.default_rng(8)
    table = np.empty((APPLICATIONS * SIGNALS, DAYS * DAY))
    for row in table:
        row[:] = _generated(dice)
    limits = 3 * np.nanmax(table, axis=1)
    began = time.process_time()
    told = [(len(one.changes), one.until is not None) for one in outlooks(table, season=DAY, ahead=DAY, limits=limits)]
    spent = time.process_time() - began
    most = peak_megabytes()
    print(f"{APPLICATIONS} applications, {SIGNALS} signals, {DAYS} days at 1 minute")
    print("  trend, changes of level, strange points, a day ahead, days until a limit:")
    print(f"  {spent:.1f} CPU-s (bar {SECONDS_BAR:.0f}), {spent / len(table) * 1e3:.2f} ms a series")
    print(f"  {most:.0f} MB at most, of which the series {table.nbytes / 2**20:.0f} (bar {MEGABYTES_BAR:.0f})")
    print(f"  {sum(one > 0 for one, _ in told)} series with changes, {sum(one for _, one in told)} with a limit ahead")
    return spent <= SECONDS_BAR and most <= MEGABYTES_BAR


def _generated(dice: np.random.Generator) -> Floats:
    """A week of a signal: a day's wave, noise, in some a step, a slope or a gap."""
    clock = np.arange(DAYS * DAY)
    values = 10 + dice.uniform(0, 4) * np.sin(2 * np.pi * clock / DAY) + dice.normal(0, 1, len(clock))
    what = dice.integers(4)
    if what == 1:
        values[dice.integers(DAY, 6 * DAY) :] += dice.uniform(2, 8)
    elif what == 2:
        values += clock * dice.uniform(1, 5) / len(clock)
    elif what == 3:
        begin = dice.integers(0, 6 * DAY)
        values[begin : begin + dice.integers(10, 600)] = np.nan
    return values


def _quality(memory: float) -> tuple[float, float, float]:
    """Share of flat series with no change, share of shifts found, and changes too many a shifted series."""
    dice = np.random.default_rng(11)
    flat = found = extra = 0
    for _ in range(KINDS):
        noise = _remembering(dice, memory, DAYS * DAY)
        at = int(dice.integers(DAY, 6 * DAY))
        flat += not change_points(noise)
        told = change_points(noise + 2.0 * (np.arange(len(noise)) >= at))
        hit = any(abs(one - at) <= NEAR for one in told)
        found, extra = found + hit, extra + len(told) - hit
    return flat / KINDS, found / KINDS, extra / KINDS


def _remembering(dice: np.random.Generator, memory: float, count: int) -> Floats:
    """Noise of standard deviation 1 in which each point keeps a share of the one before."""
    values = dice.normal(size=count) * np.sqrt(1 - memory**2)
    for at in range(1, count):
        values[at] += memory * values[at - 1]
    return values


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
