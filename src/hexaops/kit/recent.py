"""Recent call durations: a bounded window, cheap enough to record every call."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from msgspec import Struct

WINDOW_SECONDS = 300.0
KEPT = 2000


class Recent(Struct, frozen=True):
    """Summary of the window."""

    count: int
    median_seconds: float
    mean_seconds: float
    failed: int
    slow: int


class RecentTimes:
    """Durations of the last five minutes, at most the latest 2,000."""

    def __init__(self, *, slow_seconds: float = 0.5, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._slow_seconds = slow_seconds
        self._monotonic = monotonic
        self._noted: deque[tuple[float, float, bool]] = deque(maxlen=KEPT)

    def note(self, seconds: float, *, failed: bool = False) -> None:
        """Record one call."""
        self._noted.append((self._monotonic(), seconds, failed))

    def summary(self, *more: float) -> Recent | None:
        """Summary of the window and of `further` durations just measured; None if there are none."""
        since = self._monotonic() - WINDOW_SECONDS
        noted = [(seconds, failed) for at, seconds, failed in self._noted if at >= since]
        times = sorted([*(seconds for seconds, _ in noted), *more])
        if not times:
            return None
        return Recent(
            count=len(times),
            median_seconds=times[len(times) // 2],
            mean_seconds=sum(times) / len(times),
            failed=sum(failed for _, failed in noted),
            slow=sum(seconds > self._slow_seconds for seconds in times),
        )
