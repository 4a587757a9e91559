"""PostgreSQL behind a network that resets, refuses, stalls and garbles: clear errors in bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from hexaops.storage.database import Database, DatabaseUnavailableError
from testenv.harness.proxy import FaultProxy, Mode

STATEMENT_SECONDS = 0.5
BOUND_SECONDS = 60.0
"""Only against a test that hangs; a stalled server would hold a statement without limit for ever."""


@pytest.fixture
async def proxy(postgresql_folder: str) -> AsyncIterator[FaultProxy]:
    """A proxy to the test server's socket."""
    made = FaultProxy(lambda: asyncio.open_unix_connection(f"{postgresql_folder}/.s.PGSQL.5432"))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def database(empty_postgresql_url: str, proxy: FaultProxy) -> AsyncIterator[Database]:
    """A database of its own behind the proxy."""
    name = make_url(empty_postgresql_url).database
    url = f"postgresql+asyncpg://postgres@127.0.0.1:{proxy.port}/{name}"
    made = Database(url, pool_size=2, statement_seconds=STATEMENT_SECONDS)
    await made.ping()
    yield made
    proxy.set_mode("pass")
    await made.close()


async def _fails(database: Database) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        with pytest.raises(DatabaseUnavailableError):
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))


async def _recovers(database: Database) -> None:
    async with asyncio.timeout(BOUND_SECONDS), database.transaction() as session:
        assert (await session.execute(text("SELECT 2"))).scalar() == 2


@pytest.mark.parametrize("mode", ["refuse", "stall", "garbage"])
async def test_a_fault_is_a_clear_error_and_passes(database: Database, proxy: FaultProxy, mode: Mode) -> None:
    proxy.set_mode(mode)
    await _fails(database)
    await _fails(database)
    proxy.set_mode("pass")
    proxy.reset()
    await _recovers(database)


async def test_a_connection_that_is_reset_within_a_transaction(database: Database, proxy: FaultProxy) -> None:
    async def broken() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            proxy.reset()
            await session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailableError):
        await broken()
    await _recovers(database)


async def test_a_server_that_shuts_down_ends_its_sessions(database: Database) -> None:
    """As `pg_ctl stop -m fast` does: the server's own error, which is not one of the statement."""
    with pytest.raises(DatabaseUnavailableError):
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await _recovers(database)


async def test_a_full_pool_is_no_error_of_the_program(database: Database) -> None:
    database.engine.pool._timeout = 0.01  # type: ignore[attr-defined] # so that the test need not wait
    async with database.viewing(), database.viewing():
        await _fails(database)
    await _recovers(database)


async def test_readiness_does_not_wait_for_a_silent_server(database: Database, proxy: FaultProxy) -> None:
    proxy.set_mode("stall")
    for _ in range(2):
        with pytest.raises(DatabaseUnavailableError, match=r"within 0\.05 s"):
            await database.answers_soon(0.05)
    proxy.set_mode("pass")
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            try:
                return await database.answers_soon(5)
            except DatabaseUnavailableError:
                continue


async def test_an_error_of_a_statement_stays_one(database: Database) -> None:
    with pytest.raises(Exception, match="nothing") as raised:
        async with database.transaction() as session:
            await session.execute(text("SELECT nothing"))
    assert not isinstance(raised.value, DatabaseUnavailableError)
