"""Subscriptions: create, change, test, delete. Targets are checked before any transaction is opened."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.notify.errors import SendError
from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.audit.log import AuditLog
from hexaops.features.webhooks.errors import WebhookLimitError, WebhookNotFoundError
from hexaops.features.webhooks.events import TEST
from hexaops.features.webhooks.outbox import new_delivery, new_event
from hexaops.features.webhooks.schemas import NewWebhook, WebhookChange
from hexaops.features.webhooks.sender import WebhookSender, message_for
from hexaops.features.webhooks.signing import new_secret
from hexaops.features.webhooks.store import disable, hold_subscription, record_attempt
from hexaops.features.webhooks.views import (
    DeliveryAttemptsView,
    WebhookSecretView,
    WebhookView,
    delivery_attempts_view,
    webhook_secret_view,
    webhook_view,
)
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.tables import WebhookAttemptRow, WebhookSubscriptionRow

MOST_SUBSCRIPTIONS = 50
"""Maximum per workspace, because each multiplies the cost of an event."""


class WebhookService(Struct, frozen=True):
    """Service behind the subscription routes; every lookup is limited to the caller's workspace."""

    database: Database
    sender: WebhookSender
    audit: AuditLog

    async def create(self, caller: Caller, new: NewWebhook) -> WebhookSecretView:
        """Create a subscription; its secret is returned only here."""
        await self._check_target(new.url)
        workspace, now, secret = caller.get_workspace(), self.sender.clock.now(), new_secret()
        webhook_id = new_id("wh_")
        row = WebhookSubscriptionRow(
            id=webhook_id,
            workspace_id=workspace.id,
            url=new.url,
            events=sorted(set(new.events)),
            description=new.description,
            enabled=True,
            sealed_secret=self.sender.box.seal(secret, owner=webhook_id),
            created_by=caller.principal.id,
            created_at=now,
            updated_at=now,
        )
        async with self.database.transaction() as session:
            await self._check_room(session, workspace.id)
            session.add(row)
            await self._record(session, caller, "webhook.created", row)
        return webhook_secret_view(row, secret, now=now)

    async def list(self, caller: Caller) -> list[WebhookView]:
        """The workspace's subscriptions, oldest first."""
        query = select(WebhookSubscriptionRow).where(WebhookSubscriptionRow.workspace_id == caller.get_workspace().id)
        async with self.database.reading() as session:
            rows = await session.scalars(query.order_by(WebhookSubscriptionRow.id))
            now = self.sender.clock.now()
            return [webhook_view(row, now=now) for row in rows]

    async def get(self, caller: Caller, webhook_id: str) -> WebhookView:
        """One subscription; raises WebhookNotFoundError."""
        async with self.database.reading() as session:
            row = await session.get(WebhookSubscriptionRow, webhook_id)
            return webhook_view(self._own(caller, row), now=self.sender.clock.now())

    async def update(self, caller: Caller, webhook_id: str, change: WebhookChange) -> WebhookView:
        """Change a subscription. Re-enabling resets failures; cancelled deliveries stay cancelled."""
        given = change.model_fields_set
        if "url" in given:
            await self._check_target(change.url)
        now = self.sender.clock.now()
        async with self.database.transaction() as session:
            row = self._own(caller, await hold_subscription(session, webhook_id))
            row.url = change.url if "url" in given else row.url
            row.events = sorted(set(change.events)) if "events" in given else row.events
            row.description = change.description if "description" in given else row.description
            if "enabled" in given and change.enabled and not row.enabled:
                row.enabled, row.disabled_reason, row.failing_since = True, None, None
            elif not change.enabled and row.enabled:
                await disable(session, row, "by_user", now=now)
            row.updated_at = now
            await self._record(session, caller, "webhook.updated", row)
            return webhook_view(row, now=now)

    async def rotate(self, caller: Caller, webhook_id: str, *, overlap_seconds: float) -> WebhookSecretView:
        """Rotate the secret, returned once; the old one stays valid so that the receiver can switch."""
        now, secret = self.sender.clock.now(), new_secret()
        async with self.database.transaction() as session:
            row = self._own(caller, await hold_subscription(session, webhook_id))
            row.sealed_old_secret = row.sealed_secret if overlap_seconds else None
            row.old_secret_until = now + timedelta(seconds=overlap_seconds) if overlap_seconds else None
            row.sealed_secret = self.sender.box.seal(secret, owner=row.id)
            row.updated_at = now
            await self._record(session, caller, "webhook.secret_rotated", row)
            return webhook_secret_view(row, secret, now=now)

    async def delete(self, caller: Caller, webhook_id: str) -> None:
        """Delete a subscription and its delivery history."""
        async with self.database.transaction() as session:
            row = self._own(caller, await hold_subscription(session, webhook_id))
            await session.delete(row)
            await self._record(session, caller, "webhook.deleted", row)

    async def test(self, caller: Caller, webhook_id: str) -> DeliveryAttemptsView:
        """Send one test event now, without retries; it does not affect the receiver's failure count."""
        workspace, now = caller.get_workspace(), self.sender.clock.now()
        data = {"webhook": {"id": webhook_id}, "workspace": {"id": workspace.id, "name": workspace.name}, "result": {}}
        event = new_event(workspace.id, TEST, data, resource_id=webhook_id, now=now)
        async with self.database.reading() as session:
            row = self._own(caller, await session.get(WebhookSubscriptionRow, webhook_id))
            message = message_for(row, event_id=event.id, body=event.body, now=now)
        attempt = await self.sender.attempt(message)
        delivery = new_delivery(event, webhook_id)
        delivery.status = "delivered" if attempt.delivered else "failed"
        delivery.ended_at, delivery.next_attempt_at = self.sender.clock.now(), None
        async with self.database.transaction() as session:
            self._own(caller, await hold_subscription(session, webhook_id))
            session.add(event)
            await session.flush()
            session.add(delivery)
            await session.flush()
            record_attempt(session, delivery, attempt)
            await session.flush()
            tried = await session.get_one(WebhookAttemptRow, (delivery.id, 1))
            return delivery_attempts_view(delivery, [tried])

    async def _check_target(self, url: str) -> None:
        try:
            await self.sender.sender.check(url)
        except SendError as error:
            raise ValidationFailedError("The request is not valid", details={"url": error.message}) from error

    async def _check_room(self, session: AsyncSession, workspace_id: str) -> None:
        counted = select(func.count()).where(WebhookSubscriptionRow.workspace_id == workspace_id)
        if (await session.execute(counted)).scalar_one() >= MOST_SUBSCRIPTIONS:
            message = f"The workspace has {MOST_SUBSCRIPTIONS} webhooks, which is the maximum; delete one first"
            raise WebhookLimitError(message)

    async def _record(self, session: AsyncSession, caller: Caller, action: str, row: WebhookSubscriptionRow) -> None:
        # The URL's path may be a secret of the receiver's: only its host is recorded.
        host = row.url.split("/")[2].rpartition("@")[2]
        details = {"host": host, "events": row.events, "enabled": row.enabled}
        await self.audit.append(caller.event(action, resource=row.id, details=details), session)

    @staticmethod
    def _own(caller: Caller, row: WebhookSubscriptionRow | None) -> WebhookSubscriptionRow:
        if row is None or row.workspace_id != caller.get_workspace().id:
            raise WebhookNotFoundError
        return row
