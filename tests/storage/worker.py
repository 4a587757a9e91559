"""A process with a durable engine, for tests that kill it.

python -m tests.storage.worker URL ROLE [ENQUEUE…]      ROLE: `hang` begins each run and never ends it; `finish` does it
"""

from __future__ import annotations

import asyncio
import sys

from hexaops.kit.clock import SystemClock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import AutomationRow

NAME = "test_run"


def say(*words: str) -> None:
    """One line to the test."""
    print(*words, flush=True)  # noqa: T201 # the test reads it


async def serve(url: str, role: str, *enqueued: str) -> None:
    """Run until killed."""
    database, clock = Database(url), SystemClock()
    engine = DurableEngine(database, clock=clock)

    async def run(argument: str) -> None:
        say("started", argument)
        if role == "hang":
            await asyncio.Event().wait()
        async with database.transaction() as session:
            if await session.get(AutomationRow, argument) is None:
                row = AutomationRow(scope=argument, enabled=True, changed_by=role, changed_at=clock.now())
                session.add(row)
        say("finished", argument)

    engine.register(NAME, run)
    await engine.launch()
    for argument in enqueued:
        async with database.transaction() as session:
            await engine.enqueue(session, NAME, run_id=argument, argument=argument)
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
