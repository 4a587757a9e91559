"""Which channels a workspace can notify: those of the settings, and its own."""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.notifications.channels import Channel, Kind
from hexaops.features.notifications.sealing import TargetSeal
from hexaops.storage.tables import NotificationChannelRow


class ChannelDirectory(Struct, frozen=True):
    """Finds channels by name. A name of the settings cannot be taken by a workspace; should it become one, it wins."""

    configured: Mapping[str, Channel]
    seal: TargetSeal

    async def names(self, session: AsyncSession, workspace_id: str) -> Set[str]:
        """The names that can be given in this workspace."""
        own = select(NotificationChannelRow.name).where(NotificationChannelRow.workspace_id == workspace_id)
        return {*self.configured, *await session.scalars(own)}

    async def told_of_escalations(self, session: AsyncSession, workspace_id: str) -> list[str]:
        """The workspace's own channels for every escalated incident."""
        own = select(NotificationChannelRow.name).where(
            NotificationChannelRow.workspace_id == workspace_id, NotificationChannelRow.on_escalation.is_(True)
        )
        return [*await session.scalars(own.order_by(NotificationChannelRow.id))]

    async def find(self, session: AsyncSession, workspace_id: str, name: str) -> Channel | None:
        """The channel, or None if it is gone; raises ChannelUnreadableError."""
        if name in self.configured:
            return self.configured[name]
        own = select(NotificationChannelRow).where(
            NotificationChannelRow.workspace_id == workspace_id, NotificationChannelRow.name == name
        )
        row = await session.scalar(own)
        return self.opened(row) if row is not None else None

    def opened(self, row: NotificationChannelRow) -> Channel:
        """The channel with its target; raises ChannelUnreadableError."""
        return Channel(row.name, self.kind_of(row), self.seal.open(row.sealed_target, owner=row.id), own=True)

    def kind_of(self, row: NotificationChannelRow) -> Kind:
        """Its kind, as only this feature writes it."""
        kind: Kind = msgspec.convert(row.kind, Kind)
        return kind
