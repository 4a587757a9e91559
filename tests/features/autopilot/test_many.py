"""Many applications fail at once: how many the autopilot touches, and that its breaker holds until a person resets it.

Time is the test's own. A remediation counts as a touch from the moment at which it is begun.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.backends.kubernetes.rows import ObjectRow, WorkloadRow
from hexaops.features.access.tenancy import Workspace
from hexaops.features.autopilot.breaker import AUTOPILOT, Breaker
from hexaops.features.autopilot.deciding import WINDOW_SECONDS
from hexaops.features.autopilot.detecting import Detector
from hexaops.features.diagnosis.kinds import ESSENTIAL
from hexaops.features.incidents.chain import read
from hexaops.features.incidents.remediation import RemediationRun
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.storage.tables import IncidentEntryRow, IncidentRow
from tests.analysis.applications.rows import crashing, namespace, node, pod, workload
from tests.features.applications.world import ChatWorld, chat_world

PROJECT = "production"
FAILING = 50
POLICY = {"autopilot": "act", "autopilot_classes": ["failing_pods"], "unattended_severity": "critical"}


class OnlyBegun(RemediationRun):
    """Nothing carries a remediation on: what is measured is how many are begun."""

    async def start(self, session: AsyncSession, row: IncidentRow) -> None:
        """Nothing."""


@dataclass
class Fleet:
    """Applications of two pods each, and a detector that looks when the test says so."""

    world: ChatWorld
    workspace: Workspace
    owners: Sequence[WorkloadRow]

    async def look(self, seconds: float = 0.0) -> None:
        self.world.clock.advance(seconds)
        self._publish([])  # the cluster is being heard
        await self.world.access.get(Detector).look(self.workspace)

    def fail(self, owners: Sequence[WorkloadRow]) -> None:
        """One of the two pods of each crashes."""
        self._publish([crashing(owner, 1, resource_version="2") for owner in owners])
        self._publish([workload(PROJECT, one.name, desired=2, ready=1, resource_version="2") for one in owners])

    def _publish(self, rows: Sequence[ObjectRow]) -> None:
        cache = self.world.cache
        for row in rows:
            cache.publish([cache.table(row.kind).put(row)])
        for kind in cache.kinds:
            cache.table(kind).as_of = self.world.clock.now()

    async def touches(self) -> list[float]:
        """When each remediation was begun, in seconds since 1970."""
        async with self.world.access.context.database.reading() as session:
            rows = (await session.scalars(select(IncidentRow))).all()
        begun = [found for row in rows if (found := read(row.remediation)) is not None]
        assert {one.actor_id for one in begun} <= {AUTOPILOT}
        return sorted(one.started_at for one in begun)

    async def escalated(self) -> list[str]:
        """What was said when an incident was escalated."""
        query = select(IncidentEntryRow.text).where(IncidentEntryRow.kind == "escalated")
        async with self.world.access.context.database.reading() as session:
            return [*await session.scalars(query)]

    async def tripped(self) -> bool:
        return await self.world.access.get(Breaker).find(self.workspace.id) is not None

    async def reset(self) -> None:
        """By a person: an admin of the workspace."""
        admin = await self.world.access.member("ada", "admin", self.workspace.id)
        assert (await self.world.post("/aiops/autopilot/reset", {}, admin)).status_code == 200


def most_within_the_window(touches: Sequence[float]) -> int:
    """The most that were begun within any five minutes."""
    return max((sum(start <= at < start + WINDOW_SECONDS for at in touches) for start in touches), default=0)


@pytest.fixture
async def fleet(sqlite_url: str, tmp_path: Path, size: int) -> AsyncIterator[Fleet]:
    settings = {"rate_limit_workspace": "10000/minute", "detection": False}
    async with chat_world(sqlite_url, tmp_path, settings) as world:
        for kind in ESSENTIAL:  # the diagnosis reads them, and finds no deeper cause
            for project in (PROJECT, "reporting"):
                world.metrics.served[KINDS[kind].path(project)] = {"items": []}
        cache = world.cache
        for row in [*cache.workloads(), *cache.pods()]:
            cache.publish([cache.table(row.kind).remove(row.namespace, row.name)])
        owners = [workload(PROJECT, f"app-{number:03}", desired=2) for number in range(size)]
        rows: list[ObjectRow] = [namespace(PROJECT), node("worker-node-1")]
        rows += [row for one in owners for row in (one, pod(one, 0), pod(one, 1))]
        path = f"/internal/v1/workspaces/{world.workspace_id}"
        answer = await world.access.client.patch(path, json={"policy": POLICY}, headers=world.access.administrator)
        assert answer.status_code == 200, answer.text
        workspace = await world.access.get(WorkspaceDirectory).get(world.workspace_id)
        autopilot = world.access.get(Detector).autopilot
        autopilot.run = OnlyBegun(autopilot.run._parts)  # the parts of the one in its place
        made = Fleet(world, workspace, owners)
        made._publish(rows)  # the fixture's own
        yield made


@pytest.mark.parametrize("size", [60])
async def test_fifty_of_sixty_at_once_trip_the_breaker_and_nothing_is_touched_until_a_reset(fleet: Fleet) -> None:
    await fleet.look()
    fleet.fail(fleet.owners[:FAILING])
    await fleet.look(1)
    assert await fleet.tripped()
    for _ in range(20):
        await fleet.look(60)
    assert await fleet.touches() == []
    said = "50 of 60 applications fail at once: a common cause is likely. The autopilot does nothing until its breaker"
    assert [one.rpartition(" is reset")[0] for one in await fleet.escalated()] == [said], "told once, by one incident"
    await fleet.reset()
    assert not await fleet.tripped()
    await fleet.look(1)
    assert await fleet.tripped(), "they still fail at once"
    assert await fleet.touches() == []
    sys.stdout.write(f"\n{FAILING} of 60 fail at once: 0 touched in 20 minutes, the breaker has tripped\n")


@pytest.mark.parametrize("size", [60])
async def test_an_application_that_is_deleted_is_not_said_to_be_healthy(fleet: Fleet) -> None:
    fleet.fail(fleet.owners[:1])
    await fleet.look()
    cache, gone = fleet.world.cache, fleet.owners[0]
    for row in (gone, *(one for one in cache.pods() if one.name.startswith(gone.name))):
        cache.publish([cache.table(row.kind).remove(row.namespace, row.name)])
    for _ in range(2):
        await fleet.look(11)
    async with fleet.world.access.context.database.reading() as session:
        incident = (await session.scalars(select(IncidentRow))).one()
        said = (await session.scalars(select(IncidentEntryRow.text).order_by(IncidentEntryRow.seq.desc()))).first()
    assert said == "The application is gone"
    assert (incident.status, incident.alerts) == ("remediating", {"detection": False}), "its remediation ends by itself"


@pytest.mark.parametrize("size", [60])
async def test_one_after_the_other_a_tenth_is_touched_before_the_breaker_trips(fleet: Fleet) -> None:
    for number in range(FAILING):
        fleet.fail(fleet.owners[number : number + 1])
        await fleet.look(1)
        assert await fleet.tripped() == (number + 1 > 0.2 * len(fleet.owners))
    touches = await fleet.touches()
    assert len(touches) == most_within_the_window(touches) == 6
    for _ in range(10):
        await fleet.look(WINDOW_SECONDS / 4)
    assert await fleet.touches() == touches, "nothing more until it is reset"
    sys.stdout.write(f"\n{FAILING} of 60 fail within {FAILING} s: {len(touches)} touched, the breaker has tripped\n")


@pytest.mark.long
@pytest.mark.parametrize("size", [300])
async def test_below_the_breaker_s_share_no_more_than_a_tenth_is_touched_in_any_five_minutes(fleet: Fleet) -> None:
    fleet.fail(fleet.owners[:FAILING])
    for _ in range(4):
        await fleet.look(1)
    assert len(await fleet.touches()) == 30
    for _ in range(3):
        await fleet.look(WINDOW_SECONDS / 2)
    touches = await fleet.touches()
    assert len(touches) == FAILING
    assert most_within_the_window(touches) == 30
    assert not await fleet.tripped()
    sys.stdout.write(f"\n{FAILING} of 300 fail at once: 30 touched in the first 5 minutes, the others later\n")
