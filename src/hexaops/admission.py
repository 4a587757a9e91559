"""Admission control: what cannot be answered soon is refused at once, before any work is done for it.

Requests wait in lanes by what they cost: reads, chat and changes each have places of their own, so that a crowd in one
leaves the others alone; only probes pass. A stream holds its place as long as it lasts, so each caller may have few.
Whoever waits is taken in turn by caller, not by arrival: one caller with many requests does not hold up the others. A
caller here is only a fingerprint of what it sent as credentials; nothing has been verified yet.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, OrderedDict, deque
from collections.abc import Mapping

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from hexaops.kit.ids import new_id
from hexaops.metrics import Metrics

ASKED = "hexaops.admission"
"""Of a request's scope."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
CHAT = re.compile(r"/api/v1/(?:ai/|workspaces/[^/]+/aiops/chat)")
STREAMS = ("/tail", "/events")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY = (
    b'{"error":{"code":"OVERLOADED","message":"Too many requests at once; try again soon",'
    b'"details":{"source":"admission"}},"request_id":"%s"}'
)
REFUSAL = ((b"content-type", b"application/json"), (b"retry-after", b"1"), (b"cache-control", b"no-store"))


class Bounds(Struct, frozen=True):
    """Of one lane."""

    places: int
    """Requests worked on at once."""
    queue: int
    seconds: float
    """How long a request waits for its turn at most."""
    each: int | None = None
    """Requests of one caller worked on at once; None: as many as there are places."""


SHARES: Mapping[str, tuple[float, float]] = {"reads": (0.4, 1.0), "chat": (0.3, 3.0), "changes": (0.3, 3.0)}
"""Of the places that use the database, and how long to wait for one."""
SPARE_CONNECTIONS = 2
"""Of the pool, for background tasks and probes."""
QUEUED_PER_PLACE = 3
STREAMS_BOUNDS: Mapping[str, Bounds] = {
    "chat streams": Bounds(places=12, queue=24, seconds=3.0, each=6),
    "streams": Bounds(places=1000, queue=0, seconds=0.0, each=20),
}


def lanes_for(connections: int) -> dict[str, Bounds]:
    """Lanes that together ask for no more than so many database connections at once, as far as each has a place."""
    most = connections - SPARE_CONNECTIONS
    lanes = {}
    for name, (share, seconds) in SHARES.items():
        places = max(1, int(most * share))
        lanes[name] = Bounds(places=places, queue=places * QUEUED_PER_PLACE, seconds=seconds)
    return {**lanes, **STREAMS_BOUNDS}


class OverloadedError(Exception):
    """No place, and none soon."""


class Lane:
    """Places, and callers that wait for one in turn."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._taken = 0
        self._held: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._length = 0

    @property
    def is_taken(self) -> bool:
        """Whether every place is."""
        return self._taken >= self._bounds.places

    def is_full(self, caller: str) -> bool:
        """Whether the caller would be refused at once: no place for it, and none to wait for."""
        own = len(self._waiting.get(caller, ()))
        if self._bounds.each is not None and self._held[caller] + own >= self._bounds.each:
            return True
        if self._taken < self._bounds.places:
            return False
        return self._length >= self._bounds.queue or (own > 0 and own * 2 >= self._bounds.queue)

    async def enter(self, caller: str) -> None:
        """Take a place, perhaps after a wait; raises OverloadedError."""
        if self.is_full(caller):
            raise OverloadedError
        if self._taken < self._bounds.places:
            self._taken += 1
            self._held[caller] += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(turn)
        self._length += 1
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await turn
            self._held[caller] += 1
        except TimeoutError:
            self._withdraw(caller, turn)
            raise OverloadedError from None
        except asyncio.CancelledError:
            self._withdraw(caller, turn)
            raise

    def leave(self, caller: str) -> None:
        """Give the caller's place to the next caller's first request."""
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        self._pass_on()

    def _pass_on(self) -> None:
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
            self._pass_on()  # its turn came at the same moment


class Admission:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, lanes: Mapping[str, Bounds], metrics: Metrics | None = None) -> None:
        self._app = app
        self._lanes = {name: Lane(bounds) for name, bounds in lanes.items()}
        counters = (metrics or Metrics()).refused_requests
        self._refused = {name: counters.labels(name) for name in lanes}

    @property
    def is_crowded(self) -> bool:
        """Whether some lane has no place left: a server need not ask about single requests before."""
        return any(lane.is_taken for lane in self._lanes.values())

    def is_full(self, scope: Scope) -> bool:
        """Whether a request would be refused at once: a server that asks need not start any work for it."""
        name, caller = _asked(scope)
        return name is not None and self._lanes[name].is_full(caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, caller = _asked(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        lane = self._lanes[name]
        try:
            await lane.enter(caller)
        except OverloadedError:
            await self._refuse(scope, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave(caller)

    def refusal(self, scope: Scope) -> tuple[bytes, bytes]:
        """A new request id and the body of the 503, which is counted: no line is written for it."""
        name, _ = _asked(scope)
        if name is not None:
            self._refused[name].inc()
        request_id = new_id("req_").encode()
        return request_id, BODY % request_id

    async def _refuse(self, scope: Scope, send: Send) -> None:
        request_id, body = self.refusal(scope)
        headers = [*REFUSAL, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def lane_of(scope: Scope) -> str | None:
    """The lane of a request; None for what is always let through."""
    if scope["type"] != "http":
        return None
    path, method = scope["path"], scope["method"]
    if method == "POST" and CHAT.match(path):
        accepted = dict(scope["headers"]).get(b"accept", b"")
        return "chat streams" if b"event-stream" in accepted else "chat"
    if path in PROBES:
        return None
    if method == "GET" and path.endswith(STREAMS):
        return "streams"
    return "reads" if method in READS else "changes"


def _asked(scope: Scope) -> tuple[str | None, str]:
    """Lane and caller of a request, found once: a server asks whether there is room before it passes the request on."""
    found: tuple[str | None, str] | None = scope.get(ASKED)
    if found is None:
        name = lane_of(scope)
        found = scope[ASKED] = name, "" if name is None else _caller(scope)
    return found


def _caller(scope: Scope) -> str:
    headers = dict(scope["headers"])
    given = headers.get(b"authorization") or headers.get(b"cookie")
    if given:
        return str(hash(given))
    client = scope.get("client")
    return str(client[0]) if client else ""
