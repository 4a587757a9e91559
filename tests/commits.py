"""Waiting for what this process writes to a database, without looking at it again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

T = TypeVar("T")
_reading: ContextVar[bool] = ContextVar("reading", default=False)
"""Whether this is the work of what is read: an audited GET commits, and must not wake who waits for others' commits."""


class Commits:
    """Wakes waiters after each commit of a writing transaction, from whatever thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._happened = asyncio.Event()

    def note(self, session: Session) -> None:
        """Wake the waiters, unless the session could only read."""
        if not _reading.get() and session.get_bind().get_execution_options().get("hexaops_writes"):
            self._loop.call_soon_threadsafe(self._happened.set)

    async def until(
        self, read: Callable[[], Awaitable[T]], reached: Callable[[T], object], *, seconds: float = 60.0
    ) -> T:
        """What is read, as soon as it is as wanted; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                self._happened.clear()
                found = await self._read(read)
                if reached(found):
                    return found
                await self._happened.wait()

    @staticmethod
    async def _read(read: Callable[[], Awaitable[T]]) -> T:
        token = _reading.set(True)
        try:
            return await read()
        finally:
            _reading.reset(token)


@contextmanager
def watching_commits() -> Iterator[Commits]:
    """All commits of this process, as long as the block lasts."""
    commits = Commits()
    event.listen(Session, "after_commit", commits.note)
    try:
        yield commits
    finally:
        event.remove(Session, "after_commit", commits.note)
