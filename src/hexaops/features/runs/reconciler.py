"""Restarts runs that were lost, releases the locks of those that cannot go on, and deletes expired data.

A database that goes away at the wrong moment ends a run, or leaves it claimed and never started: the operation stays
active, its target held, what it wrote unverified. Runs continue from their rows, so a new one is started in its place.
Only a run that keeps failing is given up.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from msgspec import Struct, field

from hexaops.config import Settings
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import OperationStore, release
from hexaops.kit.background import Periodic
from hexaops.kit.clock import Clock
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import OperationRow

RECONCILE_SECONDS = 5.0
PURGE_SECONDS = 3600.0
GRACE_SECONDS = 4.0
MOST_RESTARTS = 3
"""Of one operation's run, beside those that the engine makes of itself when a process dies."""

logger = logging.getLogger(__name__)


class Reconciler(Struct, frozen=True):
    """A background task in each process; idempotent."""

    store: OperationStore
    engine: DurableEngine
    events: OperationEvents
    settings: Settings
    clock: Clock
    suspects: dict[str, datetime] = field(default_factory=dict)
    """Active operations that seem to have no run, and since when."""

    def jobs(self) -> tuple[Periodic, ...]:
        """Its background tasks."""
        return (
            Periodic("reconciler", self.reconcile, RECONCILE_SECONDS, waits_first=True),
            Periodic("run-retention", self.purge, PURGE_SECONDS, waits_first=True),
        )

    async def purge(self) -> int:
        """Drop the engine's records of runs that ended long ago; returns how many."""
        before = self.clock.now() - timedelta(days=self.settings.retention_days)
        return await self.engine.purge(finished_before_epoch_ms=int(before.timestamp() * 1000))

    async def reconcile(self) -> int:
        """Restart or give up operations without a live run; returns how many were given up."""
        given_up = 0
        rows = await self.store.active()
        for ended in self.suspects.keys() - {row.id for row in rows}:
            del self.suspects[ended]
        for row in rows:
            number, run_id = await self._latest_run(row.id)
            if not await self._is_without_run(row, run_id):
                continue
            if number < MOST_RESTARTS:
                await self._restart(row, f"{row.id}.{number + 1}")
            else:
                await self._give_up(row)
                given_up += 1
        return given_up

    async def _latest_run(self, operation_id: str) -> tuple[int, str]:
        number, run_id = 0, operation_id
        while number < MOST_RESTARTS and await self.engine.is_known(f"{operation_id}.{number + 1}"):
            number += 1
            run_id = f"{operation_id}.{number}"
        return number, run_id

    async def _is_without_run(self, row: OperationRow, run_id: str) -> bool:
        """Whether nobody will go on with it. A run that ended as it should has ended its operation just before, and a
        claimed one is about to start: only what is found so twice counts."""
        if await self.engine.has_failed(run_id):
            return True
        if not (await self.engine.is_lost(run_id, row.id) or await self.engine.has_ended(run_id)):
            self.suspects.pop(row.id, None)
            return False
        since = self.suspects.setdefault(row.id, self.clock.now())
        return since <= self.clock.now() - timedelta(seconds=GRACE_SECONDS)

    async def _restart(self, row: OperationRow, run_id: str) -> None:
        async with self.store.database.transaction() as session:
            current = await session.get_one(OperationRow, row.id, with_for_update=True)
            if current.status == row.status and current.fence == row.fence:
                await self.engine.enqueue(session, RUN, run_id=run_id, argument=row.id)
                logger.warning("restarting a run that was lost", extra={"operation_id": row.id, "run_id": run_id})
        self.suspects.pop(row.id, None)

    async def _give_up(self, row: OperationRow) -> None:
        async with self.store.database.transaction() as session:
            current = await session.get_one(OperationRow, row.id, with_for_update=True)
            if current.status != row.status or current.fence != row.fence:
                return
            current.fence += 1
            current.status = "failed"
            current.error_code, current.error_message = "RUN_FAILED", "Its run ended before its result was known"
            message = "The run ended unexpectedly; whether the change took effect was not verified"
            current.result = {"success": False, "message": message, "rolled_back": False, "details": {}}
            current.completed_at = current.updated_at = self.clock.now()
            await release(session, current.id)
            await self.events.ended(session, current, affected=0)
