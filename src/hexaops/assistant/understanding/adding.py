"""One more of what was asked about, or more on it: "create one, 3-9", "make a new one", "with costs on it"."""

from __future__ import annotations

from dataclasses import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import prefer, resolved
from hexaops.assistant.understanding.settings import carried
from hexaops.assistant.understanding.slots import Slots
from hexaops.assistant.understanding.speech import limits_of_request
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
    targets = found.targets or resolved(base.targets, index)
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
