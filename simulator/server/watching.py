"""Watches: one subscription to the store feeds all of them; each takes the events that it selected.

An event is encoded once however many watches there are. A watch ends at its time-out, when its client goes, when it
falls too far behind, or when a test closes it.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count

import msgspec

from simulator.resources import Resource
from simulator.server.faults import ApiFaults
from simulator.server.listing import Selection
from simulator.server.selectors import Object
from simulator.status import StatusError
from simulator.store import Event, Store

_QUEUE_LIMIT = 50_000
_BOOKMARK_BEFORE_END_SECONDS = 2.0
Render = Callable[[str, Object], bytes]
"""An event's type and object → the object's bytes in the form that the client asked for."""


@dataclass
class Watch:
    """One open watch."""

    number: int
    resource: Resource
    selection: Selection
    after: int
    """Events up to this resourceVersion are none of its business."""
    queue: deque[Event] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    silent: bool = False

    def end(self) -> None:
        """Let the stream stop."""
        self.ended = True
        self.wake.set()


@dataclass(frozen=True)
class WatchOptions:
    """Options of a watch besides its selection."""

    timeout_seconds: float
    bookmarks: bool
    bookmark_seconds: float
    initial: list[Object] | None
    """Objects to send as ADDED first."""
    replay: list[Event]
    """Buffered events to send next."""
    mark_initial_end: bool
    started_at: int
    """The resourceVersion to continue from."""


class WatchHub:
    """All open watches, by what they watch."""

    def __init__(self, store: Store, faults: ApiFaults) -> None:
        self._store = store
        self._faults = faults
        self._watches: dict[str, dict[int, Watch]] = {}
        self._numbers = count(1)
        self.close = store.subscribe(self._fan_out)

    def open(self, resource: Resource, selection: Selection, after: int) -> Watch:
        """Start to collect events for a watch."""
        watch = Watch(next(self._numbers), resource, selection, after)
        self._watches.setdefault(resource.key, {})[watch.number] = watch
        self._faults.watch_opened(watch.number, resource.qualified, watch.end)
        return watch

    def drop(self, watch: Watch) -> None:
        """Stop to collect."""
        self._watches.get(watch.resource.key, {}).pop(watch.number, None)
        self._faults.watch_closed(watch.number)

    def end_all(self) -> None:
        """End every watch."""
        for watches in self._watches.values():
            for watch in watches.values():
                watch.end()

    def _fan_out(self, event: Event) -> None:
        for watch in self._watches.get(event.key.resource, {}).values():
            namespace = watch.selection.namespace
            if (namespace is None or namespace == event.key.namespace) and event.resource_version > watch.after:
                watch.queue.append(event)
                watch.wake.set()
                if len(watch.queue) > _QUEUE_LIMIT:
                    watch.end()

    async def stream(self, watch: Watch, options: WatchOptions, render: Render) -> AsyncIterator[bytes]:
        """The watch's lines, in chunks, until it ends."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + options.timeout_seconds
        bookmark_at = _next_bookmark(options, loop.time(), deadline)
        try:
            first = self._beginning(watch, options, render)
            if first:
                yield first
            while not watch.ended and loop.time() < deadline:
                await _wait(watch, min(deadline, bookmark_at) - loop.time())
                chunk = self._drain(watch, render)
                if loop.time() >= bookmark_at:
                    chunk += b"" if watch.silent else self._bookmark(watch)
                    bookmark_at = _next_bookmark(options, loop.time(), deadline)
                if chunk:
                    yield chunk
        finally:
            self.drop(watch)

    def _beginning(self, watch: Watch, options: WatchOptions, render: Render) -> bytes:
        lines = [line("ADDED", render("ADDED", obj)) for obj in options.initial or ()]
        for event in options.replay:
            lines.append(self._event_line(watch, event, render))
        if options.mark_initial_end:
            lines.append(self._bookmark(watch, {"annotations": {"k8s.io/initial-events-end": "true"}}))
        return b"".join(lines)

    def _drain(self, watch: Watch, render: Render) -> bytes:
        watch.wake.clear()
        if watch.silent or self._faults.is_stalled(watch.resource.qualified):
            watch.silent = True
            watch.queue.clear()
            return b""
        lines = []
        while watch.queue:
            lines.append(self._event_line(watch, watch.queue.popleft(), render))
        return b"".join(lines)

    def _event_line(self, watch: Watch, event: Event, render: Render) -> bytes:
        kind = event.type
        if not watch.selection.is_plain:
            matches = event.type != "DELETED" and watch.selection.matches(event.object)
            matched = event.previous is not None and watch.selection.matches(event.previous)
            if not matches and not matched:
                return b""
            kind = "MODIFIED" if matches and matched else "ADDED" if matches else "DELETED"
        return line(kind, render(kind, event.object))

    def _bookmark(self, watch: Watch, extra: Object | None = None) -> bytes:
        resource = watch.resource
        version = max(self._store.resource_version, watch.after)
        bookmark = {
            "kind": resource.kind,
            "apiVersion": resource.api_version,
            "metadata": {"resourceVersion": str(version), **(extra or {})},
        }
        return line("BOOKMARK", msgspec.json.encode(bookmark))


def _next_bookmark(options: WatchOptions, now: float, deadline: float) -> float:
    """When the next bookmark is due: in regular distances, and once shortly before the end."""
    last = deadline - _BOOKMARK_BEFORE_END_SECONDS
    if not options.bookmarks or now >= last:
        return math.inf
    return min(now + options.bookmark_seconds, last)


async def _wait(watch: Watch, seconds: float) -> None:
    if watch.wake.is_set():
        return
    loop = asyncio.get_running_loop()
    timer = loop.call_later(max(seconds, 0), watch.wake.set)
    try:
        await watch.wake.wait()
    finally:
        timer.cancel()


def line(kind: str, content: bytes) -> bytes:
    """One line of a watch."""
    return b'{"type":"' + kind.encode() + b'","object":' + content + b"}\n"


def error_line(error: StatusError) -> bytes:
    """The ERROR event that ends a watch."""
    return line("ERROR", msgspec.json.encode(error.body()))
