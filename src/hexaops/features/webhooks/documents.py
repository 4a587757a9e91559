"""Subscriptions and deliveries as the API shows them: never with a secret, sealed or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hexaops.kit.durations import format_time
from hexaops.storage.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookSubscriptionRow


def webhook_document(row: WebhookSubscriptionRow, *, now: datetime) -> dict[str, Any]:
    """One subscription."""
    until = row.old_secret_until
    return {
        "id": row.id,
        "workspace_id": row.workspace_id,
        "url": row.url,
        "events": row.events,
        "description": row.description,
        "enabled": row.enabled,
        "disabled_reason": row.disabled_reason,
        "failing_since": _time(row.failing_since),
        "old_secret_valid_until": _time(until if until and until > now else None),
        "created_by": row.created_by,
        "created_at": _time(row.created_at),
        "updated_at": _time(row.updated_at),
    }


def delivery_document(row: WebhookDeliveryRow) -> dict[str, Any]:
    """One delivery, without the attempts' history."""
    return {
        "id": row.id,
        "webhook_id": row.subscription_id,
        "event_id": row.event_id,
        "event": row.event,
        "resource_id": row.resource_id,
        "status": row.status,
        "attempts": row.attempts,
        "last_status_code": row.last_status_code,
        "last_error": row.last_error,
        "next_attempt_at": _time(row.next_attempt_at),
        "created_at": _time(row.created_at),
        "ended_at": _time(row.ended_at),
    }


def attempt_documents(rows: Iterable[WebhookAttemptRow]) -> list[dict[str, Any]]:
    """The attempts of a delivery, oldest first."""
    return [
        {
            "number": row.number,
            "started_at": _time(row.started_at),
            "duration_ms": row.duration_ms,
            "outcome": row.outcome,
            "status_code": row.status_code,
            "error": row.error,
            "response_excerpt": row.response_excerpt,
        }
        for row in rows
    ]


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment is not None else None
