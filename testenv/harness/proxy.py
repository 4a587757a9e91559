"""A TCP proxy in front of a server that can fail as networks do: resets, refusals, silence, garbage and slowness."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Literal

Mode = Literal["pass", "refuse", "stall", "garbage", "slow"]
Opener = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
CHUNK = 65_536
SLOW_SECONDS = 0.2
"""For each piece of data that passes a slow proxy."""


class FaultProxy:
    """Passes bytes on, until it is told to fail; listens on a free port of loopback."""

    def __init__(self, open_upstream: Opener) -> None:
        self._open_upstream = open_upstream
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.mode: Mode = "pass"
        self.port = 0
        self.connections = 0

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def set_mode(self, mode: Mode) -> None:
        """Fail so from now on, open connections included, or pass everything on again."""
        self.mode = mode
        if mode == "stall":
            self._flows.clear()
        else:
            self._flows.set()

    def reset(self) -> None:
        """Reset every open connection."""
        for writer in [*self._writers]:
            writer.transport.abort()

    async def close(self) -> None:
        """Stop listening and end every connection."""
        self._flows.set()
        self.reset()
        if self._server is not None:
            self._server.close()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._writers.add(writer)
        try:
            if self.mode == "refuse":
                return
            there, upstream = await self._open_upstream()
            self._writers.add(upstream)
            try:
                await asyncio.gather(self._pass(reader, upstream), self._pass(there, writer, garbles=True))
            finally:
                self._writers.discard(upstream)
                upstream.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, garbles: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows.wait()
                if self.mode == "refuse":
                    break
                if self.mode == "slow":
                    await asyncio.sleep(SLOW_SECONDS)
                writer.write(b"\xff" * len(data) if garbles and self.mode == "garbage" else data)
                await writer.drain()
        writer.transport.abort()


class ThreadedProxy:
    """A proxy on a thread and loop of its own: it goes on while the service's loop is blocked, and fails on command."""

    def __init__(self, proxy: FaultProxy, loop: asyncio.AbstractEventLoop) -> None:
        self._proxy = proxy
        self._loop = loop
        self.port = proxy.port

    def set_mode(self, mode: Mode) -> None:
        """As `FaultProxy.set_mode`."""
        self._loop.call_soon_threadsafe(self._proxy.set_mode, mode)

    def reset(self) -> None:
        """As `FaultProxy.reset`."""
        self._loop.call_soon_threadsafe(self._proxy.reset)


@contextlib.contextmanager
def threaded_proxy(open_upstream: Opener) -> Iterator[ThreadedProxy]:
    """A started proxy, closed at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fault-proxy", daemon=True)
    thread.start()
    proxy = FaultProxy(open_upstream)
    try:
        asyncio.run_coroutine_threadsafe(proxy.start(), loop).result()
        yield ThreadedProxy(proxy, loop)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
