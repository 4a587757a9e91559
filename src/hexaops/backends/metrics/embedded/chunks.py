"""How values are packed: one series, one stretch of time, evenly spaced, float32.

Many series hardly change (replicas, restarts), which deflate shrinks to a few bytes.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from hexaops.backends.metrics.base import Floats

Packed = NDArray[np.float32]
LEVEL = 1
"""Higher levels take several times as long and save 1 % of these."""


def pack(values: Packed) -> bytes:
    """The bytes of a chunk."""
    return zlib.compress(values.astype("<f4").tobytes(), LEVEL)


def unpack(chunk: bytes) -> Floats:
    """Its values; raises ValueError for anything that `pack` did not make."""
    try:
        return np.frombuffer(zlib.decompress(chunk), "<f4").astype(np.float64)
    except zlib.error as error:
        message = "a chunk of metrics is damaged"
        raise ValueError(message) from error


def times_of(start: float, seconds: float, count: int) -> Floats:
    """When the points of a chunk begin."""
    return start + np.arange(count, dtype=np.float64) * (seconds / count)


def coarser(table: Packed, factor: int, totals: NDArray[np.bool_]) -> Packed:
    """Rows of means (of sums, where `totals` says so) of `factor` neighbours each; NaN where all are missing."""
    folded = table.reshape(len(table), -1, factor)
    known = np.isfinite(folded)
    counts = known.sum(axis=2)
    sums = np.where(known, folded, 0.0).sum(axis=2, dtype=np.float64)
    parts = np.where(totals[:, None], 1, np.maximum(counts, 1))
    return np.where(counts > 0, sums / parts, np.nan).astype(np.float32)
