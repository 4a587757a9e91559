"""What must happen though nobody asks: a remediation goes on once a person has made the change that it waits for,
a run that was lost (the database was away) is started again, and an escalation is repeated until it is acknowledged.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from hexaops.features.incidents.chain import read
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.remediation import RemediationRun, find_made
from hexaops.features.incidents.store import hold_incident, note
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import IncidentEntryRow, IncidentRow

SWEEP_SECONDS = 5.0
REMIND_SECONDS = 30.0
"""How often it is looked for escalations that nobody has acknowledged."""
REMINDED = "reminded"
MOST_TURNS = 20
"""Runs of one incident that are started again after they were lost."""


class IncidentUpkeep(Struct, frozen=True):
    """One task a process, while the engine is launched."""

    database: Database
    engine: DurableEngine
    run: RemediationRun
    escalation: Escalation
    clock: Clock
    repeat_seconds: float
    """How long after an escalation, or the last reminder of it, the channels are told again."""

    async def remind(self) -> int:
        """Tell of escalated incidents that nobody has acknowledged; returns of how many."""
        by = self.clock.now() - timedelta(seconds=self.repeat_seconds)
        entry, last = IncidentEntryRow, aliased(IncidentEntryRow)
        latest = select(func.max(last.seq)).where(
            last.incident_id == IncidentRow.id, last.kind.in_(("escalated", REMINDED, "acknowledged"))
        )
        due = (
            select(IncidentRow.id)
            .join(entry, entry.incident_id == IncidentRow.id)
            .where(
                IncidentRow.status == "escalated", entry.seq == latest.scalar_subquery(), entry.kind != "acknowledged",
                entry.at <= by,
            )
        )  # fmt: skip
        async with self.database.reading() as session:
            found = (await session.scalars(due.order_by(IncidentRow.id))).all()
        return sum([await self._remind(one, due) for one in found])

    async def _remind(self, incident_id: str, due: Select[str]) -> bool:
        async with self.database.transaction() as session:
            row = await hold_incident(session, incident_id)
            # Another process may have told of it, or a person acknowledged it, since it was found.
            if row is None or await session.scalar(due.where(IncidentRow.id == incident_id)) is None:
                return False
            if not await self.escalation.is_heard(session, row):
                return False
            now = self.clock.now()
            last = "Nobody has acknowledged it"
            await note(session, row, REMINDED, "system:hexaops", last, at=now)
            await self.escalation.send(session, row, last)
            return True

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
