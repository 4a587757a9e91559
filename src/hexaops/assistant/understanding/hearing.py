"""The change that the encoder hears in a message, filled by the roles that it gives names and numbers.

The words around a request need no rule: "conversion fell since the release, have the old version reinstated on cart"
and "no more than two brokers on kafka from today on, please" are heard as a whole. What a name or number is to the
change must be as sure; a name that nobody has, one that may be several, or a count that does not fit leaves it unheard.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.heard_names import SURE, Named, is_place, named
from hexaops.assistant.understanding.heard_values import counted, counts, slots_heard
from hexaops.assistant.understanding.intents import SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.labels import INTENT_OF
from hexaops.assistant.understanding.lexicon import EMPTY, ENTRIES
from hexaops.assistant.understanding.model import Parameters, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.settings import joins_another, missing_of
from hexaops.assistant.understanding.targets import find_targets
from hexaops.assistant.understanding.vetoes import names_another


def change_heard(items: tuple[Item, ...], heard: Heard, setting: Setting) -> Understanding | None:
    """The change with its targets and values; None where one of them is missing or not sure."""
    kept = named(items, heard)
    if kept is None or joins_another(items) or any(_is_another(item) for item in kept.items):
        return None
    intent, sure = INTENT_OF[heard.label], round(1 / (1 + math.exp(-heard.margin)), 4)
    if intent is Intent.UPDATE_QUOTA:
        place = next(iter(kept.places)) if len(kept.places) == 1 else None
        asked = Understanding(intent, sure, Mode.REQUEST, parameters=Parameters(namespace=place))
        return _with_slots(asked, kept, heard, items)
    if heard.label == "restart_failing":
        return _failing_pods(Understanding(intent, sure, Mode.REQUEST), kept, heard, items)
    found = find_targets(kept.items, setting.index, for_change=True)
    targets, namespace = (*found.targets, *found.excluded), found.namespace  # what is left out was not kept
    loose = len(targets) > 1 and any(target.score < 1 for target in targets)  # "the cache of A"
    if found.ambiguous or loose or not targets or any(one.entity.kind != "application" for one in targets):
        return None
    change = Understanding(intent, sure, Mode.REQUEST, targets=targets, parameters=Parameters(namespace=namespace))
    if intent in SETTING_INTENTS:
        return _with_slots(change, kept, heard, items)
    if heard.label == "scale_app":
        replicas = counted(items, heard)
        return None if replicas is None else replace(change, parameters=replace(replicas, namespace=namespace))
    return None if counts(items, heard) else change


_MASKED_IN_VAIN = frozenset(
    {"restart", "stop", "start", "scale", "not", "deny", "no", "if", "everything", "pronoun", "yes", "except"}
)


def is_named_like_a_word(item: Item) -> bool:
    """Of an application named "restart" or "do-not" nobody can tell whether the word or the name is meant."""
    if item.mention is None:
        return False
    words = (item.text.lower(), *item.text.lower().replace("-", " ").split())
    return any(ENTRIES.get(word, EMPTY).tags & _MASKED_IN_VAIN for word in words)


def contradicts(heard: Heard, change: Understanding | None, planned: Understanding, items: tuple[Item, ...]) -> bool:
    """Whether the encoder hears another kind of change than the one plan, or another target or value."""
    if planned.parts or heard.margin < ANOTHER:
        return False
    intent = INTENT_OF[heard.label]
    if intent is not planned.intent and {intent, planned.intent} - _ALIKE:
        return True
    if intent is planned.intent:
        return change is not None and _are_sure(heard, items) and _differ(change, planned)
    stops = planned.intent is Intent.STOP_APPLICATION  # "bring down A to 2"
    return stops and any(item.number and item.number.value > 0 for item, _ in counts(items, heard))


def _are_sure(heard: Heard, items: tuple[Item, ...]) -> bool:
    """Whether no name or number has a role that may be another."""
    return all(
        chance >= SURE for item, (_, chance) in zip(items, heard.roles, strict=True) if item.mention or item.number
    )


def _differ(change: Understanding, planned: Understanding) -> bool:
    """Another value, or another target than those that the message itself takes out ("not A but B")."""
    out = {target.entity.id for target in planned.excluded}
    targets, *values = _values(change)
    planned_targets, *planned_values = _values(planned)
    return values != planned_values or targets - out != planned_targets


ANOTHER = 2.5
"""From which margin on another change is heard than the one that the grammar reads."""
_ALIKE = frozenset(
    {Intent.RESTART_APPLICATION, Intent.RESTART_FAILING, Intent.SCALE_APPLICATION, Intent.START_APPLICATION}
    | {Intent.STOP_APPLICATION}
)


def _values(said: Understanding) -> tuple[frozenset[str], object, object, object]:
    parameters = said.parameters
    replicas = (parameters.replicas, parameters.replicas_delta, parameters.replicas_factor)
    place = parameters.namespace if said.intent in (Intent.RESTART_FAILING, Intent.UPDATE_QUOTA) else None
    return frozenset(target.entity.id for target in said.targets), place, replicas, said.slots


def _failing_pods(asked: Understanding, kept: Named, heard: Heard, items: tuple[Item, ...]) -> Understanding | None:
    """ "restart what fails in project shop": the project is where, not what; not "restart all pods that crash A"."""
    spoken = zip(items, heard.roles, strict=True)
    if len(kept.places) > 1 or any(
        item.mention and not is_place(item) and (_kind(item) != "node" or (role, chance >= SURE) != ("other", True))
        for item, (role, chance) in spoken
    ):
        return None
    place = next(iter(kept.places), None)
    return replace(asked, parameters=Parameters(namespace=place, status_filter="failing"))


def _kind(item: Item) -> str:
    return item.mention.candidates[0].entity.kind if item.mention else ""


def _is_another(item: Item) -> bool:
    """ "kafka-ui", where there is none; not "EUR/min", "S3", "un-park"."""
    before, dash, _ = item.text.partition("-")
    return bool(dash) and before.lower() not in _PREFIXES and names_another(item)


_PREFIXES = word_set("re un pre post non de co anti semi multi three two thank")


def _with_slots(asked: Understanding, kept: Named, heard: Heard, items: tuple[Item, ...]) -> Understanding | None:
    slots = slots_heard(asked.intent, kept.items, items, heard)
    if slots is None or missing_of(asked, slots, kept.items):
        return None
    return replace(asked, slots=slots)
