"""A run that died for good frees its target; what is past its retention goes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from hexaops.features.runs.reconciler import MOST_RESTARTS, Reconciler
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import hold
from hexaops.storage.tables import OperationRow
from tests.living import DEADLINE_SECONDS, LivingWorld, living_world

LOOK_SECONDS = 0.05


async def lost_operation(world: LivingWorld) -> str:
    """An operation whose stored plan cannot be read: its run raises at once."""
    context = world.access.context
    action = await world.run("restart_application", "web-app")
    async with context.database.transaction() as session:
        row = await session.get_one(OperationRow, action["action_id"])
        values: dict[str, Any] = {
            column.key: getattr(row, column.key) for column in OperationRow.__table__.columns
        }  # fmt: skip
        lost = OperationRow(**{**values, "id": "action_lost", "status": "queued", "plan": {}, "completed_at": None})
        session.add(lost)
        await session.flush()
        await hold(session, lost.id, [lost.resource])
        await context.engine.enqueue(session, RUN, run_id="action_lost", argument="action_lost")
    await run_is_over(world, "action_lost")
    assert await context.engine.has_failed("action_lost")
    return "action_lost"


async def run_is_over(world: LivingWorld, run_id: str) -> None:
    """Wait for the engine's own record of the end: it is written just after the operation's."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await world.access.context.engine.has_ended(run_id):  # noqa: ASYNC110 # another thread ends it
            await asyncio.sleep(LOOK_SECONDS)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> Any:
    """The documents' world, served."""
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def test_a_run_that_raised_frees_its_target(world: LivingWorld) -> None:
    action_id = await lost_operation(world)
    busy = await world.confirm(await world.plan("scale_application", "web-app", replicas=4))
    assert busy.json()["error"]["code"] == "OPERATION_IN_PROGRESS"
    for number in range(1, MOST_RESTARTS + 1):
        assert await world.access.get(Reconciler).reconcile() == 0
        await run_is_over(world, f"{action_id}.{number}")
    assert await world.access.get(Reconciler).reconcile() == 1
    action = await world.ended(action_id)
    assert (action["status"], action["error"]["code"]) == ("failed", "RUN_FAILED")
    assert (await world.run("scale_application", "web-app", replicas=4))["status"] == "completed"
    assert await world.access.get(Reconciler).reconcile() == 0


async def test_records_of_old_runs_go_and_their_operations_stay(world: LivingWorld) -> None:
    action = await world.run("restart_application", "worker-app")
    engine = world.access.context.engine
    await run_is_over(world, action["action_id"])
    assert await engine.purge(finished_before_epoch_ms=1) == 0
    assert await engine.purge(finished_before_epoch_ms=1 << 60) >= 1
    assert not await engine.has_ended(action["action_id"])
    shown = await world.call("GET", f"/aiops/actions/{action['action_id']}")
    assert shown.json()["data"]["status"] == "completed"


async def test_a_run_under_way_is_left_alone(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "database-app")
    action_id = (await world.confirm(plan)).json()["data"]["action_id"]
    async with world.access.context.database.transaction() as session:
        old = world.access.context.clock.now().replace(year=2020)
        await session.execute(update(OperationRow).where(OperationRow.id == action_id).values(updated_at=old))
    assert await world.access.get(Reconciler).reconcile() == 0
    assert (await world.ended(action_id))["status"] == "completed"
