"""Right-sizing: quantiles, margins, and what a size would have meant."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.sizing import KRR, MEBI, recommend, replay

RANDOM = np.random.default_rng(2)
CPU = np.abs(RANDOM.normal(0.2, 0.05, 2000))
MEMORY = RANDOM.normal(300, 20, 2000) * MEBI


def test_the_size_covers_what_was_used() -> None:
    size = recommend(CPU, MEMORY)
    assert size is not None
    outcome = replay(size, CPU, MEMORY)
    assert outcome.killed == 0
    assert outcome.short_cpu == pytest.approx(0.02, abs=0.01)
    assert outcome.wasted_memory < 0.4


def test_ours_is_short_of_cpu_less_often_than_krr() -> None:
    ours, theirs = recommend(CPU[:1000], MEMORY[:1000]), recommend(CPU[:1000], MEMORY[:1000], rule=KRR)
    assert ours is not None
    assert theirs is not None
    assert replay(ours, CPU[1000:], MEMORY[1000:]).short_cpu < replay(theirs, CPU[1000:], MEMORY[1000:]).short_cpu


def test_a_kill_raises_the_limit_above_it() -> None:
    size = recommend(CPU, np.minimum(MEMORY, 256 * MEBI), killed_at_bytes=256 * MEBI)
    assert size is not None
    assert size.memory_bytes == 384 * MEBI


def test_too_few_points_give_no_size() -> None:
    assert recommend(CPU[:50], MEMORY) is None
    assert recommend(np.full(500, np.nan), MEMORY[:500]) is None


def test_small_programs_get_the_least() -> None:
    size = recommend(np.full(200, 0.0001), np.full(200, 1.0 * MEBI))
    assert size is not None
    assert (size.cpu_cores, size.memory_bytes) == (0.01, 100 * MEBI)
