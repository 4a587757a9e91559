"""Tracks live processes: each renews its row, and a stale row means a dead process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import ExecutorRow

SWEEP_LOCK = 0x6865786F
"""PostgreSQL advisory lock: one replica sweeps at a time."""
SWEEP_IDLE = "5s"
"""A replica that stops (paused, or its machine frozen) while it sweeps must not keep the others from it for longer."""

_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(:key) FROM set_config('idle_in_transaction_session_timeout', :idle, true)"
)


class Executors:
    """The heartbeat table. Uses the database's clock on PostgreSQL, so replicas' clocks need not agree."""

    def __init__(self, database: Database, *, clock: Clock, dead_after_seconds: float) -> None:
        self._database = database
        self._dead_after = timedelta(seconds=dead_after_seconds)
        self._clock = clock

    async def beat(self, executor_id: str) -> None:
        """Renew this process's heartbeat."""
        async with self._database.transaction() as session:
            now = await self._now(session)
            row = await session.get(ExecutorRow, executor_id)
            if row is None:
                session.add(ExecutorRow(id=executor_id, started_at=now, seen_at=now))
            else:
                row.seen_at = now

    async def leave(self, executor_id: str) -> None:
        """Remove this process's heartbeat, so that its runs can be taken over immediately."""
        async with self._database.transaction() as session:
            row = await session.get(ExecutorRow, executor_id)
            if row is not None:
                row.seen_at = row.started_at - timedelta(days=1)

    async def is_alive(self, session: AsyncSession, executor_id: str) -> bool:
        """Whether this process has renewed its row in time."""
        row = await session.get(ExecutorRow, executor_id)
        limit = self._dead_after
        return row is not None and row.seen_at >= await self._now(session) - limit

    @asynccontextmanager
    async def dead(self, own_id: str, *, alone: bool) -> AsyncIterator[list[str]]:
        """Ids of dead processes, deleted when the block ends; `alone`: every other process is dead."""
        async with self._database.transaction() as session:
            if not (self._database.is_sqlite or await self._holds_lock(session)):
                yield []
                return
            limit = await self._now(session) - self._dead_after
            query = select(ExecutorRow.id).where(ExecutorRow.id != own_id)
            if not alone:
                query = query.where(ExecutorRow.seen_at < limit)
            found = list((await session.scalars(query)).all())
            if not self._database.is_sqlite:
                yield found
                await session.execute(delete(ExecutorRow).where(ExecutorRow.id.in_(found)))
                return
        # SQLite has one writer: the rows are deleted in a separate transaction after the block.
        yield found
        if found:
            async with self._database.transaction() as session:
                await session.execute(delete(ExecutorRow).where(ExecutorRow.id.in_(found)))

    async def _holds_lock(self, session: AsyncSession) -> bool:
        return bool((await session.execute(_LOCK, {"key": SWEEP_LOCK, "idle": SWEEP_IDLE})).scalar())

    async def _now(self, session: AsyncSession) -> datetime:
        if self._database.is_sqlite:
            return self._clock.now()
        moment = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        assert isinstance(moment, datetime)
        return moment
