"""A mail server on loopback that takes every message and keeps its recipients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REPLIES = {b"DATA": b"354 go on", b"QUIT": b"221 bye"}


@dataclass
class Mailbox:
    """Where it listens, and whom it was sent for."""

    port: int = 0
    recipients: list[str] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session of SMTP, as far as a message needs it."""
        writer.write(b"220 mailbox\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().rstrip()
            if verb == b"RCPT":
                self.recipients.append(line.split(b":", 1)[1].strip().decode())
            writer.write(REPLIES.get(verb, b"250 fine") + b"\r\n")
            if verb == b"DATA":
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
            if verb == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def serve_mailbox() -> AsyncIterator[Mailbox]:
    """Serve until the block ends."""
    mailbox = Mailbox()
    server = await asyncio.start_server(mailbox.handle, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
