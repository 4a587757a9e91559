"""A process that stores numbered batches and says which are acknowledged, until it is killed.

`python -m tests.backends.logstores.embedded.child FOLDER FIRST`
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.backends.logstores.lines import LogLine
from hexaops.kit.clock import ManualClock
from tests.backends.logstores.cases import HOUR_US, NOON_US, FirstWordMiner, line

LINES = 50
CLOCK_US = NOON_US + 48 * HOUR_US


def batch(number: int) -> list[LogLine]:
    """Every third batch has lines of two days."""
    days = 2 if number % 3 == 0 else 1
    return [
        line(f"b{number} n{index}", time_us=NOON_US + index - index % days * 24 * HOUR_US) for index in range(LINES)
    ]


def open_store(folder: Path) -> EmbeddedLogStore:
    """The store of a folder."""
    clock = ManualClock(datetime.fromtimestamp(CLOCK_US / 1e6, UTC))
    return EmbeddedLogStore(folder, FirstWordMiner(), Retention(14, 1 << 40), clock)


async def store_for_ever(folder: Path, first: int) -> None:
    """Two batches at a time, so that groups have several; a commit now and then."""
    store = open_store(folder)
    await store.ensure_open()
    number = first
    while True:
        await asyncio.gather(*(store.append(batch(n), digest=n.to_bytes(16, "big")) for n in (number, number + 1)))
        sys.stdout.write(f"{number + 1}\n")
        sys.stdout.flush()
        number += 2
        if number % 10 == first % 10:
            await store.flush()


if __name__ == "__main__":
    asyncio.run(store_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
