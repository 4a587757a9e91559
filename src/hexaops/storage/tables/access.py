"""Service accounts and their tokens. Of a token only its SHA-256 is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class ServiceAccountRow(Base):
    """A trusted service: its scopes, and the workspaces in which they count."""

    __tablename__ = "service_accounts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    scopes: Mapped[list[str]]
    all_workspaces: Mapped[bool]
    workspace_ids: Mapped[list[str]]
    """Bound workspaces; empty where `all_workspaces`."""
    disabled: Mapped[bool]
    created_at: Mapped[datetime]


class ServiceAccountTokenRow(Base):
    """One of an account's tokens, at most two of them live at a time."""

    __tablename__ = "service_account_tokens"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("service_accounts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
