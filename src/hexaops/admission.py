"""Admission control: what cannot be answered soon is refused at once, before any work is done for it.

Requests wait in lanes by what they cost: reads, chat and changes each have places of their own, so that a crowd in one
leaves the others alone; probes and streams pass. Whoever waits is taken in turn by caller, not by arrival: one caller
with many requests does not hold up the others. A caller here is only a fingerprint of what it sent as credentials;
nothing has been verified yet.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from hexaops.kit.ids import new_id

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
CHAT = re.compile(r"/api/v1/(?:ai/|workspaces/[^/]+/aiops/chat)")
STREAMS = re.compile(r"/(?:tail|events)$")
BODY = (
    b'{"error":{"code":"OVERLOADED","message":"Too many requests at once; try again soon",'
    b'"details":{"source":"admission"}},"request_id":"%s"}'
)


@dataclass(frozen=True)
class Bounds:
    """Of one lane."""

    places: int
    """Requests worked on at once."""
    queue: int
    seconds: float
    """How long a request waits for its turn at most."""


LANES: Mapping[str, Bounds] = {
    "reads": Bounds(places=16, queue=48, seconds=1.0),
    "chat": Bounds(places=6, queue=18, seconds=3.0),
    "changes": Bounds(places=8, queue=24, seconds=3.0),
}


class OverloadedError(Exception):
    """No place, and none soon."""


class Lane:
    """Places, and callers that wait for one in turn."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._taken = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._length = 0

    async def enter(self, caller: str) -> None:
        """Take a place, perhaps after a wait; raises OverloadedError."""
        if self._taken < self._bounds.places:
            self._taken += 1
            return
        own = self._waiting.get(caller)
        if self._length >= self._bounds.queue or (own is not None and len(own) * 2 >= self._bounds.queue):
            raise OverloadedError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(turn)
        self._length += 1
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await turn
        except TimeoutError:
            self._withdraw(caller, turn)
            raise OverloadedError from None
        except asyncio.CancelledError:
            self._withdraw(caller, turn)
            raise

    def leave(self) -> None:
        """Give the place to the next caller's first request."""
        while self._waiting:
            caller, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            self._length -= 1
            if turns:
                self._waiting[caller] = turns
            if not turn.done():
                turn.set_result(None)
                return
        self._taken -= 1

    def _withdraw(self, caller: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(caller)
        if turns is not None and turn in turns:
            turns.remove(turn)
            self._length -= 1
            if not turns:
                del self._waiting[caller]
        elif turn.done() and not turn.cancelled():
            self.leave()  # its turn came at the same moment


class Admission:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, lanes: Mapping[str, Bounds] = LANES) -> None:
        self._app = app
        self._lanes = {name: Lane(bounds) for name, bounds in lanes.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = lane_of(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        lane = self._lanes[name]
        try:
            await lane.enter(_caller(scope))
        except OverloadedError:
            await _refuse(send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave()


def lane_of(scope: Scope) -> str | None:
    """The lane of a request; None for what is always let through: probes, and streams, which last."""
    if scope["type"] != "http" or scope["path"] in PROBES:
        return None
    headers = dict(scope["headers"])
    if STREAMS.search(scope["path"]):
        return None
    if CHAT.match(scope["path"]) and scope["method"] == "POST":
        return None if b"event-stream" in headers.get(b"accept", b"") else "chat"
    return "reads" if scope["method"] in {"GET", "HEAD", "OPTIONS"} else "changes"


def _caller(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"authorization", b"")
    if given:
        return str(hash(given))
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _refuse(send: Send) -> None:
    request_id = new_id("req_").encode()
    body = BODY % request_id
    headers = [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), (b"retry-after", b"1"),
        (b"x-request-id", request_id), (b"cache-control", b"no-store"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
