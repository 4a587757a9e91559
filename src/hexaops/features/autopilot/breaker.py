"""The circuit breaker (rule 14): trips when too many applications fail at once, and is reset by a person only."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.caller import Caller
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.workspaces.automation import BREAKER, AutomationState, put_row
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import AutomationRow

AUTOPILOT = "autopilot"
"""The actor of everything that it does."""


class Breaker(Struct, frozen=True):
    """One for the process; its state is in the database."""

    database: Database
    audit: AuditLog
    clock: Clock

    async def find(self, workspace_id: str) -> AutomationState | None:
        """Why and since when it has tripped in the workspace; None: it has not."""
        state = await self.find_last(workspace_id)
        return None if state is None or state.enabled else state

    async def find_last(self, workspace_id: str) -> AutomationState | None:
        """Its last trip, or the reset that followed (`enabled`); None: neither has happened."""
        async with self.database.reading() as session:
            row = await session.get(AutomationRow, BREAKER + workspace_id)
        return (
            None if row is None else AutomationState(row.scope, row.enabled, row.reason, row.changed_by, row.changed_at)
        )

    async def trip(self, session: AsyncSession, workspace_id: str, reason: str) -> None:
        """Stop all remediation of detections in the workspace until a person resets it; audited, so it comes last."""
        row = await session.get(AutomationRow, BREAKER + workspace_id)
        if row is not None and not row.enabled:
            return
        values = {"enabled": False, "reason": reason[:512], "changed_by": f"system:{AUTOPILOT}",
                  "changed_at": self.clock.now()}  # fmt: skip
        await put_row(self.database, session, BREAKER + workspace_id, values)
        details = {"reason": reason}
        event = AuditEvent("autopilot.tripped", "system", AUTOPILOT, workspace_id, workspace_id, details=details)
        await self.audit.append(event, session)

    async def reset(self, caller: Caller) -> None:
        """Let detections be remediated again; nothing happens when it has not tripped."""
        workspace = caller.get_workspace()
        tripped = (AutomationRow.scope == BREAKER + workspace.id, ~AutomationRow.enabled)
        values = {"enabled": True, "reason": None, "changed_by": caller.principal.id, "changed_at": self.clock.now()}
        async with self.database.transaction() as session:
            await session.execute(update(AutomationRow).where(*tripped).values(values))
            await self.audit.append(caller.event("autopilot.reset", resource=workspace.id), session)
