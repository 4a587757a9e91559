"""Rate limits that replicas share on PostgreSQL: one budget, exact in every window, and headers that add up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from hexaops.config import Settings
from hexaops.features.access.rates import RateLimits, Verdict
from hexaops.features.access.shared_rates import BUCKETS, SharedWindows
from hexaops.kit.clock import ManualClock
from hexaops.storage.database import Database
from tests.serving import START

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


class Replicas:
    """Several processes of one service: each with its own connections and memory."""

    def __init__(self, url: str, clock: ManualClock, count: int, limit: str) -> None:
        settings = Settings.model_validate({"database_url": url, "rate_limit_chat": limit})
        self.databases = [Database(settings.database()) for _ in range(count)]
        self.limits = [
            RateLimits(settings, clock=clock, shared=SharedWindows(one, clock=clock)) for one in self.databases
        ]

    async def hit(self, replica: int, *key: str) -> Verdict:
        return await self.limits[replica % len(self.limits)].hit("chat", *(key or ("alice",)))


@pytest.fixture
async def opened() -> AsyncIterator[list[Replicas]]:
    made: list[Replicas] = []
    yield made
    for replicas in made:
        for database in replicas.databases:
            await database.close()


async def test_concurrent_calls_at_both_pass_exactly_as_often_as_the_limit_says(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas = Replicas(database_url, clock, 2, "37/hour")
    opened.append(replicas)
    verdicts = await asyncio.gather(*(replicas.hit(number) for number in range(120)))
    passed = [one for one in verdicts if one.allowed]
    assert sorted(one.remaining for one in passed) == list(range(37))
    refused = [one for one in verdicts if not one.allowed]
    assert {one.remaining for one in refused} == {0}
    assert all(3600 <= one.retry_after_seconds <= 3600 + 3600 / BUCKETS for one in refused)


async def test_after_the_time_that_a_refusal_names_a_call_passes(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas = Replicas(database_url, clock, 2, "2/minute")
    opened.append(replicas)
    first = await replicas.hit(0)
    clock.advance(20)
    assert (await replicas.hit(1)).remaining == 0
    refused = await replicas.hit(0)
    assert first.reset_epoch_seconds == refused.reset_epoch_seconds, "the oldest call is the first one in both"
    clock.advance(refused.retry_after_seconds - 0.1)
    assert not (await replicas.hit(1)).allowed
    clock.advance(0.2)
    assert (await replicas.hit(1)).allowed
    assert not (await replicas.hit(0)).allowed


async def test_never_more_than_the_limit_in_any_window(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas, chosen = Replicas(database_url, clock, 3, "20/minute"), random.Random(7)
    opened.append(replicas)
    allowed: list[float] = []
    for number in range(300):
        if (await replicas.hit(number)).allowed:
            allowed.append(clock.monotonic())
        clock.advance(chosen.choice([0.0, 0.4, 3.0, 5.0]))
    assert max(sum(start <= at < start + 60 for at in allowed) for start in allowed) == 20


async def test_callers_are_counted_apart_and_a_long_rest_empties_a_window(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas = Replicas(database_url, clock, 2, "1/minute")
    opened.append(replicas)
    assert [(await replicas.hit(0, name)).allowed for name in ("alice", "bob", "alice")] == [True, True, False]
    clock.advance(10_000)
    assert (await replicas.hit(1, "alice")).allowed


async def test_old_windows_are_purged_and_the_table_is_not_logged(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas = Replicas(database_url, clock, 1, "1/minute")
    opened.append(replicas)
    await replicas.hit(0)
    windows = SharedWindows(replicas.databases[0], clock=clock)

    async def rows() -> tuple[int, bytes]:
        async with replicas.databases[0].viewing() as connection:
            count = (await connection.execute(text("SELECT count(*) FROM rate_windows"))).scalar_one()
            kind = text("SELECT relpersistence FROM pg_class WHERE relname = 'rate_windows'")
            return count, (await connection.execute(kind)).scalar_one()

    await windows.purge()
    assert await rows() == (1, b"u")
    clock.advance(62)
    await windows.purge()
    assert await rows() == (0, b"u")


async def test_while_nothing_can_be_written_each_replica_counts_for_itself(
    database_url: str, clock: ManualClock, opened: list[Replicas]
) -> None:
    replicas = Replicas(database_url, clock, 2, "2/minute")
    opened.append(replicas)
    assert (await replicas.hit(0)).remaining == 1
    async with replicas.databases[0].transaction() as session:
        await session.execute(text("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                                   "RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$"))  # fmt: skip
        await session.execute(text("CREATE TRIGGER t BEFORE INSERT OR UPDATE ON rate_windows "
                                   "FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"))  # fmt: skip
    assert [(await replicas.hit(number)).allowed for number in (0, 1, 0, 1, 0)] == [True, True, True, True, False]
