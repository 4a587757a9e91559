"""The streams: one reader a workspace however many follow it, and a memory of the last events for who comes back.

An event's id names the feed and a number. Who comes back with the last id that they saw receives what they missed; when
that is no longer known (another process, a long absence) the stream begins with `reset`: read everything anew.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Set
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from msgspec import Struct

from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.live.views import Change, State
from hexaops.features.live.watching import PERMISSIONS, differences
from hexaops.kit.clock import Clock

PERIOD_SECONDS = 1.0
SILENCE_SECONDS = 15.0
"""Interval of keep-alive comments."""
LONGEST_SECONDS = 600.0
"""Then a stream ends, and its follower comes back as whoever they may be by then."""
KEPT_SECONDS = 60.0
"""How long a feed goes on without a follower, so that a short break loses nothing."""
KEPT_EVENTS = 1_000
MOST_FOLLOWERS = 1_000
MOST_WAITING = 1_000
KEEP_ALIVE = b": nothing new\n\n"

logger = logging.getLogger(__name__)


class StateReader(Protocol):
    """What reads a workspace."""

    async def read(self, workspace: Workspace, known: State) -> State:
        """The state now, given the one before."""
        ...


class TooManyStreamsError(HexaopsError):
    """So many streams are open on this process that it takes no more now."""

    code = "TOO_MANY_STREAMS"
    status = 503
    permanent = False

    def __init__(self) -> None:
        super().__init__("Too many streams are open", details={"limit": MOST_FOLLOWERS}, headers={"Retry-After": "10"})


class Event(Struct, frozen=True):
    """One event, encoded once for all followers."""

    number: int
    kind: str
    text: bytes


@dataclass(eq=False)
class _Follower:
    permissions: Set[str]
    waiting: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def offer(self, event: Event) -> None:
        """Hand it over; who does not keep up is cut off, and comes back with the last id that they saw."""
        if PERMISSIONS[event.kind] not in self.permissions:
            return
        if self.waiting.full():
            self.end()
        else:
            self.waiting.put_nowait(event)

    def end(self) -> None:
        """End the stream after what already waits for it."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Feed:
    """One workspace's events."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(4)
        self.followers: set[_Follower] = set()
        self.state: State | None = None
        self.idle_since: float | None = None
        self._kept: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._number = 0

    def publish(self, kind: str, change: Change) -> None:
        """Give an event to every follower that may see it."""
        self._number += 1
        body = msgspec.json.encode(change)
        text = f"id: {self.name}-{self._number}\nevent: {kind}\ndata: ".encode() + body + b"\n\n"
        event = Event(self._number, kind, text)
        self._kept.append(event)
        for follower in self.followers:
            follower.offer(event)

    def missed(self, last_id: str | None) -> list[Event] | None:
        """Events after the one that was seen last; None when they are not known any more."""
        name, _, number = (last_id or "").rpartition("-")
        if name != self.name or not number.isdigit():
            return None
        oldest = self._kept[0].number if self._kept else self._number + 1
        return [one for one in self._kept if one.number > int(number)] if int(number) >= oldest - 1 else None

    def reset(self) -> bytes:
        """What a stream begins with that does not go on from where it was."""
        return f"id: {self.name}-{self._number}\nevent: reset\ndata: {{}}\n\n".encode()


class LiveFeeds:
    """Every workspace's feed, read while somebody follows it."""

    def __init__(self, reader: StateReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._feeds: dict[str, Feed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._most = MOST_FOLLOWERS

    def follow(self, workspace: Workspace, permissions: Set[str], last_id: str | None) -> AsyncIterator[bytes]:
        """The stream of a member with these permissions; raises TooManyStreamsError."""
        if sum(len(feed.followers) for feed in self._feeds.values()) >= self._most:
            raise TooManyStreamsError
        feed = self._feeds.get(workspace.id)
        if feed is None:
            feed = self._feeds[workspace.id] = Feed()
            task = asyncio.create_task(self._read(workspace, feed), name=f"events of {workspace.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        follower = _Follower(permissions)
        missed = feed.missed(last_id)
        for event in missed or ():
            follower.offer(event)
        feed.followers.add(follower)
        return self._stream(feed, follower, b"" if missed is not None else feed.reset())

    def end_streams(self) -> None:
        """End every stream and take no new ones."""
        self._most = 0
        for feed in self._feeds.values():
            for follower in feed.followers:
                follower.end()

    async def close(self) -> None:
        """End the readers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stream(self, feed: Feed, follower: _Follower, first: bytes) -> AsyncIterator[bytes]:
        ends = self._clock.monotonic() + LONGEST_SECONDS
        try:
            yield first or KEEP_ALIVE
            while self._clock.monotonic() < ends:
                try:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        event = await follower.waiting.get()
                except TimeoutError:
                    yield KEEP_ALIVE
                    continue
                if event is None:
                    return
                yield event.text
        finally:
            feed.followers.discard(follower)

    async def _read(self, workspace: Workspace, feed: Feed) -> None:
        """Until nobody has followed for a while."""
        while self._is_wanted(feed):
            try:
                await self._turn(workspace, feed)
            except Exception:  # the edge of a task: the next turn reads again
                logger.exception("the events of a workspace were not read", extra={"workspace": workspace.id})
            await self._clock.sleep(PERIOD_SECONDS)
        del self._feeds[workspace.id]

    def _is_wanted(self, feed: Feed) -> bool:
        now = self._clock.monotonic()
        feed.idle_since = None if feed.followers else now if feed.idle_since is None else feed.idle_since
        return feed.idle_since is None or now - feed.idle_since < KEPT_SECONDS

    async def _turn(self, workspace: Workspace, feed: Feed) -> None:
        before, feed.state = feed.state, await self._reader.read(workspace, feed.state or {})
        if before is not None:
            for kind, change in differences(before, feed.state):
                feed.publish(kind, change)
