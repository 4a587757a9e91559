"""The figures of an ended session, counted from stored rows.

- `messages_exchanged`: messages of both sides.
- `actions_executed`: actions started in the session, and those that the caller names as completed in it.
- `issues_resolved`: applications that an answer of the session showed with an issue, and for which one of these
  actions completed (an action completes only when the application was verified to be healthy) after that answer.
- `recommendations_given`: suggestions in the session's answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.errors import ValidationFailedError
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow, OperationRow


async def counted_summary(
    session: AsyncSession, row: ChatSessionRow, *, actions_completed: Sequence[str]
) -> dict[str, int]:
    """The documented summary; raises ValidationFailedError for an action that is none of the workspace's."""
    named = await _named_actions(session, row, actions_completed)
    started = (await session.scalars(select(OperationRow).where(*_own(row), OperationRow.session_id == row.id))).all()
    actions = {action.id: action for action in (*started, *named)}
    answers = select(ChatMessageRow).where(ChatMessageRow.session_id == row.id, ChatMessageRow.role == "assistant")
    given, shown = 0, dict[str, datetime]()
    for message in await session.scalars(answers.order_by(ChatMessageRow.seq)):
        given += message.recommendations
        for application_id in message.details.get("issues_shown", ()):
            shown.setdefault(str(application_id), message.created_at)
    resolved = {
        action.resource_id
        for action in actions.values()
        if action.status == "completed"
        and action.completed_at is not None
        and action.resource_id in shown
        and shown[action.resource_id] <= action.completed_at
    }
    return {
        "messages_exchanged": row.message_count,
        "actions_executed": len(actions),
        "issues_resolved": len(resolved),
        "recommendations_given": given,
    }


async def _named_actions(session: AsyncSession, row: ChatSessionRow, ids: Sequence[str]) -> Sequence[OperationRow]:
    if not ids:
        return ()
    query = select(OperationRow).where(*_own(row), OperationRow.id.in_(set(ids)))
    found = (await session.scalars(query)).all()
    by_id = {action.id: action for action in found}
    problems: dict[str, str] = {}
    for number, action_id in enumerate(ids):
        if action_id not in by_id:
            problems[f"actions_completed[{number}]"] = "no action of this workspace"
        elif by_id[action_id].status != "completed":
            problems[f"actions_completed[{number}]"] = f"has not completed: it is {by_id[action_id].status}"
    if problems:
        raise ValidationFailedError("The request is not valid", details=problems)
    return found


def _own(row: ChatSessionRow) -> tuple[ColumnElement[bool], ...]:
    return OperationRow.workspace_id == row.workspace_id, OperationRow.surface == "action"
