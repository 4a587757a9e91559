"""How long to wait before the next try: doubling from a first wait to a longest one, spread so that few coincide."""

from __future__ import annotations

import random

from msgspec import Struct

MOST_DOUBLINGS = 30
"""Beyond it a power of two says nothing more than the longest wait."""


class Backoff(Struct, frozen=True):
    """A schedule of waits; callers sleep on their own clock."""

    first_seconds: float
    longest_seconds: float
    jitter_ratio: float = 0.0
    """Each wait is spread evenly over ± this part of it."""

    def seconds(self, failures: int, rng: random.Random | None = None) -> float:
        """The wait after the n-th failure in a row, counted from 1; without `rng` it is not spread."""
        wait = min(self.first_seconds * 2.0 ** min(max(failures, 1) - 1, MOST_DOUBLINGS), self.longest_seconds)
        return wait * rng.uniform(1 - self.jitter_ratio, 1 + self.jitter_ratio) if rng and self.jitter_ratio else wait
