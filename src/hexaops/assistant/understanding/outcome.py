"""Questions for what became of a change that was agreed to: "has that taken effect?", "please confirm it got stopped".

They are known by nothing but such words beside the names of what was changed; what asks for more is read afresh.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Parameters, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import resolved
from hexaops.assistant.understanding.targets import find_targets

_LONGEST = 14
_ASKS = word_set("is has have had did was were are whether if confirm check verify")
_DONE = word_set(
    "taken effect applied landed done finished complete completed gone went through worked successful successfully "
    "succeeded live deployed back restarted stopped started scaled drained deleted updated changed executed rolled "
    "backed resized cordoned uncordoned set reverted undone"
)
_TELLING = _DONE - word_set("back set")
_BESIDE = word_set(
    "it that this they them these those the been got get gotten can could you will please pls kindly now already yet "
    "by on for of to in fully everywhere meanwhile then so and ok okay hey well out up off down really actually all "
    "just me us i do take change anyway finally at last"
)
_AFTER_BEING_AWAY = frozenset({Intent.STOP_APPLICATION, Intent.RESTART_APPLICATION, Intent.ROLLBACK_ACTION})


def asks_for_outcome(clauses: Sequence[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The message as a question for the state of the last change; None where it is anything else."""
    change = dialogue.change
    items = tuple(item for clause in clauses for item in clause.items if not item.is_mark)
    words = [word for item in items if not item.mention for word in item.word.split()]
    if change is None or not dialogue.agreed or not 0 < len(words) <= _LONGEST or any(item.number for item in items):
        return None
    if not _ASKS & {*words[:4]} or not _tells({*words}, change.intent) or not _is_all(items):
        return None
    named = find_targets(items, index, for_change=False)
    if named.ambiguous or named.unknown or not {one.entity.id for one in named.targets} <= {*change.targets}:
        return None
    place = Parameters(namespace=change.parameters.namespace)
    return Understanding(Intent.ACTION_STATUS, 0.8, targets=resolved(change.targets, index), parameters=place)


def _tells(words: set[str], changed: str) -> bool:
    """Whether they say that something is over: "back" only of what was away."""
    return bool(words & _TELLING) or ("back" in words and changed in _AFTER_BEING_AWAY)


def _is_all(items: Sequence[Item]) -> bool:
    known = _ASKS | _DONE | _BESIDE
    return all(item.mention or all(word in known for word in item.word.split()) for item in items)
