"""Counters to rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
LONGEST_SECONDS = 600.0
"""Over a longer time an average says nothing of now."""


class Rates(Generic[K]):
    """The counters of one target as they were last read."""

    def __init__(self) -> None:
        self._held: Mapping[K, float] = {}
        self._at = 0.0
        self.readings = 0
        """How often the target was read."""

    def advance(self, counters: Mapping[K, float], at: float) -> dict[K, float]:
        """Increase a second since the last reading; nothing for what is new or went back (a restart)."""
        before, seconds = self._held, at - self._at
        self._held, self._at = counters, at
        self.readings += 1
        if not 0 < seconds <= LONGEST_SECONDS:
            return {}
        return {
            key: (value - before[key]) / seconds
            for key, value in counters.items()
            if key in before and value >= before[key]
        }
