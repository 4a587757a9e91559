"""Durable runs survive `kill -9`, on both engines; another process takes over what a dead one left."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from hexaops.kit.clock import SystemClock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.lock import AlreadyServedError
from hexaops.storage.tables import AutomationRow, ExecutorRow

SECONDS = 60.0


class Worker:
    """One process of `tests.storage.worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hears(self, *lines: str) -> None:
        """Wait until it has said these lines, in whatever order."""
        output, missing = self._process.stdout, {*lines}
        assert output is not None
        async with asyncio.timeout(SECONDS):
            while missing:
                said = (await output.readline()).decode().strip()
                assert said or not output.at_eof(), f"ended without saying {missing}"
                missing.discard(said)

    async def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()


@contextlib.asynccontextmanager
async def worker(database: Database, role: str, *enqueued: str) -> AsyncIterator[Worker]:
    """A running process, killed in the end."""
    url = database.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.worker", url, role, *enqueued, stdout=asyncio.subprocess.PIPE
    )
    made = Worker(process)
    try:
        yield made
    finally:
        await made.kill()


async def _done(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.scalars(select(AutomationRow.scope).order_by(AutomationRow.scope))).all())


async def test_a_killed_run_is_ended_by_the_next_process(database: Database) -> None:
    async with worker(database, "hang", "run-1", "run-2") as first:
        await first.hears("started run-2")
        await first.kill()
    assert await _done(database) == []
    async with worker(database, "finish") as second:
        await second.hears("ready", "finished run-1", "finished run-2")
    assert await _done(database) == ["run-1", "run-2"]


async def test_a_living_process_takes_over_from_a_killed_one(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one process per SQLite file")
    async with worker(database, "hang", "run-1") as first:
        await first.hears("started run-1")  # before the other one is there to take it
        async with worker(database, "finish") as second:
            await second.hears("ready")
            async with database.reading() as session:
                assert len((await session.scalars(select(ExecutorRow.id))).all()) == 2
            assert await _done(database) == []
            await first.kill()
            await second.hears("finished run-1")
            assert await _done(database) == ["run-1"]


async def test_a_second_process_on_a_sqlite_file_is_refused(sqlite_url: str) -> None:
    database = Database(sqlite_url.replace("sqlite:", "sqlite+aiosqlite:"))
    async with worker(database, "finish") as first:
        await first.hears("ready")
        with pytest.raises(AlreadyServedError, match="is served by another process"):
            await DurableEngine(database, clock=SystemClock()).launch()
        await first.kill()
    async with worker(database, "finish", "run-1") as second:
        await second.hears("finished run-1")
    await database.close()
