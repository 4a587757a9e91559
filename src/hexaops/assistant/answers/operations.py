"""How changes are going that were started in this workspace."""

from __future__ import annotations

from hexaops.assistant.answers.attachments import ActionReference, ActionReferenceView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts, Operation
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT
from hexaops.assistant.evidence import STORE
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

SHOWN = 5
ENDED = frozenset({"completed", "failed", "cancelled"})


def answer_operations(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The latest changes, or those of the applications or ids that were named."""
    found = select_operations(asked, facts)
    if not found:
        at = facts.now
        noted = draft.evidence.note(STORE, "actions of the workspace", len(found), at=at, is_query=True)
        draft.say(
            "I know of no such change in this workspace." if asked.targets else "No change was started here.", noted
        )
        return
    limit = min(asked.parameters.limit or (1 if not asked.targets else SHOWN), SHOWN)
    for operation in found[:limit]:
        operation_line(draft, operation, facts)
    draft.shown += [operation.id for operation in found[:limit]]


def select_operations(asked: Understanding, facts: Facts) -> list[Operation]:
    """Newest first; all when none is named."""
    ids = {found.entity.id for found in asked.targets}
    return [one for one in facts.operations if not ids or one.id in ids or one.application_id in ids]


def operation_line(draft: Draft, operation: Operation, facts: Facts) -> None:
    """One change and its state."""
    subject = f"action {operation.id}"
    noted = draft.evidence.note(STORE, subject, operation.status, unit="status", at=facts.now)
    end = operation.completed_at or facts.now
    took = format_duration((end - operation.started_at).total_seconds())
    words = f"- {markdown(operation.description, TEXT_LIMIT)} (`{operation.id}`): **{operation.status}**"
    words += f" after {took}" if operation.completed_at else f", started {took} ago"
    if operation.error:
        words += f": {markdown(operation.error, TEXT_LIMIT)}"
    draft.say(words + ".", noted)


def answer_undo(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """Cancelling and rolling back are calls of their own: chat changes nothing, it says which call."""
    draft.fulfilled = False
    cancel = asked.intent is Intent.CANCEL_ACTION
    running = [one for one in select_operations(asked, facts) if (one.status not in ENDED) is cancel]
    verb = "cancel" if cancel else "rollback"
    fitting = running if cancel else [one for one in running if one.status == "completed"]
    if not fitting:
        noted = draft.evidence.note(STORE, f"actions that can be {verb}ed", 0, at=facts.now, is_query=True)
        what = "no change is running" if cancel else "no completed change is known"
        draft.say(f"There is nothing to {'cancel' if cancel else 'roll back'}: {what} here.", noted)
        return
    operation = next((one for one in fitting if one.own), fitting[0])
    whose = "This is your latest one" if operation.own else "You started none; this is the workspace's latest"
    draft.say(f"Chat itself changes nothing. {whose}:")
    operation_line(draft, operation, facts)
    words = "Cancel it" if cancel else "Roll it back"
    draft.say(f"{words} with `POST …/aiops/actions/{operation.id}/{verb}`, or with the actions of your client.")
    reference = ActionReferenceView(action_id=operation.id, operation=verb, status=operation.status)
    draft.attach(ActionReference(data=reference))
    draft.shown.append(markdown(operation.id, NAME_LIMIT))
