"""Model mode of the chat: the embedded engine answers, a language model words it, and may ask the engine for more.

Requests for a change, confirmations and what was understood as small talk keep the engine's own words: a plan must be
told exactly. What the model asks is answered as if the user had asked it, except that no change is planned: a further
question that would be one becomes a suggestion, which the user may say or not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass

from msgspec.structs import replace

from hexaops.assistant.answers.draft import Draft, Statement, Suggestion
from hexaops.assistant.evidence import Evidence
from hexaops.assistant.model.voice import ModelVoice, Question, Retold, Told
from hexaops.assistant.understanding import Intent, Understanding
from hexaops.errors import HexaopsError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.proposing import PROPOSED
from hexaops.features.chat.turn import Turn
from hexaops.features.health.judging import judge_model
from hexaops.features.health.sources import SourceState
from hexaops.kit.text import markdown

MOST_ATTACHMENTS = 10
NO_CHANGES = "Changes are planned only when the user asks for them; this was added to the suggestions."
OWN_WORDS = frozenset(
    {Intent.CONFIRM, Intent.DENY, Intent.NO_ACTION, Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.HELP}
)
TEXT_LIMIT = 200

DraftOf = Callable[[Turn], Awaitable[tuple[Understanding, Draft]]]
"""The embedded engine's answer to a message."""


@dataclass(frozen=True)
class Retelling:
    """One for the process."""

    voice: ModelVoice | None
    """None where the model could not be opened; `problem` says why."""
    applications: ApplicationService
    problem: str = ""

    async def probe(self, seen: Set[str] | None) -> Sequence[SourceState]:
        """The model, by what became of its answers lately: asking it only to know would cost tokens."""
        del seen  # it belongs to no cluster
        if self.voice is None:
            return [SourceState("model", "language model", "unhealthy", problem=self.problem)]
        recent = self.voice.answers.summary()
        problem = None if recent is None or not recent.failed else f"{recent.failed} of {recent.count} answers failed"
        if recent is None:
            problem = "not asked in the last 5 minutes"
        seconds = recent.median_seconds if recent else None
        return [SourceState("model", "language model", judge_model(recent), seconds, problem)]

    async def retell(self, turn: Turn, asked: Understanding, draft: Draft, draft_of: DraftOf) -> None:
        """Put the model's words in place of the draft's, or a note that there are none."""
        if any(_plans(part) or part.intent in OWN_WORDS for part in (asked, *asked.parts)):
            return
        if self.voice is None:
            _note(draft, self.problem)
            return

        async def ask(question: str) -> Told:
            understood, further = await draft_of(replace(turn, message=question, may_plan=False))
            if understood.intent is Intent.CONFIRM:
                return Told(NO_CHANGES)
            if any(map(_plans, (understood, *understood.parts))):
                said = markdown(question, TEXT_LIMIT)
                draft.suggest(Suggestion(understood.intent.value, f"Ask for it: {said}", question[:TEXT_LIMIT]))
                return Told(NO_CHANGES)
            _merge(draft, further)
            return _told(further)

        question = Question(turn.caller.get_workspace().id, turn.message, _told(draft), self._names(turn))
        _take(draft, await self.voice.retell(question, ask))

    def _names(self, turn: Turn) -> frozenset[str]:
        """Names of what the caller may see; without the right to read applications only those of the answer."""
        if "read_applications" not in turn.capabilities:
            return frozenset()
        try:
            known = self.applications.list(turn.caller.get_workspace())
        except HexaopsError:  # what cannot be read has no names; the engine has told why
            return frozenset()
        names = {name for one in known for name in (one.name, one.project, *(pod.name for pod in one.pods))}
        return frozenset(name.lower() for name in names)


def _plans(asked: Understanding) -> bool:
    return asked.wants_plan or asked.intent in PROPOSED


def _told(draft: Draft) -> Told:
    return Told(draft.content, tuple(_line(item) for item in draft.evidence.items))


def _line(item: Evidence) -> str:
    return f"{item.subject}: {item.value}{'' if item.unit in {None, 'state'} else f' {item.unit}'}"


def _merge(draft: Draft, further: Draft) -> None:
    """What a further question found belongs to the answer too."""
    for item in further.evidence.items:
        draft.evidence.note(
            item.source, item.subject, item.value, unit=item.unit, at=item.measured_at, is_query=item.is_query
        )
    for attachment in further.attachments[: MOST_ATTACHMENTS - len(draft.attachments)]:
        if attachment not in draft.attachments:
            draft.attach(attachment)
    for application_id in further.examined:
        draft.examined.setdefault(application_id, None)
    draft.fulfilled = draft.fulfilled or further.fulfilled


def _take(draft: Draft, retold: Retold) -> None:
    if retold.text is None:
        _note(draft, retold.note or "the language model did not answer")
        return
    evidence = tuple(item.id for item in draft.evidence.items)
    draft.statements[:] = [Statement(retold.text, evidence)]
    removed = retold.removed_numbers + retold.removed_names
    if removed:
        said = "sentence of the language model was" if removed == 1 else "sentences of the language model were"
        draft.gap()
        draft.say(f"({removed} {said} removed: not in the evidence.)")
        draft.reasons["response.model.removed"] = (
            f"{retold.removed_numbers} for numbers, {retold.removed_names} for names"
        )


def _note(draft: Draft, reason: str) -> None:
    draft.gap()
    draft.say(f"(This is the built-in answer: {markdown(reason, TEXT_LIMIT)}.)")
    draft.reasons["response.model"] = reason
