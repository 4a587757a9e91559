"""A process that accepts events and delivers them until it is killed.

It goes on from what the database holds: events are numbered, resource by resource, and each is accepted once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select

from hexaops.features.webhooks.delivering import DeliveryRun
from hexaops.features.webhooks.sender import Attempt
from hexaops.storage.tables import WebhookEventRow
from tests.features.webhooks.world import World, running_world

EVENTS_OF_A_RESOURCE = 4
RETRIES = [0.05] * 60


@dataclass(frozen=True)
class Life:
    """What one process is given."""

    url: str
    home: Path
    target: str
    events: int
    """How many are accepted in all."""
    failpoint: str | None = None
    records_first: bool = False
    """With the known fault."""


async def accept(world: World, wanted: int) -> None:
    """Accept the events that are missing."""
    async with world.database.reading() as session:
        there = (await session.execute(select(func.count()).select_from(WebhookEventRow))).scalar_one()
    for number in range(there, wanted):
        await world.emit(resource_id=f"action_{number // EVENTS_OF_A_RESOURCE}")


class RecordsFirst(DeliveryRun):
    """A known fault: it calls an event delivered, and sends it afterwards."""

    async def run(self, argument: str) -> None:
        delivery_id, _, turn = argument.rpartition(".")
        async with self.database.transaction() as session:
            message = await self._take(session, delivery_id, int(turn))
        if message is None:
            return
        async with self.database.transaction() as session:
            hoped = Attempt("delivered", self.sender.clock.now(), 0)
            await self._record(session, delivery_id, int(turn), hoped)
        self.failpoints.reach("webhook_before_send")
        await self.sender.attempt(message)


def live(life: Life, told: Connection) -> None:
    """Deliver until the end of the process."""
    asyncio.run(_live(life, told))


async def _live(life: Life, told: Connection) -> None:
    run_class = RecordsFirst if life.records_first else DeliveryRun
    settings = {"webhook_retry_seconds": RETRIES, "failpoint": life.failpoint}
    async with running_world(life.url, life.home, run_class, **settings) as world:
        if not await world.subscriptions():
            await world.subscribe(life.target)
        told.send("ready")
        await accept(world, life.events)
        await asyncio.Event().wait()
