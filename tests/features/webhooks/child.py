"""A process that accepts events and delivers them until it is killed: `python -m …child URL HOME TARGET EVENTS`.

It goes on from what the database holds: events are numbered, resource by resource, and each is accepted once.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import func, select

from hexaops.features.webhooks.delivering import DeliveryRun
from hexaops.features.webhooks.sender import Attempt
from hexaops.storage.tables import WebhookEventRow
from tests.features.webhooks.world import World, running_world

EVENTS_OF_A_RESOURCE = 4
RETRIES = [0.05] * 60


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


async def live(url: str, home: Path, target: str, wanted: int) -> None:
    """Deliver until the end of the process."""
    failpoint = sys.argv[5] if len(sys.argv) > 5 and sys.argv[5] else None
    run_class = RecordsFirst if "records-first" in sys.argv else DeliveryRun
    async with running_world(url, home, run_class, webhook_retry_seconds=RETRIES, failpoint=failpoint) as world:
        if not await world.subscriptions():
            await world.subscribe(target)
        print("ready", flush=True)  # noqa: T201 # what the parent waits for
        await accept(world, wanted)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
