"""The one-trip cursor answers as SQLAlchemy expects it of a driver."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from hexaops.storage.database import Database
from hexaops.storage.sqlite import WholeStatements, connect


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'some.db'}")
    async with made.transaction() as session:
        await session.execute(text("CREATE TABLE berth (name TEXT PRIMARY KEY, length INTEGER)"))
        rows = [{"name": name, "length": length} for name, length in (("a", 90), ("b", 120), ("c", 60))]
        await session.execute(text("INSERT INTO berth VALUES (:name, :length)"), rows)
    yield made
    await made.close()


async def test_rows_counts_and_returned_rows(database: Database) -> None:
    async with database.transaction() as session:
        changed = await session.execute(text("UPDATE berth SET length = length + 1 WHERE length < 100"))
        assert changed.rowcount == 2  # type: ignore[attr-defined]
        returned = await session.execute(text("DELETE FROM berth WHERE name = 'c' RETURNING length"))
        assert returned.scalar_one() == 61
    async with database.reading() as session:
        found = await session.execute(text("SELECT name, length FROM berth ORDER BY name"))
        assert found.keys() == ["name", "length"]
        assert [tuple(row) for row in found] == [("a", 91), ("b", 120)]


async def test_errors_are_the_drivers(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO berth VALUES ('a', 1)"))
    with pytest.raises(OperationalError, match="no such table"):
        async with database.reading() as session:
            await session.execute(text("SELECT 1 FROM quay"))
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM berth"))).scalar_one() == 3


async def test_a_statement_is_one_trip_to_the_thread(tmp_path: Path) -> None:
    class Counted(WholeStatements):
        trips = 0

        async def _execute(self, fn, *args, **kwargs):  # type: ignore[no-untyped-def]
            self.trips += 1
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    connection = Counted(partial(sqlite3.connect, tmp_path / "some.db"), iter_chunk_size=1)
    async with connection:
        cursor = await connection.cursor().execute("SELECT 1 AS one")
        assert (await cursor.fetchall(), cursor.description[0][0]) == ([(1,)], "one")
        assert connection.trips == 1


async def test_a_transaction_that_only_reads_takes_a_trip_a_statement(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips, execute = [], WholeStatements._execute

    async def counted(self: WholeStatements, fn: Any, *given: Any) -> Any:
        trips.append(fn.__name__)
        return await execute(self, fn, *given)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(WholeStatements, "_execute", counted)
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
        await session.execute(text("SELECT 2"))
    assert trips == ["_whole", "_whole"]
    async with database.reading():
        pass
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM berth"))
    assert trips[2:] == ["_whole", "_end_begun"]


async def test_a_reader_sees_one_moment_and_then_lets_go_of_it(database: Database) -> None:
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM berth"))).scalar_one() == 3
        async with database.transaction() as other:
            await other.execute(text("DELETE FROM berth WHERE name = 'a'"))
        assert (await session.execute(text("SELECT count(*) FROM berth"))).scalar_one() == 3
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM berth"))).scalar_one() == 2


async def test_what_nobody_waits_for_any_more_is_undone(tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT begun() UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n"
    begun = threading.Event()

    def begin() -> int:
        begun.set()
        return 1

    connection = connect(str(tmp_path / "some.db"), isolation_level=None)
    async with connection:
        await connection.whole("execute", "CREATE TABLE berth (length INTEGER)", ())
        await connection.create_function("begun", 0, begin)
        for end in (connection.rollback, connection.commit):
            connection.begin(writes=True)
            statement = asyncio.create_task(connection.whole("execute", f"INSERT INTO berth {numbers}", ()))
            await asyncio.to_thread(begun.wait)
            begun.clear()
            statement.cancel()
            with pytest.raises(asyncio.CancelledError):
                await statement
            await end()
            assert not connection.in_transaction
        found = await connection.whole("execute", "SELECT count(*) FROM berth", ())
        assert found[3] == [(300000,)]  # the commit's alone


async def test_a_statement_cancelled_before_its_turn_does_not_escape_its_transaction(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "some.db"), isolation_level=None)
    async with connection:
        await connection.whole("execute", "CREATE TABLE berth (length INTEGER)", ())
        connection.begin(writes=True)
        statement = asyncio.create_task(connection.whole("execute", "INSERT INTO berth VALUES (1)", ()))
        await asyncio.sleep(0)  # asked, and not answered
        statement.cancel()
        await asyncio.wait([statement])
        await connection.rollback()
        assert (await connection.whole("execute", "SELECT count(*) FROM berth", ()))[3] == [(0,)]


def test_aiosqlite_still_has_what_the_connection_overrides() -> None:
    """Private parts of aiosqlite: a new version that lacks one shall fail here, with its name."""
    assert {"_connect", "_execute", "_conn", "cursor", "commit", "rollback"} <= {*dir(aiosqlite.Connection)}
    assert "_thread" in inspect.getsource(aiosqlite.Connection.__init__)
