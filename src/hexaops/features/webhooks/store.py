"""Row operations shared within this feature."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.webhooks.sender import Attempt
from hexaops.storage.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookSubscriptionRow
from hexaops.storage.tables.webhooks import PENDING

Held = tuple[WebhookSubscriptionRow, WebhookDeliveryRow]


async def hold_subscription(session: AsyncSession, subscription_id: str) -> WebhookSubscriptionRow | None:
    """The subscription, locked until the end of the transaction against everything but new deliveries."""
    query = select(WebhookSubscriptionRow).where(WebhookSubscriptionRow.id == subscription_id)
    return (await session.scalars(query.with_for_update(key_share=True))).first()


async def hold_delivery(session: AsyncSession, delivery_id: str) -> Held | None:
    """A delivery under its subscription's lock; None if either is gone."""
    by_id = WebhookDeliveryRow.id == delivery_id
    subscription_id = await session.scalar(select(WebhookDeliveryRow.subscription_id).where(by_id))
    subscription = await hold_subscription(session, subscription_id) if subscription_id else None
    delivery = (await session.scalars(select(WebhookDeliveryRow).where(by_id))).first()
    return (subscription, delivery) if subscription is not None and delivery is not None else None


def same_line(delivery: WebhookDeliveryRow) -> tuple[ColumnElement[bool], ...]:
    """Pending deliveries to the same subscription about the same resource."""
    return (
        WebhookDeliveryRow.subscription_id == delivery.subscription_id,
        WebhookDeliveryRow.resource_id == delivery.resource_id,
        WebhookDeliveryRow.status == PENDING,
    )


async def disable(session: AsyncSession, subscription: WebhookSubscriptionRow, reason: str, *, now: datetime) -> None:
    """Disable a locked subscription and cancel its pending deliveries."""
    subscription.enabled, subscription.disabled_reason, subscription.updated_at = False, reason, now
    await cancel_pending(session, subscription.id, now=now)


async def cancel_pending(session: AsyncSession, subscription_id: str, *, now: datetime) -> None:
    """Cancel the pending deliveries of a locked subscription."""
    await session.flush()
    await session.execute(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.subscription_id == subscription_id, WebhookDeliveryRow.status == PENDING)
        .values(status="cancelled", ended_at=now, next_attempt_at=None)
    )


def record_attempt(session: AsyncSession, delivery: WebhookDeliveryRow, attempt: Attempt) -> None:
    """Add the attempt to the delivery's history."""
    delivery.attempts += 1
    delivery.last_status_code, delivery.last_error = attempt.status_code, attempt.error
    session.add(
        WebhookAttemptRow(
            delivery_id=delivery.id,
            number=delivery.attempts,
            started_at=attempt.started_at,
            duration_ms=attempt.duration_ms,
            outcome=attempt.outcome,
            status_code=attempt.status_code,
            error=attempt.error,
            response_excerpt=attempt.response_excerpt,
        )
    )
