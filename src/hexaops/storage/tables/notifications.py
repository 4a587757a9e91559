"""Notification channels of workspaces; those of the settings are in no table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class NotificationChannelRow(Base):
    """Where a workspace's people are told."""

    __tablename__ = "notification_channels"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """slack, email or webhook."""
    sealed_target: Mapped[str] = mapped_column(Text)
    """The URL or address, encrypted with a key that is not in this database."""
    target_host: Mapped[str] = mapped_column(String(255))
    """The part of the target that may be shown: its host, or the domain of an address."""
    on_escalation: Mapped[bool]
    """Whether every escalated incident of the workspace is sent to it."""
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
