"""Rows of operations and their steps: each method is one short transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.runs.errors import CancelledByUserError, FencedError
from hexaops.kit.clock import Clock
from hexaops.kit.paging import PageRequest
from hexaops.storage.database import Database
from hexaops.storage.tables import OperationHoldRow, OperationRow, OperationStepRow
from hexaops.storage.tables.operations import ACTIVE

ERROR_LIMIT = 1000
HISTORY = 20
"""Latest completed steps from which a duration is estimated."""
PRIORS = 200
"""How many recent operations of a kind are searched for recorded state."""


class OperationFilter(Struct, frozen=True):
    """Which operations to list."""

    workspace_id: str | None
    """None: every workspace of `among`."""
    surface: str
    status: str | None = None
    session_id: str | None = None
    among: Collection[str] | None = None
    """Workspaces that may be listed; None: all."""


class OperationStore:
    """Reads and writes operations."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self._clock = clock

    async def find(self, operation_id: str) -> OperationRow | None:
        """One operation, or None."""
        async with self.database.reading() as session:
            return await session.get(OperationRow, operation_id)

    async def steps(self, operation_id: str) -> list[OperationStepRow]:
        """Its steps in order."""
        async with self.database.reading() as session:
            return await steps_of(session, operation_id)

    async def list(self, wanted: OperationFilter, page: PageRequest) -> tuple[Sequence[OperationRow], str | None]:
        """Newest first (ids sort by time), and the next page's cursor."""
        query = select(OperationRow).where(OperationRow.surface == wanted.surface)
        if wanted.workspace_id is not None:
            query = query.where(OperationRow.workspace_id == wanted.workspace_id)
        if wanted.among is not None:
            query = query.where(OperationRow.workspace_id.in_([*wanted.among]))
        if wanted.status:
            query = query.where(OperationRow.status.in_(STATUS_FILTERS[wanted.status]))
        if wanted.session_id:
            query = query.where(OperationRow.session_id == wanted.session_id)
        if page.after is not None:
            query = query.where(OperationRow.id < page.after[0])
        async with self.database.reading() as session:
            found = (await session.scalars(query.order_by(OperationRow.id.desc()).limit(page.fetch))).all()
        return page.split(found, lambda row: (row.id,))

    async def active(self) -> Sequence[OperationRow]:
        """Operations that lock their target."""
        async with self.database.reading() as session:
            return (await session.scalars(select(OperationRow).where(OperationRow.status.in_(ACTIVE)))).all()

    async def take_over(self, operation_id: str) -> OperationRow | None:
        """Take over the operation; None if it has ended."""
        async with self.database.transaction() as session:
            row = await session.get(OperationRow, operation_id, with_for_update=True)
            if row is None or row.status not in ACTIVE:
                return None
            row.fence += 1
            row.updated_at = self._clock.now()
            if row.status == "queued":
                row.status = "running"
            return row

    async def check(self, row: OperationRow) -> None:
        """Raise FencedError if another process took over, CancelledByUserError if cancellation was requested."""
        async with self.database.reading() as session:
            await lock_if_owner(session, row)

    async def set_status(self, row: OperationRow, status: str, *, error: tuple[str, str] | None = None) -> None:
        """Move on to another active status."""
        async with self.database.transaction() as session:
            current = await lock_if_owner(session, row, cancelling_too=True)
            current.status = status
            current.updated_at = self._clock.now()
            if error:
                current.error_code, current.error_message = error[0], error[1][:ERROR_LIMIT]

    async def start_step(self, row: OperationRow, seq: int) -> None:
        """Mark the step as in progress; a resumed step keeps its start time."""
        async with self.database.transaction() as session:
            await lock_if_owner(session, row)
            step = await session.get_one(OperationStepRow, (row.id, seq))
            step.status = "in_progress"
            step.started_at = step.started_at or self._clock.now()

    async def end_step(
        self, row: OperationRow, seq: int, status: str, *, result: Mapping[str, Any] | None = None,
        error: str | None = None,
    ) -> None:  # fmt: skip
        """Show the step as completed, failed or cancelled."""
        async with self.database.transaction() as session:
            await lock_if_owner(session, row, cancelling_too=True)
            step = await session.get_one(OperationStepRow, (row.id, seq))
            step.status = status
            step.finished_at = self._clock.now()
            step.progress = None
            step.result = dict(result or {})
            step.error_message = error[:ERROR_LIMIT] if error else None

    async def note_progress(self, row: OperationRow, seq: int, progress: str) -> None:
        """Show what a step waits for."""
        async with self.database.transaction() as session:
            await lock_if_owner(session, row)
            (await session.get_one(OperationStepRow, (row.id, seq))).progress = progress[:ERROR_LIMIT]

    async def request_cancel(self, operation_id: str) -> bool:
        """Request cancellation; False if it has ended or is already being undone."""
        async with self.database.transaction() as session:
            asked = await session.execute(
                update(OperationRow)
                .where(OperationRow.id == operation_id, OperationRow.status.in_(("queued", "running", "cancelling")))
                .values(status="cancelling", updated_at=self._clock.now())
                .returning(OperationRow.id)
            )
            return asked.scalar() is not None

    async def latest_priors(self, kind: str, *, cluster_id: str) -> Sequence[Mapping[str, Any]]:
        """What completed operations of a kind recorded of the state before, the newest first."""
        query = (
            select(OperationRow.prior)
            .where(
                OperationRow.cluster_id == cluster_id,
                OperationRow.kind == kind,
                OperationRow.status == "completed",
            )
            .order_by(OperationRow.id.desc())
            .limit(PRIORS)
        )
        async with self.database.reading() as session:
            return (await session.scalars(query)).all()

    async def usual_seconds(self, kind: str, resource: str) -> dict[str, float]:
        """Step name → median seconds of its latest completions on this target, else on any."""
        seconds: dict[str, list[float]] = {}
        own: dict[str, list[float]] = {}
        query = (
            select(OperationStepRow, OperationRow.resource)
            .join(OperationRow, OperationRow.id == OperationStepRow.operation_id)
            .where(OperationRow.kind == kind, OperationStepRow.status == "completed")
            .order_by(OperationRow.id.desc())
            .limit(HISTORY * 5)
        )
        async with self.database.reading() as session:
            for step, on in (await session.execute(query)).all():
                if step.started_at and step.finished_at:
                    took = (step.finished_at - step.started_at).total_seconds()
                    seconds.setdefault(step.name, []).append(took)
                    if on == resource:
                        own.setdefault(step.name, []).append(took)
        return {name: _median((own.get(name) or values)[:HISTORY]) for name, values in seconds.items()}


