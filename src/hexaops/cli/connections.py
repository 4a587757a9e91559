"""Bounds what a connection may take before anybody knows who is calling: headers, time and number.

uvicorn's fast parser has no limits of its own: it keeps headers of any size and number, and a connection that says
nothing stays open for ever. A proxy in front may have such limits; the service does not depend on one.
"""

from __future__ import annotations

import asyncio
import logging
import math
import resource
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from hexaops.admission import REFUSAL, Admission
from hexaops.cli.ordinary import read_ordinary

LARGEST_HEAD_BYTES = 64 * 1024
"""The request line and all headers; a token has at most 8 KiB."""
MOST_HEADERS = 100
HEAD_SECONDS = 10.0
"""From a connection's opening, or a later request's first byte, until its headers are whole."""
KEEP_ALIVE_SECONDS = 120
"""How long a silent connection may be used again: longer than clients and balancers keep theirs (5 to 90 s), as a
request that crosses with the closing is lost."""
MOST_CONNECTIONS = 2_000
SHARE_OF_FILES = 0.6
"""Of the process's file descriptors; the rest are the database's, the clusters' and the logs'."""
END = b"\r\n\r\n"
OVERLOADED = (
    b"HTTP/1.1 503 Service Unavailable\r\n%bcontent-length: %%d\r\nx-request-id: %%b\r\n%%b%%b\r\n%%b"
    % b"".join(b"%b: %b\r\n" % header for header in REFUSAL)
)
LOG_SECONDS = 10.0

logger = logging.getLogger("hexaops.http")
_silent: WeakKeyDictionary[ServerState, dict[BoundedProtocol, None]] = WeakKeyDictionary()
"""Each server's connections without a request under way, the longest silent first: thousands may come at once, and
looking through all for each of them would hold the loop up for seconds."""


class HeadTooLargeError(Exception):
    """The request's headers are too many; caught by the parser."""


