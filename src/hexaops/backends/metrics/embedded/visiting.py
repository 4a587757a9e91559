"""Visits many targets a little at a time: a bounded number of requests a round, the longest unvisited first.

With more targets than a round may visit each is visited more rarely; what it said last stands in meanwhile, so that
an application's sum never lacks the pods whose turn has not come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

from hexaops.backends.kubernetes.errors import KubernetesError, KubernetesForbiddenError
from hexaops.kit.clock import Clock

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")
AT_ONCE = 4
STANDS_ROUNDS = 3
"""For how many of its own visits' intervals a reading stands in."""
REFUSED_SECONDS = 300.0
"""After a refusal: rights seldom change."""

logger = logging.getLogger(__name__)


class Visits(Generic[T, R]):
    """The latest readings of targets of one kind."""

    def __init__(self, clock: Clock, *, every_seconds: float) -> None:
        self._clock = clock
        self._every = every_seconds
        self._visited: dict[T, float] = {}
        self._readings: dict[T, tuple[float, R]] = {}
        self._refused_until = 0.0
        self.refused = False

    async def round(self, targets: Mapping[T, Callable[[], Awaitable[R]]], most: int) -> int:
        """Visit those whose turn it is, at most so many; how many were visited."""
        now = self._clock.monotonic()
        self._visited = {target: at for target, at in self._visited.items() if target in targets}
        self._readings = {target: held for target, held in self._readings.items() if target in targets}
        if now < self._refused_until:
            return 0
        self.refused = False
        due = [target for target in targets if now - self._visited.get(target, -1e9) >= self._every * 0.9]
        due.sort(key=lambda target: self._visited.get(target, -1e9))
        chosen = due[:most]
        places = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._visit(target, targets[target], places, now) for target in chosen))
        return len(chosen)

    def readings(self, targets: int, most: int) -> list[tuple[T, R]]:
        """The readings that are not too old, given how many targets share the visits."""
        interval = max(self._every, self._every * targets / max(1, most))
        oldest = self._clock.monotonic() - STANDS_ROUNDS * interval
        return [(target, reading) for target, (at, reading) in self._readings.items() if at >= oldest]

    async def _visit(self, target: T, read: Callable[[], Awaitable[R]], places: asyncio.Semaphore, now: float) -> None:
        async with places:
            if self.refused:
                return
            self._visited[target] = now
            try:
                self._readings[target] = now, await read()
            except KubernetesForbiddenError:
                self.refused, self._refused_until = True, now + REFUSED_SECONDS
            except KubernetesError as error:
                logger.debug("nothing was measured", extra={"target": str(target), "reason": error.message})
                self._readings.pop(target, None)
