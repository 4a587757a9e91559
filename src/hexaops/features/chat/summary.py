"""The figures of an ended session, counted from stored rows.

- `messages_exchanged`: messages of both sides.
- `actions_executed`: actions started in the session, and those that the caller names as completed in it.
- `issues_resolved`: applications that an answer of the session showed with an issue, and for which one of these
  actions completed (an action completes only when the application was verified to be healthy) after that answer.
- `recommendations_given`: suggestions in the session's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.errors import ValidationFailedError
from hexaops.features.runs.queries import OperationSummary, actions_of_session
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow


async def counted_summary(
    session: AsyncSession, row: ChatSessionRow, *, actions_completed: Sequence[str]
) -> dict[str, int]:
    """The documented summary; raises ValidationFailedError for an action that is none of the workspace's."""
    found = await actions_of_session(session, row.workspace_id, row.id, more=actions_completed)
    actions = {action.id: action for action in found}
    _check_named(actions, actions_completed)
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


def _check_named(actions: Mapping[str, OperationSummary], ids: Sequence[str]) -> None:
    problems: dict[str, str] = {}
    for number, action_id in enumerate(ids):
        if action_id not in actions:
            problems[f"actions_completed[{number}]"] = "no action of this workspace"
        elif actions[action_id].status != "completed":
            problems[f"actions_completed[{number}]"] = f"has not completed: it is {actions[action_id].status}"
    if problems:
        raise ValidationFailedError("The request is not valid", details=problems)
