"""Faults of the API itself, for tests that need a bad day: errors, latency, broken and silent watches.

An object in the process, not an endpoint: a test that serves the simulator holds it and turns the knobs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.status import StatusError

ERRORS = {
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "Internal error occurred: injected fault"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "Timeout: request did not complete within the allotted timeout"),
}


@dataclass
class Fault:
    """Applies to matching requests, `times` times or, if None, until removed."""

    verbs: tuple[str, ...] = ("*",)
    path: str = ""
    """Part of the request's path."""
    status: int | None = None
    """Answer with this error and change nothing."""
    status_after: int | None = None
    """Do what is asked, and answer with this error nevertheless."""
    drop: bool = False
    """Do what is asked, and break the connection instead of answering."""
    delay_seconds: float = 0.0
    retry_after_seconds: int | None = None
    times: int | None = 1
    skips: int = 0
    """Matching requests that pass before the first one that does not."""
    hits: int = field(default=0, init=False)

    def matches(self, verb: str, path: str) -> bool:
        """Whether the fault applies to a request."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not (("*" in self.verbs or verb in self.verbs) and self.path in path):
            return False
        self.skips -= 1
        return self.skips < 0


class ApiFaults:
    """The faults that hold now, and the watches that are open."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._watches: dict[int, tuple[str, Callable[[], None]]] = {}
        self._stalled: tuple[str, ...] | None = None
        self.compact: Callable[[], None] = lambda: None
        """Forget the history, so that every older resourceVersion is 410; set by the server."""

    def add(self, fault: Fault) -> Fault:
        """Let a fault hold from now on."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults and let stalled watches go on."""
        self._faults.clear()
        self._stalled = None

    def find(self, verb: str, path: str) -> Fault | None:
        """The first fault that applies to a request; counts the hit."""
        for fault in self._faults:
            if fault.matches(verb, path):
                fault.hits += 1
                return fault
        return None

    def close_watches(self, resource: str = "") -> int:
        """End the open watches of a resource, or all; returns how many."""
        ended = [end for watched, end in self._watches.values() if resource in ("", watched)]
        for end in ended:
            end()
        return len(ended)

    def stall_watches(self, *resources: str) -> None:
        """Keep watches open but silent, as a dead connection is; without resources all of them."""
        self._stalled = resources

    def resume_watches(self) -> None:
        """Let stalled watches go on; what they missed stays missed until they are opened again."""
        self._stalled = None

    def is_stalled(self, resource: str) -> bool:
        """Whether watches of a resource are silent now."""
        return self._stalled is not None and (not self._stalled or resource in self._stalled)

    def watch_opened(self, number: int, resource: str, end: Callable[[], None]) -> None:
        """Called by the server when a watch opens."""
        self._watches[number] = (resource, end)

    def watch_closed(self, number: int) -> None:
        """Called by the server when a watch ends."""
        self._watches.pop(number, None)

    def open_watches(self, resource: str = "") -> int:
        """How many watches of a resource, or in all, are open."""
        return sum(resource in ("", watched) for watched, _ in self._watches.values())


def error_of(status: int, retry_after_seconds: int | None) -> StatusError:
    """The injected error as the server would answer it."""
    reason, message = ERRORS.get(status, ("InternalError", "injected fault"))
    return StatusError(status, reason, message, retry_after=retry_after_seconds)


async def wait_before(fault: Fault | None) -> None:
    """Hold a request up by real seconds, and refuse it when the fault says so."""
    if fault is None:
        return
    if fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)
    if fault.status is not None:
        raise error_of(fault.status, fault.retry_after_seconds)
