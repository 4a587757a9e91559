"""The migrations make exactly the tables that the code has, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from hexaops.storage.database import Database
from hexaops.storage.migrate import HEAD, MIGRATIONS, UnknownRevisionError, migrate, upgrade
from hexaops.storage.tables import Base, ServiceAccountRow
from tests.conftest import ENGINES


def _differences(connection: Connection) -> list[Any]:
    def ours(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or name in Base.metadata.tables

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
    return list(compare_metadata(context, Base.metadata))


@pytest.fixture(params=["made at once", "upgraded"])
def way(request: pytest.FixtureRequest) -> str:
    """How an empty database came to the newest tables."""
    return str(request.param)


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'some.db'}"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url.replace("postgresql:", "postgresql+asyncpg:")


@pytest.fixture
async def database(empty_url: str, way: str) -> AsyncIterator[Database]:
    """A database that was empty."""
    made = Database(empty_url)
    if way == "upgraded":
        async with made.engine.execution_options(hexaops_writes=True).connect() as connection:
            await connection.run_sync(upgrade)
            await connection.commit()
    await migrate(made)
    yield made
    await made.close()


async def test_migrated_tables_are_the_code_s_tables(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
        names = await connection.run_sync(lambda bound: set(inspect(bound).get_table_names()))
    assert names >= Base.metadata.tables.keys() | {"alembic_version"}  # on SQLite the durable engine's stand beside


async def test_partial_indexes_are_there(database: Database) -> None:
    query = (
        "SELECT sql FROM sqlite_master WHERE type = 'index'" if database.is_sqlite
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )  # fmt: skip
    async with database.engine.connect() as connection:
        found = [row[0] or "" for row in await connection.execute(text(query))]
    for index in ("uq_workspaces_default",):
        assert any(index in sql and " WHERE " in sql for sql in found), index


async def test_migrating_again_and_at_once_changes_nothing(database: Database) -> None:
    await asyncio.gather(*(migrate(database) for _ in range(3)))
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all() == [HEAD]


async def test_replicas_that_start_together_fill_an_empty_database(empty_postgresql_url: str) -> None:
    databases = [Database(empty_postgresql_url.replace("postgresql:", "postgresql+asyncpg:")) for _ in range(3)]
    await asyncio.gather(*(migrate(database) for database in databases))
    async with databases[0].engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    for database in databases:
        await database.close()


async def test_an_account_that_could_push_logs_still_can_in_each_form(empty_url: str) -> None:
    database = Database(empty_url)
    async with database.engine.execution_options(hexaops_writes=True).connect() as connection:
        await connection.run_sync(upgrade, "0012")
        row = {"id": "sa-1", "name": "shipper", "scopes": ["logs:read", "logs:write"], "all_workspaces": True,
               "workspace_ids": [], "disabled": False, "created_at": datetime(2026, 11, 30, tzinfo=UTC)}  # fmt: skip
        await connection.execute(insert(ServiceAccountRow).values(row))
        await connection.commit()
    await migrate(database)
    async with database.reading() as session:
        found = (await session.execute(select(ServiceAccountRow.scopes))).scalar_one()
    await database.close()
    assert found == ["logs:push:json", "logs:push:loki", "logs:push:otlp", "logs:read"]


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_a_newer_database_is_refused_in_one_line(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnknownRevisionError, match=f"schema 9999, this version knows up to {HEAD}"):
        await migrate(database)
