"""Short messages that only carry on: "and the database?", "why?", "tell me more", "api-service too"."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_INTENTS, READ_INTENTS, Intent
from hexaops.assistant.understanding.model import Dialogue
from hexaops.assistant.understanding.normalise import word_set

_MORE = word_set("tell show me more details detail please again and some i want to see it go on continue")
_MORE_SAYS = word_set("more details detail again continue")
_REPEATABLE = {intent.value: intent for intent in (*READ_INTENTS, *LATER_INTENTS) if intent is not Intent.ACTION_STATUS}
_CHANGES = {intent.value: intent for intent in CHANGE_INTENTS}


@dataclass(frozen=True, slots=True)
class Follow:
    """What is carried on: a question, or talk of the same change for something else (`about`)."""

    intent: Intent | None = None
    about: Intent | None = None


def follow_up(clause: Clause, dialogue: Dialogue) -> Follow | None:
    """What the clause carries on, or None when it stands for itself."""
    words = clause.words
    last = dialogue.last_intent or ""
    named = any(item.mention for item in clause.items)
    if words in (("why",), ("why", "is", "that"), ("how", "come")):
        return Follow(Intent.DIAGNOSE) if dialogue.last_entities or last in _REPEATABLE else None
    if last in _REPEATABLE and words and set(words) <= _MORE and set(words) & _MORE_SAYS:
        return Follow(_REPEATABLE[last])
    opens = words[:1] in (("and",), ("or",)) or words[:2] in (("what", "about"), ("how", "about"))
    also = words[-1:] in (("too",), ("also",)) or words[-2:] == ("as", "well")
    says_more = any(item.says_platform and not item.mention and not item.tags & {"app"} for item in clause.items)
    if named and also and not says_more and last in _CHANGES:
        return Follow(about=_CHANGES[last])
    if not opens:
        return None
    if named and not says_more:
        return Follow(_REPEATABLE.get(last, Intent.STATUS_QUERY))
    return Follow() if not named else None
