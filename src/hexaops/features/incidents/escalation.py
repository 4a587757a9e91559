"""Who is told that an incident needs a person: the channels of the settings, and those that escalations name."""

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

    def is_heard(self, row: IncidentRow) -> bool:
        """Whether anybody is told of this incident."""
        return bool(self.channels or row.escalated_to)

    def add(self, row: IncidentRow, name: str | None) -> None:
        """Tell this channel too, from now on; a name that is no channel is only noted in the timeline."""
        if name in self.notifications.channels:
            row.escalated_to = [*dict.fromkeys([*(row.escalated_to or ()), name])]

    async def send(self, session: AsyncSession, row: IncidentRow, said: str) -> None:
        """Tell them once the transaction commits."""
        moment = format_time(row.updated_at)
        notice = Notice(
            event="incident.escalated", title=f"Incident {row.id} ({row.severity}): {row.title}",
            text=f"{said}\n{moment}", workspace_id=row.workspace_id, resource_id=row.id,
        )  # fmt: skip
        await self.notifications.send(session, [*self.channels, *(row.escalated_to or ())], notice)
