"""Simulated time.

One clock for everything in the simulator, so that a scenario can run faster than the wall (`speed`) and a test
can move time itself (`speed=0`, then `advance`). Times are aware UTC; durations are simulated seconds.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SimulationClock:
    """Simulated seconds pass `speed` times as fast as real ones; with speed 0 only `advance` moves them."""

    def __init__(self, *, speed: float = 1.0, start: datetime | None = None) -> None:
        if speed < 0:
            raise ValueError("a clock's speed cannot be negative")
        self.speed = speed
        self._start = start or datetime.now(UTC)
        self._origin = time.monotonic()
        self._jumped_seconds = 0.0
        self._sleepers: set[asyncio.Future[None]] = set()

    def now(self) -> datetime:
        """The simulated time, aware UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made."""
        return self._jumped_seconds + (time.monotonic() - self._origin) * self.speed

    def advance(self, seconds: float) -> None:
        """Jump ahead by simulated seconds and wake the sleepers whose time has come."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._jumped_seconds += seconds
        for sleeper in self._sleepers:
            _wake(sleeper)

    async def sleep(self, seconds: float) -> None:
        """Sleep for simulated seconds."""
        deadline = self.monotonic() + seconds
        loop = asyncio.get_running_loop()
        while (left := deadline - self.monotonic()) > 0:
            sleeper: asyncio.Future[None] = loop.create_future()
            timer = loop.call_later(left / self.speed, _wake, sleeper) if self.speed else None
            self._sleepers.add(sleeper)
            try:
                await sleeper
            finally:
                self._sleepers.discard(sleeper)
                if timer is not None:
                    timer.cancel()
        await asyncio.sleep(0)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


def format_time(moment: datetime) -> str:
    """RFC 3339 in whole seconds, as Kubernetes writes `metav1.Time`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_micro_time(moment: datetime) -> str:
    """RFC 3339 with microseconds, as Kubernetes writes `metav1.MicroTime`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """A time as Kubernetes writes it, aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
