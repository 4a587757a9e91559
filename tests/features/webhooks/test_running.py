"""Deliveries by the real engine: they happen by themselves, survive kills, and do not wait for dead receivers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexaops.storage.tables import WebhookDeliveryRow
from tests.backends.notify.receiver import Answer, serve_receiver
from tests.commits import Commits, watching_commits
from tests.features.webhooks.kills import Place, run_kills
from tests.features.webhooks.world import World, running_world


@asynccontextmanager
async def watched(database_url: str, home: Path) -> AsyncIterator[tuple[World, Commits]]:
    """A world with the real engine, and what it commits."""
    async with running_world(database_url, home) as world:
        with watching_commits() as commits:
            yield world, commits


def is_settled(rows: Sequence[WebhookDeliveryRow]) -> bool:
    """Whether nothing is pending."""
    return all(row.status != "pending" for row in rows)


async def test_events_arrive_in_order_through_failures(database_url: str, tmp_path: Path) -> None:
    answers = [Answer(500), Answer(reset=True), Answer(), Answer(503), Answer()]
    async with (
        watched(database_url, tmp_path) as (world, commits),
        serve_receiver(lambda _: answers.pop(0)) as receiver,
    ):
        await world.subscribe(receiver.url)
        await world.emit("aiops.action.started")
        await world.emit("aiops.action.completed")
        await receiver.wait(5)
        await commits.until(world.deliveries, is_settled)
        names = [json.loads(received.body)["event"].rpartition(".")[2] for received in receiver.requests]
        assert names == ["started", "started", "started", "completed", "completed"]
        assert [delivery.status for delivery in await world.deliveries()] == ["delivered", "delivered"]


async def test_a_receiver_that_hangs_does_not_hold_up_others(database_url: str, tmp_path: Path) -> None:
    async with (
        serve_receiver(Answer(hang=True)) as dead,
        serve_receiver() as alive,
        running_world(database_url, tmp_path, webhook_timeout_seconds=60) as world,
    ):
        dead_one = await world.subscribe(dead.url)
        await world.subscribe(alive.url)
        for number in range(40):
            await world.emit(resource_id=f"action_{number}")
        await alive.wait(40)
        waiting = [row for row in await world.deliveries() if row.subscription_id == dead_one.id]
        assert {row.status for row in waiting} == {"pending"}
        assert len(dead.requests) <= 4


@pytest.mark.timeout(600)  # five processes one after the other
async def test_nothing_is_lost_or_reordered_by_kills(database_url: str, tmp_path: Path) -> None:
    failpoints = ("webhook_before_send:3", "webhook_after_send:3", "webhook_recorded:3")
    report = await run_kills(Place(database_url, tmp_path), events=40, failpoints=failpoints, kills=1, seed=11)
    assert (report.events, report.lost, report.out_of_order) == (40, 0, 0), report
    assert report.requests > 40


async def test_the_kills_find_a_run_that_records_before_it_sends(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'seeded.db'}", tmp_path, records_first=True)
    report = await run_kills(place, events=12, failpoints=("webhook_before_send:3",), kills=0, seed=11)
    assert report.lost > 0, report
