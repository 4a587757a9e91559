"""The live tail: stored lines as server-sent events, filtered per follower.

A follower that reads too slowly misses lines and is told how many; it never slows anybody down.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.counting import selected
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.logs.errors import TooManyFollowersError
from hexaops.features.logs.polling import LogPoller
from hexaops.features.logs.views import line_view

MOST_FOLLOWERS = 50
MOST_WAITING = 1000
"""Lines buffered for a slow follower."""
SILENCE_SECONDS = 15.0
"""Interval of keep-alive comments."""
KEEP_ALIVE = b": nothing new\n\n"


@dataclass(eq=False)
class _Follower:
    query: LogQuery
    waiting: asyncio.Queue[LogLine | LogStoreError | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    missed: int = 0


class LogTail:
    """Hands stored lines to followers."""

    def __init__(self, poller: LogPoller | None = None) -> None:
        self._poller = poller
        self._followers: set[_Follower] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._most = MOST_FOLLOWERS

    @property
    def is_waiting(self) -> bool:
        """Whether anybody follows."""
        return bool(self._followers)

    def publish(self, lines: Sequence[LogLine]) -> None:
        """Called from the writing thread with lines that are safe on disk."""
        loop = self._loop
        if loop is not None and self._followers:
            loop.call_soon_threadsafe(self._hand_out, lines)

    def follow(self, query: LogQuery) -> AsyncIterator[bytes]:
        """Everything that matches from now on, encoded; raises TooManyFollowersError."""
        if len(self._followers) >= self._most:
            raise TooManyFollowersError(self._most)
        self._loop = asyncio.get_running_loop()
        follower = _Follower(query)
        self._followers.add(follower)
        return self._events(follower)

    def close(self) -> None:
        """End every stream and accept no new ones."""
        self._most = 0
        for follower in self._followers:
            if follower.waiting.full():
                follower.waiting.get_nowait()
            follower.waiting.put_nowait(None)

    def _hand_out(self, lines: Sequence[LogLine]) -> None:
        for follower in self._followers:
            for line in selected(follower.query, lines):
                _hand(follower, line)

    async def _poll(self, follower: _Follower, poller: LogPoller) -> None:
        async for newer in poller.newer(follower.query):
            for line in newer.lines:
                _hand(follower, line)
            if newer.missed:
                follower.missed += newer.missed
            if newer.problem is not None:
                _hand(follower, newer.problem)

    async def _events(self, follower: _Follower) -> AsyncIterator[bytes]:
        polling = None if self._poller is None else asyncio.create_task(self._poll(follower, self._poller))
        try:
            yield KEEP_ALIVE
            while True:
                try:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        line = await follower.waiting.get()
                except TimeoutError:
                    yield KEEP_ALIVE
                    continue
                if line is None:
                    return
                if isinstance(line, LogStoreError):
                    yield _event("problem", {"code": line.code, "message": line.message, "details": line.details})
                    continue
                if follower.missed and follower.waiting.empty():
                    missed, follower.missed = follower.missed, 0
                    yield _event("missed", {"lines": missed})
                yield _event("line", line_view(line))
        finally:
            self._followers.discard(follower)
            if polling is not None:
                polling.cancel()
                await asyncio.gather(polling, return_exceptions=True)


def _hand(follower: _Follower, told: LogLine | LogStoreError) -> None:
    if not follower.waiting.full():
        follower.waiting.put_nowait(told)
    elif isinstance(told, LogLine):
        follower.missed += 1


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
