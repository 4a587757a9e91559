"""Kills the delivering process again and again, and counts what the receiver got (SAFETY.md, figure 6).

The full figure: `python -m tests.features.webhooks.kills --events 2000 --kills 100`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import select

from hexaops.storage.database import Database
from hexaops.storage.tables import WebhookDeliveryRow
from tests.backends.notify.receiver import Answer, Received, Receiver, serve_receiver
from tests.features.webhooks.child import Life, live
from tests.features.webhooks.world import settings_for
from tests.forked import fork

FAILING_RATIO = 0.3
START_SECONDS, DEADLINE_SECONDS = 60.0, 600.0


@dataclass
class Report:
    """What came of it."""

    events: int
    kills: int
    lost: int
    out_of_order: int
    requests: int
    repeated: int
    """Requests beyond the first successful one of an event: at least once, not exactly once."""


@dataclass
class Tally:
    """Answers every third request or so with an error, the same ones in every run, and remembers what got through."""

    seen: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer:
        event_id = received.headers["webhook-id"]
        self.seen[event_id] += 1
        digest = hashlib.sha256(f"{event_id}:{self.seen[event_id]}".encode()).digest()
        if digest[0] < 256 * FAILING_RATIO:
            return Answer(500)
        self.accepted.append(event_id)
        return Answer(204)


async def deliveries(database: Database) -> Sequence[WebhookDeliveryRow]:
    """All of them, in the order of acceptance."""
    async with database.reading() as session:
        return (await session.scalars(select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.position))).all()


def settled(rows: Sequence[WebhookDeliveryRow], events: int) -> bool:
    """Whether all events are there and none is still to be sent."""
    return len(rows) >= events and all(row.status != "pending" for row in rows)


@dataclass(frozen=True)
class Place:
    """Where a delivering process works, and whether with a known fault."""

    url: str
    home: Path
    records_first: bool = False


async def start_child(place: Place, receiver: Receiver, events: int, failpoint: str | None) -> BaseProcess:
    """A delivering process, once it has begun."""
    life = Life(place.url, place.home, receiver.url, events, failpoint, place.records_first)
    child, here = fork(live, life)
    with here:
        assert await asyncio.to_thread(here.poll, START_SECONDS), "it did not begin in time"
        assert here.recv() == "ready"
    return child


async def run_kills(place: Place, *, events: int, failpoints: Sequence[str], kills: int, seed: int) -> Report:
    """One life that ends at each failpoint, so many that end anywhere, and a last one that delivers the rest."""
    chance, tally = random.Random(seed), Tally()
    lives: list[str | None] = [*failpoints, *[None] * kills]
    async with serve_receiver(tally) as receiver:
        for number, failpoint in enumerate(lives):
            child = await start_child(place, receiver, events * (number + 1) // len(lives), failpoint)
            if failpoint is None:
                await receiver.wait(len(receiver.requests) + chance.randint(1, 9))
                child.kill()
            await asyncio.to_thread(child.join)
        child = await start_child(place, receiver, events, None)
        database = Database(settings_for(place.url, place.home).database())
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not settled(rows := await deliveries(database), events):  # noqa: ASYNC110 # another process's rows
                    await asyncio.sleep(0.2)
        finally:
            child.kill()
            await asyncio.to_thread(child.join)
            await database.close()
    return judge(rows, tally, kills=len(lives))


def judge(rows: Sequence[WebhookDeliveryRow], tally: Tally, *, kills: int) -> Report:
    """Count what is missing, repeated or out of order."""
    first = {event_id: place for place, event_id in reversed([*enumerate(tally.accepted)])}
    lines: dict[str, list[str]] = {}
    for row in rows:
        lines.setdefault(row.resource_id, []).append(row.event_id)
    missing = len(rows) + 1
    places = [[first.get(event_id, missing) for event_id in line] for line in lines.values()]
    return Report(
        events=len(rows),
        kills=kills,
        lost=sum(row.event_id not in first or row.status != "delivered" for row in rows),
        out_of_order=sum(line != sorted(line) for line in places),
        requests=sum(tally.seen.values()),
        repeated=len(tally.accepted) - len(first),
    )


async def full(events: int, kills: int, url: str | None) -> None:
    """The figure, on a database of its own unless one is named."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        place = Place(url or f"sqlite:///{home / 'kills.db'}", home)
        report = await run_kills(place, events=events, failpoints=(), kills=kills, seed=7)
        print(report)  # noqa: T201 # the command's result
        sys.exit(1 if report.lost or report.out_of_order else 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database-url", default=None)
    given = parser.parse_args()
    asyncio.run(full(given.events, given.kills, given.database_url))
