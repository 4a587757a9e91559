"""What a conversation carries from message to message, and conversations without a service behind them.

`advance` is what the chat remembers after an answer; `Conversation` plays messages against names alone, as
`hexaops understand` and the benchmark do: what the assistant would ask back follows from the understanding.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, Intent, Mode
from hexaops.assistant.understanding.inventory import Inventory
from hexaops.assistant.understanding.model import Dialogue, PendingQuestion, Spoken, Understanding
from hexaops.assistant.understanding.recalled import series, spoken_last
from hexaops.assistant.understanding.understand import understand

_TALK = frozenset({Intent.THANKS, Intent.GREETING, Intent.GOODBYE, Intent.HELP})
_KEEPS = frozenset({*_TALK, Intent.CONFIRM, Intent.OUT_OF_SCOPE, Intent.UNCLEAR})
REMEMBERED = 20
"""Ids that the next message may refer to."""


def advance(
    before: Dialogue, asked: Understanding, *, shown: tuple[str, ...] = (), pending: PendingQuestion | None = None
) -> Dialogue:
    """The dialogue after a message and its answer, which showed these entities and asked this back."""
    parts = asked.parts or (asked,)
    named = tuple(identity for part in parts for identity in _ids(part))
    entities = tuple(dict.fromkeys(shown or named))[:REMEMBERED]
    kept = asked.intent in _KEEPS
    return replace(
        before,
        spoken=before.spoken if kept else _spoken(parts[-1], _ids(parts[-1]) if _differ(parts) else named, before),
        change=_change(parts, before),
        task=_task(parts, before),
        agreed=_agreed(asked, parts, before),
        named=_named(before.named, parts),
        series=before.series if kept else _series(before, parts),
        last_intent=before.last_intent if kept else parts[-1].intent.value,
        last_entities=entities or (() if _is_wide(parts) else before.last_entities),
        pending_question=pending,
    )


_CHANGED = (CHANGE_INTENTS | LATER_CHANGES) - {Intent.BACKUP, Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION}


def _changes(part: Understanding) -> bool:
    """Asked for now; kinds that are not planned yet are asked for in the mode of a command."""
    return part.intent in _CHANGED and (part.is_change_request or part.intent in LATER_CHANGES)


def _change(parts: tuple[Understanding, ...], before: Dialogue) -> Spoken | None:
    """The change that the message asks for, of all its targets; else the one of before."""
    asked = [part for part in parts if _changes(part)]
    if not asked:
        return before.change
    named = tuple(dict.fromkeys(identity for part in asked for identity in _ids(part)))
    return _spoken(asked[0], named, before) or before.change


_TASKS = CHANGE_INTENTS | LATER_CHANGES | {Intent.DIAGNOSTICS, Intent.DASHBOARD_CREATE, Intent.ALERT_CREATE}


def _task(parts: tuple[Understanding, ...], before: Dialogue) -> Spoken | None:
    last = parts[-1]
    done = last.intent in _TASKS and (last.intent not in CHANGE_INTENTS or last.is_change_request)
    return _spoken(last, _ids(last), before) if done else before.task


def _agreed(asked: Understanding, parts: tuple[Understanding, ...], before: Dialogue) -> bool:
    if asked.intent is Intent.CONFIRM:
        return before.change is not None
    off = asked.intent in (Intent.DENY, Intent.NO_ACTION, Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION)
    return before.agreed and not off and not any(_changes(part) for part in parts)


def _series(before: Dialogue, parts: tuple[Understanding, ...]) -> tuple[str, ...]:
    now = tuple(dict.fromkeys(identity for part in parts for identity in _ids(part)))
    last = spoken_last(before).intent
    same = bool(parts[-1].targets) and last in (parts[-1].intent.value, parts[-1].about)
    return series(before, same, now, replaces=parts[-1].replaces)[:REMEMBERED]


_LISTS = frozenset({Intent.STATUS_QUERY, Intent.POD_STATUS})


def _is_wide(parts: tuple[Understanding, ...]) -> bool:
    """About everything, a whole project or what is in some state: "it" then means nothing said before."""
    listed = any(part.intent in _LISTS and part.parameters.status_filter for part in parts)
    return listed or any(part.parameters.everything or part.parameters.namespace for part in parts)


def _ids(asked: Understanding) -> tuple[str, ...]:
    return tuple(found.entity.id for found in asked.targets)


def _spoken(asked: Understanding, named: tuple[str, ...], before: Dialogue) -> Spoken | None:
    """The frame that the next message may carry on; what was refused or undone is none."""
    if asked.intent in (Intent.DENY, Intent.NO_ACTION, Intent.CANCEL_ACTION):
        return replace(before.spoken, mode=Mode.NEGATED.value) if before.spoken is not None else None
    if asked.intent is Intent.ROLLBACK_ACTION:
        return before.spoken
    about = asked.about if asked.intent is Intent.ACTION_QUESTION and asked.about is not None else asked.intent
    is_open = asked.slots is not None and "setting" in asked.missing
    return Spoken(about.value, named, asked.parameters, asked.slots, asked.mode.value, is_open)


def _differ(parts: tuple[Understanding, ...]) -> bool:
    """Several changes with values of their own: what is said next is about the last."""
    return len({(part.intent, part.parameters) for part in parts}) > 1


def _named(before: tuple[str, ...], parts: tuple[Understanding, ...]) -> tuple[str, ...]:
    """Several names in one message start a new list; one name is added to it."""
    now = [found.entity.id for part in parts for found in part.targets if found.source in ("name", "loose")]
    options = [candidate.entity.id for part in parts for said in part.ambiguous for candidate in said.candidates]
    now += [identity for identity in options if identity not in now]
    if len(now) > 1:
        return tuple(dict.fromkeys(now))[:REMEMBERED]
    if len(before) == 2 and set(now) <= set(before):
        return before  # of two the second stays the second
    return (*(identity for identity in before if identity not in now), *now)[-REMEMBERED:]


def question_of(asked: Understanding) -> PendingQuestion | None:
    """What is asked back, or the plan that waits for a yes; None when the message can be answered as it stands."""
    intent, targets = asked.intent.value, tuple(found.entity.id for found in asked.targets)
    if asked.intent is Intent.UNCLEAR and asked.alternatives:
        options = tuple(option.value for option, _ in asked.alternatives)
        return PendingQuestion("choose_intent", intent, options, parameters=asked.parameters)
    unsure = [*asked.ambiguous, *asked.unknown_names]
    if unsure:
        first = asked.ambiguous[0].candidates if asked.ambiguous else asked.unknown_names[0].suggestions
        options = tuple(candidate.entity.id for candidate in first)
        return PendingQuestion("choose_entity", intent, options, "", targets, asked.parameters)
    if asked.offer is not None:
        return question_of_offer(asked.offer)
    if asked.would_set:
        return PendingQuestion("confirm_plan", intent, targets=targets, parameters=asked.parameters)
    if not asked.is_change_request:
        return None
    if "application" in asked.missing or "replicas" in asked.missing:
        lacks = "application" if "application" in asked.missing else "replicas"
        return PendingQuestion("missing_parameter", intent, (), lacks, targets, asked.parameters)
    if "meaning" in asked.missing:
        return PendingQuestion("choose_intent", intent, (intent,), "", targets, asked.parameters)
    return PendingQuestion("confirm_plan", intent, targets=targets, parameters=asked.parameters)


def question_of_offer(offer: Understanding) -> PendingQuestion:
    """ "Shall I restart cart?": a yes asks for exactly that."""
    targets = tuple(found.entity.id for found in offer.targets)
    return PendingQuestion("choose_intent", offer.intent.value, (offer.intent.value,), "", targets, offer.parameters)


@dataclass
class Conversation:
    """One person's messages about one inventory."""

    inventory: Inventory
    dialogue: Dialogue = field(default_factory=Dialogue)

    def say(self, text: str) -> Understanding:
        """What the next message means."""
        asked = understand(text, self.inventory, self.dialogue)
        parts = asked.parts or (asked,)
        questions = [question for part in parts if (question := question_of(part)) is not None]
        pending = questions[0] if questions else None
        if asked.intent is Intent.CONFIRM and pending is None:
            pending = self.dialogue.pending_question
        self.dialogue = advance(self.dialogue, asked, pending=pending)
        return asked
