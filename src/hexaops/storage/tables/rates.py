"""Windows of rate limits that replicas share."""

from __future__ import annotations

from sqlalchemy import DDL, JSON, BigInteger, Float, Integer, String, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base

COUNTS = JSON().with_variant(ARRAY(Integer), "postgresql")


class RateWindowRow(Base):
    """One window; used on PostgreSQL only, where it is not logged: nothing is lost that must be kept."""

    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(String(64), primary_key=True, autoincrement=False)
    newest: Mapped[int] = mapped_column(BigInteger)
    """Number of the last bucket since the epoch."""
    counts: Mapped[list[int]] = mapped_column(COUNTS)
    """Calls by bucket, the oldest first."""
    expires_at: Mapped[float] = mapped_column(Float)
    """Epoch seconds from which on it holds nothing."""


UNLOGGED = DDL("ALTER TABLE rate_windows SET UNLOGGED")  # type: ignore[no-untyped-call] # SQLAlchemy has no types for it
event.listen(RateWindowRow.__table__, "after_create", UNLOGGED.execute_if(dialect="postgresql"))
