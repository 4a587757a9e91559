"""Quantiles from a histogram's cumulative buckets, as Prometheus' `histogram_quantile` computes them."""

from __future__ import annotations

import math
from collections.abc import Mapping


def quantile(share: float, buckets: Mapping[float, float]) -> float | None:
    """Interpolated within its bucket; the largest finite bound when it lies above it; None without observations."""
    bounds = sorted(buckets)
    if len(bounds) < 2 or bounds[-1] != math.inf or buckets[math.inf] <= 0:
        return None
    rank = share * buckets[math.inf]
    low = below = 0.0
    for bound in bounds:
        count = max(below, buckets[bound])
        if count >= rank:
            if bound == math.inf:
                return bounds[-2]
            return low + (bound - low) * (rank - below) / (count - below) if count > below else bound
        low, below = bound, count
    return None
