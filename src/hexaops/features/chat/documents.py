"""Sessions, messages and answers as the documents show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.chat.capabilities import Granted
from hexaops.kit.durations import format_duration, format_time
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow


def created_session(row: ChatSessionRow, granted: Granted) -> dict[str, Any]:
    """The answer to a new session."""
    return {
        "session_id": row.id,
        "name": row.name,
        "description": row.description,
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "created_at": format_time(row.created_at),
        "status": row.status,
        "context": {**row.context, "capabilities": granted.names},
        "capabilities_refused": granted.refused,
    }


def listed_session(row: ChatSessionRow) -> dict[str, Any]:
    """One entry of the list."""
    return {
        "session_id": row.id,
        "name": row.name,
        "status": row.status,
        "created_at": format_time(row.created_at),
        "last_activity": format_time(row.last_activity),
        "message_count": row.message_count,
        "context": row.context,
    }


def session_object(
    row: ChatSessionRow, caller: Caller, granted: Granted, *, counts: tuple[int, int] | None, reason: str = ""
) -> dict[str, Any]:
    """The document's session object; `counts` are the workspace's applications and open problems now."""
    workspace = caller.get_workspace()
    shown: dict[str, Any] = {
        **listed_session(row),
        "description": row.description,
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "updated_at": format_time(row.ended_at or row.last_activity),
        "context": {
            **row.context,
            "workspace": {
                "id": workspace.id,
                "name": workspace.name,
                "applications": counts[0] if counts else None,
                "alerts": counts[1] if counts else None,
            },
            "user_role": caller.role,
            "capabilities": granted.names,
        },
        "reasons": {},
    }
    if counts is None:
        shown["reasons"] = {f"context.workspace.{key}": reason for key in ("applications", "alerts")}
    if row.ended_at is not None:
        shown |= {"ended_at": format_time(row.ended_at), "summary": row.summary}
    return shown


def history_page(session_id: str, rows: Sequence[ChatMessageRow], *, more: bool) -> dict[str, Any]:
    """A page of messages, oldest first; `next_cursor` is what to pass as `before` for older ones."""
    page: dict[str, Any] = {
        "session_id": session_id,
        "messages": [
            {
                "id": row.id,
                "session_id": session_id,
                "role": row.role,
                "content": row.content,
                "timestamp": format_time(row.created_at),
                "metadata": row.details,
                **({"evidence": row.evidence} if row.role == "assistant" else {}),
            }
            for row in rows
        ],
        "pagination": {"has_more": more, "next_cursor": rows[0].id if more else None},
        "reasons": {},
    }
    if not more:
        page["reasons"] = {"pagination.next_cursor": "there are no older messages"}
    return page


def ended_session(row: ChatSessionRow) -> dict[str, Any]:
    """The answer to the end of a session."""
    ended_at = row.ended_at or row.last_activity
    return {
        "session_id": row.id,
        "status": row.status,
        "ended_at": format_time(ended_at),
        "duration": format_duration((ended_at - row.created_at).total_seconds()),
        "summary": row.summary,
    }


def session_event(row: ChatSessionRow, workspace: Workspace) -> dict[str, Any]:
    """`data` of the session's webhooks."""
    data: dict[str, Any] = {
        "session": {"id": row.id, "name": row.name, "status": row.status, "user_id": row.user_id},
        "workspace": {"id": workspace.id, "name": workspace.name},
    }
    if row.ended_at is not None:
        counted: Mapping[str, Any] = {key: value for key, value in row.summary.items() if key != "text"}
        data["result"] = dict(counted)
    return data
