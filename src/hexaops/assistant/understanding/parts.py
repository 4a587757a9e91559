"""Which clauses of a message get an answer of their own.

A change that is asked for, or spoken of, always does. Questions do when the ranker is sure of each and they differ;
otherwise the message is one question and means what its words mean together. Greetings, background and noise beside a
request get none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, Intent, Mode
from hexaops.assistant.understanding.labels import INTENT_OF, LABEL_OF
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.reading import Reading
from hexaops.assistant.understanding.splitting import begins_clause

SURE, SURE_BESIDE_A_CHANGE, WHOLE = 0.6, 0.75, 0.97
SURE_OF_OTHERS = 0.9
_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.CONFIRM, Intent.DENY})
_NOTHING = frozenset({*_TALK, Intent.OUT_OF_SCOPE, Intent.UNCLEAR})
_UNDOES = frozenset({Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION, Intent.ROLLBACK_APPLICATION})
_SPOKEN_OF = frozenset({*CHANGE_INTENTS, Intent.ACTION_QUESTION, Intent.NO_ACTION})


@dataclass(frozen=True, slots=True)
class Part:
    """A clause with what it means."""

    reading: Reading
    understanding: Understanding


def keep(parts: list[Part], whole: Ranking) -> list[Part]:
    """The parts worth an answer, in order."""
    if len(parts) == 1:
        return parts
    changes = [part for part in parts if part.understanding.intent in _SPOKEN_OF]
    asked = [part for part in parts if _asks(part)]
    requests = [part for part in parts if part.understanding.is_change_request]
    if any(part.understanding.intent in _UNDOES for part in requests):
        changes = requests
    elif requests:
        changes = [part for part in changes if part in requests or part.understanding.negated]
    if requests or (changes and not asked):
        known = {part.understanding.about or part.understanding.intent for part in changes}
        beside = [
            part
            for part in asked
            if part.understanding.confidence >= SURE_BESIDE_A_CHANGE and part.understanding.intent not in known
        ]
        return _distinct([part for part in parts if part in changes or part in beside])
    if whole.best == "oos" and whole.probability >= SURE_OF_OTHERS and not changes:
        foreign = replace(
            parts[0].understanding, intent=Intent.OUT_OF_SCOPE, confidence=whole.probability, mode=Mode.READ
        )
        return [replace(parts[0], understanding=foreign)]
    several = _distinct([part for part in asked if part.understanding.confidence >= SURE])
    differ = len({(part.understanding.intent, *_ids(part.understanding)) for part in several}) > 1
    own = [part for part in several if begins_clause(part.reading.clause.items) or part is several[0]]
    if differ and (whole.probability < WHOLE or len(own) == len(several)):
        return several
    return [_together(parts, asked, whole)]


def _asks(part: Part) -> bool:
    """A question or a command; not background, a condition or small talk."""
    if part.understanding.intent in _NOTHING or part.understanding.intent in CHANGE_INTENTS:
        return False
    return part.reading.about is not None or not (part.reading.is_statement or _only_colours(part.reading))


def _only_colours(reading: Reading) -> bool:
    """ "as soon as the deploy is done, …", "in staging, …": a condition or place of what is joined to it."""
    is_place = reading.found.namespace is not None and not reading.found.targets and len(reading.clause.words) <= 4
    own = reading.confidence >= SURE_BESIDE_A_CHANGE and begins_clause(reading.clause.items)
    return is_place or (not own and reading.mode in (Mode.CONDITIONAL, Mode.SCHEDULED, Mode.REPORTED))


def _together(parts: list[Part], asked: list[Part], whole: Ranking) -> Part:
    """One question: the intent of all words together, with the names of all clauses."""
    real = asked or [part for part in parts if part.understanding.intent not in _NOTHING]
    if not real:
        best = max(parts, key=lambda p: (p.understanding.intent in _TALK, p.understanding.confidence))
        foreign = [
            p for p in parts if p.understanding.intent is Intent.OUT_OF_SCOPE and p.understanding.confidence >= SURE
        ]
        return (foreign or [best])[0]
    intent = INTENT_OF[whole.best]
    base = next((part for part in real if part.understanding.intent is intent), real[0])
    if intent in _NOTHING or intent in CHANGE_INTENTS:
        intent = base.understanding.intent
    targets = {target.entity.id: target for part in parts for target in part.understanding.targets}
    sure = max(
        whole.of(LABEL_OF.get(intent, "")), base.understanding.confidence if base.understanding.intent is intent else 0
    )
    merged = replace(base.understanding, intent=intent, confidence=sure, targets=tuple(targets.values()))
    if intent is not base.understanding.intent:
        merged = replace(merged, mode=Mode.READ, about=None, negated=False, left=(), resource_type="none")
    return replace(base, understanding=merged)


def _distinct(parts: list[Part]) -> list[Part]:
    """Without what only says the same again."""
    kept: list[Part] = []
    for part in parts:
        same = kept and kept[-1].understanding.intent is part.understanding.intent
        other = part.reading.found.targets and part.understanding.intent in LATER_CHANGES | CHANGE_INTENTS
        if same and part.understanding.intent not in CHANGE_INTENTS and not other:
            continue
        if not any(_says_the_same(part.understanding, earlier.understanding) for earlier in kept):
            kept.append(part)
    return kept


def _says_the_same(one: Understanding, other: Understanding) -> bool:
    return (one.intent, one.parameters, _ids(one)) == (other.intent, other.parameters, _ids(other))


def _ids(understanding: Understanding) -> tuple[str, ...]:
    named = (target.entity.id for target in understanding.targets)
    unclear = (said.mention for said in understanding.ambiguous)
    unknown = (said.mention for said in understanding.unknown_names)
    return (*named, *unclear, *unknown)
