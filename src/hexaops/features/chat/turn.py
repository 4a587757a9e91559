"""One message on its way to its answer, and what a session remembers of it: ids only, never texts of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

import msgspec
from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from hexaops.assistant.answers.attachments import ActionPlan
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.understanding import Dialogue, Intent, Understanding
from hexaops.assistant.understanding.conversation import REMEMBERED, advance
from hexaops.features.access.caller import Caller
from hexaops.features.chat.carrying import question_after
from hexaops.features.chat.schemas import ChatContext
from hexaops.features.chat.views import EntitiesView, ProgressView
from hexaops.storage.tables import ChatSessionRow

Progress = Callable[[ProgressView], None]
"""Called with each stage of the answer while it is made."""


class Memory(Struct, frozen=True):
    """What a session carries from message to message."""

    dialogue: Dialogue = field(default_factory=Dialogue)
    plans: tuple[str, ...] = ()
    """Plans of the latest answer that had any."""
    question: str = ""
    """The words of the last question, which "and cart?" asks again; "it" stands for the names in them."""

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {"dialogue": msgspec.to_builtins(self.dialogue), "plans": [*self.plans], "question": self.question}


class Turn(Struct, frozen=True):
    """A message that was taken: by whom, in which session, how it wants to be answered."""

    caller: Caller
    session_id: str
    message: str
    context: ChatContext
    capabilities: Set[str]
    memory: Memory
    opened: ChatSessionRow | None = None
    """The session, where this message opens it: stored together with the answer."""
    may_plan: bool = True
    """False for what a language model asks: it gets answers, and no plan is made."""


def memory_of(row: ChatSessionRow) -> Memory:
    """What the session remembers; what an older version stored differently is forgotten."""
    try:
        dialogue = msgspec.convert(row.dialogue.get("dialogue", {}), Dialogue)
    except msgspec.ValidationError:
        dialogue = Dialogue()
    focus = tuple(str(one) for one in row.context.get("applications", ()))
    plans = tuple(str(one) for one in row.dialogue.get("plans", ()))
    question = str(row.dialogue.get("question", ""))
    return Memory(replace(dialogue, focus_applications=focus), plans, question)


def remembered(memory: Memory, message: str, asked: Understanding, draft: Draft) -> Memory:
    """What the session remembers after this answer."""
    plans = tuple(str(attached.data["plan_id"]) for attached in draft.attachments if isinstance(attached, ActionPlan))
    dialogue = advance(memory.dialogue, _as_answered(asked, draft), shown=tuple(draft.shown), pending=draft.pending)
    called_off = asked.intent in (Intent.DENY, Intent.NO_ACTION, Intent.CANCEL_ACTION)
    kept = () if called_off or draft.pending is not None else memory.plans
    if plans and asked.adds:
        plans = tuple(dict.fromkeys((*memory.plans, *plans)))
    return Memory(dialogue, plans or kept, question_after(memory.question, message, asked))


def _as_answered(asked: Understanding, draft: Draft) -> Understanding:
    """What was not understood as a question, but has an answer by its words, can be carried on like any question."""
    answered = draft.fulfilled and asked.targets and not asked.parts
    if answered and asked.intent in (Intent.OUT_OF_SCOPE, Intent.UNCLEAR):
        return replace(asked, intent=Intent.LIST_RESOURCES)
    return asked


def entities_of(asked: Understanding) -> EntitiesView:
    """The document's `metadata.entities` of a user's message."""
    ids = _ids(asked.parts or (asked,))
    return EntitiesView(resource_type=asked.resource_type, scope=asked.scope, targets=ids or UNSET)


def _ids(parts: Sequence[Understanding]) -> list[str]:
    return list(dict.fromkeys(found.entity.id for part in parts for found in part.targets))[:REMEMBERED]
