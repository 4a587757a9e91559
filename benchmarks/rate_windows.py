"""What counting a call in a window that replicas share takes: one statement on a local PostgreSQL."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from hexaops.config import Settings
from hexaops.features.access.rates import RateLimits
from hexaops.features.access.shared_rates import SharedWindows
from hexaops.kit.clock import SystemClock
from hexaops.storage.database import Database
from hexaops.storage.migrate import migrate
from testenv.harness.postgresql import postgres_server

TITLE = "counting a call against a limit that replicas share"
CALLS = 2000
BAR_SECONDS = 0.002


def run(options: Sequence[str]) -> bool:  # noqa: ARG001 # it takes none
    """Print median and 95th percentile; whether the median is below the bar."""
    with postgres_server() as server:
        url = f"postgresql://postgres@/postgres?host={server.folder}"
        taken = sorted(asyncio.run(_measure(url)))
    median = statistics.median(taken)
    print(f"{CALLS} calls: p50 {median * 1000:.2f} ms, p95 {taken[int(CALLS * 0.95)] * 1000:.2f} ms")
    return median < BAR_SECONDS


async def _measure(url: str) -> list[float]:
    settings = Settings.model_validate({"database_url": url, "rate_limit_chat": "1000000/hour"})
    database, clock = Database(settings.database()), SystemClock()
    await migrate(database)
    limits = RateLimits(settings, clock=clock, shared=SharedWindows(database, clock=clock))
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await limits.hit("chat", "alice", "ws-1")
        taken.append(time.perf_counter() - started)
    await database.close()
    return taken
