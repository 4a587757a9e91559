"""The disk is full at each write of a change in turn: it goes on once there is room, and ends verified or undone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from hexaops.kit.ids import new_id
from testenv.harness.postgresql import postgres_server
from tests.conftest import migrated, postgresql_url
from tests.living import LivingWorld, living_world

COUNT = 3
"""Writes that fail in a row: their tries again, too."""
SHORT, ALL = (2, 9, 20), tuple(range(1, 61))
"""A change has fewer than sixty."""
NEVER = 10**9
WRITES = ("INSERT", "UPDATE", "DELETE")
Fill = Callable[[int], None]


@contextmanager
def filling_sqlite() -> Iterator[Fill]:
    """The driver's own error at the wanted writes of all connections of this process, the durable engine's included."""
    number, first = 0, 0

    def execute(_cursor: Any, statement: str, *_: Any) -> None:
        nonlocal number
        number += statement.startswith(WRITES)
        if statement.startswith(WRITES) and first <= number < first + COUNT and first:
            raise sqlite3.OperationalError("database or disk is full")

    def fill(place: int) -> None:
        nonlocal first
        first = number + place

    event.listen(Engine, "do_execute", execute)
    try:
        yield fill
    finally:
        event.remove(Engine, "do_execute", execute)


@pytest.fixture(params=["sqlite", "postgresql"])
async def filled(
    request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[tuple[LivingWorld, Fill]]:
    """A world, and what makes its disk full at a coming write."""
    if request.param == "sqlite":
        with filling_sqlite() as fill:
            async with living_world(sqlite_url, tmp_path) as world:
                yield world, fill
        return
    with postgres_server() as server:
        name = new_id("t")
        server.execute("postgres", f"CREATE DATABASE {name}")
        url = postgresql_url(str(server.folder), name)
        await migrated(url)
        server.prepare_full_disk(name)
        async with living_world(url, tmp_path) as world:
            yield world, lambda place: server.fill_at(name, place, COUNT)


async def _check(world: LivingWorld, fill: Fill, places: tuple[int, ...]) -> None:
    for place in places:
        plan = await world.plan("restart_application", "web-app")
        before = world.workload("web-app")["metadata"]["generation"]
        fill(place)
        answer = await world.confirm(plan)
        if answer.status_code != 200:  # whether it was accepted is open: the same confirmation again tells
            assert answer.status_code == 503, answer.text
            assert (await world.call("GET", "/applications")).status_code == 200
            fill(NEVER)
            answer = await world.confirm(plan)
        assert answer.status_code == 200, answer.text
        action = await _ended(world, answer.json()["data"]["action_id"])
        fill(NEVER)
        assert action["status"] == "completed" or action["result"]["rolled_back"], (place, action)
        made = world.workload("web-app")["metadata"]["generation"] - before
        assert made == 1 or action["status"] != "completed", (place, made)


async def _ended(world: LivingWorld, action_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            answer = await world.call("GET", f"/aiops/actions/{action_id}")
            assert answer.status_code == 200, answer.text  # reads go on
            if (data := answer.json()["data"])["status"] in {"completed", "failed", "cancelled"}:
                return dict(data)
            await asyncio.sleep(0.05)


async def test_a_full_disk_at_a_write(filled: tuple[LivingWorld, Fill]) -> None:
    await _check(*filled, SHORT)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_a_full_disk_at_every_write(filled: tuple[LivingWorld, Fill]) -> None:
    await _check(*filled, ALL)
