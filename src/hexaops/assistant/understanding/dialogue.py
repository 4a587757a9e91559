"""Answers to what the assistant asked last: "the first one", a name, "5", yes, no.

Only a message that is nothing but such an answer is taken as one; anything longer is read afresh.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import KnownEntity, NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import (
    Dialogue,
    InvalidValue,
    Parameters,
    PendingQuestion,
    Resolved,
    Understanding,
)
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS, find_number, why_not_a_count
from hexaops.assistant.understanding.targets import find_targets

_LONGEST_ANSWER = 7
_SMALL_WORDS = word_set(
    "the one please i mean meant a an of app application it make to replicas replica pods pod instances "
    "option number that this in by namespace project service just then ok okay with let us use want "
    "would like all both them"
)


def answer_pending(items: list[Item], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """What the message answers to the pending question, or None when it is not an answer."""
    pending = dialogue.pending_question
    said = [item for item in items if not item.is_mark]
    if pending is None or not said or len(said) > _LONGEST_ANSWER:
        return None
    if pending.kind == "choose_entity" and said[0].word == "not":
        return _ruled_out(said[1:], pending, index)
    if any(item.word == "not" for item in said) or (
        dialogue.agreed and pending.kind == "confirm_plan" and _stops(said)
    ):
        return None
    if _refuses(said) or (pending.kind == "confirm_plan" and _calls_off(said)):
        return Understanding(Intent.DENY, 0.95)
    if pending.kind == "confirm_plan" and (limit := _put_off(items)) is not None:
        known = tuple(Resolved(one, one.name, 0.9, "dialogue") for one in _entities(pending.targets, index))
        about = Intent(pending.intent)
        return Understanding(Intent.ACTION_QUESTION, 0.9, limit, targets=known, about=about)
    if pending.kind == "confirm_plan":
        return Understanding(Intent.CONFIRM, 0.95) if _agrees_to_it(said) else None
    if pending.kind == "choose_entity":
        return _chosen_entity(said, pending, index)
    if pending.kind == "choose_intent":
        return _chosen_intent(said, pending, index)
    if pending.parameter == "replicas":
        return _count(said, pending, index)
    return _named(said, pending, index)


_VALUES = word_set("trace debug info warn warning error fatal true false on off")


def _refuses(said: list[Item]) -> bool:
    refusing = all(item.tags & {"deny", "no", "polite", "filler"} for item in said)
    if any(item.word != "one" and (item.number or find_number(item.word)) for item in said):
        return False  # "no, by two"
    if any(item.word in _VALUES for item in said[1:]):
        return False  # "no, info"
    if any(item.tags & {"more", "less"} for item in said[1:]):
        return False  # "no just one more"
    return refusing and any(item.tags & {"deny", "no"} for item in said)


def _calls_off(said: list[Item]) -> bool:
    """ "stop", "cancel that", "wait": nothing runs yet, so nothing is stopped but the plan."""
    small = {"pronoun", "polite", "now"}
    return all(
        item.tags & (small | {"cancel", "stop"}) or item.word in ("wait", "the", "plan") for item in said
    ) and any(item.tags & {"cancel", "stop"} or item.word == "wait" for item in said)


def _put_off(items: list[Item]) -> Mode | None:
    """ "yes but only after lunch": agreed to, not now."""
    if "yes" not in items[0].tags or any(item.mention or item.number for item in items):
        return None
    limit = limits_of_request(tuple(items))
    return limit if limit in (Mode.SCHEDULED, Mode.CONDITIONAL) else None


def _stops(said: list[Item]) -> bool:
    """ "cancel that" after a yes: what may run already is called off, no mere no."""
    return any(item.tags & {"cancel", "stop"} for item in said)


def _ruled_out(said: list[Item], pending: PendingQuestion, index: NameIndex) -> Understanding | None:
    """ "not the background": the other one of two."""
    options = _entities(pending.options, index)
    mentions = [item for item in said if item.mention is not None]
    if len(options) != 2 or not mentions or not _only_small_words(said):
        return None
    left = [option for option in options if not any(_names(item, option) for item in mentions)]
    if len(left) != 1:
        return None
    return _complete(pending, [*_entities(pending.targets, index), *left], pending.parameters)


def _agrees(said: list[Item]) -> bool:
    return all(item.tags & {"yes", "polite"} or item.word in _SMALL_WORDS for item in said) and any(
        "yes" in item.tags for item in said
    )


def _agrees_to_it(said: list[Item]) -> bool:
    """ "yes that", "yes both", "ok do both": yes to the plan as it stands."""
    small = all(item.tags & {"yes", "polite", "pronoun"} or item.word in ("both", "all", "exactly") for item in said)
    return small and "yes" in said[0].tags and len(said) > 1


def _position(said: list[Item], count: int) -> int | None:
    """Index of "the first one", "2", "number two", or None."""
    for item in said:
        if item.word in ORDINALS:
            chosen = ORDINALS[item.word]
            return chosen if -1 <= chosen < count else None
    rest = [item for item in said if item.word not in _SMALL_WORDS]
    if len(rest) == 1 and rest[0].number is not None and rest[0].number.value == int(rest[0].number.value):
        chosen = int(rest[0].number.value) - 1
        return chosen if 0 <= chosen < count else None
    return None


def _only_small_words(said: list[Item]) -> bool:
    """Nothing but the answer itself and small words: no verb, no other meaning."""
    return all(
        item.mention
        or item.number
        or item.word in _SMALL_WORDS
        or item.word in ORDINALS
        or item.tags & {"yes", "polite", "everything", "pronoun"}
        for item in said
    )


def _entities(identities: tuple[str, ...], index: NameIndex) -> list[KnownEntity]:
    known = (index.by_id.get(identity) for identity in identities)
    return [entity for entity in known if entity is not None]


def _chosen_entity(said: list[Item], pending: PendingQuestion, index: NameIndex) -> Understanding | None:
    options = _entities(pending.options, index)
    if not options or not _only_small_words(said):
        return None
    known = _entities(pending.targets, index)
    agreed = any("yes" in item.tags for item in said) and len(options) == 1
    if agreed or any(item.word in ("both", "all", "all of them", "both of them") for item in said):
        return _complete(pending, [*known, *options], pending.parameters)
    mentions = [item for item in said if item.mention is not None]
    named = [o for o in options if mentions and all(_names(item, o) for item in mentions)]
    if len(named) == 1:
        return _complete(pending, [*known, *named], pending.parameters)
    position = _position(said, len(options))
    if position is not None and not named:
        return _complete(pending, [*known, options[position]], pending.parameters)
    if not mentions:
        return Understanding(Intent.UNCLEAR, 0.3, alternatives=((Intent(pending.intent), 0.3),))
    return _named(said, pending, index) if not named else None


def _names(item: Item, entity: KnownEntity) -> bool:
    """The item names this entity, or its namespace ("the staging one")."""
    if item.mention is None:
        return False
    return any(
        c.entity.id == entity.id or (c.entity.kind == "project" and c.entity.name == entity.namespace)
        for c in item.mention.candidates
    )


def _chosen_intent(said: list[Item], pending: PendingQuestion, index: NameIndex) -> Understanding | None:
    options = [option for option in pending.options if option in set(Intent)]
    position = _position(said, len(options))
    if position is None and _agrees(said) and len(options) == 1:
        position = 0
    if position is None or not _only_small_words(said):
        return None
    chosen = replace(pending, intent=options[position])
    return _complete(chosen, _entities(pending.targets, index), pending.parameters)


def _count(said: list[Item], pending: PendingQuestion, index: NameIndex) -> Understanding | None:
    if all(item.tags & {"twice", "half", "filler"} for item in said) and any(
        item.tags & {"twice", "half"} for item in said
    ):
        factor = 2.0 if any("twice" in item.tags for item in said) else 0.5
        return _complete(
            pending, _entities(pending.targets, index), replace(pending.parameters, replicas_factor=factor)
        )
    numbers = [item.number or find_number(item.word) for item in said]
    counts = [number for number in numbers if number is not None]
    if len(counts) != 1 or any(item.mention for item in said):
        return None
    extra = [
        i for i in said if not (i.number or i.word in _SMALL_WORDS or i.tags & {"more", "less", "up", "down", "polite"})
    ]
    if extra:
        return None
    why = why_not_a_count(counts[0].value, smallest=0)
    if why:
        parameters = replace(pending.parameters, invalid=(InvalidValue("replicas", counts[0].text, why),))
    else:
        parameters = _with_count(pending.parameters, said, int(counts[0].value))
    return _complete(pending, _entities(pending.targets, index), parameters)


def _with_count(known: Parameters, said: list[Item], count: int) -> Parameters:
    tags = {tag for item in said for tag in item.tags}
    if any(item.word == "by" for item in said) or tags & {"more", "less"}:
        down = "less" in tags or known.direction == "down"
        direction: Literal["up", "down"] = "down" if down else "up"
        return replace(known, replicas_delta=-count if down else count, direction=direction)
    return replace(known, replicas=count)


def _named(said: list[Item], pending: PendingQuestion, index: NameIndex) -> Understanding | None:
    if not any(item.mention for item in said) or not _only_small_words(said):
        return None
    found = find_targets(tuple(said), index, for_change=Intent(pending.intent) in CHANGE_INTENTS)
    if found.ambiguous:
        return replace(_complete(pending, [], pending.parameters), ambiguous=found.ambiguous, missing=())
    if not found.targets:
        return None
    done = _complete(pending, [target.entity for target in found.targets], pending.parameters)
    return replace(done, targets=found.targets)


def _complete(pending: PendingQuestion, entities: list[KnownEntity], parameters: Parameters) -> Understanding:
    intent = Intent(pending.intent)
    mode = Mode.REQUEST if intent in CHANGE_INTENTS else Mode.READ
    targets = tuple(Resolved(entity, entity.name, 1.0, "dialogue") for entity in entities)
    return Understanding(intent, 0.95, mode=mode, targets=targets, parameters=parameters)
