"""One attempt: sign the event, send it and classify the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hexaops.backends.notify.client import NotifySender
from hexaops.backends.notify.errors import SendError
from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.features.webhooks.schedule import retry_after_seconds
from hexaops.features.webhooks.sealing import SecretBox
from hexaops.features.webhooks.signing import signed_headers
from hexaops.kit.clock import Clock
from hexaops.logs import Redactor
from hexaops.storage.tables import WebhookSubscriptionRow

GONE = 410


class Message(Struct, frozen=True):
    """What to send and how to sign it."""

    url: str
    event_id: str
    body: str
    subscription_id: str
    sealed_secrets: Sequence[str]


class Attempt(Struct, frozen=True):
    """Outcome of an attempt."""

    outcome: str
    started_at: datetime
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    response_excerpt: str | None = None
    retry_after_seconds: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.outcome == "delivered"


def message_for(subscription: WebhookSubscriptionRow, *, event_id: str, body: str, now: datetime) -> Message:
    """The event for a subscription, signed with its valid secrets."""
    sealed = [subscription.sealed_secret]
    until = subscription.old_secret_until
    if subscription.sealed_old_secret is not None and until is not None and until > now:
        sealed.append(subscription.sealed_old_secret)
    return Message(subscription.url, event_id, body, subscription.id, sealed)


class WebhookSender(Struct, frozen=True):
    """Makes attempts; does not touch the database."""

    sender: NotifySender
    box: SecretBox
    clock: Clock
    redactor: Redactor

    async def attempt(self, message: Message) -> Attempt:
        """Send it once. Only 2xx is success; a redirect is a failure and is not followed."""
        started_at, began = self.clock.now(), self.clock.monotonic()
        try:
            secrets = [self.box.unseal(sealed, owner=message.subscription_id) for sealed in message.sealed_secrets]
            headers = signed_headers(message.event_id, started_at, message.body, secrets)
            reply = await self.sender.post(message.url, headers=headers, body=message.body.encode())
        except (SendError, SecretUnreadableError) as error:
            outcome = error.outcome if isinstance(error, SendError) else "unsigned"
            return Attempt(outcome, started_at, self._ms_since(began), error=error.message[:512])
        outcome = outcome_of(reply.status_code)
        return Attempt(
            outcome,
            started_at,
            self._ms_since(began),
            status_code=reply.status_code,
            error=None if outcome == "delivered" else f"the receiver answered {reply.status_code}",
            response_excerpt=self.redactor.redact(reply.excerpt)[:1024] or None,
            retry_after_seconds=retry_after_seconds(reply.status_code, reply.retry_after, self.clock.now()),
        )

    def _ms_since(self, began: float) -> int:
        return round((self.clock.monotonic() - began) * 1000)


def outcome_of(status_code: int) -> str:
    """The word for a status."""
    if 200 <= status_code < 300:
        return "delivered"
    if 300 <= status_code < 400:
        return "redirected"
    return "gone" if status_code == GONE else "rejected"
