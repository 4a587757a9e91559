"""Sessions: opened, listed, looked into, ended. Each belongs to one user in one workspace."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.applications.model import UNHEALTHY
from hexaops.errors import HexaopsError, UpstreamUnavailableError, ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.capabilities import grant
from hexaops.features.chat.schemas import EndRequest, SessionRequest
from hexaops.features.chat.store import find_message, messages_page, sessions_page
from hexaops.features.chat.summary import counted_summary
from hexaops.features.chat.views import (
    CreatedSessionView,
    EndedSessionView,
    HistoryView,
    SessionDetailView,
    SessionView,
    created_session_view,
    ended_session_view,
    history_view,
    session_detail_view,
    session_event_view,
    session_view,
)
from hexaops.features.conversations.queries import get_active_session, get_session
from hexaops.features.webhooks.events import SESSION_CREATED, SESSION_ENDED
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.kit.paging import PageRequest
from hexaops.responses import Listing, pagination
from hexaops.storage.core import insert_rows
from hexaops.storage.database import Database
from hexaops.storage.tables import ChatSessionRow


class SessionService(Struct, frozen=True):
    """One for the process."""

    database: Database
    applications: ApplicationService
    outbox: WebhookOutbox
    clock: Clock

    async def create(self, caller: Caller, request: SessionRequest) -> CreatedSessionView:
        """Open a session; its event leaves with the same transaction."""
        row = self.opened(caller, request, self._context(caller, request))
        async with self.database.transaction() as session:
            await self.add(session, caller, row)
        granted = grant(request.capabilities, caller.permissions)
        return created_session_view(row, granted)

    def opened(self, caller: Caller, request: SessionRequest, context: dict[str, Any]) -> ChatSessionRow:
        """A new session, which `add` stores."""
        now = self.clock.now()
        return ChatSessionRow(
            id=new_id("sess_"),
            workspace_id=caller.get_workspace().id,
            user_id=caller.principal.id,
            name=request.name,
            description=request.description,
            status="active",
            context=context,
            asked_capabilities=request.capabilities,
            dialogue={},
            message_count=0,
            created_at=now,
            last_activity=now,
            ended_at=None,
            summary={},
        )

    async def add(self, session: AsyncSession, caller: Caller, row: ChatSessionRow) -> None:
        """Add the session and its event to a transaction."""
        workspace = caller.get_workspace()
        await insert_rows(session, row)
        data = session_event_view(row, workspace)
        await self.outbox.emit(session, workspace.id, SESSION_CREATED, data, resource_id=row.id)

    async def list(self, caller: Caller, page: PageRequest, *, status: str | None) -> Listing[SessionView]:
        """A page of the caller's sessions, newest first."""
        async with self.database.reading() as session:
            rows = await sessions_page(session, caller, page, status=status)
        shown, cursor = page.split(rows, lambda row: (row.id,))
        return Listing([session_view(row) for row in shown], pagination(cursor))

    async def get(self, caller: Caller, session_id: str) -> SessionDetailView:
        """One session with the workspace's figures as they are now."""
        async with self.database.reading() as session:
            row = await get_session(session, caller, session_id)
        granted = grant(row.asked_capabilities, caller.permissions)
        try:
            found = self.applications.list(caller.get_workspace())
        except UpstreamUnavailableError as error:
            return session_detail_view(row, caller, granted, counts=None, reason=error.message)
        issues = sum(application.status in UNHEALTHY for application in found)
        return session_detail_view(row, caller, granted, counts=(len(found), issues))

    async def history(self, caller: Caller, session_id: str, *, limit: int, before: str | None) -> HistoryView:
        """A page of messages, oldest first; `before` is a message's id and pages towards the past."""
        async with self.database.reading() as session:
            await get_session(session, caller, session_id)
            place = None
            if before is not None:
                message = await find_message(session, session_id, before)
                if message is None:
                    details = {"before": "no message of this session"}
                    raise ValidationFailedError("The request is not valid", details=details)
                place = message.seq
            rows = await messages_page(session, session_id, limit=limit + 1, before_seq=place)
        more = len(rows) > limit
        return history_view(session_id, rows[1:] if more else rows, more=more)

    async def end(self, caller: Caller, session_id: str, request: EndRequest) -> EndedSessionView:
        """End an active session with its counted summary; its event leaves with the same transaction."""
        workspace = caller.get_workspace()
        async with self.database.transaction() as session:
            row = await get_active_session(session, caller, session_id, lock=True)
            counted = await counted_summary(session, row, actions_completed=request.actions_completed)
            row.status = "ended"
            row.ended_at = self.clock.now()
            row.summary = {**counted, "text": request.summary}
            data = session_event_view(row, workspace)
            await self.outbox.emit(session, workspace.id, SESSION_ENDED, data, resource_id=row.id)
        return ended_session_view(row)

    def _context(self, caller: Caller, request: SessionRequest) -> dict[str, Any]:
        """The context with its applications as ids; raises ValidationFailedError for one that is not there."""
        ids: list[str] = []
        problems: dict[str, str] = {}
        for number, given in enumerate(request.context.applications):
            try:
                ids.append(self.applications.get(caller.get_workspace(), given).id)
            except UpstreamUnavailableError:
                ids.append(given)
            except HexaopsError as error:
                problems[f"context.applications[{number}]"] = error.message
        if problems:
            raise ValidationFailedError("The request is not valid", details=problems)
        context = request.context.model_dump(exclude_none=True)
        return {**context, "applications": list(dict.fromkeys(ids))}
