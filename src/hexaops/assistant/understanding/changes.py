"""The values of a change: how many replicas, up or down, why, and which intent the verb comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import InvalidValue, Parameters
from hexaops.assistant.understanding.modes import reason_start
from hexaops.assistant.understanding.numbers import Number, time_unit_seconds, why_not_a_count

_FACTORS = {"double": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5}
_DOWN = frozenset({"decrease", "scale_down", "halve", "remove"})
_UP = frozenset({"increase", "scale_up", "double", "triple", "quadruple", "add"})
_OF_SCALING = frozenset({"scale", "assign"}) | _UP | _DOWN
_TO_BASE = {
    "restart": Intent.RESTART_APPLICATION,
    "start": Intent.START_APPLICATION,
    "stop": Intent.STOP_APPLICATION,
    "cancel": Intent.CANCEL_ACTION,
    "undo": Intent.ROLLBACK_ACTION,
}
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class _Said:
    """A number and the words around it."""

    number: Number
    before: str
    after: str
    item_after: Item | None


def intent_of_verb(verb: str) -> Intent:
    """The intent that the kind of verb comes to."""
    return Intent.SCALE_APPLICATION if verb in _OF_SCALING else _TO_BASE[verb]


def read_reason(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], str | None]:
    """The items without the reason, and the reason in the person's words."""
    start = reason_start(items)
    if start is None:
        return items, None
    words = [item.text for item in items[start:]]
    if words[0].lower() in ("because", "since", "as", "due", "reason"):
        words = words[1:]
    while words and words[0] in ("to", "of", ":", "is", "-") and items[start].word != "to":
        words = words[1:]
    text = " ".join(words).replace(" ,", ",").strip()
    return items[:start], text[:REASON_LIMIT] or None


def read_replicas(items: tuple[Item, ...], verb: str) -> Parameters:
    """Replica values said in the clause; all None when it says none."""
    direction = _direction(items, verb)
    parameters = Parameters(direction=direction)
    if verb in _FACTORS:
        return replace(parameters, replicas_factor=_FACTORS[verb], direction="down" if verb == "halve" else "up")
    words = [item.word for item in items]
    if any("half" in item.tags for item in items) and not any(item.number for item in items):
        return replace(parameters, replicas_factor=0.5, direction="down")
    if "twice" in words:
        return replace(parameters, replicas_factor=2.0, direction="up")
    said = _choose(_numbers(items))
    if said is None:
        return _another(parameters, items, verb)
    return _with_number(parameters, said, verb)


def _direction(items: tuple[Item, ...], verb: str) -> Literal["up", "down"] | None:
    tags = {tag for item in items for tag in item.tags}
    if verb in _DOWN or tags & {"scale_down", "down", "less"}:
        return "down"
    return "up" if verb in _UP or tags & {"scale_up", "up", "more"} or any(i.word == "out" for i in items) else None


def _numbers(items: tuple[Item, ...]) -> list[_Said]:
    found: list[_Said] = []
    for position, item in enumerate(items):
        if item.number is None or item.number.kind in ("time", "quantity", "clock"):
            continue
        after = items[position + 1] if position + 1 < len(items) else None
        if after is not None and (
            time_unit_seconds(after.word) or (item.word == "one" and after.word in ("of", "that"))
        ):
            continue
        before = items[position - 1].word if position else ""
        if before in ("that", "this", "the", "which") and item.word == "one":
            continue
        found.append(_Said(item.number, before, after.word if after else "", after))
    return found


def _choose(numbers: list[_Said]) -> _Said | None:
    """The number after "to" or "=", else one that counts replicas, else the last."""
    for wanted in (("to", "=", "at"), ("by",)):
        for said in reversed(numbers):
            if said.before in wanted:
                return said
    for said in numbers:
        if said.item_after is not None and said.item_after.tags & {"replicas_word", "more", "less"}:
            return said
    return numbers[-1] if numbers else None


def _another(parameters: Parameters, items: tuple[Item, ...], verb: str) -> Parameters:
    """ "add another replica", "add a replica", "one fewer": a step of one."""
    tags = {tag for item in items for tag in item.tags}
    single = any("replica" in item.tags or item.lemma == "pod" for item in items if not item.word.endswith("s"))
    if (verb in ("add", "remove") and single) or ("another" in {item.word for item in items} and "replica" in tags):
        return replace(parameters, replicas_delta=-1 if verb == "remove" else 1)
    return parameters


def _with_number(parameters: Parameters, said: _Said, verb: str) -> Parameters:
    number, direction = said.number, parameters.direction
    if number.kind == "factor" or said.after in ("times", "x") or said.before == "factor" or said.after == "factor":
        down = direction == "down" and number.value > 1
        return replace(parameters, replicas_factor=1 / number.value if down and number.value else number.value)
    if said.after in ("%", "percent"):
        share = number.value / 100
        return replace(parameters, replicas_factor=round(1 - share if direction == "down" else 1 + share, 4))
    after = said.item_after.tags if said.item_after else frozenset()
    is_step = said.before != "to" and (
        said.before in ("by", "another")
        or after & {"more", "less"}
        or verb in ("add", "remove")
        or number.text[0] == "+"
    )
    why = why_not_a_count(number.value)
    if why:
        return replace(parameters, invalid=(InvalidValue("replicas", number.text, why),))
    count = int(number.value)
    if is_step:
        return replace(parameters, replicas_delta=-count if direction == "down" else count)
    return replace(parameters, replicas=count)
