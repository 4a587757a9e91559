"""Who wants to hear of events, and what has been announced: for whoever announces only what is new."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, select

from hexaops.features.webhooks.events import EVERYTHING
from hexaops.storage.database import Database
from hexaops.storage.tables import WebhookEventRow, WebhookSubscriptionRow

_subscriptions, _events = WebhookSubscriptionRow.__table__, WebhookEventRow.__table__
_WANTING = select(_subscriptions.c.workspace_id, _subscriptions.c.events).where(_subscriptions.c.enabled.is_(True))
_LAST = (
    select(_events.c.body)
    .where(_events.c.workspace_id == bindparam("workspace_id"), _events.c.name == bindparam("name"))
    .order_by(_events.c.created_at.desc())
    .limit(1)
)
_RESOURCES = select(_events.c.resource_id).where(
    _events.c.workspace_id == bindparam("workspace_id"),
    _events.c.name == bindparam("name"),
    _events.c.created_at > bindparam("since"),
)


class AnnouncedEvents(Struct, frozen=True):
    """Reads subscriptions and events."""

    database: Database

    async def find_wanting(self, names: Set[str]) -> set[str]:
        """The workspaces with an enabled webhook for one of these events."""
        asked = names | {EVERYTHING}
        async with self.database.viewing() as connection:
            rows = (await connection.execute(_WANTING)).all()
        return {workspace_id for workspace_id, events in rows if asked & {*events}}

    async def find_last(self, workspace_id: str, name: str) -> str | None:
        """The body of the workspace's newest event of this name."""
        async with self.database.viewing() as connection:
            body: str | None = await connection.scalar(_LAST, {"workspace_id": workspace_id, "name": name})
        return body

    async def find_resources(self, workspace_id: str, name: str, since: datetime) -> set[str]:
        """The resources of the workspace's events of this name since a time."""
        given = {"workspace_id": workspace_id, "name": name, "since": since}
        async with self.database.viewing() as connection:
            return {*await connection.scalars(_RESOURCES, given)}
