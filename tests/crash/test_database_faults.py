"""The database fails while changes run: each goes on, and ends verified or undone; none is left in doubt."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from hexaops.kit.ids import new_id
from testenv.harness.proxy import ThreadedProxy, threaded_proxy
from tests.living import LivingWorld, living_world

TERMINAL = ("completed", "failed", "cancelled")
APPLICATIONS = ("web-app", "worker-app", "api-service", "background-worker")
END_SECONDS = 90.0
FAULTS, LONG_FAULTS = 6, 200
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def proxy(postgresql_folder: str) -> Iterator[ThreadedProxy]:
    """A proxy to the test server's socket."""
    with threaded_proxy(lambda: asyncio.open_unix_connection(f"{postgresql_folder}/.s.PGSQL.5432")) as made:
        yield made


@pytest.fixture
async def world(
    proxy: ThreadedProxy, postgresql_folder: str, postgresql_template: str, tmp_path: Path
) -> AsyncIterator[LivingWorld]:
    """The documents' world on a database behind the proxy."""
    name = new_id("t")
    connection = await asyncpg.connect(host=postgresql_folder, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    await connection.close()
    url = make_url(f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}").render_as_string(hide_password=False)
    async with living_world(url, tmp_path) as opened:
        yield opened
        proxy.set_mode("pass")


async def _start(world: LivingWorld, application: str) -> str | None:
    """The id of an accepted change; None where the database was away."""
    plan = await world.ask("restart_application", application)
    if plan.status_code != 200:
        assert plan.status_code in {409, 503}, plan.text
        return None
    data = plan.json()["data"]["plan"]
    answer = await world.confirm(data)
    assert answer.status_code in {200, 409, 503}, answer.text
    return str(answer.json()["data"]["action_id"]) if answer.status_code == 200 else None


async def _fault(proxy: ThreadedProxy, kind: str, rng: random.Random) -> None:
    if kind == "reset":
        for _ in range(3):
            proxy.reset()
            await asyncio.sleep(rng.uniform(0.02, 0.25))  # the fault's own length
    else:
        proxy.set_mode("refuse" if kind == "refuse" else "stall")
        proxy.reset() if kind == "refuse" else None
        await asyncio.sleep(rng.uniform(0.2, 1.0))
        proxy.set_mode("pass")
        proxy.reset()


async def _ended(world: LivingWorld, action_id: str) -> dict[str, Any]:
    async with asyncio.timeout(END_SECONDS):
        while True:
            answer = await world.call("GET", f"/aiops/actions/{action_id}")
            if answer.status_code == 200 and answer.json()["data"]["status"] in TERMINAL:
                data: dict[str, Any] = answer.json()["data"]
                return data
            assert answer.status_code in {200, 503}, answer.text
            await asyncio.sleep(0.1)


async def _rounds(world: LivingWorld, proxy: ThreadedProxy, faults: int) -> list[dict[str, Any]]:
    rng, ended = random.Random(16), []
    for number in range(faults):
        started = [await _start(world, name) for name in rng.sample(APPLICATIONS, 2)]
        await asyncio.sleep(rng.uniform(0.0, 1.5))  # somewhere within the runs
        with contextlib.suppress(OSError):
            await _fault(proxy, ("reset", "refuse", "stall")[number % 3], rng)
        ended += [await _ended(world, action_id) for action_id in started if action_id is not None]
    return ended


def _in_doubt(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes that neither succeeded nor were undone."""
    return [one for one in actions if one["status"] != "completed" and not one["result"].get("rolled_back")]


async def test_changes_survive_a_failing_database(world: LivingWorld, proxy: ThreadedProxy) -> None:
    ended = await _rounds(world, proxy, FAULTS)
    assert len(ended) >= FAULTS
    assert _in_doubt(ended) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_changes_survive_two_hundred_faults(world: LivingWorld, proxy: ThreadedProxy) -> None:
    ended = await _rounds(world, proxy, LONG_FAULTS)
    assert len(ended) >= LONG_FAULTS
    assert _in_doubt(ended) == []
