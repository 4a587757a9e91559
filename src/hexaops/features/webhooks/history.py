"""Deliveries: listing and manual redelivery."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.caller import Caller
from hexaops.features.audit.log import AuditLog
from hexaops.features.webhooks.errors import DeliveryNotFoundError, WebhookDisabledError, WebhookNotFoundError
from hexaops.features.webhooks.outbox import enqueue_attempt
from hexaops.features.webhooks.store import hold_delivery
from hexaops.features.webhooks.views import (
    DeliveryDetailView,
    DeliveryPageView,
    DeliveryView,
    delivery_detail_view,
    delivery_view,
)
from hexaops.kit.clock import Clock
from hexaops.kit.paging import PageRequest
from hexaops.responses import pagination
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookEventRow, WebhookSubscriptionRow
from hexaops.storage.tables.webhooks import PENDING


class DeliveryQuery(Struct, frozen=True):
    """Which deliveries, newest first."""

    webhook_id: str | None = None
    status: str | None = None
    event: str | None = None
    resource_id: str | None = None


class DeliveryHistory(Struct, frozen=True):
    """What the routes of deliveries call."""

    database: Database
    engine: DurableEngine
    clock: Clock
    audit: AuditLog

    async def list(self, caller: Caller, query: DeliveryQuery, page: PageRequest) -> DeliveryPageView:
        """One page; raises WebhookNotFoundError for another workspace's subscription."""
        workspace_id = caller.get_workspace().id
        wanted = select(WebhookDeliveryRow).where(WebhookDeliveryRow.workspace_id == workspace_id)
        for name in ("status", "event", "resource_id"):
            value = getattr(query, name)
            if value is not None:
                wanted = wanted.where(getattr(WebhookDeliveryRow, name) == value)
        if page.after is not None:
            wanted = wanted.where(WebhookDeliveryRow.position < page.after[0])
        async with self.database.reading() as session:
            if query.webhook_id is not None:
                subscription = await session.get(WebhookSubscriptionRow, query.webhook_id)
                if subscription is None or subscription.workspace_id != workspace_id:
                    raise WebhookNotFoundError
                wanted = wanted.where(WebhookDeliveryRow.subscription_id == query.webhook_id)
            newest = wanted.order_by(WebhookDeliveryRow.position.desc()).limit(page.fetch)
            rows = (await session.scalars(newest)).all()
        shown, cursor = page.split(rows, lambda row: (row.position,))
        return DeliveryPageView(deliveries=[delivery_view(row) for row in shown], pagination=pagination(cursor))

    async def get(self, caller: Caller, delivery_id: str) -> DeliveryDetailView:
        """One delivery with the body that was sent and every attempt; raises DeliveryNotFoundError."""
        async with self.database.reading() as session:
            row = await _find(session, delivery_id, caller.get_workspace().id)
            event = await session.get_one(WebhookEventRow, row.event_id)
            attempts = await session.scalars(
                select(WebhookAttemptRow)
                .where(WebhookAttemptRow.delivery_id == row.id)
                .order_by(WebhookAttemptRow.number)
            )
            return delivery_detail_view(row, attempts, body=event.body)

    async def redeliver(self, caller: Caller, delivery_id: str) -> DeliveryView:
        """Resend it now with the same `webhook-id` and a fresh retry schedule."""
        now, workspace_id = self.clock.now(), caller.get_workspace().id
        async with self.database.transaction() as session:
            await _find(session, delivery_id, workspace_id)
            held = await hold_delivery(session, delivery_id)
            if held is None:
                raise DeliveryNotFoundError
            subscription, row = held
            if not subscription.enabled:
                message = "The webhook is disabled: enable it first (PATCH with enabled: true)"
                raise WebhookDisabledError(message, details={"disabled_reason": subscription.disabled_reason})
            row.status, row.failures, row.ended_at, row.next_attempt_at = PENDING, 0, None, now
            await enqueue_attempt(self.engine, session, row)
            await self.audit.append(caller.event("webhook.redelivered", resource=row.id), session)
            return delivery_view(row)


async def _find(session: AsyncSession, delivery_id: str, workspace_id: str) -> WebhookDeliveryRow:
    query = select(WebhookDeliveryRow).where(
        WebhookDeliveryRow.id == delivery_id, WebhookDeliveryRow.workspace_id == workspace_id
    )
    row = (await session.scalars(query)).first()
    if row is None:
        raise DeliveryNotFoundError
    return row
