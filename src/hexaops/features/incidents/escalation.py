"""Who is told that an incident needs a person: the channels of the settings, and the one that a request names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.notifications.channels import Notice
from hexaops.features.notifications.sending import Notifications
from hexaops.kit.durations import format_time
from hexaops.storage.tables import IncidentRow


@dataclass(frozen=True)
class Escalation:
    """One for the process."""

    notifications: Notifications
    channels: Sequence[str]

    async def send(self, session: AsyncSession, row: IncidentRow, said: str, *, to: str | None = None) -> None:
        """Tell them once the transaction commits; a name that is no channel is only noted in the timeline."""
        moment = format_time(row.updated_at)
        notice = Notice(
            event="incident.escalated", title=f"Incident {row.id} ({row.severity}): {row.title}",
            text=f"{said}\n{moment}", workspace_id=row.workspace_id, resource_id=row.id,
        )  # fmt: skip
        await self.notifications.send(session, [*self.channels, *([to] if to else [])], notice)
