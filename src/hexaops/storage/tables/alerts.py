"""Alerts: rules that watch a metric of an application, each time that one fired, and what happened then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base

OPEN_ONLY = "status <> 'resolved'"


class AlertRuleRow(Base):
    """One rule."""

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    cluster_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(300))
    application_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    namespace: Mapped[str] = mapped_column(String(253))
    application: Mapped[str] = mapped_column(String(253))
    metric: Mapped[str] = mapped_column(String(32))
    comparison: Mapped[str] = mapped_column(String(8))
    """above or below."""
    threshold: Mapped[float]
    for_seconds: Mapped[float]
    severity: Mapped[str] = mapped_column(String(16))
    silenced_until: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class AlertRow(Base):
    """One time that a rule fired. Of each rule at most one is not resolved."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_open", "rule_id", unique=True, sqlite_where=text(OPEN_ONLY), postgresql_where=text(OPEN_ONLY)),
        Index("ix_alerts_workspace_id_id", "workspace_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), ForeignKey("alert_rules.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    """firing, acknowledged, silenced or resolved."""
    severity: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(300))
    value: Mapped[float | None]
    """When it began to fire."""
    started_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None] = mapped_column(String(255))
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class AlertEntryRow(Base):
    """One line of an alert's history."""

    __tablename__ = "alert_entries"

    alert_id: Mapped[str] = mapped_column(String(64), ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    """fired, acknowledged, unacknowledged, silenced, unsilenced or resolved."""
    actor: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(1024))
