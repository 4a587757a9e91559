"""A workspace's own channels: create, change, test, delete. Targets are checked before any transaction is opened."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.notify.errors import SendError
from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.channels import Channel, Kind, Notice, host_of
from hexaops.features.notifications.directory import ChannelDirectory
from hexaops.features.notifications.errors import ChannelExistsError, ChannelLimitError, ChannelNotFoundError
from hexaops.features.notifications.schemas import ChannelChange, NewChannel
from hexaops.features.notifications.transport import NoticeSender
from hexaops.features.notifications.views import (
    ChannelPageView,
    ChannelTestView,
    ChannelView,
    channel_view,
    configured_view,
)
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.kit.paging import PageRequest
from hexaops.responses import pagination
from hexaops.storage.database import Database
from hexaops.storage.tables import NotificationChannelRow

MOST_CHANNELS = 50
"""Maximum per workspace."""
TEST = "notification.test"


class ChannelService(Struct, frozen=True):
    """Service behind the routes; every lookup is limited to the caller's workspace."""

    database: Database
    directory: ChannelDirectory
    sender: NoticeSender
    audit: AuditLog
    clock: Clock

    async def create(self, caller: Caller, new: NewChannel) -> ChannelView:
        """Create a channel; raises ValidationFailedError, ChannelExistsError or ChannelLimitError."""
        if new.name in self.directory.configured:
            raise _taken(new.name)
        await self._check(Channel(new.name, new.kind, new.target, own=True))
        channel_id, now = new_id("nc_"), self.clock.now()
        row = NotificationChannelRow(
            id=channel_id,
            workspace_id=caller.get_workspace().id,
            name=new.name,
            kind=new.kind,
            sealed_target=self.directory.seal.close(new.target, owner=channel_id),
            target_host=host_of(new.kind, new.target),
            on_escalation=new.on_escalation,
            created_by=caller.principal.id,
            created_at=now,
            updated_at=now,
        )
        try:
            async with self.database.transaction() as session:
                await self._check_room(session, row.workspace_id)
                session.add(row)
                await session.flush()
                await self._record(session, caller, "created", row)
        except IntegrityError as error:
            raise _taken(new.name) from error
        return channel_view(row)

    async def list(self, caller: Caller, page: PageRequest) -> ChannelPageView:
        """The workspace's channels, oldest first, and those of the settings."""
        query = select(NotificationChannelRow).where(NotificationChannelRow.workspace_id == caller.get_workspace().id)
        if page.after is not None:
            query = query.where(NotificationChannelRow.id > page.after[0])
        async with self.database.reading() as session:
            rows = (await session.scalars(query.order_by(NotificationChannelRow.id).limit(page.fetch))).all()
        shown, cursor = page.split(rows, lambda row: (row.id,))
        escalated = self.sender.settings.escalation_channels
        found = self.directory.configured
        configured = [configured_view(found[name], on_escalation=name in escalated) for name in sorted(found)]
        return ChannelPageView(
            channels=[channel_view(row) for row in shown], configured=configured, pagination=pagination(cursor)
        )

    async def get(self, caller: Caller, channel_id: str) -> ChannelView:
        """One channel; raises ChannelNotFoundError."""
        async with self.database.reading() as session:
            return channel_view(await self._own(session, caller, channel_id))

    async def update(self, caller: Caller, channel_id: str, change: ChannelChange) -> ChannelView:
        """Change a channel; raises ChannelNotFoundError or ValidationFailedError."""
        given = change.model_fields_set
        if "target" in given:
            kind = await self._kind_of(caller, channel_id)
            await self._check(Channel(channel_id, kind, change.target, own=True))
        async with self.database.transaction() as session:
            row = await self._own(session, caller, channel_id, locked=True)
            if "target" in given:
                row.sealed_target = self.directory.seal.close(change.target, owner=row.id)
                row.target_host = host_of(row.kind, change.target)
            if "on_escalation" in given:
                row.on_escalation = change.on_escalation
            row.updated_at = self.clock.now()
            await self._record(session, caller, "updated", row)
            return channel_view(row)

    async def delete(self, caller: Caller, channel_id: str) -> None:
        """Delete a channel; what is queued for it is dropped. Raises ChannelNotFoundError."""
        async with self.database.transaction() as session:
            row = await self._own(session, caller, channel_id, locked=True)
            await session.delete(row)
            await self._record(session, caller, "deleted", row)

    async def test(self, caller: Caller, channel_id: str) -> ChannelTestView:
        """Send one test message now, without retries; raises ChannelNotFoundError or ChannelUnreadableError."""
        workspace = caller.get_workspace()
        async with self.database.reading() as session:
            row = await self._own(session, caller, channel_id)
        text = f"Notifications of the workspace {workspace.name} arrive here."
        notice = Notice(
            event=TEST, title="Test message", text=text, workspace_id=workspace.id, resource_id=channel_id
        )  # fmt: skip
        began, error = self.clock.monotonic(), None
        try:
            await self.sender.send(self.directory.opened(row), notice)
        except SendError as problem:
            error = problem.message[:512]
        took = round((self.clock.monotonic() - began) * 1000)
        async with self.database.transaction() as session:
            await self._record(session, caller, "tested", row, error=error)
        return ChannelTestView(delivered=error is None, duration_ms=took, error=error)

    async def _check(self, channel: Channel) -> None:
        try:
            await self.sender.check(channel)
        except SendError as error:
            raise ValidationFailedError("The request is not valid", details={"target": error.message}) from error

    async def _check_room(self, session: AsyncSession, workspace_id: str) -> None:
        counted = select(func.count()).where(NotificationChannelRow.workspace_id == workspace_id)
        if (await session.execute(counted)).scalar_one() >= MOST_CHANNELS:
            message = f"The workspace has {MOST_CHANNELS} notification channels, which is the maximum; delete one first"
            raise ChannelLimitError(message)

    async def _kind_of(self, caller: Caller, channel_id: str) -> Kind:
        async with self.database.reading() as session:
            row = await self._own(session, caller, channel_id)
        return self.directory.kind_of(row)

    async def _own(
        self, session: AsyncSession, caller: Caller, channel_id: str, *, locked: bool = False
    ) -> NotificationChannelRow:
        query = select(NotificationChannelRow).where(
            NotificationChannelRow.id == channel_id,
            NotificationChannelRow.workspace_id == caller.get_workspace().id,
        )
        row = await session.scalar(query.with_for_update() if locked else query)
        if row is None:
            raise ChannelNotFoundError
        return row

    async def _record(
        self, session: AsyncSession, caller: Caller, did: str, row: NotificationChannelRow, **more: str | None
    ) -> None:
        details = {"name": row.name, "kind": row.kind, "host": row.target_host, "on_escalation": row.on_escalation}
        event = caller.event(f"notification_channel.{did}", resource=row.id, details={**details, **more})
        await self.audit.append(event, session)


def _taken(name: str) -> ChannelExistsError:
    message = f"There is a notification channel named {name} already"
    return ChannelExistsError(message, details={"name": "already taken"})
