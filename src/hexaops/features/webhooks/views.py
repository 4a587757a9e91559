"""Views of subscriptions and deliveries. A secret is shown once, when created."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import asdict

from hexaops.kit.durations import format_time
from hexaops.responses import Pagination, View
from hexaops.storage.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookSubscriptionRow


class WebhookView(View, frozen=True, kw_only=True):
    """One subscription."""

    id: str
    workspace_id: str
    url: str
    events: list[str]
    description: str
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    old_secret_valid_until: str | None
    created_by: str
    created_at: str
    updated_at: str


class WebhookSecretView(WebhookView, frozen=True, kw_only=True):
    """One subscription with its new signing secret."""

    secret: str


class WebhookListView(View, frozen=True, kw_only=True):
    """The workspace's subscriptions."""

    webhooks: list[WebhookView]


class DeliveryView(View, frozen=True, kw_only=True):
    """One delivery."""

    id: str
    webhook_id: str
    event_id: str
    event: str
    resource_id: str | None
    status: str
    attempts: int
    last_status_code: int | None
    last_error: str | None
    next_attempt_at: str | None
    created_at: str
    ended_at: str | None


class AttemptView(View, frozen=True, kw_only=True):
    """One attempt of a delivery."""

    number: int
    started_at: str
    duration_ms: int
    outcome: str
    status_code: int | None
    error: str | None
    response_excerpt: str | None


class DeliveryAttemptsView(DeliveryView, frozen=True, kw_only=True):
    """One delivery with its attempts, oldest first."""

    history: list[AttemptView]


class DeliveryDetailView(DeliveryAttemptsView, frozen=True, kw_only=True):
    """One delivery with its attempts and the exact text that was signed and sent."""

    body: str


class DeliveryPageView(View, frozen=True, kw_only=True):
    """A page of deliveries."""

    deliveries: list[DeliveryView]
    pagination: Pagination


def webhook_view(row: WebhookSubscriptionRow, *, now: datetime) -> WebhookView:
    """One subscription."""
    until = row.old_secret_until
    return WebhookView(
        id=row.id,
        workspace_id=row.workspace_id,
        url=row.url,
        events=row.events,
        description=row.description,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        failing_since=_time(row.failing_since),
        old_secret_valid_until=_time(until if until and until > now else None),
        created_by=row.created_by,
        created_at=format_time(row.created_at),
        updated_at=format_time(row.updated_at),
    )


def webhook_secret_view(row: WebhookSubscriptionRow, secret: str, *, now: datetime) -> WebhookSecretView:
    """One subscription with its new secret."""
    return WebhookSecretView(**asdict(webhook_view(row, now=now)), secret=secret)


def delivery_view(row: WebhookDeliveryRow) -> DeliveryView:
    """One delivery."""
    return DeliveryView(
        id=row.id,
        webhook_id=row.subscription_id,
        event_id=row.event_id,
        event=row.event,
        resource_id=row.resource_id,
        status=row.status,
        attempts=row.attempts,
        last_status_code=row.last_status_code,
        last_error=row.last_error,
        next_attempt_at=_time(row.next_attempt_at),
        created_at=format_time(row.created_at),
        ended_at=_time(row.ended_at),
    )


def delivery_attempts_view(row: WebhookDeliveryRow, attempts: Iterable[WebhookAttemptRow]) -> DeliveryAttemptsView:
    """One delivery with its attempts."""
    return DeliveryAttemptsView(**asdict(delivery_view(row)), history=[_attempt_view(one) for one in attempts])


def delivery_detail_view(
    row: WebhookDeliveryRow, attempts: Iterable[WebhookAttemptRow], *, body: str
) -> DeliveryDetailView:
    """One delivery with its attempts and its text."""
    return DeliveryDetailView(**asdict(delivery_attempts_view(row, attempts)), body=body)


def _attempt_view(row: WebhookAttemptRow) -> AttemptView:
    return AttemptView(
        number=row.number,
        started_at=format_time(row.started_at),
        duration_ms=row.duration_ms,
        outcome=row.outcome,
        status_code=row.status_code,
        error=row.error,
        response_excerpt=row.response_excerpt,
    )


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment is not None else None
