"""The change that the encoder hears in a message, filled by the roles that it gives names and numbers.

The words around a request need no rule: "conversion fell since the release, have the old version reinstated on cart"
and "no more than two brokers on kafka from today on, please" are heard as a whole. What a name or number is to the
change must be as sure; a name that nobody has, one that may be several, or a count that does not fit leaves it unheard.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from hexaops.assistant.understanding.acts import VERB_OF
from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.evidence import LARGE
from hexaops.assistant.understanding.frame import other_number, read_frame
from hexaops.assistant.understanding.intents import SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.labels import INTENT_OF
from hexaops.assistant.understanding.lexicon import EMPTY, ENTRIES
from hexaops.assistant.understanding.model import Parameters, Resolved, Understanding
from hexaops.assistant.understanding.numbers import why_not_a_count
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.settings import joins_another, missing_of, project_of
from hexaops.assistant.understanding.slots import Slots, read_slots
from hexaops.assistant.understanding.targets import Found, find_targets
from hexaops.assistant.understanding.vetoes import names_another

SURE_OF_NAME, SURE_OF_NUMBER = 0.8, 0.5
"""How likely the role of a name, and of a number, must be."""
_COUNTS = frozenset({"replicas", "more", "fewer", "times", "part"})
_FACTORS = {"double": 2.0, "twice": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5, "half": 0.5}


def change_heard(items: tuple[Item, ...], heard: Heard, setting: Setting) -> Understanding | None:
    """The change with its targets and values; None where one of them is missing or not sure."""
    kept = _kept(items, heard)
    if kept is None or joins_another(items) or any(names_another(item) for item in kept):
        return None
    intent, sure = INTENT_OF[heard.label], round(1 / (1 + math.exp(-heard.margin)), 4)
    if intent is Intent.UPDATE_QUOTA:
        if sum(_is_place(item) for item in kept) > 1:
            return None
        place = Parameters(namespace=project_of(kept))
        return _with_slots(Understanding(intent, sure, Mode.REQUEST, parameters=place), kept, heard, items)
    found = _with_place(find_targets(kept, setting.index, for_change=True), heard.label)
    targets, namespace = (*found.targets, *found.excluded), found.namespace  # what is left out was not kept
    loose = len(targets) > 1 and any(target.score < 1 for target in targets)  # "the cache of A"
    if found.ambiguous or loose or not _fits(targets, heard.label):
        return None
    named = Understanding(intent, sure, Mode.REQUEST, targets=targets, parameters=Parameters(namespace=namespace))
    if intent in SETTING_INTENTS:
        return _with_slots(named, kept, heard, items)
    if heard.label == "restart_failing":
        if any(item.mention and not _is_place(item) for item in items):
            return None  # "restart all pods that keep crashing A"
        return replace(named, parameters=replace(named.parameters, status_filter="failing"))
    if heard.label == "scale_app":
        counted = _counted(items, heard)
        return None if counted is None else replace(named, parameters=replace(counted, namespace=namespace))
    return None if _counts(items, heard) else named


def _kept(items: tuple[Item, ...], heard: Heard) -> tuple[Item, ...] | None:
    """The items without names that are no targets; None where the role of a name is not sure."""
    kept: list[Item] = []
    for item, (role, chance) in zip(items, heard.roles, strict=True):
        if item.mention is not None and not _is_place(item):
            if chance < SURE_OF_NAME or (role == "target" and other_number(item)):
                return None
            if role != "target":
                if item.mention.candidates[0].score < 1:
                    return None  # "restart the cache of A": a word that only may be a name
                continue
        kept.append(item)
    return tuple(kept)


_MASKED_IN_VAIN = frozenset(
    {"restart", "stop", "start", "scale", "not", "deny", "no", "if", "everything", "pronoun", "yes", "except"}
)


def is_named_like_a_word(item: Item) -> bool:
    """Of an application named "restart" or "do-not" nobody can tell whether the word or the name is meant."""
    if item.mention is None:
        return False
    words = (item.text.lower(), *item.text.lower().replace("-", " ").split())
    return any(ENTRIES.get(word, EMPTY).tags & _MASKED_IN_VAIN for word in words)


def contradicts(heard: Heard, change: Understanding | None, planned: Understanding) -> bool:
    """Whether the encoder hears another kind of change than the one plan, or another number of replicas."""
    if planned.parts or heard.margin < ANOTHER:
        return False
    intent = INTENT_OF[heard.label]
    if intent is not planned.intent and {intent, planned.intent} - _ALIKE:
        return True
    scales = intent is planned.intent is Intent.SCALE_APPLICATION
    return change is not None and scales and _replicas(change) != _replicas(planned)


ANOTHER = 2.5
"""From which margin on another change is heard than the one that the grammar reads."""
_ALIKE = frozenset(
    {Intent.RESTART_APPLICATION, Intent.RESTART_FAILING, Intent.SCALE_APPLICATION, Intent.START_APPLICATION}
    | {Intent.STOP_APPLICATION}
)


def _replicas(said: Understanding) -> tuple[float | None, ...]:
    return said.parameters.replicas, said.parameters.replicas_delta, said.parameters.replicas_factor


def without_asides(items: tuple[Item, ...], heard: Heard) -> list[Item]:
    """The items without names that the change is not of."""
    spoken = zip(items, heard.roles, strict=True)
    return [item for item, (role, _) in spoken if item.mention is None or (role == "target" and not _is_place(item))]


def _is_place(item: Item) -> bool:
    return item.mention is not None and item.mention.candidates[0].entity.kind == "project"


def _with_place(found: Found, label: str) -> Found:
    """ "restart what fails in project shop": the project is where, not what."""
    places = [target.entity for target in found.targets if target.entity.kind == "project"]
    if label != "restart_failing" or len(places) != 1 or len(found.targets) != 1:
        return found
    return replace(found, targets=(), namespace=places[0].name)


def _fits(targets: tuple[Resolved, ...], label: str) -> bool:
    if any(target.entity.kind != "application" for target in targets):
        return False
    return bool(targets) != (label == "restart_failing")


def _counts(items: Sequence[Item], heard: Heard) -> list[tuple[Item, str]]:
    """Numbers, and words such as "double", that say how many replicas are wanted."""
    return [
        (item, role)
        for place, (item, (role, chance)) in enumerate(zip(items, heard.roles, strict=True))
        if role in _COUNTS and chance >= SURE_OF_NUMBER and _says_how_many(item) and not _is_of_variable(items, place)
    ]


def _is_of_variable(items: Sequence[Item], place: int) -> bool:
    """ "set WORKERS 8 on A"."""
    before = items[place - 1].text if place else ""
    return len(before) > 2 and before.isupper() and before.isalpha()


def _says_how_many(item: Item) -> bool:
    return item.mention is None and (item.number is not None or bool(item.tags & set(_FACTORS)))


def _counted(items: tuple[Item, ...], heard: Heard) -> Parameters | None:
    """The replicas of a scaling: the one number with such a role, else what the frame of the whole message says."""
    found = _counts(items, heard)
    if not found and not any(item.number for item in items):
        read = read_frame(items, VERB_OF["scale_app"], -1).parameters
        said = read.replicas_delta is not None or read.replicas_factor is not None
        return read if said and not read.invalid else None
    if len(found) != 1:
        return None
    item, role = found[0]
    amount = item.number.value if item.number is not None else _factor_of(item)
    if role in ("times", "part"):
        return _multiplied(amount, role)
    if item.number is None or item.number.kind != "count" or amount > LARGE or why_not_a_count(amount):
        return None
    if role == "replicas":
        return Parameters(replicas=int(amount))
    return Parameters(replicas_delta=int(amount) if role == "more" else -int(amount)) if amount else None


def _factor_of(item: Item) -> float:
    return next(factor for tag, factor in _FACTORS.items() if tag in item.tags)


def _multiplied(amount: float, role: str) -> Parameters | None:
    if not 0 < amount <= LARGE or amount == 1:
        return None
    below = amount if amount < 1 else 1 / amount
    return Parameters(replicas_factor=below if role == "part" else 1 / below)


_NUMBERED = frozenset({"revision", "rev", "#", "to"})
"""Words beside which a number may be the revision to go back to."""
_BOUNDS = {"min": "min_replicas", "max": "max_replicas", "cpu": "target_cpu_percent"}


def _with_slots(
    asked: Understanding, kept: tuple[Item, ...], heard: Heard, items: tuple[Item, ...]
) -> Understanding | None:
    rolls_back = asked.intent is Intent.ROLLBACK_APPLICATION
    slots = read_slots(asked.intent, [item for item in kept if not (rolls_back and item.is_mark)])
    if asked.intent is Intent.AUTOSCALING:
        slots = _bounds(slots, items, heard)
    if rolls_back and not any(item.word in _NUMBERED for item in kept):
        slots = Slots()
    if slots.has_impossible_values or missing_of(asked, slots, kept):
        return None
    return replace(asked, slots=slots)


def _bounds(slots: Slots, items: tuple[Item, ...], heard: Heard) -> Slots:
    """The bounds as their roles say them, where each is sure and said once; else as they were read."""
    said: dict[str, int] = {}
    for item, (role, chance) in zip(items, heard.roles, strict=True):
        if item.number is None or item.mention is not None or role not in _BOUNDS:
            continue
        if chance < SURE_OF_NUMBER or _BOUNDS[role] in said or item.number.value != int(item.number.value):
            return slots
        said[_BOUNDS[role]] = int(item.number.value)
    if not said:
        return slots
    return replace(Slots(enabled=slots.enabled), **said) if "max_replicas" in said else slots
