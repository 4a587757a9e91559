"""Corrections in the editor's notation: "s/api-service/web-app/", "s/5/6".

What is replaced must stand exactly once in what was meant last, as a name, a number or a value: then that is asked for
again with the other one in its place. Anything else is no correction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.model import Dialogue, Parameters, Spoken, Understanding
from hexaops.assistant.understanding.normalise import squash
from hexaops.assistant.understanding.numbers import why_not_a_count
from hexaops.assistant.understanding.recalled import resolved
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.slots import Slots

_FORM = re.compile(r"s/([^/\s]{1,80})/([^/\s]{1,80})(?:/g?)?[.!]?")


def substituted(text: str, dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """What was meant last with one name, number or value replaced; None where that is not plain."""
    form, base = _FORM.fullmatch(text.strip()), last_frame(dialogue)
    if form is None or base is None or base.is_open or base.mode not in (Mode.REQUEST.value, Mode.READ.value):
        return None
    if base.intent in (Intent.NO_ACTION, Intent.DENY, Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION):
        return None
    old, new = form.groups()
    found = [*_of_targets(base, old, new, index), *_of_numbers(base, old, new)]
    if base.slots is not None:
        found += [replace(base, slots=slots) for slots in _of_slots(base.slots, old, new)]
    return _again(found[0], index) if len(found) == 1 else None


def _again(meant: Spoken, index: NameIndex) -> Understanding:
    intent = Intent(meant.intent)
    if intent is Intent.STOP_APPLICATION and meant.parameters.replicas:
        intent = Intent.SCALE_APPLICATION  # "scale it to 0", "s/0/2"
    mode = Mode.REQUEST if intent in CHANGE_INTENTS or meant.slots is not None else Mode.READ
    return Understanding(
        intent, 0.9, mode, targets=resolved(meant.targets, index), parameters=meant.parameters, slots=meant.slots,
        missing=() if meant.targets or meant.parameters.namespace else ("application",), replaces=True,
    )  # fmt: skip


def _of_targets(base: Spoken, old: str, new: str, index: NameIndex) -> Iterator[Spoken]:
    for place, identity in enumerate(base.targets):
        entity = index.by_id.get(identity)
        if entity is None or squash(entity.name) != squash(old):
            continue
        others = [one for one in index.whole.get(squash(new), []) if one.kind == entity.kind]
        if len(others) == 1:
            yield replace(base, targets=(*base.targets[:place], others[0].id, *base.targets[place + 1 :]))
    if base.parameters.namespace == old and new in index.namespaces:
        yield replace(base, parameters=replace(base.parameters, namespace=new))


def _of_numbers(base: Spoken, old: str, new: str) -> Iterator[Spoken]:
    said = base.parameters
    if not (old.isdecimal() and new.isdecimal()) or why_not_a_count(int(new), smallest=0):
        return
    if said.replicas == int(old):
        yield replace(base, parameters=replace(said, replicas=int(new)))
    if said.replicas_delta is not None and abs(said.replicas_delta) == int(old):
        yield replace(base, parameters=_by(said, said.replicas_delta, int(new)))


def _by(said: Parameters, before: int, step: int) -> Parameters:
    return replace(said, replicas_delta=step if before > 0 else -step)


def _of_slots(slots: Slots, old: str, new: str) -> Iterator[Slots]:
    for place, (name, value) in enumerate(slots.env):
        rest_before, rest_after = slots.env[:place], slots.env[place + 1 :]
        if value == old:
            yield replace(slots, env=(*rest_before, (name, new), *rest_after))
        if name == old:
            yield replace(slots, env=(*rest_before, (new, value), *rest_after))
    if slots.image and slots.image.count(old) == 1 and re.search(rf"(?<![\w.]){re.escape(old)}(?![\w.])", slots.image):
        yield replace(slots, image=slots.image.replace(old, new))
    for place, (name, value) in enumerate(slots.hard):
        unit = value.lstrip("0123456789.")
        if value == old or (value.removesuffix(unit) == old and new.isdecimal()):
            changed = (name, new if value == old else new + unit)
            yield replace(slots, hard=(*slots.hard[:place], changed, *slots.hard[place + 1 :]))
    if old.isdecimal() and new.isdecimal():
        for bound in ("min_replicas", "max_replicas", "target_cpu_percent", "target_memory_percent", "revision"):
            if getattr(slots, bound) == int(old):
                yield replace(slots, **{bound: int(new)})