STATUS_FILTERS = {
    "executing": ("queued", "running"),
    "cancelling": ("cancelling",),
    "rolling_back": ("undoing",),
    "completed": ("completed",),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}
"""Public status → stored ones."""


async def steps_of(session: AsyncSession, operation_id: str) -> list[OperationStepRow]:
    """Steps in order, inside a transaction."""
    query = select(OperationStepRow).where(OperationStepRow.operation_id == operation_id).order_by(OperationStepRow.seq)
    return list((await session.scalars(query)).all())


async def steps_by_operation(session: AsyncSession, operation_ids: Sequence[str]) -> dict[str, list[OperationStepRow]]:
    """Steps in order by operation, in one query."""
    query = select(OperationStepRow).where(OperationStepRow.operation_id.in_(operation_ids))
    found: dict[str, list[OperationStepRow]] = {operation_id: [] for operation_id in operation_ids}
    for step in await session.scalars(query.order_by(OperationStepRow.operation_id, OperationStepRow.seq)):
        found[step.operation_id].append(step)
    return found


async def hold(session: AsyncSession, operation_id: str, resources: Iterable[str]) -> None:
    """Lock every target in a fixed order; IntegrityError means one is already locked."""
    for resource in sorted(set(resources)):
        session.add(OperationHoldRow(resource=resource, operation_id=operation_id))
        await session.flush()


async def release(session: AsyncSession, operation_id: str) -> None:
    """Release its targets."""
    await session.execute(delete(OperationHoldRow).where(OperationHoldRow.operation_id == operation_id))


async def lock_if_owner(session: AsyncSession, row: OperationRow, *, cancelling_too: bool = False) -> OperationRow:
    """The row as it is now, if this process still holds it; raises FencedError or CancelledByUserError."""
    current = await session.get(OperationRow, row.id, populate_existing=True)
    if current is None or current.fence != row.fence or current.status not in ACTIVE:
        raise FencedError(row.id)
    if current.status == "cancelling" and not cancelling_too:
        raise CancelledByUserError(row.id)
    return current


async def started_since(
    session: AsyncSession, since: datetime, *, workspace_id: str, cluster_id: str, uncounted: Collection[str] = ()
) -> tuple[list[datetime], list[datetime]]:
    """When the changes of the workspace and of the cluster were started since then, the oldest first.

    What was started without a plan changes nothing by itself: it is not counted, nor are the `uncounted` kinds.
    """
    query = (
        select(OperationRow.started_at)
        .where(OperationRow.started_at >= since, OperationRow.plan_id.is_not(None), OperationRow.kind.not_in(uncounted))
        .order_by(OperationRow.started_at)
    )
    in_workspace = await session.scalars(query.where(OperationRow.workspace_id == workspace_id))
    on_cluster = await session.scalars(query.where(OperationRow.cluster_id == cluster_id))
    return [*in_workspace], [*on_cluster]


async def repeats_since(
    session: AsyncSession, since: datetime, *, workspace_id: str, kind: str
) -> list[tuple[datetime, frozenset[str]]]:
    """When changes of a kind were started in the workspace since then, the oldest first, and their subjects."""
    query = (
        select(OperationRow.started_at, OperationRow.plan)
        .where(
            OperationRow.workspace_id == workspace_id, OperationRow.kind == kind, OperationRow.started_at >= since,
            OperationRow.plan_id.is_not(None), OperationRow.rollback_of.is_(None),
        )
        .order_by(OperationRow.started_at)
    )  # fmt: skip
    rows = (await session.execute(query)).all()
    return [(at, frozenset(draft["subject"]["id"] for draft in plan.get("drafts", ()))) for at, plan in rows]


async def holder_of(session: AsyncSession, resources: Iterable[str]) -> OperationRow | None:
    """An operation that holds one of the targets, or None."""
    query = (
        select(OperationRow)
        .join(OperationHoldRow, OperationHoldRow.operation_id == OperationRow.id)
        .where(OperationHoldRow.resource.in_([*resources]))
        .order_by(OperationHoldRow.resource)
    )
    return (await session.scalars(query)).first()


def estimated_end(row: OperationRow, steps: Sequence[OperationStepRow]) -> datetime | None:
    """Expected end from its steps' estimates; None if one has none."""
    estimates = [step.estimated_seconds for step in steps]
    if not estimates or any(value is None for value in estimates):
        return None
    return row.started_at + timedelta(seconds=sum(value for value in estimates if value is not None))


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
