"""Diagnostic bundles, kept for a few days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class DiagnosticBundleRow(Base):
    """One bundle; its id is also its action's."""

    __tablename__ = "diagnostic_bundles"

    id: Mapped[str] = mapped_column(
        String(64), ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    workspace_id: Mapped[str] = mapped_column(String(64), index=True)
    application_id: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, compressed with gzip."""
    created_at: Mapped[datetime] = mapped_column(index=True)
