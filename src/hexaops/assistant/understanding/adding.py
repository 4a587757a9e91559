"""One more of what was asked about, or more on it: "create one, 3-9", "make a new one", "with costs on it"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import Dialogue, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import PLURALS, prefer, resolved
from hexaops.assistant.understanding.settings import carried
from hexaops.assistant.understanding.slots import Slots
from hexaops.assistant.understanding.targets import find_targets

_WITH = word_set("with including include add plus put")
_MADE = {
    Intent.ALERT_QUERY: Intent.ALERT_CREATE,
    **{one: one for one in (Intent.ALERT_CREATE, Intent.BACKUP, Intent.DASHBOARD_CREATE, Intent.DIAGNOSTICS)},
    Intent.AUTOSCALING: Intent.AUTOSCALING,
}
_MAKES = word_set("make take create build do add get")
_BEFORE_MAKING = word_set("ok okay then so and please well no fine just lets now yes")


def makes_one(
    clauses: list[Clause], base: Spoken, dialogue: Dialogue, index: NameIndex
) -> Understanding | None:  # fmt: skip
    """ "create one, 3-9", "make a new one": one more of what was asked about."""
    items = tuple(item for clause in clauses for item in clause.items)
    words = [item.word for item in items if not item.is_mark]
    while words and words[0] in _BEFORE_MAKING:
        words = words[1:]
    intent = _MADE.get(Intent(base.intent))
    if intent is None or not words or words[0] not in _MAKES or "one" not in words[1:4]:
        return None
    if any(clause.is_question for clause in clauses) or limits_of_request(items, counts=True) is Mode.NEGATED:
        return None
    found = prefer(find_targets(items, index, for_change=False), dialogue, index)
    both = len(dialogue.series) > 1 and bool(PLURALS & {*words})
    targets = found.targets or resolved(dialogue.series if both else base.targets, index)
    if intent is not Intent.AUTOSCALING:
        return Understanding(intent, 0.8, targets=targets)
    if limits_of_request(items, counts=True):
        return None
    counted = tuple(item for item in items if item.word != "one")
    return carried(intent, replace(base, slots=Slots()), targets, None, counted)


def adds_to_it(clauses: list[Clause], plain: tuple[str, ...]) -> bool:
    """ "with costs on it", "add cart to it": more of the dashboard spoken of."""
    begun = plain[0] in _WITH or (plain[0] in ("and", "also") and bool(_WITH & set(plain[1:2])))
    points = bool({"on", "in", "it", "there"} & set(plain)) or plain[0] in ("with", "including")
    return begun and points and len(clauses) == 1 and not clauses[0].is_question


def more_on_it(items: tuple[Item, ...], base: Spoken, dialogue: Dialogue, index: NameIndex) -> Understanding:
    found = prefer(find_targets(items, index, for_change=False), dialogue, index)
    new = tuple(one for one in found.targets if one.entity.id not in base.targets)
    targets = (*resolved(base.targets, index), *new)
    return Understanding(Intent(base.intent), 0.8, targets=targets, parameters=base.parameters)


_BESIDE = word_set("sorry no oops i mean meant should be please it to the value rather ups wait hm oh or ah actually")
_CORRECTS = word_set("no sorry rather oops mean meant oh actually")


def rather(clauses: Sequence[Clause], base: Spoken, index: NameIndex) -> Understanding | None:
    """ "sorry, error, not warn": another value of the one variable that was to be set."""
    slots, items = base.slots, [item for clause in clauses for item in clause.items if not item.is_mark]
    if base.intent == Intent.UPDATE_QUOTA and slots is not None:
        return None if any(clause.is_question for clause in clauses) else _with_limit(base, slots, items)
    if base.intent == Intent.CONFIG_UPDATE and slots is not None and slots.image and not slots.env:
        return _with_tag(clauses, base, slots, slots.image, index)
    if base.intent != Intent.CONFIG_UPDATE or slots is None or len(slots.env) != 1 or slots.image:
        return None
    (name, value), words = slots.env[0], [item.text.lower() for item in items]
    if (alike := _of_its_kind(value, words)) is not None and not any(clause.is_question for clause in clauses):
        return _with_value(base, slots, name, alike, index)
    place = next((p for p, word in enumerate(words) if word == "not" and words[p + 1 : p + 2] == [value.lower()]), 0)
    rest = [p for p, word in enumerate(words) if p not in (place, place + 1) and word not in _BESIDE]
    if not place or len(rest) != 1 or any(clause.is_question for clause in clauses):
        return None
    return _with_value(base, slots, name, items[rest[0]].text, index)


_TAG = re.compile(r"v?\d+(?:\.\d+)+(?:-[a-z0-9.]+)?", re.IGNORECASE)


def _with_tag(
    clauses: Sequence[Clause], base: Spoken, slots: Slots, image: str, index: NameIndex
) -> Understanding | None:
    """ "sorry, v2.4": another tag of the image that was to be set; the whole image is asked for."""
    words = [item.text.lower() for clause in clauses for item in clause.items if not item.is_mark]
    before = image.rpartition(":")[2].lower()
    new = [word for word in words if _TAG.fullmatch(word) and word != before]
    rest = [word for word in words if word not in new and word != before and word not in _BESIDE]
    if len(new) != 1 or any(word not in ("not", "v", "tag", "version") for word in rest):
        return None
    if any(clause.is_question for clause in clauses):
        return None
    targets = resolved(base.targets, index)
    asked = Understanding(Intent.CONFIG_UPDATE, 0.9, Mode.REQUEST, targets=targets, slots=slots, replaces=True)
    return replace(asked, parameters=base.parameters, missing=("setting",))


_KINDS_OF_VALUES = (word_set("trace debug info warn warning error fatal"), word_set("true false"), word_set("on off"))


def _of_its_kind(value: str, words: Sequence[str]) -> str | None:
    """ "no, info" after "debug": a correction and one other value of the same kind."""
    kind = next((kind for kind in _KINDS_OF_VALUES if value.lower() in kind), frozenset())
    said = [word for word in words if word in kind]
    rest = all(word in _BESIDE for word in words if word not in said)
    corrects = bool(_CORRECTS & {*words})
    return said[0] if len(said) == 1 and said[0] != value.lower() and rest and corrects else None


def _with_limit(base: Spoken, slots: Slots, items: Sequence[Item]) -> Understanding | None:
    """ "oh, 80" after "60 pods": the one limit that was to be set, in the unit that was said."""
    said = [item for item in items if item.number and not item.mention]
    rest = {item.text.lower() for item in items if item not in said}
    if len(slots.hard) != 1 or len(said) != 1 or not said[0].text.isdecimal():
        return None
    if not _CORRECTS & rest or not rest <= _BESIDE or not base.parameters.namespace:
        return None
    (name, limit) = slots.hard[0]
    changed = replace(slots, hard=((name, said[0].text + limit.lstrip("0123456789.")),))
    return Understanding(
        Intent.UPDATE_QUOTA, 0.9, Mode.REQUEST, slots=changed, parameters=base.parameters, replaces=True
    )


def _with_value(base: Spoken, slots: Slots, name: str, value: str, index: NameIndex) -> Understanding:
    changed = replace(slots, env=((name, value),))
    targets = resolved(base.targets, index)
    asked = Understanding(Intent.CONFIG_UPDATE, 0.9, Mode.REQUEST, targets=targets, slots=changed, replaces=True)
    return replace(asked, parameters=base.parameters, missing=() if targets else ("application",))
