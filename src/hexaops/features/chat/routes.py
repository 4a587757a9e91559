"""Routes of chat and of its sessions."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from hexaops.features.access.caller import AnyCaller
from hexaops.features.chat.schemas import ChatRequest, EndRequest, SessionRequest, SessionStatus
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.streaming import ChatStream
from hexaops.provide import provided

Chat = Annotated[ChatService, provided(ChatService)]
Stream = Annotated[ChatStream, provided(ChatStream)]
Sessions = Annotated[SessionService, provided(SessionService)]
SessionId = Annotated[str, Path(max_length=64)]
Before = Annotated[str | None, Query(max_length=64)]

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def send_message(caller: AnyCaller, chat: Chat, stream: Stream, request: Request, body: ChatRequest) -> Response:
    """Answer a message: as JSON, or as server-sent events with `Accept: text/event-stream`."""
    turn = await chat.open(caller, body)
    if wants_events(request):
        events = stream.events(turn, caller.request_id)
        return StreamingResponse(events, media_type="text/event-stream", headers=STREAM_HEADERS)
    return Response(msgspec.json.encode({"data": await chat.answer(turn)}), media_type="application/json")


async def create_session(caller: AnyCaller, sessions: Sessions, body: SessionRequest) -> dict[str, Any]:
    """Open a session."""
    return {"data": await sessions.create(caller, body)}


async def list_sessions(
    caller: AnyCaller,
    sessions: Sessions,
    status: SessionStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Before = None,
) -> dict[str, Any]:
    """The caller's sessions in the workspace, newest first."""
    found, pagination = await sessions.list(caller, status=status, limit=limit, before=before)
    return {"data": found, "pagination": pagination}


async def get_session(caller: AnyCaller, sessions: Sessions, session_id: SessionId) -> dict[str, Any]:
    """One session."""
    return {"data": await sessions.get(caller, session_id)}


async def get_history(
    caller: AnyCaller,
    sessions: Sessions,
    session_id: SessionId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Before = None,
) -> dict[str, Any]:
    """A page of the session's messages, oldest first."""
    return {"data": await sessions.history(caller, session_id, limit=limit, before=before)}


async def end_session(
    caller: AnyCaller, sessions: Sessions, session_id: SessionId, body: EndRequest | None = None
) -> dict[str, Any]:
    """End a session with a counted summary."""
    return {"data": await sessions.end(caller, session_id, body or EndRequest())}


def wants_events(request: Request) -> bool:
    """Whether the client prefers an event stream; plain `*/*` does not ask for one."""
    accepted = request.headers.get("accept", "")
    return any(part.partition(";")[0].strip().lower() == "text/event-stream" for part in accepted.split(","))
