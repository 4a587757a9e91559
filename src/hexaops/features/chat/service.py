"""A message to its answer: understanding → what may be read → answer or plan → stored, with its evidence.

Nothing is written to a cluster here. Reading the cluster's metrics and dry runs happen outside any transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.answers import changes
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT
from hexaops.assistant.answers.offers import ask_to_confirm
from hexaops.assistant.answers.possible import actions_for
from hexaops.assistant.answers.unsure import tell_left_out
from hexaops.assistant.compose import compose, hindered, tell_freshness
from hexaops.assistant.intents.catalog import needs_of
from hexaops.assistant.tools.articles import ARTICLES
from hexaops.assistant.tools.bounds import BOUNDS
from hexaops.assistant.tools.connectivity import CONNECTIVITY
from hexaops.assistant.tools.named import NAMED
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.understanding import Intent, KnownEntity, Understanding, understand
from hexaops.assistant.understanding.intents import CHANGE_INTENTS
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.caller import Caller
from hexaops.features.access.request_log import Record
from hexaops.features.changes.queries import PlanQueries
from hexaops.features.chat.answer import answer_view
from hexaops.features.chat.capabilities import grant
from hexaops.features.chat.carrying import without_other_end, words_asked
from hexaops.features.chat.gathering import Gatherer, Known
from hexaops.features.chat.messages import checked, session_name
from hexaops.features.chat.nameable import Inventories
from hexaops.features.chat.planning import ChangePlanner, Request, confirmation
from hexaops.features.chat.reading.articles import asks_for_meaning
from hexaops.features.chat.reading.asking import Reader, Reading
from hexaops.features.chat.reading.backups import gone_applications
from hexaops.features.chat.reading.bounded_changes import deed_of_bound
from hexaops.features.chat.reading.choosing import reader_of
from hexaops.features.chat.reading.rights import asks_for_rights
from hexaops.features.chat.retelling import Retelling
from hexaops.features.chat.schemas import ChatRequest, SessionRequest
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.store import NewMessage, append_messages
from hexaops.features.chat.turn import Progress, Turn, entities_of, memory_of, remembered
from hexaops.features.chat.views import ChatAnswerView, MessageMetadataView, ProgressView
from hexaops.features.conversations.queries import get_active_session
from hexaops.kit.clock import Clock
from hexaops.kit.text import markdown
from hexaops.storage.core import insert_rows
from hexaops.storage.database import Database

UNSURE = frozenset({Intent.ACTION_QUESTION, Intent.UNCLEAR, Intent.OUT_OF_SCOPE})
"""What is no question that has an answer of its own."""


def _silent(_progress: ProgressView) -> None:
    """No-op progress callback."""


class ChatService(Struct, frozen=True):
    """One for the process."""

    database: Database
    sessions: SessionService
    gatherer: Gatherer
    inventories: Inventories
    planner: ChangePlanner
    plans: PlanQueries
    readers: Mapping[str, Reader]
    """Answers that are read from other features, by the names of their tools."""
    clock: Clock
    retelling: Retelling | None = None
    """Words answers with a language model, where one is configured."""

    async def open(self, caller: Caller, request: ChatRequest) -> Turn:
        """Take a message: check it, and find its session or open one, which is stored with the answer.

        Raises InvalidChatMessageError, SessionNotFoundError, SessionEndedError.
        """
        message = checked(request.message)
        if request.session_id is None:
            title = SessionRequest(name=session_name(message), capabilities=request.capabilities)
            row = self.sessions.opened(caller, title, title.context.model_dump(exclude_none=True))
        else:
            async with self.database.reading() as session:
                row = await get_active_session(session, caller, request.session_id)
        own = grant(row.asked_capabilities, caller.permissions).names
        granted = grant(request.capabilities, caller.permissions, within=frozenset(own))
        context = request.context
        if "time_range" not in context.model_fields_set and (given := row.context.get("time_range")):
            context = context.model_copy(update={"time_range": given})
        opened = row if request.session_id is None else None
        return Turn(caller, row.id, message, context, frozenset(granted.names), memory_of(row), opened)

    async def answer(self, turn: Turn, progress: Progress = _silent, *, record: Record | None = None) -> ChatAnswerView:
        """The answer, stored together with the message and, where its request is still open, the request's record."""
        received_at = self.clock.now()
        asked, draft = await self.draft(turn, progress)
        if self.retelling is not None:
            await self.retelling.retell(turn, asked, draft, self.draft)
        return await self._store(turn, asked, draft, received_at, record)

    async def draft(self, turn: Turn, progress: Progress = _silent) -> tuple[Understanding, Draft]:
        """What was understood of a message, and the answer to it; nothing is stored."""
        progress(ProgressView(stage="understanding"))
        known = await self.gatherer.known(turn.caller, turn.capabilities)
        gone = await gone_applications(self.database, turn.caller, known.applications or (), turn.message)
        asked = self._understood(turn, known, gone)
        progress(ProgressView(stage="reading", intent=asked.intent.value))
        parts = asked.parts or (asked,)
        facts = await self.gatherer.facts(
            turn.caller,
            known,
            needs_of({part.intent for part in parts}),
            context=turn.context,
            capabilities=turn.capabilities,
        )
        draft = Draft()
        for part in parts:
            draft.gap()
            seconds = part.parameters.time_range_seconds or facts.time_range_seconds
            await self._answer_part(turn, part, replace(facts, time_range_seconds=seconds), draft)
        tell_left_out(asked, draft)
        if not draft.actions_available and "read_applications" in facts.capabilities:
            draft.offer(actions_for(facts.applications or (), facts))
        progress(ProgressView(stage="answering"))
        return asked, draft

    def _understood(self, turn: Turn, known: Known, gone: Sequence[KnownEntity]) -> Understanding:
        inventory = self.inventories.get(
            turn.caller.get_workspace(),
            applications=known.applications or (),
            projects=known.projects,
            nodes=[node.name for node in known.nodes],
            operations=known.operations,
            message=turn.message,
            gone=gone,
        )
        return understand(turn.message, inventory, turn.memory.dialogue)

    async def _answer_part(self, turn: Turn, asked: Understanding, facts: Facts, draft: Draft) -> None:
        if turn.may_plan and deed_of_bound(turn.message, asked, facts):
            await self._read(BOUNDS, self._reading(turn, turn.message, asked, facts), draft)
            return
        asked = self.gatherer.led_to(turn.caller, turn.message, asked, facts)
        offer = asked.offer if turn.may_plan and not asks_for_rights(turn.message, asked) else None
        if offer and asked.intent in UNSURE | CHANGE_INTENTS and ask_to_confirm(offer, facts, draft):
            draft.taken.append(asked.intent.value)
            return
        await self._answer_as_read(turn, asked, facts, draft)
        if offer and draft.pending is None and asked.intent not in UNSURE | CHANGE_INTENTS:
            draft.gap()
            ask_to_confirm(offer, facts, draft)

    async def _answer_as_read(self, turn: Turn, asked: Understanding, facts: Facts, draft: Draft) -> None:
        if asked.intent is Intent.CONFIRM:
            await self._tell_confirmation(turn, facts, draft)
        elif asked.wants_plan and not turn.may_plan:
            draft.fulfilled = False
        elif asked.wants_plan:
            draft.taken.append(asked.intent.value)
            if not hindered(asked, facts, draft):
                tell_freshness(facts.freshness, draft)
                await self.planner.answer(Request(turn.caller, turn.session_id, asked, facts), draft)
        elif tool := reader_of(message := words_asked(turn.memory.question, turn.message, asked), asked, facts):
            asked = asked if tool is CONNECTIVITY else without_other_end(turn.memory.question, turn.message, asked)
            await self._read(tool, self._reading(turn, message, asked, facts), draft)
        else:
            compose(asked, facts, draft)
            if turn.may_plan:
                await self.planner.offer(Request(turn.caller, turn.session_id, asked, facts), draft)

    def _reading(self, turn: Turn, message: str, asked: Understanding, facts: Facts) -> Reading:
        dialogue = turn.memory.dialogue
        recent = dialogue.last_entities if dialogue.last_intent == asked.intent.value else ()
        planner = self.planner if turn.may_plan else None
        return Reading(turn.caller, asked, message, facts, turn.session_id, recent, planner)

    async def _read(self, tool: Tool, reading: Reading, draft: Draft) -> None:
        asked, facts = reading.asked, reading.facts
        draft.taken.append(asked.intent.value)
        if tool is NAMED or (tool is ARTICLES and asks_for_meaning(reading.message, asked)):
            # names that no application has
            asked = replace(asked, unknown_names=(), ambiguous=())
        if hindered(asked, facts, draft):
            return
        tell_freshness(facts.freshness, draft)
        try:
            await self.readers[tool.name].answer(reading, draft)
        except UpstreamUnavailableError as error:
            draft.fulfilled = False
            draft.say(f"I can't tell: {markdown(error.message, TEXT_LIMIT)}.")

    async def _tell_confirmation(self, turn: Turn, facts: Facts, draft: Draft) -> None:
        """A "yes" confirms nothing here: the open plans are shown again with the call that confirms them."""
        draft.taken.append(Intent.CONFIRM.value)
        plans = await self.plans.list_open(turn.caller, turn.session_id, turn.memory.plans)
        draft.fulfilled = False
        if not plans:
            draft.say("There is nothing open to confirm here. Ask me for a change and I answer with its plan.")
            return
        draft.say("A message in this chat changes nothing by itself.")
        for plan in plans:
            changes.tell_plan(draft, plan, confirmation(turn.caller, turn.session_id, plan), facts)
        changes.tell_how_to_confirm(draft, plans)
        draft.pending = turn.memory.dialogue.pending_question
        draft.shown += turn.memory.dialogue.last_entities

    async def _store(
        self, turn: Turn, asked: Understanding, draft: Draft, received_at: datetime, record: Record | None
    ) -> ChatAnswerView:
        now = self.clock.now()
        confidence = round(asked.confidence, 2)
        details = MessageMetadataView(intent=asked.intent.value, entities=entities_of(asked), confidence=confidence)
        answer = NewMessage(
            role="assistant",
            content=draft.content,
            details=MessageMetadataView(
                actions_taken=draft.taken, resources_examined=[*draft.examined], issues_shown=[*draft.issues]
            ),
            at=now,
            evidence=[item.view() for item in draft.evidence.items],
            recommendations=len(draft.suggestions),
        )
        said = NewMessage("user", turn.message, details, received_at)
        async with record.last_transaction() if record else self.database.transaction() as session:
            row = turn.opened or await get_active_session(session, turn.caller, turn.session_id, lock=True)
            row.dialogue = remembered(turn.memory, turn.message, asked, draft).document()
            messages = append_messages(row, [said, answer])
            if turn.opened is not None:
                await self.sessions.add(session, turn.caller, turn.opened)
            await insert_rows(session, *messages)
        return answer_view(turn, asked, draft, answer)
