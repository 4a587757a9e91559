"""kill -9 while lines are stored: nothing acknowledged is lost, nothing is there twice, the index equals the log."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hexaops.backends.logstores.base import LogAnswer
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import HOUR_US, NOON_US, query
from tests.backends.logstores.embedded.child import LINES, batch, open_store


def stored_until_killed(folder: Path, first: int, acknowledgements: int) -> int:
    """Store from a batch on, kill after so many acknowledgements; the last batch that was acknowledged."""
    command = [sys.executable, "-m", "tests.backends.logstores.embedded.child", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = first - 1
        for _ in range(acknowledgements):
            last = int(child.stdout.readline())
        child.kill()
        for told in child.stdout:
            last = int(told)
    return last


async def everything(store: EmbeddedLogStore) -> LogAnswer:
    """All that is stored, counted and by component."""
    around = query(start_us=NOON_US - 48 * HOUR_US, end_us=NOON_US + 48 * HOUR_US, limit=1_000_000)
    return await store.query(around, Timeout(60))


async def check(folder: Path, acknowledged: int) -> int:
    """Hold what is there against what was acknowledged; the number of lines of batches that were not."""
    store = open_store(folder)
    await store.ensure_open()
    try:
        found = await everything(store)
        assert not found.limits
        assert found.aggregations is not None
        counts = Counter(row.message for row in found.rows)
        assert found.total == len(found.rows) == sum(found.aggregations.by_level.values())
        assert [message for message, count in counts.items() if count > 1] == []
        missing = [one.message for n in range(acknowledged + 1) for one in batch(n) if one.message not in counts]
        assert missing == []
        # The sender was told nothing about these two, and sends them again.
        for number in (acknowledged + 1, acknowledged + 2):
            await store.append(batch(number), digest=number.to_bytes(16, "big"))
        assert (await everything(store)).total == (acknowledged + 3) * LINES
        return found.total - (acknowledged + 1) * LINES
    finally:
        await store.close()


@pytest.mark.timeout(120)
def test_a_kill_loses_and_repeats_nothing(tmp_path: Path) -> None:
    survive(tmp_path, 5)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_hundred_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    survive(tmp_path, 100)


def survive(tmp_path: Path, kills: int) -> None:
    """Kill and check so many times, on one store."""
    rng = random.Random(7)
    first, unacknowledged = 0, 0
    for _ in range(kills):
        last = stored_until_killed(tmp_path, first, rng.randrange(1, 8))
        unacknowledged += asyncio.run(check(tmp_path, last))
        first = last + 3
    assert first > kills
    print(f"{kills} kills, {first} batches, {unacknowledged} lines stored without an acknowledgement")  # noqa: T201


def test_the_check_finds_a_frame_that_was_lost(tmp_path: Path) -> None:
    last = stored_until_killed(tmp_path, 0, 5)
    for partition in tmp_path.glob("2026-01-31*"):
        file = partition / "lines.log"
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        shutil.rmtree(partition / "index")
    with pytest.raises(AssertionError):
        asyncio.run(check(tmp_path, last))


@pytest.mark.parametrize("most_bytes", [500, 2_000, 20_000])
def test_a_full_disk_loses_nothing_and_reads_go_on(tmp_path: Path, most_bytes: int) -> None:
    command = [sys.executable, "-m", "tests.backends.logstores.embedded.full", str(tmp_path), str(most_bytes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last, failed, found, limits = map(int, done.stdout.split())
    assert failed > 0
    assert limits or found >= (last + 1) * LINES  # an index that cannot be written either is told
    asyncio.run(check(tmp_path, last))
