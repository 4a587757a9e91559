"""Rule 12: nothing is changed automatically while something critical is wrong elsewhere, or that cannot be told."""

from __future__ import annotations

from collections.abc import Set
from typing import Protocol

from msgspec import Struct, field
from sqlalchemy import select

from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentRow


class AlertSource(Protocol):
    """Somebody who knows of critical alerts."""

    async def critical(self, workspace: Workspace, *, besides: Set[str]) -> str | None:
        """What fires, or why it cannot be told; None: nothing. Alerts on the applications `besides` do not count."""
        ...


class AlertGate(Struct, frozen=True):
    """Asks every source; features above this one add theirs."""

    database: Database
    sources: list[AlertSource] = field(default_factory=list)

    async def refusal(self, workspace: Workspace, incident_id: str | None, *, besides: Set[str]) -> str | None:
        """Why nothing may be changed automatically now, with the rule's number, or None."""
        reason = await self._reason(workspace, incident_id, besides)
        return None if reason is None else f"{reason} (rule 12)"

    async def _reason(self, workspace: Workspace, incident_id: str | None, besides: Set[str]) -> str | None:
        try:
            if (other := await self._other_critical(workspace.id, incident_id)) is not None:
                return f"another critical incident is open: {other}"
            for source in self.sources:
                if (reason := await source.critical(workspace, besides=besides)) is not None:
                    return reason
        except HexaopsError as error:
            return f"the alerts cannot be read: {error.message}"
        return None

    async def _other_critical(self, workspace_id: str, incident_id: str | None) -> str | None:
        query = select(IncidentRow.id).where(
            IncidentRow.workspace_id == workspace_id, IncidentRow.id != (incident_id or ""),
            IncidentRow.status != "resolved", IncidentRow.severity == "critical", IncidentRow.source != "detection",
        )  # fmt: skip
        async with self.database.reading() as session:
            return await session.scalar(query.order_by(IncidentRow.id).limit(1))
