"""A database that is away is a clear error of our own, not a stack trace of the driver's."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, text

from hexaops.storage.database import Database, DatabaseUnavailableError


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_postgresql_that_does_not_listen() -> None:
    database = Database(f"postgresql+asyncpg://nobody:secret-word@127.0.0.1:{closed_port()}/none")
    with pytest.raises(DatabaseUnavailableError) as refused:
        await database.ping()
    assert "secret-word" not in refused.value.message
    assert refused.value.details == {"source": "database"}
    await database.close()


async def test_a_damaged_file_refuses_to_start(tmp_path: Path) -> None:
    path = tmp_path / "hexaops.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    database = Database(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(DatabaseUnavailableError):
        await database.check()
    await database.close()


async def test_a_file_that_is_damaged_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "hexaops.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE t (x TEXT)"))
        await session.execute(text("INSERT INTO t VALUES (:x)"), {"x": "y" * 100_000})
    await database.close()
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 100_000)
    with pytest.raises(DatabaseUnavailableError, match="damaged"):
        async with database.transaction() as session:
            await session.execute(text("SELECT * FROM t"))
    with pytest.raises(DatabaseUnavailableError, match="damaged"):
        await database.answers_soon()
    await database.close()


async def test_a_full_disk_is_told_until_a_write_succeeds(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hexaops.db'}")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE t (x TEXT)"))
    full = True

    def fill(_cursor: object, statement: str, *_: object) -> None:
        if full and statement.startswith("INSERT"):
            raise sqlite3.OperationalError("database or disk is full")

    async def write() -> None:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO t VALUES ('y')"))

    event.listen(database.engine.sync_engine, "do_execute", fill)
    await database.answers_soon()
    with pytest.raises(DatabaseUnavailableError, match="full"):
        await write()
    with pytest.raises(DatabaseUnavailableError, match="full"):
        await database.answers_soon()
    full = False
    await write()
    await database.answers_soon()
    await database.close()


async def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'absent' / 'hexaops.db'}")
    with pytest.raises(DatabaseUnavailableError, match="unable to open database file"):
        await database.check()
    await database.close()
