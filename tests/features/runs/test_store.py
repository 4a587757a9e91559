"""An operation belongs to the process that took it over last: an earlier one may record nothing more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from hexaops.features.runs.errors import CancelledByUserError, FencedError
from hexaops.features.runs.store import OperationStore
from hexaops.storage.database import Database
from hexaops.storage.tables import OperationRow, OperationStepRow
from tests.features.applications.world import InstantClock
from tests.serving import START

Act = Callable[[OperationStore, OperationRow], Awaitable[None]]
ACTS: dict[str, Act] = {
    "check": lambda store, row: store.check(row),
    "status": lambda store, row: store.set_status(row, "undoing"),
    "start": lambda store, row: store.start_step(row, 0),
    "end": lambda store, row: store.end_step(row, 0, "completed"),
    "progress": lambda store, row: store.note_progress(row, 0, "waits"),
}


@pytest.fixture
async def store(database: Database) -> OperationStore:
    """With one queued operation of one step."""
    values = {column.key: "x" for column in OperationRow.__table__.columns if str(column.type).startswith("VARCHAR")}
    operation = OperationRow(
        **{**values, "id": "action_1", "status": "queued"}, parameters={}, plan={}, prior={}, result={}, fence=0,
        started_at=START, updated_at=START, completed_at=None,
    )  # fmt: skip
    step = OperationStepRow(operation_id="action_1", seq=0, name="step", status="pending", result={})
    async with database.transaction() as session:
        session.add(operation)
        await session.flush()
        session.add(step)
    return OperationStore(database, clock=InstantClock(START))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_a_process_that_was_taken_over_records_nothing(store: OperationStore, act: Act) -> None:
    first = await store.take_over("action_1")
    second = await store.take_over("action_1")
    assert first is not None
    assert second is not None
    with pytest.raises(FencedError):
        await act(store, first)
    await act(store, second)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_nothing_is_recorded_of_what_has_ended(store: OperationStore, act: Act) -> None:
    row = await store.take_over("action_1")
    assert row is not None
    async with store.database.transaction() as session:
        (await session.get_one(OperationRow, "action_1")).status = "completed"
    with pytest.raises(FencedError):
        await act(store, row)
    assert await store.take_over("action_1") is None


async def test_a_cancellation_stops_what_is_not_undoing(store: OperationStore) -> None:
    row = await store.take_over("action_1")
    assert row is not None
    assert await store.request_cancel("action_1")
    for name in ("check", "start", "progress"):
        with pytest.raises(CancelledByUserError):
            await ACTS[name](store, row)
    await ACTS["end"](store, row)
    await ACTS["status"](store, row)
    assert not await store.request_cancel("action_1")
