"""What must happen though nobody asks: a remediation goes on once a person has made the change that it waits for,
and a run that was lost (the database was away) is started again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from hexaops.features.incidents.chain import read
from hexaops.features.incidents.remediation import RemediationRun, find_made
from hexaops.features.incidents.store import hold_incident
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import IncidentRow

SWEEP_SECONDS = 5.0
MOST_TURNS = 20
"""Runs of one incident that are started again after they were lost."""


@dataclass(frozen=True)
class IncidentUpkeep:
    """One task a process, while the engine is launched."""

    database: Database
    engine: DurableEngine
    run: RemediationRun

    async def go_on(self) -> int:
        """Start the runs of remediations whose awaited change is there; returns how many."""
        async with self.database.reading() as session:
            found = await session.execute(
                select(IncidentRow.id, IncidentRow.turn).where(IncidentRow.status == "remediating")
            )
            waiting = [(row.id, row.turn) for row in found]
        return sum([await self._go_on(*one) for one in waiting])

    async def _go_on(self, incident_id: str, turn: int) -> bool:
        lost = turn < MOST_TURNS and await self.engine.has_failed(f"{incident_id}.{turn}")
        async with self.database.transaction() as session:
            row = await hold_incident(session, incident_id)
            remediation = read(row.remediation) if row is not None else None
            if row is None or remediation is None or row.turn != turn or remediation.finished_at is not None:
                return False
            if lost:
                await self.run.start(session, row)
                return True
            if remediation.status != "awaiting_confirmation":
                return False
            number = remediation.current
            step = remediation.steps[number] if number is not None else None
            for change in (step.changes or ()) if step is not None else ():
                if step is not None and change.operation_id is None:
                    if await find_made(session, row.workspace_id, step, change) is None:
                        return False
                    await self.run.start(session, row)
                    return True
            return False
