"""Releases the locks of dead runs and deletes expired data.

A run that raised or killed its process too often leaves its operation active: nobody would ever end it, and its
target would stay held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hexaops.config import Settings
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import OperationStore, release
from hexaops.kit.background import Periodic
from hexaops.kit.clock import Clock
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import OperationRow

RECONCILE_SECONDS = 30.0
PURGE_SECONDS = 3600.0
GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Reconciler:
    """A background task in each process; idempotent."""

    store: OperationStore
    engine: DurableEngine
    events: OperationEvents
    settings: Settings
    clock: Clock

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
        """Finish operations whose run has ended; returns how many.

        A run that ended as it should has ended its operation just before: such a pair gets a moment's grace.
        """
        ended = 0
        grace = self.clock.now() - timedelta(seconds=GRACE_SECONDS)
        for row in await self.store.active():
            over = await self.engine.has_ended(row.id) and row.updated_at < grace
            if over or await self.engine.has_failed(row.id):
                await self._give_up(row)
                ended += 1
        return ended

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
