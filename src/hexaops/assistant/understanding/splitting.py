"""Two things asked in one clause: "I need the logs and events of A", "cart to 5, storefront down to 2".

The grammar splits only where a clause of its own begins. Here a clause is split at "and" or a comma where the ranker is
sure of both sides and they differ, or both give an application a count.
"""

from __future__ import annotations

from dataclasses import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking, rank

SURE, SURE_OF_NOUNS, WHOLE = 0.5, 0.7, 0.9
"""Where the second side begins like a clause; where it may be only a noun; and how sure the whole may be then."""
SURE_OF_COUNT, SHORT = 0.8, 4
_JOINTS = word_set("and , + & plus then also but")
_TALK = frozenset({"talk", "oos"})


def split_further(clause: Clause) -> list[Clause]:
    """The clause, or the two that it is made of."""
    best: tuple[float, int] | None = None
    items = clause.items
    whole = rank(items) if any(item.word in _JOINTS for item in items) else None
    if whole is None:
        return [clause]
    for position, item in enumerate(items):
        if item.word not in _JOINTS or item.quoted:
            continue
        left, right = items[:position], items[position + 1 :]
        chance = _both(left, right, whole)
        if chance is not None and (best is None or chance > best[0]):
            best = (chance, position)
    if best is None:
        return [clause]
    left, right = items[: best[1]], items[best[1] + 1 :]
    return [replace(clause, items=left), *split_further(Clause(right, "soft", clause.is_question))]


def _both(left: tuple[Item, ...], right: tuple[Item, ...], whole: Ranking) -> float | None:
    """How sure the less sure side is, or None where this is no place to split."""
    if not (_says_something(left) and _says_something(right)):
        return None
    one, other = rank(left), rank(right)
    sure = min(one.probability, other.probability)
    counted = one.best == other.best == "scale_app" and all(_counts(side) for side in (left, right))
    counted = counted or all(_switches(side) for side in (left, right)) or _counts_beside(other, one, right)
    is_noun = not counted and not begins_clause(right)
    if is_noun and (sure < SURE_OF_NOUNS or whole.probability >= WHOLE):
        return None
    if sure < SURE or _TALK & {one.best, other.best}:
        return None
    if one.best != other.best:
        return sure
    return sure if counted else None


def begins_clause(items: tuple[Item, ...]) -> bool:
    """A verb or a question word first, small words left out: "when does it run out", "alert me if"."""
    for item in items[:5]:
        if item.tags & {"wh", "aux", "how_to", "how_is", "how_many", "notify"} or "base" in item.forms:
            return True
        if not (item.is_mark or item.tags & {"polite"} or item.word in _JOINTS or item.word in ("i", "we", "to")):
            return False
    return False


def _says_something(items: tuple[Item, ...]) -> bool:
    """A word of content, or a name with a number."""
    if _switches(items):
        return True
    content = [
        item
        for item in items
        if not (item.is_mark or item.mention or item.number)
        and not all(word in SMALL or word in LIGHT for word in item.word.split())
    ]
    return bool(content) or _counts(items)


def _counts_beside(counted: Ranking, other: Ranking, items: tuple[Item, ...]) -> bool:
    """ "give backend more quota and api-service two more pods": a count of its own, sure to be one."""
    sure = counted.best == "scale_app" and counted.probability >= SURE_OF_COUNT
    return sure and other.best != "scale_app" and other.probability >= SURE_OF_COUNT and _counts(items)


def _switches(items: tuple[Item, ...]) -> bool:
    """ "trainer off": a name and a state."""
    said = [item for item in items if not item.is_mark]
    named = any(item.mention for item in said) and len(said) <= SHORT
    return named and any(item.word in ("on", "off", "up", "down") for item in said)


def _counts(items: tuple[Item, ...]) -> bool:
    return any(item.mention for item in items) and any(item.number for item in items)
