"""How long writers of one process wait for a SQLite file: requests' transactions, and the durable engine's own.

Callers each commit a change that starts a durable run, one after another; each run writes once more, and the engine
notes by connections of its own when it claims, begins and ends a run. Measured is every statement that begins a
transaction which writes, from when it is asked until the file is its own.

    python -m benchmarks sqlite_writers [-- --callers 8 --calls 40]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from hexaops.kit.clock import SystemClock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.migrate import migrate
from hexaops.storage.tables import AutomationRow

TITLE = "how long writers of one process wait for a SQLite file"
KINDS = {"sqlite+aiosqlite": "requests and runs", "sqlite": "the durable engine"}
WRITES = ("INSERT", "UPDATE", "DELETE")


class Waits:
    """Seconds of the first writing statement of every transaction, by kind of writer."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.measured = False
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        event.listen(Engine, "begin", lambda connection: connection.info.pop("measured", None))

    @staticmethod
    def _before(connection: Any, _cursor: object, statement: str, *_rest: object) -> None:
        first = "measured" not in connection.info and statement.lstrip().upper().startswith(WRITES)
        connection.info["asked"] = time.monotonic() if first else None

    def _after(self, connection: Any, *_rest: object) -> None:
        asked = connection.info.pop("asked", None)
        if asked is not None:
            connection.info["measured"] = True
            if self.measured:
                kind = KINDS[connection.engine.url.drivername]
                self.seconds[kind].append(time.monotonic() - asked)


async def measure(folder: Path, *, callers: int, calls: int) -> None:
    """Print how many of each kind wrote, and how long they waited."""
    url, clock, waits = f"sqlite+aiosqlite:///{folder}/writers.db", SystemClock(), Waits()
    database = Database(url)
    await migrate(database)
    engine = DurableEngine(database, clock=clock)
    ended, all_ended = 0, asyncio.Event()

    async def write(scope: str) -> None:
        async with database.transaction() as session:
            session.add(AutomationRow(scope=scope, enabled=True, changed_by="bench", changed_at=clock.now()))

    async def run(argument: str) -> None:
        nonlocal ended
        await write(argument + "-run")
        ended += 1
        if ended == callers * calls:
            all_ended.set()

    async def call() -> None:
        for _ in range(calls):
            scope = new_id("bench_")
            async with database.transaction() as session:
                session.add(AutomationRow(scope=scope, enabled=True, changed_by="bench", changed_at=clock.now()))
                await session.flush()
                await engine.enqueue(session, "bench", run_id=scope, argument=scope)

    engine.register("bench", run)
    await engine.launch()
    waits.measured, started, cpu = True, time.monotonic(), time.process_time()
    await asyncio.gather(*(call() for _ in range(callers)))
    asked = time.monotonic() - started
    await all_ended.wait()
    waits.measured, taken, used = False, time.monotonic() - started, time.process_time() - cpu
    await engine.close()
    await database.close()
    for kind, found in sorted(waits.seconds.items()):
        cuts = statistics.quantiles(found, n=100)
        sys.stdout.write(
            f"{kind}: {len(found)} transactions, waited {cuts[49] * 1000:.0f} ms (median), {cuts[98] * 1000:.0f} ms "
            f"(99th percentile), {max(found) * 1000:.0f} ms (longest)\n"
        )
    sys.stdout.write(
        f"{ended} changes were accepted in {asked:.1f} s; their runs had ended after {taken:.1f} s "
        f"and {used:.1f} s of CPU\n"
    )


def run(options: Sequence[str]) -> bool:
    """Measure once; there is no bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--calls", type=int, default=40)
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), callers=given.callers, calls=given.calls))
    return True
