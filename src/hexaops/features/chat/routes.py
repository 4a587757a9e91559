"""Routes of chat and of its sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import StreamingResponse

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import InsufficientPermissionsError
from hexaops.features.access.paging import paged
from hexaops.features.access.request_log import OpenRecord
from hexaops.features.chat.errors import InvalidChatMessageError
from hexaops.features.chat.guide import GuideService
from hexaops.features.chat.guide_views import GuideAnswerView, QuickActionResultView
from hexaops.features.chat.quick_actions import QuickActions
from hexaops.features.chat.schemas import (
    ChatRequest,
    EndRequest,
    GuideRequest,
    QuickActionRequest,
    SessionRequest,
    SessionStatus,
)
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.streaming import ChatStream
from hexaops.features.chat.views import (
    ChatAnswerView,
    CreatedSessionView,
    EndedSessionView,
    HistoryView,
    SessionDetailView,
    SessionView,
)
from hexaops.features.conversations.errors import SessionEndedError, SessionNotFoundError
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.features.workspaces.claiming import NamespacesUnreadError
from hexaops.features.workspaces.service import DefaultWorkspaceExistsError, NamespaceTakenError
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, refuses

Chat = Annotated[ChatService, provided(ChatService)]
Stream = Annotated[ChatStream, provided(ChatStream)]
Sessions = Annotated[SessionService, provided(SessionService)]
Guide = Annotated[GuideService, provided(GuideService)]
Quick = Annotated[QuickActions, provided(QuickActions)]
SessionId = Annotated[str, Path(max_length=64)]
Before = Annotated[str | None, Query(max_length=64)]

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@refuses(InvalidChatMessageError, SessionNotFoundError, SessionEndedError)
async def send_message(
    caller: AnyCaller, record: OpenRecord, chat: Chat, stream: Stream, request: Request, body: ChatRequest
) -> Data[ChatAnswerView] | StreamingResponse:
    """Answer a message: as JSON, or as server-sent events with `Accept: text/event-stream`."""
    turn = await chat.open(caller, body)
    if wants_events(request):
        events = stream.events(turn, caller.request_id)
        return StreamingResponse(events, media_type="text/event-stream", headers=STREAM_HEADERS)
    return Data(await chat.answer(turn, record=record))


@refuses(InvalidChatMessageError, SessionNotFoundError, SessionEndedError)
async def ask_guide(caller: AnyCaller, guide: Guide, body: GuideRequest) -> Data[GuideAnswerView]:
    """Answer a how-to question that concerns no workspace in particular."""
    return Data(await guide.answer(caller, body))


@refuses(InsufficientPermissionsError, NamespaceTakenError, DefaultWorkspaceExistsError, NamespacesUnreadError)
async def run_quick_action(
    caller: AnyCaller, quick_actions: Quick, body: QuickActionRequest
) -> Data[QuickActionResultView]:
    """Do what a quick action's label says."""
    return Data(await quick_actions.execute(caller, body.action, body.parameters))


async def create_session(caller: AnyCaller, sessions: Sessions, body: SessionRequest) -> Data[CreatedSessionView]:
    """Open a session."""
    return Data(await sessions.create(caller, body))


async def list_sessions(
    caller: AnyCaller,
    sessions: Sessions,
    page: Annotated[PageRequest, paged()],
    status: SessionStatus | None = None,
) -> Listing[SessionView]:
    """The caller's sessions in the workspace, newest first."""
    return await sessions.list(caller, page, status=status)


@refuses(SessionNotFoundError)
async def get_session(caller: AnyCaller, sessions: Sessions, session_id: SessionId) -> Data[SessionDetailView]:
    """One session."""
    return Data(await sessions.get(caller, session_id))


@refuses(SessionNotFoundError)
async def get_history(
    caller: AnyCaller,
    sessions: Sessions,
    session_id: SessionId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Before = None,
) -> Data[HistoryView]:
    """A page of the session's messages, oldest first."""
    return Data(await sessions.history(caller, session_id, limit=limit, before=before))


@refuses(SessionNotFoundError, SessionEndedError)
async def end_session(
    caller: AnyCaller, sessions: Sessions, session_id: SessionId, body: EndRequest | None = None
) -> Data[EndedSessionView]:
    """End a session with a counted summary."""
    return Data(await sessions.end(caller, session_id, body or EndRequest()))


def wants_events(request: Request) -> bool:
    """Whether the client prefers an event stream; plain `*/*` does not ask for one."""
    accepted = request.headers.get("accept", "")
    return any(part.partition(";")[0].strip().lower() == "text/event-stream" for part in accepted.split(","))


SESSION = f"{WORKSPACE}/aiops/sessions/{{session_id}}"
ROUTES = (
    Entry("POST", f"{WORKSPACE}/aiops/chat", send_message, user("read_workspace", limit="chat"), idempotent=True),
    Entry("POST", "/api/v1/ai/chat", ask_guide, user(limit="chat"), idempotent=True),
    Entry("POST", "/api/v1/ai/actions", run_quick_action, user(), idempotent=True),
    Entry("POST", f"{WORKSPACE}/aiops/sessions", create_session, user("read_workspace"), idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/sessions", list_sessions, user("read_workspace")),
    Entry("GET", SESSION, get_session, user("read_workspace")),
    Entry("GET", f"{SESSION}/history", get_history, user("read_workspace")),
    Entry("POST", f"{SESSION}/end", end_session, user("read_workspace"), idempotent=True),
)
