"""The durable run of one attempt, and its effects on the delivery, the subscription and queued deliveries.

A run ends after its attempt; the next one is enqueued, with its delay, in the transaction that records the outcome.
So a waiting retry takes no place, and a process that is killed at any line loses nothing: the run is started again,
finds its turn still open, and sends the same `webhook-id` once more (at least once, never not at all).

Whoever takes, records, cancels or repeats a delivery first holds its subscription's row: that makes the order of one
resource's events safe between processes. A later event that finds an earlier one unfinished marks itself as waiting
(no due time) and ends; the end of the earlier one starts it.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.config import Settings
from hexaops.features.webhooks.outbox import enqueue_attempt
from hexaops.features.webhooks.schedule import FAILING_SECONDS, next_wait_seconds
from hexaops.features.webhooks.sender import Attempt, Message, WebhookSender, message_for
from hexaops.features.webhooks.store import cancel_pending, disable, hold_delivery, record_attempt, same_line
from hexaops.kit.failpoints import Failpoints
from hexaops.metrics import Metrics
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import WebhookDeliveryRow, WebhookEventRow, WebhookSubscriptionRow
from hexaops.storage.tables.webhooks import PENDING

WEBHOOK_PLACES = 128
"""Maximum number of concurrent attempts per process."""
PLACES_PER_WEBHOOK = 4
"""Maximum of those per subscription, so that a hanging receiver cannot use them all."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliveryRun:
    """`run` is what the engine calls with `delivery id.turn`."""

    settings: Settings
    database: Database
    engine: DurableEngine
    sender: WebhookSender
    metrics: Metrics
    failpoints: Failpoints
    chance: random.Random = field(default_factory=random.SystemRandom)

    async def run(self, argument: str) -> None:
        """Make this attempt, unless it is obsolete or an earlier event must go first."""
        delivery_id, _, turn = argument.rpartition(".")
        async with self.database.transaction() as session:
            message = await self._take(session, delivery_id, int(turn))
        if message is None:
            return
        self.failpoints.reach("webhook_before_send")
        attempt = await self.sender.attempt(message)
        self.failpoints.reach("webhook_after_send")
        async with self.database.transaction() as session:
            await self._record(session, delivery_id, int(turn), attempt)
        self.failpoints.reach("webhook_recorded")
        self.metrics.webhook_attempts.labels(attempt.outcome).inc()
        if not attempt.delivered:
            extra = {"delivery": delivery_id, "outcome": attempt.outcome, "status_code": attempt.status_code}
            logger.info("webhook attempt failed", extra=extra)

    async def _take(self, session: AsyncSession, delivery_id: str, turn: int) -> Message | None:
        found = await hold_delivery(session, delivery_id)
        if found is None:
            return None
        subscription, delivery = found
        if delivery.turn != turn or delivery.status != PENDING:
            return None
        now = self.sender.clock.now()
        if not subscription.enabled:
            await cancel_pending(session, subscription.id, now=now)
            return None
        earlier = select(WebhookDeliveryRow.position).where(
            *same_line(delivery), WebhookDeliveryRow.position < delivery.position
        )
        if (await session.scalars(earlier.limit(1))).first() is not None:
            delivery.next_attempt_at = None
            return None
        event = await session.get_one(WebhookEventRow, delivery.event_id)
        return message_for(subscription, event_id=event.id, body=event.body, now=now)

    async def _record(self, session: AsyncSession, delivery_id: str, turn: int, attempt: Attempt) -> None:
        found = await hold_delivery(session, delivery_id)
        if found is None:  # deleted while it was being sent
            return
        subscription, delivery = found
        record_attempt(session, delivery, attempt)
        if attempt.delivered:
            subscription.failing_since = None
            if delivery.status == PENDING:
                await self._end(session, delivery, "delivered")
        elif delivery.turn == turn and delivery.status == PENDING:
            await self._after_failure(session, subscription, delivery, attempt)

    async def _after_failure(
        self,
        session: AsyncSession,
        subscription: WebhookSubscriptionRow,
        delivery: WebhookDeliveryRow,
        attempt: Attempt,
    ) -> None:
        now = self.sender.clock.now()
        delivery.failures += 1
        subscription.failing_since = subscription.failing_since or attempt.started_at
        failing_seconds = (now - subscription.failing_since).total_seconds()
        if attempt.outcome == "gone" or failing_seconds >= FAILING_SECONDS:
            delivery.status, delivery.ended_at, delivery.next_attempt_at = "failed", now, None
            reason = "gone" if attempt.outcome == "gone" else "failing"
            await disable(session, subscription, reason, now=now)
            return
        wait = next_wait_seconds(
            delivery.failures,
            self.settings.webhook_retry_seconds,
            chance=self.chance.random(),
            asked_seconds=attempt.retry_after_seconds,
        )
        if wait is None:
            await self._end(session, delivery, "failed")
            return
        delivery.next_attempt_at = now + timedelta(seconds=wait)
        await enqueue_attempt(self.engine, session, delivery, delay_seconds=wait)

    async def _end(self, session: AsyncSession, delivery: WebhookDeliveryRow, status: str) -> None:
        """Finish a delivery and start the next one in the queue."""
        now = self.sender.clock.now()
        delivery.status, delivery.ended_at, delivery.next_attempt_at = status, now, None
        await session.flush()
        behind = select(WebhookDeliveryRow).where(*same_line(delivery)).order_by(WebhookDeliveryRow.position)
        following = (await session.scalars(behind.limit(1))).first()
        if following is not None and following.next_attempt_at is None:
            following.next_attempt_at = now
            await enqueue_attempt(self.engine, session, following)
