"""Background tasks of a process: each does one thing at an interval, whatever fails, until the process stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct

from hexaops.kit.clock import Clock

logger = logging.getLogger(__name__)


class Periodic(Struct, frozen=True):
    """One task. Its act must be safe to repeat: an act that failed halfway is simply done again."""

    name: str
    act: Callable[[], Awaitable[object]]
    interval: float | Callable[[], float]
    """Seconds between the end of one act and the start of the next."""
    waits_first: bool = False
    expected: tuple[type[Exception], ...] = ()
    """Errors that say all there is to say in one line; others are logged with their traceback."""

    async def repeat(self, clock: Clock) -> None:
        """Act again and again, until cancelled."""
        if self.waits_first:
            await clock.sleep(self._seconds())
        while True:
            await self._act()
            await clock.sleep(self._seconds())

    async def _act(self) -> None:
        try:
            await self.act()
        except self.expected as error:
            reason = getattr(error, "message", None) or type(error).__name__
            logger.warning("background task failed; it will be repeated", extra={"job": self.name, "reason": reason})
        except Exception:  # the edge of a task: it must outlive a database that is unavailable for a while
            logger.exception("background task failed; it will be repeated", extra={"job": self.name})

    def _seconds(self) -> float:
        return self.interval() if callable(self.interval) else self.interval


class Background:
    """The tasks of a process. They are named before it starts, and run between `start` and `close`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.jobs: list[Periodic] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, job: Periodic) -> None:
        """Name a task."""
        self.jobs.append(job)

    def start(self) -> None:
        """Start every task."""
        self._tasks = [asyncio.create_task(job.repeat(self._clock), name=job.name) for job in self.jobs]

    async def close(self) -> None:
        """Stop every task, wherever it stands."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
