"""Backups of applications: what was asked for, and what is in the archive. Their progress is in `operations`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class BackupRow(Base):
    """One backup; its id is also its operation's."""

    __tablename__ = "backups"

    id: Mapped[str] = mapped_column(
        String(64), ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    workspace_id: Mapped[str] = mapped_column(String(64), index=True)
    application_id: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[dict[str, Any]]
    """The application's workload: cluster, kind, namespace, name, uid."""
    backup_type: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(512))
    retention_policy: Mapped[str] = mapped_column(String(32))
    include_volumes: Mapped[bool]
    channels: Mapped[list[str]]
    estimated_bytes: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    estimated_completion: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    missing: Mapped[dict[str, Any]]
    """`Kind/name` → why it, or its contents, are not in the archive."""
    objects: Mapped[int | None]
    """How many are in the archive; this and the next two are null until it is written."""
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    removed_at: Mapped[datetime | None]
    """When its archive was removed, because its time was over."""
