"""Two things asked in one clause: "I need the logs and events of A", "cart to 5, storefront down to 2".

The grammar splits only where a clause of its own begins. Here a clause is split at "and" or a comma where the ranker is
sure of both sides and they differ, or both give an application a count.
"""

from __future__ import annotations

from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking, rank

SURE, SURE_OF_NOUNS, WHOLE = 0.5, 0.7, 0.9
"""Where the second side begins like a clause; where it may be only a noun; and how sure the whole may be then."""
SURE_OF_COUNT, SHORT = 0.8, 4
_JOINTS = word_set("and , + & plus then also but")
_LISTS = word_set("and + & plus also")
SURE_OF_LISTED = 0.9
_COSTS = frozenset({"cost_total", "cost_breakdown", "cost_optimize"})
_SEQUENCE = word_set("second secondly third finally afterwards afterward lastly first firstly if so yes not that after")
_ACTORS = word_set("i we you they one")
_TALK = frozenset({"talk", "oos"})


def split_further(clause: Clause) -> list[Clause]:
    """The clause, or those that it is made of."""
    place = next((place for place in range(2, len(clause.items)) if _begins_purpose(clause.items[place:])), None)
    named = place is not None and any(item.mention for item in clause.items[place:])
    if place is None or not named or rank(clause.items[:place]).probability < SURE_OF_COUNT:
        return _split(clause)
    purpose = Clause(clause.items[place:], "soft", clause.is_question)
    return [*_split(replace(clause, items=clause.items[:place])), purpose]


def is_purpose(clause: Clause) -> bool:
    """ "… so (that) we can take cart to 6": what a change is for, not asked for itself."""
    return clause.join == "soft" and _begins_purpose(clause.items)


def _begins_purpose(items: tuple[Item, ...]) -> bool:
    words = [item.word for item in items if not item.is_mark]
    if words[:1] != ["so"]:
        return False
    words = words[2:] if words[1:2] == ["that"] else words[1:]
    return len(words) > 3 and words[0] in _ACTORS and words[1] in ("can", "could", "may") and not items[0].is_mark


def _split(clause: Clause) -> list[Clause]:
    best: tuple[float, int] | None = None
    items = clause.items
    whole = rank(items) if any(item.word in _JOINTS for item in items) else None
    if whole is None:
        return [clause]
    for position, item in enumerate(items):
        if item.word not in _JOINTS or item.quoted:
            continue
        left, right = items[:position], items[position + 1 :]
        lists = item.word in _LISTS or (item.word == "," and any(i.word in ("its", "their") for i in right[:1]))
        chance = _both(left, right, whole, lists=lists)
        if chance is not None and (best is None or chance > best[0]):
            best = (chance, position)
    if best is None:
        return [clause]
    left, right = items[: best[1]], items[best[1] + 1 :]
    return [replace(clause, items=left), *_split(Clause(right, "soft", clause.is_question))]


def _both(left: tuple[Item, ...], right: tuple[Item, ...], whole: Ranking, *, lists: bool) -> float | None:
    """How sure the less sure side is, or None where this is no place to split."""
    if not (_says_something(left) and _says_something(right)):
        return None
    one, other = rank(left), rank(right)
    sure = min(one.probability, other.probability)
    counted = one.best == other.best == "scale_app" and all(_counts(side) for side in (left, right))
    counted = counted or all(_switches(side) for side in (left, right)) or _counts_beside(other, one, right)
    is_noun = not counted and not begins_clause(right)
    listed = lists and sure >= SURE_OF_LISTED and _differ_in_kind(one.best, other.best)
    if is_noun and (sure < SURE_OF_NOUNS or whole.probability >= WHOLE) and not listed:
        return None
    if sure < SURE or _TALK & {one.best, other.best}:
        return None
    if one.best != other.best:
        return sure
    return sure if counted else None


def _differ_in_kind(one: str, other: str) -> bool:
    """ "logs and events" are two, "a dashboard with cpu and errors" and "a quota of 8 cpu and 50 pods" are one."""
    if {one, other} == {"update_quota", "scale_app"}:
        return False
    if one == "create_dashboard":
        return other == "create_alert"
    return not {one, other} <= _COSTS


def begins_clause(items: tuple[Item, ...]) -> bool:
    """A verb or a question word first, small words left out: "when does it run out", "alert me if"."""
    for item in items[:5]:
        if item.tags & {"wh", "aux", "how_to", "how_is", "how_many", "notify"} or "base" in item.forms:
            return True
        if not (
            item.is_mark
            or item.tags & {"polite"}
            or item.word in _JOINTS
            or item.word in _SEQUENCE
            or item.word in ("i", "we", "to")
        ):
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
        and (item.forms or not all(word in SMALL or word in LIGHT for word in item.word.split()))
        and not (item.word in SMALL or item.word in LIGHT)
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
    """A name and a number that stand together: not "at ten, I want web-app"."""
    names = [place for place, item in enumerate(items) if item.mention]
    numbers = [place for place, item in enumerate(items) if item.number and not item.mention]
    if not names or not numbers:
        return False
    first, last = sorted((names[-1], numbers[-1]))
    return not any(item.is_mark for item in items[first:last])