def most_connections() -> int:
    """How many connections are kept open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, int(soft * SHARE_OF_FILES))


class BoundedProtocol(HttpToolsProtocol):
    """One connection; of too many, the one that has been silent longest makes way."""

    most = most_connections()
    head_seconds = HEAD_SECONDS
    _told = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: bytes | None = b""
        """The last bytes of an unfinished head; None while a body or an answer is under way."""
        self._head_length = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._unread = 0
        """Bytes still to come of the body of a request that was refused without the parser."""
        self._refused_at = -math.inf
        self.silent = _silent.setdefault(self.server_state, {})
        """Those of its server, in order."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Accept it, with time for its first request's headers; at the limit the longest silent one is closed."""
        super().connection_made(transport)
        self.silent[self] = None
        self._wait_for_head()
        if len(self.connections) > self.most:
            self._make_room()

    def on_message_begin(self) -> None:
        """Tell the application of a verified client certificate."""
        super().on_message_begin()
        if self.transport is not None and (name := _common_name(self.transport.get_extra_info("peercert"))):
            self.scope["extensions"] = {"tls": {"client_cert_name": f"CN={name}"}}

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.silent.pop(self, None)
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what belongs to a head of a lawful size, or to a body."""
        if self._unread:
            skipped = min(self._unread, len(data))
            self._unread -= skipped
            data = data[skipped:]
        if not data or self._is_refused(data):
            return
        if self._head is not None:
            self._wait_for_head()
            if not self._is_lawful(data):
                self._refuse(b"431 Request Header Fields Too Large", b"REQUEST_HEADERS_TOO_LARGE")
                return
        super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, of a head or after a body."""
        if len(self.headers) >= MOST_HEADERS:
            raise HeadTooLargeError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is bounded by the application."""
        self._head = None
        self._stop_waiting()
        self.silent.pop(self, None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Silent from now on, unless another request waits already."""
        super().on_response_complete()
        if self.is_silent() and not self.transport.is_closing():
            self.silent[self] = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Refuse what the application would refuse at once, for a fraction of the cost of asking it.

        A pipelined request is left to the application: one refusal would start the next one within itself.
        """
        scope: Any = cycle.scope  # uvicorn's own type for the same mapping
        if self.pipeline or not isinstance(app, Admission) or not app.is_full(scope):
            super()._start_asgi_task(cycle, app)
            return
        keep = cycle.keep_alive and not cycle.waiting_for_100_continue
        cycle.response_started = cycle.response_complete = True
        self.transport.write(self._overloaded(app, scope, b"" if keep else b"connection: close\r\n"))
        if not keep:
            self.transport.close()
        self.on_response_complete()

    def _is_refused(self, data: bytes) -> bool:
        """Refuse a request that finds its lane full, and any room to be told so at once, before it is even parsed."""
        app = self.app
        if not (isinstance(app, Admission) and app.is_crowded and self._head == b"" and self.is_silent()):
            return False
        found = read_ordinary(data) if len(data) <= LARGEST_HEAD_BYTES else None
        if found is None or self.transport.is_closing():
            return False
        scope, self._unread = found
        scope["client"] = self.client
        if not app.is_full(scope):
            self._unread = 0
            return False
        self._refused_at = self.loop.time()
        self._stop_waiting()
        self.silent.pop(self, None)  # to the end of those that are silent
        self.transport.write(self._overloaded(app, scope))
        if self.timeout_keep_alive_task is None:
            self.on_response_complete()
        else:
            self.silent[self] = None
        return True

    def _overloaded(self, app: Admission, scope: Any, more: bytes = b"") -> bytes:
        request_id, body = app.refusal(scope)
        lines = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        return OVERLOADED % (len(body), request_id, lines, more, body)

    def timeout_keep_alive_handler(self) -> None:
        """Close it, unless a refusal was asked for meanwhile: those do not wind the clock up anew."""
        left = self._refused_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_complete(self) -> None:
        """What comes next is another head."""
        super().on_message_complete()
        self._head, self._head_length = b"", 0

    def _is_lawful(self, data: bytes) -> bool:
        assert self._head is not None
        room = LARGEST_HEAD_BYTES - self._head_length
        if len(data) <= room:
            self._head_length += len(data)
            self._head = (self._head + data)[-3:]
            return True
        return END in self._head + data[:room]

    def _wait_for_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._head_length:
            self._refuse(b"408 Request Timeout", b"REQUEST_TIMEOUT")
        elif self.transport is not None:
            self.transport.close()

    def _make_room(self) -> None:
        if self.loop.time() - BoundedProtocol._told > LOG_SECONDS:
            BoundedProtocol._told = self.loop.time()
            logger.warning("too many connections; closing silent ones", extra={"connections": len(self.connections)})
        oldest = next(iter(self.silent))  # it is there itself, as the last
        del self.silent[oldest]
        if oldest is self:
            self._refuse(b"503 Service Unavailable", b"OVERLOADED")
        else:
            self.connections.discard(oldest)
            oldest.transport.abort()

    def is_silent(self) -> bool:
        """Whether no request of it is under way."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _refuse(self, status: bytes, code: bytes) -> None:
        body = b'{"error":{"code":"' + code + b'","message":"' + status[4:] + b'","details":{}},"request_id":null}'
        retry = b"retry-after: 5\r\n" if status.startswith(b"503") else b""
        length = str(len(body)).encode()
        self.transport.write(
            b"HTTP/1.1 " + status + b"\r\ncontent-type: application/json\r\nconnection: close\r\n" + retry
            + b"content-length: " + length + END + body
        )  # fmt: skip
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Say of too many headers that they are too many."""
        if self.headers is not None and len(self.headers) >= MOST_HEADERS:
            self._refuse(b"431 Request Header Fields Too Large", b"REQUEST_HEADERS_TOO_LARGE")
        else:
            super().send_400_response(msg)


def _common_name(certificate: Any) -> str | None:
    """Of a certificate as the ssl module decodes it; there is none on a connection without TLS."""
    names = [value for part in (certificate or {}).get("subject", ()) for key, value in part if key == "commonName"]
    return str(names[0]) if len(names) == 1 else None
