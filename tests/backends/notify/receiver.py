"""A real HTTP(S) server on loopback that receives what is sent and answers as told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What to answer; `hang` never does, `reset` closes without a word."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: bool = False
    reset: bool = False


@dataclass
class Receiver:
    """`answer` may be replaced by a function of the request."""

    answer: Answer | Callable[[Received], Answer] = field(default_factory=Answer)
    requests: list[Received] = field(default_factory=list)
    port: int = 0
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def wait(self, count: int, *, seconds: float = 30.0) -> list[Received]:
        """The requests, once there are so many."""
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, then close."""
        try:
            received = await self._read(reader)
            async with self.arrived:
                self.requests.append(received)
                self.arrived.notify_all()
            answer = self.answer(received) if callable(self.answer) else self.answer
            if answer.hang:
                await reader.read()
            elif not answer.reset:
                head = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {len(answer.body)}"]
                head += [f"{name}: {value}" for name, value in answer.headers.items()]
                writer.write("\r\n".join([*head, "Connection: close", "", ""]).encode() + answer.body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Received:
        line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest if text)}
        return Received(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def serve_receiver(
    answer: Answer | Callable[[Received], Answer] | None = None, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Receiver]:
    """Serve until the block ends."""
    receiver = Receiver(answer or Answer())
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
