"""SQLite with one round trip to its thread per statement.

aiosqlite makes a cursor, executes, fetches and closes in a trip of its own each, and SQLAlchemy asks for all four: a
chat message took 68 trips, most of its time. Here a cursor does all of it in one trip, rows included. A transaction
begins in the trip of its first statement, one that only read ends without a trip, and one that has ended is not rolled
back once more.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import Any

import aiosqlite

from hexaops.storage.turns import Turns

END_SECONDS = 1.0
"""How long to wait for the thread of a connection that failed to open."""


def connect(database: str, *, turns: Turns | None = None, **options: Any) -> WholeStatements:
    """For SQLAlchemy's `async_creator_fn`: what it awaits to get a connection."""
    # Still one thread at a time: nothing is done here while a trip may be under way.
    options["check_same_thread"] = False
    connection = WholeStatements(partial(sqlite3.connect, database, **options), iter_chunk_size=64)
    connection._turns, connection._turn_seconds = turns or Turns(), options.get("timeout", TURN_SECONDS)
    connection._thread.daemon = True  # as SQLAlchemy does it for connections that it makes itself
    return connection


TURN_SECONDS = 5.0
"""How long a writer waits where no time is given; as long as SQLite does."""


class WholeStatements(aiosqlite.Connection):
    """A connection whose cursors hold all rows of a statement as soon as it was executed."""

    _begin: str | None = None
    """The BEGIN to send with the next statement."""
    _writing = False
    """Whether the transaction may have written."""
    _abandoned = False
    """Whether a round trip was cancelled: its statement may still be running."""
    _turns: Turns
    _turn_seconds: float
    _has_turn = False
    """Whether it is this connection's turn to write; said and unsaid in its thread."""

    async def _connect(self) -> WholeStatements:
        try:
            await super()._connect()
        except BaseException:
            self._thread.join(END_SECONDS)  # it was told to stop, and must not report that to a loop that is closed
            raise
        return self

    def cursor(self) -> WholeCursor:  # type: ignore[override] # SQLAlchemy enters it, and asks nothing else of it
        """A cursor; created without a round trip."""
        return WholeCursor(self)

    def begin(self, *, writes: bool) -> None:
        """Begin a transaction with the next statement; a writer waits there for its turn."""
        self._begin, self._writing = ("BEGIN IMMEDIATE" if writes else "BEGIN"), writes

    async def commit(self) -> None:
        """Commit the transaction, if one has begun."""
        await self._end("COMMIT")

    async def rollback(self) -> None:
        """Roll the transaction back."""
        await self._end("ROLLBACK")

    async def _end(self, statement: str) -> None:
        self._begin = None
        if self._abandoned or (self._writing and self._conn.in_transaction):
            await self._execute(self._end_begun, statement)  # type: ignore[no-untyped-call]
            self._abandoned = False
        else:
            self._end_begun(statement)  # only releases the read snapshot

    def _end_begun(self, statement: str) -> None:
        try:
            if self._conn.in_transaction:
                self._conn.execute(statement)
        finally:
            self._end_turn()

    def stop(self) -> asyncio.Future[Any] | None:
        """End the connection's thread; what it had begun is rolled back, and its turn is over."""
        self._tx.put_nowait((None, self._leave))
        return super().stop()

    def _leave(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.rollback()
        self._end_turn()

    def _end_turn(self) -> None:
        """Give the turn back, unless the transaction is open."""
        if self._has_turn and (self._connection is None or not self._connection.in_transaction):
            self._has_turn = False
            self._turns.give_back()

    async def whole(self, method: str, operation: str, parameters: Iterable[Any]) -> tuple[Any, ...]:
        """Execute, fetch everything and close, in one round trip."""
        begin, self._begin = self._begin, None
        try:
            return await self._execute(self._whole, begin, method, operation, parameters)  # type: ignore[no-any-return,no-untyped-call]
        except asyncio.CancelledError:
            self._abandoned = True
            raise

    def _whole(self, begin: str | None, method: str, operation: str, parameters: Iterable[Any]) -> tuple[Any, ...]:
        try:
            with closing(self._conn.cursor()) as cursor:
                if begin is not None:
                    self._begin_now(cursor, begin)
                getattr(cursor, method)(operation, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, cursor.rowcount, cursor.lastrowid, rows
        finally:
            self._end_turn()

    def _begin_now(self, cursor: sqlite3.Cursor, begin: str) -> None:
        if self._writing:
            self._has_turn = self._turns.take(self._turn_seconds)
            if not self._has_turn:
                message = "database is locked"
                raise sqlite3.OperationalError(message)
        cursor.execute(begin)


class WholeCursor:
    """What SQLAlchemy's adapter asks of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: WholeStatements) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> WholeCursor:
        return self

    async def execute(self, operation: str, parameters: Iterable[Any] = ()) -> WholeCursor:
        """One statement."""
        return await self._take("execute", operation, parameters)

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> WholeCursor:
        """Execute the statement once per set of parameters."""
        return await self._take("executemany", operation, parameters)

    async def fetchall(self) -> Sequence[Any]:
        """The rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """No-op: nothing is held open."""

    async def _take(self, method: str, operation: str, parameters: Iterable[Any]) -> WholeCursor:
        found = await self._connection.whole(method, operation, parameters)
        self.description, self.rowcount, self.lastrowid, self._rows = found
        return self
