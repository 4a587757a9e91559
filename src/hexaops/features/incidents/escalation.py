"""Who is told that an incident needs a person: channels of settings and workspace, and those that escalations name."""

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

    async def is_heard(self, session: AsyncSession, row: IncidentRow) -> bool:
        """Whether anybody is told of this incident."""
        return bool(await self._names(session, row))

    async def add(self, session: AsyncSession, row: IncidentRow, name: str | None) -> None:
        """Tell this channel too, from now on; a name that is no channel is only noted in the timeline."""
        if name is not None and name in await self.notifications.directory.names(session, row.workspace_id):
            row.escalated_to = [*dict.fromkeys([*(row.escalated_to or ()), name])]

    async def send(self, session: AsyncSession, row: IncidentRow, said: str) -> None:
        """Tell them once the transaction commits."""
        moment = format_time(row.updated_at)
        notice = Notice(
            event="incident.escalated", title=f"Incident {row.id} ({row.severity}): {row.title}",
            text=f"{said}\n{moment}", workspace_id=row.workspace_id, resource_id=row.id,
        )  # fmt: skip
        await self.notifications.send(session, await self._names(session, row), notice)

    async def _names(self, session: AsyncSession, row: IncidentRow) -> list[str]:
        own = await self.notifications.directory.told_of_escalations(session, row.workspace_id)
        return [*self.channels, *own, *(row.escalated_to or ())]
