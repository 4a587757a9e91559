"""What became of requests that carried an `Idempotency-Key`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class IdempotencyRow(Base):
    """One principal's key: claimed before the work, answered after it."""

    __tablename__ = "idempotency_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 over the principal and the key."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 over method, path, query and body."""
    state: Mapped[str] = mapped_column(String(16))
    """`claimed`; `effective` once a transaction of the request has committed; `answered`."""
    claim_id: Mapped[str] = mapped_column(String(64))
    """Names the attempt, so that a late one cannot answer for its successor."""
    executor_id: Mapped[str] = mapped_column(String(64))
    """The process that works on it."""
    status_code: Mapped[int | None]
    media_type: Mapped[str | None] = mapped_column(String(128))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
