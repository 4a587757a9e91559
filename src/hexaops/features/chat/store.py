"""Rows of sessions and messages. A session is found only by its own user in its own workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.caller import Caller
from hexaops.features.actions.errors import SessionNotFoundError
from hexaops.features.chat.errors import SessionEndedError
from hexaops.kit.ids import new_id
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow


@dataclass(frozen=True)
class NewMessage:
    """A message to be stored."""

    role: str
    content: str
    details: dict[str, Any]
    at: datetime
    evidence: list[dict[str, Any]] = field(default_factory=list)
    recommendations: int = 0
    id: str = field(default_factory=lambda: new_id("msg_"))


async def get_session(session: AsyncSession, caller: Caller, session_id: str, *, lock: bool = False) -> ChatSessionRow:
    """The caller's session in the path's workspace; raises SessionNotFoundError."""
    row = await session.get(ChatSessionRow, session_id, with_for_update=lock or None)
    if row is None or (row.workspace_id, row.user_id) != (caller.get_workspace().id, caller.principal.id):
        raise SessionNotFoundError
    return row


async def get_active_session(
    session: AsyncSession, caller: Caller, session_id: str, *, lock: bool = False
) -> ChatSessionRow:
    """As `get_session`; raises SessionEndedError when it has ended."""
    row = await get_session(session, caller, session_id, lock=lock)
    if row.status != "active":
        raise SessionEndedError
    return row


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
            content=message.content,
            details=message.details,
            evidence=message.evidence,
            recommendations=message.recommendations,
            created_at=message.at,
        )
        for number, message in enumerate(messages, start=first)
    ]


async def sessions_page(
    session: AsyncSession, caller: Caller, *, status: str | None, limit: int, before: str | None
) -> Sequence[ChatSessionRow]:
    """The caller's sessions in the workspace, newest first, those before an id."""
    query = select(ChatSessionRow).where(
        ChatSessionRow.workspace_id == caller.get_workspace().id, ChatSessionRow.user_id == caller.principal.id
    )
    if status is not None:
        query = query.where(ChatSessionRow.status == status)
    if before is not None:
        query = query.where(ChatSessionRow.id < before)
    return (await session.scalars(query.order_by(ChatSessionRow.id.desc()).limit(limit))).all()


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
