"""Lost runs start again, and only those; old history goes, and only what is done with."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hexaops.storage.tables import WebhookEventRow
from tests.backends.notify.receiver import serve_receiver
from tests.features.webhooks.world import World, WrittenEngine


async def test_a_delivery_whose_run_was_lost_starts_again(world: World) -> None:
    assert isinstance(world.engine, WrittenEngine)
    async with serve_receiver() as receiver:
        await world.subscribe(receiver.url)
        await world.emit("aiops.action.started", resource_id="a")
        await world.emit("aiops.action.completed", resource_id="a")
        await world.emit(resource_id="b")
        first, second, _busy = (entry.argument for entry in world.enqueued)
        world.enqueued.clear()
        world.engine.failed_runs |= {first, second}
        assert await world.upkeep.restart_lost() == 0
        world.manual_clock.advance(60)
        assert await world.upkeep.restart_lost() == 1
        assert [entry.argument for entry in world.enqueued] == [first.replace(".1", ".2")]
        await world.run_enqueued()
        assert await world.upkeep.restart_lost() == 1
        await world.run_enqueued()
        assert len(receiver.requests) == 2


async def test_old_events_go_unless_one_is_still_to_be_delivered(world: World) -> None:
    async with serve_receiver() as receiver:
        await world.subscribe(receiver.url)
        await world.emit(resource_id="done")
        await world.run_enqueued()
        waiting = await world.emit(resource_id="waiting")
    assert await world.upkeep.purge(before=world.clock.now()) == 0
    assert await world.upkeep.purge(before=world.clock.now() + timedelta(seconds=1)) == 1
    async with world.database.reading() as session:
        assert (await session.scalars(select(WebhookEventRow.id))).all() == [waiting]
    assert [delivery.resource_id for delivery in await world.deliveries()] == ["waiting"]
    assert await world.attempts() == []
