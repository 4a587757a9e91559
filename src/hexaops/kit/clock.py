"""Time as a dependency, so that tests can control it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the service needs of a clock."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Monotonic seconds; only differences are meaningful."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleep for this many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only by `advance`, which wakes the sleepers that are due."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        event = asyncio.Event()
        self._sleepers.append((self._elapsed + seconds, event))
        await event.wait()

    def advance(self, seconds: float) -> None:
        """Move time forward and wake the sleepers that are due."""
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)
        due = [event for at, event in self._sleepers if at <= self._elapsed]
        self._sleepers = [(at, event) for at, event in self._sleepers if at > self._elapsed]
        for event in due:
            event.set()


class ClockCheck:
    """Compares the time of day with the monotonic clock, over windows of a few seconds."""

    WINDOW_SECONDS = 4.0
    TOLERATED_SECONDS = 2.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._problem: str | None = None
        self._base = clock.now(), clock.monotonic()

    def problem(self) -> str | None:
        """What is wrong with the time of day, or None; ask every few seconds."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        lasted = monotonic - self._base[1]
        if lasted >= self.WINDOW_SECONDS:
            passed = (now - self._base[0]).total_seconds()
            self._problem = self._judge(passed, lasted)
            self._base = now, monotonic
        return self._problem

    def _judge(self, passed: float, lasted: float) -> str | None:
        if passed < lasted - self.TOLERATED_SECONDS:
            return f"the service's clock stands still or was set back: {passed:.0f} s in {lasted:.0f} s"
        if passed > lasted + self.TOLERATED_SECONDS:
            return f"the service's clock jumped ahead: {passed:.0f} s in {lasted:.0f} s"
        return None
