"""A wire to the API server that can be cut: bytes passed on as they are, so TLS stays between its ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Cut, it ends every connection and lets none be made."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._host, self._port = address.hostname or "", address.port or 443
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False

    def cut(self) -> None:
        """Until it is mended."""
        self._cut = True
        for writer in (*self._open,):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections be made again."""
        self._cut = False

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))
        finally:
            self._open -= ends


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def wire_to(target: str) -> AsyncIterator[tuple[str, Wire]]:
    """A wire, and the URL of its near end."""
    wire = Wire(target)
    server = await asyncio.start_server(wire.connect, "127.0.0.1", 0)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", wire
    finally:
        wire.cut()
        server.close()
