"""Housekeeping: restart lost deliveries, drop old history.

A run is lost when it raised (the database was away) or when its process was killed with it too often. The delivery's
row still says that it is due, and the engine says that its run failed: together they tell a lost run from a busy queue.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from hexaops.features.webhooks.outbox import enqueue_attempt
from hexaops.features.webhooks.store import hold_delivery
from hexaops.kit.background import Periodic
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import WebhookDeliveryRow, WebhookEventRow
from hexaops.storage.tables.webhooks import PENDING

SWEEP_SECONDS = 30.0
OVERDUE_SECONDS = 20.0
SWEEP_BATCH = 500
PURGE_SECONDS = 3600.0
PURGE_BATCH = 1000

logger = logging.getLogger(__name__)


class WebhookUpkeep(Struct, frozen=True):
    """One task per process, while the engine is running."""

    database: Database
    engine: DurableEngine
    clock: Clock
    retention_days: float

    def jobs(self) -> tuple[Periodic, ...]:
        """Its background tasks."""
        return (
            Periodic("webhook-restarts", self.restart_lost, SWEEP_SECONDS),
            Periodic("webhook-retention", self.apply_retention, PURGE_SECONDS),
        )

    async def restart_lost(self) -> int:
        """Restart deliveries whose run was lost; returns how many."""
        earlier = aliased(WebhookDeliveryRow)
        waits_behind = exists().where(
            earlier.subscription_id == WebhookDeliveryRow.subscription_id,
            earlier.resource_id == WebhookDeliveryRow.resource_id,
            earlier.status == PENDING,
            earlier.position < WebhookDeliveryRow.position,
        )
        overdue_since = self.clock.now() - timedelta(seconds=OVERDUE_SECONDS)
        overdue = select(WebhookDeliveryRow.id, WebhookDeliveryRow.turn).where(
            WebhookDeliveryRow.status == PENDING, WebhookDeliveryRow.next_attempt_at < overdue_since, ~waits_behind
        )
        async with self.database.reading() as session:
            found = (await session.execute(overdue.order_by(WebhookDeliveryRow.position).limit(SWEEP_BATCH))).all()
        lost = [(row.id, row.turn) for row in found if await self.engine.has_failed(f"{row.id}.{row.turn}")]
        for delivery_id, turn in lost:
            async with self.database.transaction() as session:
                held = await hold_delivery(session, delivery_id)
                if held is not None and held[1].turn == turn and held[1].status == PENDING:
                    await enqueue_attempt(self.engine, session, held[1])
        if lost:
            logger.warning("webhook deliveries started again after their run was lost", extra={"count": len(lost)})
        return len(lost)

    async def apply_retention(self) -> int:
        """Drop expired events; returns how many."""
        return await self.purge(before=self.clock.now() - timedelta(days=self.retention_days))

    async def purge(self, *, before: datetime) -> int:
        """Drop events of that age with their deliveries and attempts, unless one is still pending."""
        pending = exists().where(
            WebhookDeliveryRow.event_id == WebhookEventRow.id, WebhookDeliveryRow.status == PENDING
        )
        old = select(WebhookEventRow.id).where(WebhookEventRow.created_at < before, ~pending).limit(PURGE_BATCH)
        dropped = 0
        while True:
            async with self.database.transaction() as session:
                ids = (await session.scalars(old)).all()
                await session.execute(delete(WebhookEventRow).where(WebhookEventRow.id.in_(ids)))
            dropped += len(ids)
            if len(ids) < PURGE_BATCH:
                return dropped
