"""Requests to fix what is wrong, without saying how: "fix it", "can you repair web-app?", "apply the fix".

They ask for what the diagnosis proposes: with a plan on the table they agree to it, else the cause is looked for again,
and the answer holds the change that may help. Nothing is planned that nobody named.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Resolved, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import resolved, spoken_last
from hexaops.assistant.understanding.targets import find_targets

_LONGEST = 9
_MENDS = word_set("fix repair mend remedy remediate solve")
_AFTER_A_CAUSE = word_set("resolve")
"""Alerts are resolved, too."""
_OPENS = word_set(
    "the can could would will you please pls then now ok okay so just go ahead and try to apply yes great"
)
_ASKS_HOW = word_set("how do does should could can would to i we one you")
_CLOSES = word_set(
    "it this that them these those the a problem problems issue issues error errors fault faults failure please "
    "pls now then for me us thanks asap quickly immediately if you can possible with of in on"
)
_CAUSES = frozenset({Intent.DIAGNOSE, Intent.ROOT_CAUSE})


def asks_to_fix(clauses: Sequence[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The message as an agreement to the plan that is proposed, or as a question for the cause; else None."""
    said = [item for clause in clauses for item in clause.items if not item.is_mark]
    place = next((at for at, item in enumerate(said) if _mends(item, dialogue)), None)
    if place is None or len(said) > _LONGEST or any(item.number or item.quoted for item in said):
        return None
    opens, closes = said[:place], said[place + 1 :]
    words = [word for item in opens for word in item.word.split()]
    asks_how = "how" in words
    if not all(word in _OPENS or (asks_how and word in _ASKS_HOW) for word in words):
        return None
    if not all(_closes(item) for item in closes):
        return None
    named = find_targets(tuple(said), index, for_change=False).targets
    pending = dialogue.pending_question
    if not (named or asks_how) and pending is not None and pending.kind == "confirm_plan":
        return Understanding(Intent.CONFIRM, 0.9)
    targets = named or _spoken_of(dialogue, index)
    return Understanding(Intent.DIAGNOSE, 0.9, targets=targets) if targets else None


def _mends(item: Item, dialogue: Dialogue) -> bool:
    if item.word in _AFTER_A_CAUSE:
        return dialogue.last_intent in {intent.value for intent in _CAUSES}
    return item.word in _MENDS


def _closes(item: Item) -> bool:
    return item.mention is not None or all(word in _CLOSES for word in item.word.split())


def _spoken_of(dialogue: Dialogue, index: NameIndex) -> tuple[Resolved, ...]:
    return resolved(spoken_last(dialogue).targets or dialogue.last_entities, index)
