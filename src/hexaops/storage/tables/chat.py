"""Conversations: sessions and their messages, with the evidence that each answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class ChatSessionRow(Base):
    """One user's conversation in one workspace."""

    __tablename__ = "chat_sessions"
    __table_args__ = (Index("ix_chat_sessions_owner", "workspace_id", "user_id", "id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000))
    status: Mapped[str] = mapped_column(String(16))
    """active or ended."""
    context: Mapped[dict[str, Any]]
    """As the caller gave it: focus_area, applications, time_range and what else was sent."""
    asked_capabilities: Mapped[list[str] | None]
    """What the caller restricted the session to; null: everything that is granted."""
    dialogue: Mapped[dict[str, Any]]
    """What later messages refer to: ids only, never texts of others."""
    message_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    last_activity: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any]]
    """Set when it ends: the counted figures and the caller's text."""


class ChatMessageRow(Base):
    """One message; `seq` is its place in the session, from 1."""

    __tablename__ = "chat_messages"
    __table_args__ = (UniqueConstraint("session_id", "seq"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(String(64), ForeignKey("chat_sessions.id", ondelete="CASCADE"))
    seq: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))
    """user or assistant."""
    content: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]]
    """The documents' `metadata` of the message."""
    evidence: Mapped[list[dict[str, Any]]]
    """What an answer was based on; empty for a user's message."""
    recommendations: Mapped[int] = mapped_column(default=0)
    """Suggestions made in an answer."""
    created_at: Mapped[datetime]
