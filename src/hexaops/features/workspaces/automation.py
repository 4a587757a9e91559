"""The kill switch (rule 17), globally or per workspace. Read from the database each time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from hexaops.errors import ConflictError
from hexaops.features.access.caller import Caller
from hexaops.features.audit.log import AuditLog
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import AutomationRow

EVERYWHERE = "*"
BREAKER = "autopilot:"
"""Prefix of the scopes of breakers, which stop detections from being remediated and nothing else."""
POLICY = f"{BREAKER}policy:"
"""Prefix of the scopes that say who set the policy for detections last; they stop nothing."""
_positions = AutomationRow.__table__
STOP = (
    select(_positions)
    .where(_positions.c.scope.in_(bindparam("scopes", expanding=True)), ~_positions.c.enabled)
    .order_by(_positions.c.scope)
    .limit(1)
)
"""Prepared once, because every message runs it."""


class AutomationStoppedError(ConflictError):
    """Automation is switched off here."""

    code = "GUARDRAIL_REFUSED"

    def __init__(self, stop: AutomationState) -> None:
        where = "everywhere" if stop.scope == EVERYWHERE else "in this workspace"
        details = {
            "rule": 17,
            "reason": f"Automation is switched off {where}" + (f": {stop.reason}" if stop.reason else ""),
            "possible_when": "Automation is switched on again with PUT /internal/v1/automation",
        }
        super().__init__("Automation is switched off", details=details)


class AutomationState(Struct, frozen=True):
    """One state of the switch."""

    scope: str
    enabled: bool
    reason: str | None = None
    changed_by: str | None = None
    changed_at: datetime | None = None


class AutomationSwitch:
    """Reads and sets the switch."""

    def __init__(self, database: Database, *, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    async def check(self, workspace_id: str, session: AsyncSession | None = None) -> None:
        """Raise AutomationStoppedError if automation is off everywhere or in the workspace."""
        stop = await self.find_stop(workspace_id, session)
        if stop is not None:
            raise AutomationStoppedError(stop)

    async def find_stop(
        self, workspace_id: str, session: AsyncSession | AsyncConnection | None = None
    ) -> AutomationState | None:
        """What stops automation in the workspace, or None."""
        if session is None:
            async with self._database.viewing() as own:
                return await self.find_stop(workspace_id, own)
        row = (await session.execute(STOP, {"scopes": (EVERYWHERE, workspace_id)})).first()
        return _state(row) if row else None

    async def list_states(self) -> list[AutomationState]:
        """The global state first, then each workspace that was ever set."""
        async with self._database.reading() as session:
            rows = (
                await session.scalars(
                    select(AutomationRow).where(~AutomationRow.scope.startswith(BREAKER)).order_by(AutomationRow.scope)
                )
            ).all()
        states = [_state(row) for row in rows]
        return states if any(state.scope == EVERYWHERE for state in states) else [
            AutomationState(EVERYWHERE, enabled=True), *states
        ]  # fmt: skip

    async def put(
        self, caller: Caller, *, workspace_id: str | None, enabled: bool, reason: str | None
    ) -> AutomationState:
        """Set the switch; effective when this returns."""
        scope = workspace_id or EVERYWHERE
        details = {"enabled": enabled, "reason": reason, "scope": scope}
        event = caller.event("automation.switched", workspace_id=workspace_id, details=details)
        values: dict[str, Any] = {"enabled": enabled, "reason": reason, "changed_by": caller.principal.id,
                  "changed_at": self._clock.now()}  # fmt: skip
        async with self._database.transaction() as session:
            await put_row(self._database, session, scope, values)
            await self._audit.append(event, session)
        return AutomationState(scope, enabled, reason, values["changed_by"], values["changed_at"])


class PolicyChanges(Struct, frozen=True):
    """Who set the policy for detections last, by whichever route."""

    database: Database
    clock: Clock

    async def find(self, workspace_id: str) -> AutomationState | None:
        """The last change; None: it was never changed."""
        async with self.database.reading() as session:
            row = await session.get(AutomationRow, POLICY + workspace_id)
        return None if row is None else _state(row)

    async def record(self, session: AsyncSession, caller: Caller, workspace_id: str, *, reason: str | None) -> None:
        """Note the change in its own transaction."""
        values = {"enabled": True, "reason": reason, "changed_by": caller.principal.id,
                  "changed_at": self.clock.now()}  # fmt: skip
        await put_row(self.database, session, POLICY + workspace_id, values)


async def put_row(database: Database, session: AsyncSession, scope: str, values: Mapping[str, Any]) -> None:
    """Insert the scope's row, or replace its values."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    statement = insert(AutomationRow).values(scope=scope, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["scope"], set_=dict(values)))


def _state(row: AutomationRow | Row[Any]) -> AutomationState:
    return AutomationState(row.scope, row.enabled, row.reason, row.changed_by, row.changed_at)
