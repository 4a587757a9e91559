"""Critical alert rules as a source of the gate before automatic changes: one that cannot be judged closes it."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct
from sqlalchemy import select

from hexaops.features.access.tenancy import Workspace
from hexaops.features.alerts.engine import AlertEngine
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertRuleRow


class CriticalRules(Struct, frozen=True):
    """Silenced rules do not count: a person has decided so."""

    database: Database
    engine: AlertEngine
    clock: Clock

    async def critical(self, workspace: Workspace, *, besides: Set[str]) -> str | None:
        """The first critical rule that fires or cannot be judged, in words."""
        query = select(AlertRuleRow).where(
            AlertRuleRow.workspace_id == workspace.id, AlertRuleRow.severity == "critical"
        )
        async with self.database.reading() as session:
            rules = [*await session.scalars(query.order_by(AlertRuleRow.id))]
        now = self.clock.now()
        for rule in rules:
            if rule.application_id in besides or (rule.silenced_until is not None and rule.silenced_until > now):
                continue
            verdict = await self.engine.verdict(workspace, rule)
            if verdict.state == "firing":
                return f"the critical alert {rule.name} fires"
            if verdict.state == "unknown":
                return f"the critical alert {rule.name} cannot be judged: {verdict.reason or 'no measurements'}"
        return None
