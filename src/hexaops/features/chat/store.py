"""Rows of sessions and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.assistant.evidence import EvidenceView
from hexaops.features.access.caller import Caller
from hexaops.features.chat.views import MessageMetadataView
from hexaops.kit.ids import new_id
from hexaops.kit.paging import PageRequest
from hexaops.kit.redaction import redact
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow


class NewMessage(Struct, frozen=True):
    """A message to be stored."""

    role: str
    content: str
    details: MessageMetadataView
    at: datetime
    evidence: list[EvidenceView] = field(default_factory=list)
    recommendations: int = 0
    id: str = field(default_factory=lambda: new_id("msg_"))


def append_messages(row: ChatSessionRow, messages: Sequence[NewMessage]) -> list[ChatMessageRow]:
    """The messages' rows, counted in their session's, which must be new or held by the transaction that adds them."""
    first = row.message_count + 1
    row.message_count += len(messages)
    row.last_activity = messages[-1].at
    return [
        ChatMessageRow(
            id=message.id,
            session_id=row.id,
            seq=number,
            role=message.role,
            content=redact(message.content),
            details=msgspec.to_builtins(message.details),
            evidence=cast("list[dict[str, Any]]", message.evidence),  # the column encodes views as they are
            recommendations=message.recommendations,
            created_at=message.at,
        )
        for number, message in enumerate(messages, start=first)
    ]


async def sessions_page(
    session: AsyncSession, caller: Caller, page: PageRequest, *, status: str | None
) -> Sequence[ChatSessionRow]:
    """The caller's sessions in the workspace, newest first."""
    query = select(ChatSessionRow).where(
        ChatSessionRow.workspace_id == caller.get_workspace().id, ChatSessionRow.user_id == caller.principal.id
    )
    if status is not None:
        query = query.where(ChatSessionRow.status == status)
    if page.after is not None:
        query = query.where(ChatSessionRow.id < page.after[0])
    return (await session.scalars(query.order_by(ChatSessionRow.id.desc()).limit(page.fetch))).all()


async def find_message(session: AsyncSession, session_id: str, message_id: str) -> ChatMessageRow | None:
    """A message of this session, or None."""
    row = await session.get(ChatMessageRow, message_id)
    return row if row is not None and row.session_id == session_id else None


async def messages_page(
    session: AsyncSession, session_id: str, *, limit: int, before_seq: int | None
) -> list[ChatMessageRow]:
    """The newest messages before a place, oldest first."""
    query = select(ChatMessageRow).where(ChatMessageRow.session_id == session_id)
    if before_seq is not None:
        query = query.where(ChatMessageRow.seq < before_seq)
    rows = (await session.scalars(query.order_by(ChatMessageRow.seq.desc()).limit(limit))).all()
    return [*reversed(rows)]
