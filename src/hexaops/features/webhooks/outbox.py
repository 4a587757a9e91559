"""The outbox: events become rows and durable runs in the transaction of the change they report.

Nothing is sent here. A receiver that hangs can therefore never hold up a change, and a change that is rolled back is
never told to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.webhooks.events import EMITTED, EVERYTHING
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.kit.ids import new_id
from hexaops.kit.redaction import redact_fields
from hexaops.responses import View, encode
from hexaops.storage.core import connection_of, insert_rows
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables.webhooks import PENDING, WebhookDeliveryRow, WebhookEventRow, WebhookSubscriptionRow

EventData = View | Mapping[str, Any]
RUN = "webhook_delivery"
"""The kind of durable run that makes one attempt."""
_subscriptions = WebhookSubscriptionRow.__table__
ENABLED = select(_subscriptions.c.id, _subscriptions.c.events).where(
    _subscriptions.c.workspace_id == bindparam("workspace_id"), _subscriptions.c.enabled.is_(True)
)
"""Prepared once, because every event runs it."""


class WebhookOutbox(Struct, frozen=True):
    """Called by other features when something has happened."""

    engine: DurableEngine
    clock: Clock

    async def emit(
        self, session: AsyncSession, workspace_id: str, event: str, data: EventData, *, resource_id: str
    ) -> str:
        """Accept an event for every enabled subscription that wants it; returns the event's id.

        `data` is the document's: `action` or `session`, `workspace` {id, name}, `result`. Events of one `resource_id`
        (the action's or session's id) reach each subscription in the order of their acceptance.
        """
        if event not in EMITTED:
            message = f"not an event that is sent: {event}"
            raise ValueError(message)
        row = new_event(workspace_id, event, data, resource_id=resource_id, now=self.clock.now())
        await insert_rows(session, row)
        connection = await connection_of(session)
        enabled = await connection.execute(ENABLED, {"workspace_id": workspace_id})
        wanting = [id_ for id_, events in enabled if event in events or EVERYTHING in events]
        deliveries = [new_delivery(row, subscription_id) for subscription_id in wanting]
        if deliveries:
            session.add_all(deliveries)
            await session.flush()
        for delivery in deliveries:
            await enqueue_attempt(self.engine, session, delivery)
        return row.id


def new_event(workspace_id: str, event: str, data: EventData, *, resource_id: str, now: datetime) -> WebhookEventRow:
    """The event's row with the exact text that will be signed and sent."""
    told = redact_fields(msgspec.to_builtins(data))  # names and reasons are what users wrote
    body = encode({"event": event, "timestamp": format_time(now), "data": told}).decode()
    return WebhookEventRow(
        id=new_id("evt_"), workspace_id=workspace_id, name=event, resource_id=resource_id, body=body, created_at=now
    )


def new_delivery(event: WebhookEventRow, subscription_id: str) -> WebhookDeliveryRow:
    """A delivery that is due at once."""
    return WebhookDeliveryRow(
        id=new_id("dlv_"),
        subscription_id=subscription_id,
        event_id=event.id,
        workspace_id=event.workspace_id,
        event=event.name,
        resource_id=event.resource_id,
        status=PENDING,
        turn=0,
        failures=0,
        attempts=0,
        next_attempt_at=event.created_at,
        created_at=event.created_at,
    )


async def enqueue_attempt(
    engine: DurableEngine, session: AsyncSession, delivery: WebhookDeliveryRow, *, delay_seconds: float = 0.0
) -> None:
    """Start the next attempt's run within this transaction; it replaces any older run."""
    delivery.turn += 1
    run_id = f"{delivery.id}.{delivery.turn}"
    await engine.enqueue(
        session, RUN, run_id=run_id, argument=run_id, delay_seconds=delay_seconds, key=delivery.subscription_id
    )
