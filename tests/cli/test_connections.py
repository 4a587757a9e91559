"""Connections are bounded before anybody knows who calls: headers, their number and time, and silent connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

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
async def serving(protocol: Any) -> AsyncIterator[int]:
    """A server with this protocol; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_config=None, lifespan="off", ws="none", http=protocol)
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
