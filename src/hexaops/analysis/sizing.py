"""Requests and limits from measured use.

Sizes: the CPU request is a high quantile of use, and no CPU limit is set; memory request and limit are the highest use
and a margin. KRR's published "simple" strategy (95 % quantile of CPU, highest memory and 15 %) is `KRR`.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MEBI = 2**20
LEAST_CPU_CORES = 0.01
LEAST_MEMORY_BYTES = 100 * MEBI
FEWEST_POINTS = 100


class Rule(Struct, frozen=True):
    """How sizes follow from use."""

    cpu_quantile: float = 0.98
    memory_margin: float = 0.2
    killed_margin: float = 0.5
    """Margin over the limit at which it was killed: what it would have used is not known."""


OURS = Rule()
KRR = Rule(cpu_quantile=0.95, memory_margin=0.15, killed_margin=0.25)


class Size(Struct, frozen=True):
    """A recommended size; the memory limit equals the request."""

    cpu_cores: float
    memory_bytes: float


def recommend(cpu: Floats, memory: Floats, *, rule: Rule = OURS, killed_at_bytes: float | None = None) -> Size | None:
    """The size from samples of use (NaN: missing); None with too few of them."""
    cpu, memory = cpu[np.isfinite(cpu)], memory[np.isfinite(memory)]
    if min(len(cpu), len(memory)) < FEWEST_POINTS:
        return None
    cores = max(LEAST_CPU_CORES, float(np.quantile(cpu, rule.cpu_quantile)))
    used = float(memory.max()) * (1 + rule.memory_margin)
    if killed_at_bytes is not None:
        used = max(used, killed_at_bytes * (1 + rule.killed_margin))
    rounded = math.ceil(max(LEAST_MEMORY_BYTES, used) / MEBI) * MEBI
    return Size(math.ceil(cores * 1000) / 1000, float(rounded))


class Outcome(Struct, frozen=True):
    """What a size would have meant on the demand of a period."""

    wasted_cpu: float
    """Share of the requested CPU that was not used."""
    wasted_memory: float
    short_cpu: float
    """Share of the steps in which demand was above the CPU request."""
    killed: float
    """Share of the steps in which demand was above the memory limit."""


def replay(size: Size, cpu: Floats, memory: Floats) -> Outcome:
    """The size against measured demand."""
    cpu, memory = cpu[np.isfinite(cpu)], memory[np.isfinite(memory)]
    return Outcome(
        wasted_cpu=float(np.maximum(0, size.cpu_cores - cpu).mean() / size.cpu_cores),
        wasted_memory=float(np.maximum(0, size.memory_bytes - memory).mean() / size.memory_bytes),
        short_cpu=float((cpu > size.cpu_cores).mean()),
        killed=float((memory > size.memory_bytes).mean()),
    )
