"""Connections are bounded before anybody knows who calls: headers, their number and time, and silent connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from hexaops.admission import Admission, Bounds
from hexaops.cli.connections import LARGEST_HEAD_BYTES, MOST_HEADERS, BoundedProtocol

HEAD_SECONDS = 0.2
MOST = 4
WAIT_SECONDS = 30.0
GET = b"GET / HTTP/1.1\r\nhost: x\r\n"


class Tight(BoundedProtocol):
    """Bounds that a test reaches."""

    most = MOST
    head_seconds = HEAD_SECONDS


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body and says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def serving(protocol: Any, app: ASGIApp = application) -> AsyncIterator[int]:
    """A server with this protocol; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", http=protocol, proxy_headers=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # older than the context manager
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await task


async def sent(port: int, *parts: bytes) -> bytes:
    """What the server says to these bytes until it closes the connection, or has answered."""
    async with asyncio.timeout(WAIT_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for part in parts:
                writer.write(part)
                with contextlib.suppress(OSError):
                    await writer.drain()
            with contextlib.suppress(OSError):
                return (await reader.readline()) + await reader.read(4096)
            return b""
        finally:
            writer.close()


async def test_a_request_of_a_lawful_size_is_answered() -> None:
    async with serving(BoundedProtocol) as port:
        assert (await sent(port, GET + b"a: " + b"x" * 20_000 + b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        body = b"y" * 200_000
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n"
        assert (await sent(port, head + body)).endswith(b"200000")
        assert (await sent(port, head[:-2], head[-2:] + body)).endswith(b"200000")


HUGE: tuple[Callable[[], tuple[bytes, ...]], ...] = (
    lambda: (GET, *[b"a: " + b"x" * 1000 + b"\r\n"] * 3000),
    lambda: (GET + b"a: ", *[b"x" * 65_536] * 40),
    lambda: (b"GET /", *[b"x" * 65_536] * 4),
    lambda: (GET, *[b"a: b\r\n"] * (MOST_HEADERS + 5), b"\r\n"),
)


@pytest.mark.parametrize("parts", HUGE, ids=["many", "one long", "long path", "many short"])
async def test_headers_are_bounded(parts: Callable[[], tuple[bytes, ...]]) -> None:
    assert LARGEST_HEAD_BYTES < 100_000
    async with serving(BoundedProtocol) as port:
        answer = await sent(port, *parts())
        assert not answer or answer.startswith(b"HTTP/1.1 431"), answer
        assert (await sent(port, GET + b"\r\n")).startswith(b"HTTP/1.1 200")


async def test_the_plain_protocol_would_take_them() -> None:
    """The seeded bug: without the bounds the same headers are read to their end."""
    async with serving("httptools") as port:
        assert (await sent(port, GET, *[b"a: b\r\n"] * (MOST_HEADERS + 5), b"\r\n")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begin", [b"", GET])
async def test_a_connection_that_does_not_finish_its_headers_is_closed(begin: bytes) -> None:
    async with serving(Tight) as port:
        answer = await sent(port, begin)
        assert answer.startswith(b"HTTP/1.1 408") if begin else answer == b""


async def test_silent_connections_make_way() -> None:
    class Patient(Tight):
        head_seconds = 3600.0

    async with serving(Patient) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST * 3)]
        assert (await sent(port, GET + b"\r\n")).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(WAIT_SECONDS):
            ended = [await reader.read() for reader, _ in silent[:MOST] if await _is_over(reader)]
        assert len(ended) == MOST
        for _, writer in silent:
            writer.close()


async def _is_over(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read(1) == b""
    except ConnectionResetError:
        reader.feed_eof()
        return True


class Busy:
    """An application with one place, taken until it is let go; behind it nobody waits."""

    def __init__(self) -> None:
        self.begun, self.go, self.asked = asyncio.Event(), asyncio.Event(), 0
        self.gate = Admission(self.work, {"reads": Bounds(1, 0, 0.0), "changes": Bounds(1, 0, 0.0)})

    async def work(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        await application(scope, receive, send)


@contextlib.asynccontextmanager
async def crowded(protocol: Any = BoundedProtocol) -> AsyncIterator[tuple[Busy, int]]:
    """A server whose only places are taken, by a read and by a change."""
    busy = Busy()
    async with serving(protocol, busy.gate) as port, asyncio.timeout(WAIT_SECONDS):
        held = [asyncio.create_task(sent(port, line + b" / HTTP/1.1\r\n\r\n")) for line in (b"GET", b"POST")]
        while busy.asked < len(held):
            await busy.begun.wait()
            busy.begun.clear()
        try:
            yield busy, port
        finally:
            busy.go.set()
        assert all([(await answer).startswith(b"HTTP/1.1 200") for answer in held])


async def read_answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of one answer on a connection that stays open."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return head, await reader.readexactly(int(length.split(b":")[1]))


POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n"


async def test_what_is_refused_at_once_leaves_the_connection_usable() -> None:
    async with crowded() as (busy, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in (GET + b"\r\n", POST + b"\r\n" + b"x" * 100_000, GET + b"\r\n"):
            writer.write(request)
            head, body = await read_answer(reader)
            assert head.startswith(b"HTTP/1.1 503")
            assert b"retry-after: 1" in head
            assert b"OVERLOADED" in body
        assert busy.asked == 2
        busy.go.set()
        while b" 503 " in head:
            writer.write(GET + b"\r\n")
            head, body = await read_answer(reader)
        assert head.startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_refused_body_may_come_later_and_with_the_next_request() -> None:
    async with crowded() as (busy, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"\r\n")
        head, _ = await read_answer(reader)
        assert head.startswith(b"HTTP/1.1 503")
        for part in (b"x" * 60_000, b"x" * 40_000 + GET + b"\r\n", GET + b"\r\n" + GET + b"\r\n"):
            writer.write(part)
            await writer.drain()
        assert [(await read_answer(reader))[0][:12] for _ in range(3)] == [b"HTTP/1.1 503"] * 3
        assert busy.asked == 2
        writer.close()


async def test_a_connection_that_was_only_refused_is_closed_when_it_stays_silent() -> None:
    class Brief(BoundedProtocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.timeout_keep_alive = 0

    async with crowded(Brief) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"\r\n")
        assert (await read_answer(reader))[0].startswith(b"HTTP/1.1 503")
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("header", [b"connection: close\r\n", b"expect: 100-continue\r\n"])
async def test_what_is_refused_at_once_closes_where_it_has_to(header: bytes) -> None:
    async with crowded() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + header + b"\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"connection: close" in answer
        writer.close()


async def test_requests_that_wait_behind_one_on_their_connection_are_all_answered() -> None:
    busy, many = Busy(), 1_000
    async with serving(BoundedProtocol, busy.gate) as port, asyncio.timeout(WAIT_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((b"GET / HTTP/1.1\r\n\r\n") * many)
        await busy.begun.wait()
        held = asyncio.create_task(sent(port, GET + b"\r\n"))
        busy.go.set()
        answers = [(await read_answer(reader))[0] for _ in range(many)]
        assert {answer[:12] for answer in answers} <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert (await held)[:12] in {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        writer.close()
