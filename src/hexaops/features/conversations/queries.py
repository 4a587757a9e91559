"""A caller's own session. One of another user, or in another workspace, is as absent."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.caller import Caller
from hexaops.features.conversations.errors import SessionEndedError, SessionNotFoundError
from hexaops.storage.database import Database
from hexaops.storage.tables import ChatSessionRow


class Conversations(Struct, frozen=True):
    """For features that are told a session's id."""

    database: Database

    async def check(self, caller: Caller, session_id: str | None) -> None:
        """Raise SessionNotFoundError unless the session is the caller's, or none is named."""
        if session_id is not None:
            async with self.database.reading() as session:
                await get_session(session, caller, session_id)


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
