"""Timers in simulated time: a heap of named callbacks, so that an idle world costs nothing.

A name has at most one timer: setting it again moves it. That is what every control loop here needs
("look at this object again in ten seconds").
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from itertools import count

from simulator.clock import SimulationClock

_TOLERANCE_SECONDS = 1e-6
"""Sums of floats: a timer counts as due when its time is missed by less than this."""


class Timers:
    """Callbacks by name, each due at a simulated second."""

    def __init__(self, clock: SimulationClock) -> None:
        self._clock = clock
        self._due: dict[Hashable, tuple[float, int, Callable[[], None]]] = {}
        self._heap: list[tuple[float, int, Hashable]] = []
        self._numbers = count()

    def set(self, name: Hashable, after_seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` once after this many simulated seconds, replacing the timer of this `name`."""
        due, number = self._clock.monotonic() + max(0.0, after_seconds), next(self._numbers)
        self._due[name] = (due, number, callback)
        heapq.heappush(self._heap, (due, number, name))

    def cancel(self, name: Hashable) -> None:
        """Forget a timer, if there is one."""
        self._due.pop(name, None)

    def pending(self, name: Hashable) -> bool:
        """Whether a timer of that name is set."""
        return name in self._due

    def next_due_seconds(self) -> float | None:
        """When the next timer is due, in the clock's monotonic seconds."""
        while self._heap:
            due, number, name = self._heap[0]
            current = self._due.get(name)
            if current is not None and current[1] == number:
                return due
            heapq.heappop(self._heap)
        return None

    def fire_due(self) -> int:
        """Call all that are due now; returns how many."""
        fired = 0
        now = self._clock.monotonic() + _TOLERANCE_SECONDS
        while (due := self.next_due_seconds()) is not None and due <= now:
            _, _, name = heapq.heappop(self._heap)
            _, _, callback = self._due.pop(name)
            callback()
            fired += 1
        return fired
