"""HTTP for load generators: requests made once, connections used again, answers read no further than needed.

A generator that shares the machine with the service takes from it what it spends itself: a general client spends more
on a refused request than the service does.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
MOST_IDLE = 200
END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length: "


@dataclass(frozen=True)
class Answer:
    """What is known of one."""

    status: int
    retries_after: bool
    """Whether it says when to ask again."""


@dataclass(frozen=True)
class Request:
    """Its bytes; head and body are sent one after the other, as common clients do."""

    head: bytes
    body: bytes


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self.transport: asyncio.Transport
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready for a request."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    async def ask(self, request: Request) -> Answer:
        """Raises TimeoutError and ConnectionError, after which the connection is of no use."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        limit = loop.call_later(TIMEOUT_SECONDS, self._fail, TimeoutError())
        self.transport.write(request.head)
        if request.body:
            self.transport.write(request.body)
        try:
            return await self._answer
        finally:
            limit.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what came; an answer is whole with the last byte of its body."""
        self._received += data
        end = self._received.find(END)
        if end < 0:
            return
        head = bytes(self._received[: end + 2]).lower()
        at = head.find(LENGTH) + len(LENGTH)
        if at < len(LENGTH):
            self._fail(ConnectionError("an answer of unknown length"))
        elif len(self._received) >= end + len(END) + int(head[at : head.find(b"\r", at)]):
            self._received.clear()
            self._succeed(Answer(int(head[9:12]), b"\r\nretry-after: " in head))

    def connection_lost(self, exc: Exception | None) -> None:
        """No answer comes any more."""
        self._fail(ConnectionError(str(exc)))

    def _succeed(self, answer: Answer) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def _fail(self, error: Exception) -> None:
        self.closed = True
        self.transport.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Client:
    """As many connections as there are requests at once."""

    def __init__(self, base_url: str, token: str) -> None:
        self._netloc = urlsplit(base_url).netloc
        self._token = token
        self._idle: list[Connection] = []

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Request:
        """One to be sent as often as needed."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._netloc}",
            "Accept: */*",
            f"Authorization: Bearer {self._token}",
        ]
        if content:
            lines += [f"Content-Length: {len(content)}", "Content-Type: application/json"]
        return Request("\r\n".join(lines).encode() + END, content)

    async def ask(self, request: Request) -> Answer:
        """Raises TimeoutError and OSError."""
        connection = await self._connection()
        answer = await connection.ask(request)
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.transport.close()
        return answer

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        host, _, port = self._netloc.rpartition(":")
        _, connection = await asyncio.get_running_loop().create_connection(Connection, host, int(port))
        return connection
