"""Webhooks: who wants to be told, what happened, and each attempt to tell it.

An event, its deliveries and their first runs are written in the transaction of the change that they report: what is
committed is told at least once, what is rolled back never.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base

PENDING = "pending"
"""The one status in which a delivery is still to be made; the partial index below says the same in SQL."""


class WebhookSubscriptionRow(Base):
    """One receiver of a workspace's events."""

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (Index("ix_webhook_subscriptions_workspace_created", "workspace_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), ForeignKey("workspaces.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2048))
    events: Mapped[list[str]]
    """Names of events, or `*` for all."""
    description: Mapped[str] = mapped_column(String(512))
    enabled: Mapped[bool]
    disabled_reason: Mapped[str | None] = mapped_column(String(32))
    """`by_user`, `gone` (the receiver answered 410) or `failing` (nothing got through for too long)."""
    failing_since: Mapped[datetime | None]
    """First failed attempt since the last successful one."""
    sealed_secret: Mapped[str] = mapped_column(String(512))
    """Encrypted with a key that is not in this database."""
    sealed_old_secret: Mapped[str | None] = mapped_column(String(512))
    """The secret before the last rotation: signs as well until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WebhookEventRow(Base):
    """Something that happened: its id is the `webhook-id` of every attempt, `body` the exact text that is signed."""

    __tablename__ = "webhook_events"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(64))
    resource_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class WebhookDeliveryRow(Base):
    """One event on its way to one subscription."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_pending",
            "subscription_id",
            "resource_id",
            "position",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_webhook_deliveries_workspace_position", "workspace_id", "position"),
        Index("ix_webhook_deliveries_subscription_position", "subscription_id", "position"),
    )

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    """Order of acceptance: events of one resource reach one subscription in it."""
    id: Mapped[str] = mapped_column(String(64), unique=True)
    subscription_id: Mapped[str] = mapped_column(String(64), ForeignKey("webhook_subscriptions.id", ondelete="CASCADE"))
    event_id: Mapped[str] = mapped_column(String(64), ForeignKey("webhook_events.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(64))
    resource_id: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    """pending, then delivered, failed (given up on) or cancelled (its subscription was disabled)."""
    turn: Mapped[int]
    """Number of the durable run that may make the next attempt; a run of an older turn does nothing."""
    failures: Mapped[int]
    """Failed attempts since it was accepted or last sent again by hand: chooses the next wait."""
    attempts: Mapped[int]
    last_status_code: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(String(512))
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next attempt is due; None when there is none to come."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WebhookAttemptRow(Base):
    """One request that was sent, or could not be."""

    __tablename__ = "webhook_attempts"

    delivery_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(32))
    """delivered, rejected, redirected, gone, timed_out, unreachable, forbidden_target or unsigned."""
    status_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(512))
    response_excerpt: Mapped[str | None] = mapped_column(String(1024))
