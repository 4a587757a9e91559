"""What a plan would leave out of a message, or take for something else: a second name, a number in another role.

Asked of what was understood as a whole; a match only ever turns a plan into a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import asdict

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.model import Dialogue, Understanding
from hexaops.assistant.understanding.normalise import word_set

MOST_BY_ITSELF = 100
"""From here on a number that is said without "replicas" or "scale" may be a port, a share or a code."""
_COUNTED = frozenset({"replica", "replicas_word", "scale", "scale_up", "scale_down", "increase", "decrease"})
_HAVING = word_set("have has are is runs run running at currently already see got")
_MORE = word_set("more fewer less another")
_CORRECTING, _ABSOLUTE = word_set("mean meant rather sorry no"), word_set("to at total all altogether overall")
_BITS = word_set("notch bit step tad little touch")
_TOO = word_set("too also likewise")
_JOINED = word_set("and plus & , as along together with well")


def has_gaps(
    items: Sequence[Item], clauses: Sequence[Clause], asked: Sequence[Understanding], dialogue: Dialogue
) -> bool:
    """Whether the parts that are `asked` for as plans leave a name or the role of a number open."""
    if _leaves_one_out(items, asked) or _contradicts_itself(asked):
        return True
    return any(_has_another_number(part, items, clauses, dialogue) for part in asked)


def _contradicts_itself(asked: Sequence[Understanding]) -> bool:
    """ "scale cart to 4 and cart to 7"."""
    counts: dict[str, set[int]] = {}
    for part in asked:
        for target in part.targets if part.parameters.replicas is not None else ():
            counts.setdefault(target.entity.id, set()).add(part.parameters.replicas or 0)
    return any(len(wanted) > 1 for wanted in counts.values())


def _has_another_number(
    part: Understanding, items: Sequence[Item], clauses: Sequence[Clause], dialogue: Dialogue
) -> bool:
    if part.slots is not None:
        impossible = part.slots.has_impossible_values or _is_below_zero(items)
        return impossible or _misses_a_value(part, items, dialogue) or _is_of_something_else(part, items)
    said = part.parameters
    counts = said.replicas is not None
    if counts and (_may_be_a_code(said.replicas or 0, items) or _counts_up(items) or _corrects_a_step(items, dialogue)):
        return True
    steps = bool(said.replicas_delta or said.replicas_factor)
    if counts and _counts_otherwise(said.replicas or 0, items):
        return True
    if steps and _turns_into_a_step(items, dialogue):
        return True
    if steps and any(one.word in ("to", "at") and two.number and not two.mention for one, two in pairwise(items)):
        return True  # "down by two", "i mean to two"
    return (steps or any(item.word in _MORE for item in items)) and _knows_otherwise(clauses)


def _is_of_something_else(part: Understanding, items: Sequence[Item]) -> bool:
    """ "stop restarting cart automatically" is no autoscaler; "back to the version of next week" is none yet."""
    of_restarts = part.intent is Intent.AUTOSCALING and any("restart" in item.tags for item in items)
    words = said_words(items)
    return of_restarts or bool(words & _COMING) or any("later" in item.tags for item in items)


_COMING = word_set("next tomorrow tonight upcoming future")


def _is_below_zero(items: Sequence[Item]) -> bool:
    """ "quota of shop to -4 cpu"."""
    return any(
        one.word in ("-", "minus") and two.number is not None and before.word in ("to", "at", "is", "=")
        for before, one, two in zip(items, items[1:], items[2:], strict=False)
    ) or any(item.text.startswith("-") and item.number is not None for item in items)


def _misses_a_value(part: Understanding, items: Sequence[Item], dialogue: Dialogue) -> bool:
    """ "deploy shop/cart:2.4", "wrong tag, 2.5": the number is none of the values that would be set.

    Or "quota of cart to 8Gi", "and 4 cpus for search": the first value was said of the other.
    """
    if part.slots is None or dialogue.change is None:
        return False
    if any(item.mention for item in items):
        same = any(item.word in _SAME for item in items)
        said = " ".join(item.text for item in items).lower()
        return not same and any(value.lower() not in said for _, value in part.slots.hard)
    values = str(asdict(part.slots))
    return any(item.number and item.text.rstrip("%") not in values for item in items)


_SAME = _TOO | {"same"}


def _counts_otherwise(count: int, items: Sequence[Item]) -> bool:
    """ "search I mean. to 6" after "scale it to 5": a count was said, and another would be set."""
    counts = [item.number.value for item in items if item.number and not item.mention and item.number.kind == "count"]
    steps = any(item.word in _MORE or item.word in _DIRECTIONS for item in items)
    return bool(counts) and count not in counts and not steps


def _turns_into_a_step(items: Sequence[Item], dialogue: Dialogue) -> bool:
    """ "down to 2", "no, by 2": up or down?"""
    before = dialogue.change.parameters if dialogue.change is not None else None
    words = said_words(items)
    return before is not None and before.replicas is not None and not words & _DIRECTIONS and "by" in words


_DIRECTIONS = word_set("up down more fewer less add remove increase decrease grow shrink off out in raise lower drop")


def _may_be_a_code(count: int, items: Sequence[Item]) -> bool:
    """ "set ingress-nginx to 443"."""
    return count >= MOST_BY_ITSELF and not any(item.tags & _COUNTED for item in items)


def _counts_up(items: Sequence[Item]) -> bool:
    """ "scale cart 3 replicas up", "up a notch, exactly one replica": more, or in all?"""
    if any(one.word in ("a", "another") and two.word in _BITS for one, two in pairwise(items)):
        return True
    return any(
        one.number and not one.mention and "replicas_word" in two.tags and three.word in ("up", "down")
        for one, two, three in zip(items, items[1:], items[2:], strict=False)
    )


def _corrects_a_step(items: Sequence[Item], dialogue: Dialogue) -> bool:
    """ "by one", "two, i mean": two more, or two in all?"""
    before = dialogue.change.parameters if dialogue.change is not None else None
    stepped = before is not None and bool(before.replicas_delta or before.replicas_factor)
    words = said_words(items)
    pending = dialogue.pending_question
    open_step = stepped or (pending is not None and pending.kind == "missing_parameter")
    return open_step and bool(words & _CORRECTING) and not words & _ABSOLUTE


def _knows_otherwise(clauses: Sequence[Clause]) -> bool:
    """ "we have 4 carts, make that one more": four and one, or what runs and one?"""
    return any(
        any(item.number for item in clause.items) and any(item.word in _HAVING for item in clause.items)
        for clause in clauses[:-1]
    )


def _leaves_one_out(items: Sequence[Item], asked: Sequence[Understanding]) -> bool:
    """ "scale cart to 4, inventory too", "restart cart as well as inventory" of which only the cart was understood."""
    wanted = {target.entity.id for part in asked for target in part.targets}
    spared = {target.entity.id for part in asked for target in part.excluded}
    named = {at: ids for at, item in enumerate(items) if (ids := _meant_by(item))}
    for at, ids in named.items():
        if ids & wanted:
            continue
        if _word_at(items, at + 1) in _TOO or (_word_at(items, at + 1), _word_at(items, at + 2)) == ("as", "well"):
            return True
        before = at - 1
        while before >= 0 and all(word in _JOINED for word in items[before].word.split()):
            before -= 1
        if before < at - 1 and not ids & spared and named.get(before, frozenset()) & wanted:
            return True
    return False


def _word_at(items: Sequence[Item], at: int) -> str:
    return items[at].word if at < len(items) else ""


def _meant_by(item: Item) -> frozenset[str]:
    """The applications of this very name."""
    candidates = item.mention.candidates if item.mention else ()
    return frozenset(one.entity.id for one in candidates if one.score >= 1 and one.entity.kind == "application")
