"""Writers of one process take turns: in order, and nobody keeps a turn that it no longer uses."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hexaops.config import Settings
from hexaops.kit.clock import SystemClock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.engine_connections import TurnTaking, factory
from hexaops.storage.sqlite import WholeStatements, connect
from hexaops.storage.turns import Turns

LONG = 60.0
INSERT = "INSERT INTO berth VALUES (1)"


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
async def writers(turns: Turns, tmp_path: Path) -> AsyncIterator[list[WholeStatements]]:
    """Two connections to one file, the first of which has made a table."""
    made = [connect(str(tmp_path / "some.db"), turns=turns, isolation_level=None, timeout=LONG) for _ in range(2)]
    async with made[0], made[1]:
        await made[0].whole("execute", "CREATE TABLE berth (length INTEGER)", ())
        yield made


@pytest.fixture
def engines(writers: list[WholeStatements], turns: Turns, tmp_path: Path) -> Iterator[TurnTaking]:
    """A connection as the durable engine's to the same file."""
    del writers  # they made the table
    made = sqlite3.connect(tmp_path / "some.db", timeout=LONG, check_same_thread=False, factory=factory(turns))
    made.isolation_level = "IMMEDIATE"
    yield made
    made.close()


async def _begin(connection: WholeStatements) -> None:
    connection.begin(writes=True)
    await connection.whole("execute", INSERT, ())


async def _until_waiting(turns: Turns, count: int) -> None:
    async with asyncio.timeout(LONG):
        while turns.waiting < count:  # noqa: ASYNC110 # threads wait, and no event tells of it
            await asyncio.sleep(0)


async def test_they_come_in_the_order_in_which_they_asked(turns: Turns) -> None:
    begun: list[int] = []

    def write(number: int) -> None:
        assert turns.take(LONG)
        begun.append(number)
        turns.give_back()

    assert turns.take(LONG)
    asked = []
    for number in range(4):
        asked.append(asyncio.create_task(asyncio.to_thread(write, number)))
        await _until_waiting(turns, number + 1)
    turns.give_back()
    await asyncio.gather(*asked)
    assert begun == [0, 1, 2, 3]


def test_whoever_waited_too_long_is_passed_over(turns: Turns) -> None:
    assert turns.take(LONG)
    assert not turns.take(0)
    assert turns.waiting == 0
    turns.give_back()
    assert turns.take(0)


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
async def test_the_next_one_writes_when_a_transaction_has_ended(
    writers: list[WholeStatements], turns: Turns, end: str
) -> None:
    first, second = writers
    await _begin(first)
    waiting = asyncio.create_task(_begin(second))
    await _until_waiting(turns, 1)
    await getattr(first, end)()
    await waiting
    await second.commit()
    assert turns.take(0)


async def test_a_transaction_that_cannot_begin_has_no_turn(turns: Turns, tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connection = connect(str(path), turns=turns, isolation_level=None, timeout=0.0)
    async with connection:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await _begin(connection)
        await connection.rollback()
        assert turns.take(0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await _begin(connection)
    other.close()


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "__del__"])
def test_the_engine_has_the_turn_until_its_transaction_ends(engines: TurnTaking, turns: Turns, end: str) -> None:
    engines.execute("SELECT count(*) FROM berth").fetchall()
    assert not engines.in_transaction
    engines.execute(INSERT)
    engines.executemany("INSERT INTO berth VALUES (?)", [(2,), (3,)])
    assert not turns.take(0)
    getattr(engines, end)()
    assert turns.take(0)


def test_a_statement_of_the_engine_that_reads_or_fails_keeps_no_turn(engines: TurnTaking, turns: Turns) -> None:
    assert turns.take(0)
    assert engines.execute("SELECT count(*) FROM berth").fetchone() == (0,)
    turns.give_back()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        engines.execute("INSERT INTO berths VALUES (1)")
    engines.rollback()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        engines.execute("UPDATE berths SET length = 1")
    engines.rollback()
    assert turns.take(0)


async def test_the_engine_and_we_take_turns(writers: list[WholeStatements], engines: TurnTaking, turns: Turns) -> None:
    await _begin(writers[0])
    waiting = asyncio.create_task(asyncio.to_thread(engines.execute, INSERT))
    await _until_waiting(turns, 1)
    then = asyncio.create_task(_begin(writers[1]))
    await _until_waiting(turns, 2)
    await writers[0].commit()
    await waiting
    assert (turns.waiting, then.done()) == (1, False)
    engines.commit()
    await then
    await writers[1].commit()
    assert turns.take(0)


async def test_a_writer_that_is_cancelled_while_it_waits_leaves_the_turn_to_others(
    writers: list[WholeStatements], turns: Turns
) -> None:
    await _begin(writers[0])
    waiting = asyncio.create_task(_begin(writers[1]))
    await _until_waiting(turns, 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    ending = asyncio.create_task(writers[1].rollback())
    await writers[0].commit()
    await ending
    assert turns.take(0)


async def test_a_launched_engine_takes_turns(sqlite_url: str) -> None:
    database = Database(Settings.model_validate({"database_url": sqlite_url}).database())
    asked = asyncio.Event()
    engine = DurableEngine(database, clock=SystemClock())

    async def run(_argument: str) -> None:
        assert await asyncio.to_thread(database.turns.take, LONG)
        asked.set()

    engine.register("test_run", run)
    await engine.launch()
    try:
        async with database.transaction() as session:
            await engine.enqueue(session, "test_run", run_id="run-1", argument="a")
        await asked.wait()
        await _until_waiting(database.turns, 1)  # to note that the run has ended
        database.turns.give_back()
    finally:
        await engine.close()
        await database.close()
