"""What a plan would leave out of a message, or take for something else: a second name, a number in another role.

Asked of what was understood as a whole; a match only ever turns a plan into a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import asdict

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, Intent
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.model import Dialogue, Parameters, Understanding
from hexaops.assistant.understanding.normalise import word_set

MOST_BY_ITSELF = 100
"""From here on a number that is said without "replicas" or "scale" may be a port, a share or a code."""
_COUNTED = frozenset({"replica", "replicas_word", "scale", "scale_up", "scale_down", "increase", "decrease"})
_HAVING = word_set("have has are is runs run running at currently already see got")
_MORE = word_set("more fewer less another")
_CORRECTING, _ABSOLUTE = word_set("mean meant rather sorry no"), word_set("to at total all altogether overall")
_BITS = word_set("notch bit step tad little touch")
_SAME = word_set("too also likewise same")
_FURTHER_CHANGES = (CHANGE_INTENTS | LATER_CHANGES) - {Intent.NO_ACTION}
_ARTICLES, _RULING_OUT = word_set("the our my your"), word_set("not except excluding without skip")


class Message(Struct, frozen=True):
    """A message of which a plan would be made: what was said, how it was read, and what was said before."""

    items: Sequence[Item]
    clauses: Sequence[Clause]
    parts: Sequence[Understanding]
    dialogue: Dialogue

    @property
    def asked(self) -> list[Understanding]:
        """The parts that a plan would be made of."""
        return [part for part in self.parts if part.wants_plan]


def has_gaps(message: Message) -> bool:
    """Whether the plans leave a name or the role of a number open."""
    return any(rule(message) for rule in _OF_MESSAGE) or any(
        rule(part, message) for part in message.asked for rule in (_OF_COUNT if part.slots is None else _OF_SETTINGS)
    )


def _contradicts_itself(message: Message) -> bool:
    """ "scale cart to 4 and cart to 7"."""
    counts: dict[str, set[int]] = {}
    for part in message.asked:
        for target in part.targets if part.parameters.replicas is not None else ():
            counts.setdefault(target.entity.id, set()).add(part.parameters.replicas or 0)
    return any(len(wanted) > 1 for wanted in counts.values())


def _is_impossible(part: Understanding, message: Message) -> bool:
    """ "quota of shop to -4 cpu"."""
    slots, items = part.slots, message.items
    below_zero = any(
        one.word in ("-", "minus") and two.number is not None and before.word in ("to", "at", "is", "=")
        for before, one, two in zip(items, items[1:], items[2:], strict=False)
    ) or any(item.text.startswith("-") and item.number is not None for item in items)
    return below_zero or (slots is not None and slots.has_impossible_values)


def _is_of_something_else(part: Understanding, message: Message) -> bool:
    """ "stop restarting cart automatically" is no autoscaler; "back to the version of next week" is none yet."""
    items, words = message.items, said_words(message.items)
    of_restarts = part.intent is Intent.AUTOSCALING and any("restart" in item.tags for item in items)
    return of_restarts or bool(words & _COMING) or any("later" in item.tags for item in items)


_COMING = word_set("next tomorrow tonight upcoming future")


def _misses_a_value(part: Understanding, message: Message) -> bool:
    """ "deploy shop/cart:2.4", "wrong tag, 2.5": the number is none of the values that would be set.

    Or "quota of cart to 8Gi", "and 4 cpus for search": the first value was said of the other.
    """
    items = message.items
    if part.slots is None or message.dialogue.change is None:
        return False
    if any(item.mention for item in items):
        same = any(item.word in _SAME for item in items) or _corrects_the_name(items)
        said = " ".join(item.text for item in items).lower()
        return not same and any(value.lower() not in said for _, value in part.slots.hard)
    values = str(asdict(part.slots))
    return any(item.number and item.text.rstrip("%") not in values for item in items)


def _corrects_the_name(items: Sequence[Item]) -> bool:
    """ "not shop, checkout": the values stay."""
    return any(item.word == "not" for item in items) and not any(item.number and not item.mention for item in items)


def _counts_otherwise(part: Understanding, message: Message) -> bool:
    """ "search I mean. to 6" after "scale it to 5": a count was said, and another would be set."""
    said = [item.number for item in message.items if item.number and not item.mention]
    counts, count = [number.value for number in said if number.kind == "count"], part.parameters.replicas
    steps = any(item.word in _MORE or item.word in _DIRECTIONS for item in message.items)
    return count is not None and bool(counts) and count not in counts and not steps


def _turns_into_a_step(part: Understanding, message: Message) -> bool:
    """ "down to 2", "no, by 2": up or down?"""
    before, words = _before(message), said_words(message.items)
    return (
        _steps(part)
        and before is not None
        and before.replicas is not None
        and not words & _DIRECTIONS
        and "by" in words
    )


_DIRECTIONS = word_set("up down more fewer less add remove increase decrease grow shrink off out in raise lower drop")


def _may_be_a_code(part: Understanding, message: Message) -> bool:
    """ "set ingress-nginx to 443"."""
    large = (part.parameters.replicas or 0) >= MOST_BY_ITSELF
    return large and not any(item.tags & _COUNTED for item in message.items)


def _counts_up(part: Understanding, message: Message) -> bool:
    """ "scale cart 3 replicas up", "up a notch, exactly one replica": more, or in all?"""
    items = message.items
    if part.parameters.replicas is None:
        return False
    if any(one.word in ("a", "another") and two.word in _BITS for one, two in pairwise(items)):
        return True
    return any(
        one.number and not one.mention and "replicas_word" in two.tags and three.word in ("up", "down")
        for one, two, three in zip(items, items[1:], items[2:], strict=False)
    )


def _corrects_a_step(part: Understanding, message: Message) -> bool:
    """ "by one", "two, i mean": two more, or two in all?"""
    before, pending = _before(message), message.dialogue.pending_question
    if part.parameters.replicas is None:
        return False
    stepped = before is not None and bool(before.replicas_delta or before.replicas_factor)
    words = said_words(message.items)
    open_step = stepped or (pending is not None and pending.kind == "missing_parameter")
    return open_step and bool(words & _CORRECTING) and not words & _ABSOLUTE


def _corrects_its_unit(part: Understanding, message: Message) -> bool:
    """ "cart needs 6... 6 cores I mean": of something else than replicas."""
    units = any(item.word in _UNITS or (item.number and item.number.kind == "quantity") for item in message.items)
    return part.parameters.replicas is not None and units and bool(said_words(message.items) & {"mean", "meant"})


_UNITS = word_set("core cores cpu cpus memory ram gb mb gi mi gib mib gigs disk % percent node nodes seconds minutes")


def _goes_where(part: Understanding, message: Message) -> bool:
    """ "down by two", "i mean to two"."""
    pairs = pairwise(message.items)
    return _steps(part) and any(one.word in ("to", "at") and two.number and not two.mention for one, two in pairs)


def _knows_otherwise(part: Understanding, message: Message) -> bool:
    """ "we have 4 carts, make that one more": four and one, or what runs and one?"""
    return (_steps(part) or any(item.word in _MORE for item in message.items)) and any(
        any(item.number for item in clause.items) and any(item.word in _HAVING for item in clause.items)
        for clause in message.clauses[:-1]
    )


def _steps(part: Understanding) -> bool:
    return bool(part.parameters.replicas_delta or part.parameters.replicas_factor)


def _before(message: Message) -> Parameters | None:
    return message.dialogue.change.parameters if message.dialogue.change is not None else None


def _leaves_one_out(message: Message) -> bool:
    """ "restart cart as well as inventory" of which only the cart was understood: a name that no part takes up."""
    items, parts, dialogue = message.items, message.parts, message.dialogue
    told = [part for part in parts if part.wants_plan or part.intent not in _FURTHER_CHANGES]
    taken = {target.entity.id for part in told for target in (*part.targets, *part.excluded)}
    taken |= {one.entity.id for part in told for named in part.ambiguous for one in named.candidates}
    before = {*dialogue.change.targets} if dialogue.change is not None else set()
    if before >= {target.entity.id for part in parts if part.wants_plan for target in part.targets}:
        taken |= before  # "(stop A and B.) B stays"
    for at, item in enumerate(items):
        ids = _meant_by(item)
        if ids and not ids & taken and not _is_ruled_out(items, at):
            return True
    return False


def _leaves_an_exception_out(message: Message) -> bool:
    """ "everything except the databases... restart that": an exception that no part takes up."""
    excepts = any("except" in item.tags and item.word != "but" for item in message.items)
    return excepts and not any(part.excluded for part in message.asked)


def _is_ruled_out(items: Sequence[Item], at: int) -> bool:
    """ "…, not postgres", "… but not the cart", "kafka has 3"."""
    after = items[at + 1 : at + 3]
    if len(after) > 1 and after[0].word in ("has", "have", "runs") and after[1].number:
        return True
    before = [item for item in items[max(0, at - 3) : at] if item.word not in _ARTICLES]
    return bool(before) and ("not" in before[-1].tags or before[-1].word in _RULING_OUT)


def _meant_by(item: Item) -> frozenset[str]:
    """The applications of this very name."""
    candidates = item.mention.candidates if item.mention else ()
    return frozenset(one.entity.id for one in candidates if one.score >= 1 and one.entity.kind == "application")


def _leaves_a_place_out(message: Message) -> bool:
    """ "frontend has crashing apps, restart those": of which a restart everywhere was understood."""
    wide = [part for part in message.asked if not (part.targets or part.parameters.namespace)]
    return bool(wide) and any(
        item.mention and all(one.entity.kind == "project" for one in item.mention.candidates) for item in message.items
    )


def _selects_by_need(message: Message) -> bool:
    """ "everything that needs a restart": who needs it is not known."""
    wide = any(part.parameters.everything for part in message.asked)
    return wide and any(
        one.word in ("that", "which") and two.word in ("need", "needs") for one, two in pairwise(message.items)
    )


_OF_MESSAGE = (_leaves_one_out, _leaves_an_exception_out, _contradicts_itself, _leaves_a_place_out, _selects_by_need)
_OF_SETTINGS = (_is_impossible, _misses_a_value, _is_of_something_else)


def _needs_of_what(part: Understanding, message: Message) -> bool:
    """ "cart needs 4": replicas, cores or gigabytes; not "needs 4 more", nor after talk of its replicas."""
    items, last = message.items, message.dialogue.last_intent
    if part.parameters.replicas is None or last == Intent.SCALE_APPLICATION.value:
        return False
    if any(item.tags & (_COUNTED | {"polite", "now"}) for item in items if not item.mention):
        return False
    return any(
        one.word in _NEEDING and two.number is not None and (after is None or after.is_mark)
        for one, two, after in zip(items, items[1:], [*items[2:], None], strict=False)
    )


_NEEDING = word_set("need needs require requires want wants")
_OF_COUNT = (
    _may_be_a_code, _counts_up, _corrects_a_step, _corrects_its_unit, _counts_otherwise, _turns_into_a_step,
    _goes_where, _knows_otherwise, _needs_of_what,
)  # fmt: skip
"""Asked of each part in this order."""
