"""The one-trip cursor answers as SQLAlchemy expects it of a driver."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from hexaops.storage.database import Database
from hexaops.storage.sqlite import WholeStatements


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
