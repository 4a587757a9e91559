"""What each number of a clause is: a count of replicas, a step, where it stands now, a bound, a span of time…

"scale it from 3 to 5", "1 replica more", "down by 2", "no more than 6", "512Mi", "minus two": only a count, a step or a
factor can become a value of a change. A number in any other role keeps the change from being planned.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hexaops.assistant.understanding.closed import SMALL
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import NTH, time_unit_seconds

Role = Literal["absolute", "relative", "from", "limit", "percent", "factor", "time", "quantity", "other"]
_BOUNDS = word_set(
    "least most than max maximum min minimum between around about roughly approximately approx ca under over above "
    "below within exceed exceeding beyond or nearly almost until"
)
_STEP_BEFORE = word_set("by another plus extra additional further more")
_STEP_AFTER = word_set("more extra additional further fewer less further again")
_RUNNING = word_set("run runs running have has get gets fine lets")
_DIRECTIONS = word_set("up down out in back more less fewer further another")
_ABSOLUTE_BEFORE = word_set("to at on = with of : only now has have be is")
_ARTICLES = word_set("a an the just only exactly total of")
_STEP_VERBS = frozenset({"add", "remove"})
_MULTIPLIES, _MAY_MULTIPLY = (2.0, 3.0), 4
""" "x2" multiplies; "x4" may; nobody asks for ten times as many pods in so few words."""
_SOME_MORE = word_set("bit half few little third quarter couple")
""" "three and a bit": no count."""
_POINTING = word_set("that this the which other first second last another each every any no same")


class RoledNumber(Struct, frozen=True):
    """A number that was said, and its role."""

    text: str
    value: float
    role: Role
    down: bool = False
    """For a step, a factor or a share: downwards."""
    to: bool = False
    """For a share: "to 50 %", not "by 50 %"."""


class _Clause(Struct, frozen=True):
    """What is the same for each number of a clause."""

    verb: str
    goes_down: bool
    last_off: int
    """Where it says "off" or "away" for the last time; -1: nowhere."""


def read_numbers(items: tuple[Item, ...], verb: str = "") -> tuple[RoledNumber, ...]:
    """All numbers of the clause, in order; "one" in place of a noun is none."""
    last_off = max((place for place, item in enumerate(items) if item.word in ("off", "away")), default=-1)
    clause = _Clause(verb, _goes_down(items, verb), last_off)
    return tuple(
        _roled(items, position, clause)
        for position, item in enumerate(items)
        if item.number is not None and item.mention is None and not _is_pronoun(items, position)
    ) + tuple(
        _nth(items, position) or _single(items, position, clause)
        for position in range(len(items))
        if _nth(items, position) or _is_single(items, position)
    )


def _nth(items: tuple[Item, ...], position: int) -> RoledNumber | None:
    """ "a fourth replica": four of them."""
    word, after = items[position].word, items[position + 1 : position + 2]
    if word not in NTH[1:] or _word(items, position - 1) != "a" or not (after and "replicas_word" in after[0].tags):
        return None
    return RoledNumber(items[position].text, NTH.index(word) + 1.0, "absolute")


def _is_single(items: tuple[Item, ...], position: int) -> bool:
    """ "a single replica", "just a single cart"."""
    after = items[position + 1] if position + 1 < len(items) else None
    counts = after is not None and bool(after.mention or "replicas_word" in after.tags)
    return items[position].word == "single" and counts and _word(items, position - 1) in ("a", "to", "only", "just")


def _single(items: tuple[Item, ...], position: int, clause: _Clause) -> RoledNumber:
    """One, to add or to take away where that is said: "by a single replica", "add a single replica"."""
    steps = clause.verb in _STEP_VERBS or position < clause.last_off
    steps = steps or _before(items, position) in _STEP_BEFORE or _after(items, position) in _STEP_AFTER
    return RoledNumber(items[position].text, 1.0, "relative" if steps else "absolute", clause.goes_down)


def _goes_down(items: tuple[Item, ...], verb: str) -> bool:
    return verb in ("decrease", "scale_down", "remove", "halve") or any(
        other.word in ("down", "fewer", "less", "lower", "drop", "off", "away", "minus") for other in items
    )


def _is_pronoun(items: tuple[Item, ...], position: int) -> bool:
    """ "that one", "one of them", "the other one"."""
    if items[position].word != "one":
        return False
    before = _word(items, position - 1)
    after = _word(items, position + 1)
    if before == "another" and position + 1 == len(items):
        return False
    return before in _POINTING - {"another", "each", "no"} or after in ("of", "that", "which")


def _roled(items: tuple[Item, ...], position: int, clause: _Clause) -> RoledNumber:
    item = items[position]
    assert item.number is not None
    text, value = item.text, item.number.value
    before, after = _before(items, position), _after(items, position)
    if before == "minus":
        text, value = f"minus {text}", -value
        before = _before(items, position - 1)
        if position > 1 and items[position - 2].mention:  # "cart minus one"
            return RoledNumber(text, item.number.value, "relative", down=True)
    role = _role(items, position, before, after, clause)
    return RoledNumber(text, value, role, clause.goes_down, to=before in ("to", "at"))


def _role(items: tuple[Item, ...], position: int, before: str, after: str, clause: _Clause) -> Role:
    item = items[position]
    number = item.number
    assert number is not None
    if number.kind in ("time", "clock") or time_unit_seconds(_word(items, position + 1)):
        return "time"
    if number.kind == "quantity":
        return "quantity"
    if _is_bound(items, position, clause.verb):
        return "limit"
    if _word(items, position + 1) in ("%", "percent"):
        return "percent"
    return _role_of_count(items, position, before, after, clause)


def _role_of_count(items: tuple[Item, ...], position: int, before: str, after: str, clause: _Clause) -> Role:
    number, verb = items[position].number, clause.verb
    assert number is not None
    if verb == "assign" and number.text[:1].isdigit() and number.text.lower().endswith("x"):
        return "limit"  # "minio 4x": four of them, or four times as many
    if (
        (number.kind == "factor" and number.text[:1].isdigit())
        or _word(items, position + 1) in ("times", "x")
        or before in ("factor", "times")
        or (before == "of" and _word(items, position - 2) == "factor")
    ):
        return "factor"
    if "." in number.text and not verb.startswith("scale"):
        return "limit"  # "web-app to 2.0": a version
    if before == "from" or _goes_on_to(items, position, before) or _instead_of(items, position):
        return "from"
    if _goes_on_strangely(items, position) or _is_no_step(items, position, before, verb):
        return "other"
    if verb in _STEP_VERBS and before in ("but", "except"):
        return "absolute"  # "remove all replicas but one"
    steps = verb in _STEP_VERBS and before != "to"  # "drop cart to 2" says where it goes
    steps = steps or (verb in ("increase", "decrease") and before == "with")  # "increase A with 2"
    steps_on = after in _STEP_AFTER and not (after == "again" and before in ("to", "at"))  # "to 3 again"
    if before in _STEP_BEFORE or steps_on or number.text[0] == "+" or steps:
        return "relative"
    if position < clause.last_off or _goes_on_by(items, position, before):
        return "relative"
    if number.text.lower().startswith("x"):
        return _role_of_times(items, position)
    if before in ("up", "down") and verb not in ("scale",):
        return "relative"
    return "absolute"


def _role_of_times(items: tuple[Item, ...], position: int) -> Role:
    """Of "x2", "x6"; "cart x4" may be four of them, or four times as many."""
    number = items[position].number
    assert number is not None
    if number.value in _MULTIPLIES:
        return "factor"
    behind = position and items[position - 1].mention and position == len(items) - 1
    return "absolute" if behind and number.value > _MAY_MULTIPLY else "limit"


def _goes_on_by(items: tuple[Item, ...], position: int, before: str) -> bool:
    """ "cart one up", "2 down"; not "to 2 up", "3 up to 7", "3 up and running"."""
    on = _word(items, position + 1) in ("up", "down") and before not in _ABSOLUTE_BEFORE
    return on and _word(items, position + 2) not in ("to", "and", "till", "until")


def _is_bound(items: tuple[Item, ...], position: int, verb: str) -> bool:
    """ "at most 6", "no more than 6", "between 2 and 5", "2 or 3", "up to 6" (but "scale it up to 6" is a count)."""
    near = [items[p].word for p in range(max(0, position - 3), position)]
    grows = verb == "increase" and bool(items[position + 1 : position + 2]) and near[-1:] == ["until"]
    if grows and items[position + 1].tags & {"replicas_word"}:
        return False  # "increase it until 7 replicas"
    if near[-2:] in (["how", "about"], ["what", "about"]):
        return False
    if any(word in _BOUNDS and not (word == "most" and "at" not in near) for word in near[-2:]):
        return True
    offered = any(item.word in ("give", "let", "allow", "have") for item in items[max(0, position - 6) : position])
    if near[-2:] == ["up", "to"] and (offered or len(near) < 3 or near[0] in ("to", "at", "by", "have", "with")):
        return True
    return (
        _word(items, position + 1) in ("or", "-", "max", "min", "maximum", "minimum")
        and bool(
            items[position + 2 : position + 3] and (items[position + 2].number or items[position + 2].word in _BOUNDS)
        )
    ) or (_word(items, position + 1) in ("max", "min", "maximum", "minimum", "or", "-") and verb != "")


def _goes_on_strangely(items: tuple[Item, ...], position: int) -> bool:
    """ "5 users": it counts something else."""
    if position + 1 >= len(items):
        return False
    after = items[position + 1]
    if after.word == "and" and _word(items, position + 2) in _ARTICLES and _word(items, position + 3) in _SOME_MORE:
        return True
    if after.is_mark or after.mention or after.number:
        return False
    counted = after.tags & {"replicas_word", "app", "more", "less", "polite", "now", "later", "if", "because", "except"}
    return not counted and not all(word in SMALL for word in after.word.split())


def _is_no_step(items: tuple[Item, ...], position: int, before: str, verb: str) -> bool:
    """ "add zero replicas"; "A with 16": of what?; "scale A by 2", which may be two more or twice as many."""
    number, words = items[position].number, said_words(items)
    assert number is not None
    if verb == "assign" and before == "with" and not _RUNNING & words:
        counted = any(item.tags & {"replica", "replicas_word"} for item in items)
        return not (counted or _after(items, position) in _STEP_AFTER)  # "could do with two extra"
    if number.value == 0 and (verb in _STEP_VERBS or before in _STEP_BEFORE):
        return True
    return verb == "scale" and before == "by" and not _DIRECTIONS & words


def _instead_of(items: tuple[Item, ...], position: int) -> bool:
    """ "3 replicas instead of 1", "5 rather than 3"."""
    before = (_word(items, position - 2), _word(items, position - 1))
    return before in (("instead", "of"), ("rather", "than"))


def _goes_on_to(items: tuple[Item, ...], position: int, before: str) -> bool:
    """ "3 to 5", "3 -> 5"."""
    target = items[position + 2 : position + 3]
    return before not in ("to", "by") and _word(items, position + 1) == "to" and bool(target and target[0].number)


def _word(items: tuple[Item, ...], position: int) -> str:
    return items[position].word if 0 <= position < len(items) else ""


def _before(items: tuple[Item, ...], position: int) -> str:
    """The word before, articles left out."""
    position -= 1
    while position > 0 and items[position].word in _ARTICLES - {"of"}:
        position -= 1
    return _word(items, position)


def _after(items: tuple[Item, ...], position: int) -> str:
    """The word after, a noun for replicas or the name of what is counted left out."""
    position += 1
    while position < len(items) and (items[position].tags & {"replicas_word"} or items[position].mention):
        position += 1
    return _word(items, position)
