"""An escalation is repeated until somebody acknowledges or resolves the incident."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.service import IncidentService
from hexaops.features.incidents.upkeep import IncidentUpkeep
from hexaops.storage.tables import IncidentRow
from tests.features.applications.world import ChatWorld, chat_world
from tests.features.incidents.test_incidents import BASE, managed, opened, send

HALF_AN_HOUR = 1800.0


@dataclass(frozen=True)
class Noted(Escalation):
    """Tells this test."""

    told: list[str] = field(default_factory=list)

    async def send(self, session: AsyncSession, row: IncidentRow, said: str) -> None:
        """One more."""
        del session
        self.told.append(f"{row.id}: {said}" if self.channels else f"{row.escalated_to}: {said}")


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


@pytest.fixture
def upkeep(world: ChatWorld) -> IncidentUpkeep:
    """With a channel."""
    present = world.access.get(IncidentUpkeep)
    return replace(present, escalation=Noted(present.escalation.notifications, ["pager"]))


async def kinds(world: ChatWorld, incident_id: str) -> list[str]:
    found = (await send(world, "GET", f"{BASE}/{incident_id}")).json()["data"]
    return [entry["kind"] for entry in found["timeline"]]


async def test_it_is_told_again_until_it_is_acknowledged(world: ChatWorld, upkeep: IncidentUpkeep) -> None:
    incident = (await opened(world))["incident_id"]
    world.clock.advance(HALF_AN_HOUR)
    assert await upkeep.remind() == 0, "it was not escalated"
    await managed(world, incident, "escalate")
    assert await upkeep.remind() == 0
    for times in (1, 2):
        world.clock.advance(HALF_AN_HOUR)
        assert await upkeep.remind() == 1
        assert await upkeep.remind() == 0, "once each half an hour"
        assert await kinds(world, incident) == ["opened", "escalated", *["reminded"] * times]
    assert isinstance(upkeep.escalation, Noted)
    assert upkeep.escalation.told == [f"{incident}: Nobody has acknowledged it"] * 2
    await managed(world, incident, "acknowledge")
    world.clock.advance(HALF_AN_HOUR)
    assert await upkeep.remind() == 0


async def test_further_reports_do_not_put_a_reminder_off(world: ChatWorld, upkeep: IncidentUpkeep) -> None:
    incident = (await opened(world))["incident_id"]
    await managed(world, incident, "escalate")
    world.clock.advance(HALF_AN_HOUR - 1)
    assert (await opened(world))["incident_id"] == incident
    world.clock.advance(1)
    assert await upkeep.remind() == 1


async def test_nobody_is_told_without_a_channel(world: ChatWorld) -> None:
    incident = (await opened(world))["incident_id"]
    await managed(world, incident, "escalate")
    world.clock.advance(HALF_AN_HOUR)
    assert await world.access.get(IncidentUpkeep).remind() == 0


async def test_a_channel_that_an_escalation_names_is_told_again_too(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"notification_channels": {"pager": "http://127.0.0.1:1/"}}
    async with chat_world(sqlite_url, tmp_path, settings) as world:
        present = world.access.get(IncidentUpkeep)
        upkeep = replace(present, escalation=Noted(present.escalation.notifications, []))
        service = world.access.get(IncidentService)
        world.access.context.provider.add(replace(service, escalation=upkeep.escalation))
        incident = (await opened(world))["incident_id"]
        for name in ("somebody", "pager"):
            await managed(world, incident, "escalate", escalate_to=name)
            world.clock.advance(HALF_AN_HOUR)
            assert await upkeep.remind() == (name == "pager"), "a name that is no channel is nobody to tell"
        assert isinstance(upkeep.escalation, Noted)
        assert upkeep.escalation.told[-1] == "['pager']: Nobody has acknowledged it"
        await managed(world, incident, "resolve")
        world.clock.advance(HALF_AN_HOUR)
        assert await upkeep.remind() == 0


async def test_a_resolved_one_is_left_alone(world: ChatWorld, upkeep: IncidentUpkeep) -> None:
    incident = (await opened(world))["incident_id"]
    await managed(world, incident, "escalate")
    await managed(world, incident, "resolve")
    world.clock.advance(HALF_AN_HOUR)
    assert await upkeep.remind() == 0
