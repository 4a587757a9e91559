"""Names that only the dialogue makes plain: "the api" of two that were named, "the other one", "both", "the latter".

What was asked about last comes before what was named last, and that before what only has a like name. A word that still
may mean several stays a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import KnownEntity, NameIndex, split_name
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Ambiguity, Dialogue, Resolved, Spoken
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.targets import Found

BOTH = word_set("both either")
PLURALS = word_set("them those these they both either")
_LATER_OF_TWO = word_set("latter former")
_WORKLOADS = {"stateful": "StatefulSet", "statefulset": "StatefulSet", "daemonset": "DaemonSet", "daemon": "DaemonSet"}
_DATABASES = word_set("db database")


def spoken_last(dialogue: Dialogue) -> Spoken:
    """What was meant last, an empty frame where nothing was."""
    return dialogue.spoken or Spoken(dialogue.last_intent or "", dialogue.last_entities)


def resolved(identities: Sequence[str], index: NameIndex) -> tuple[Resolved, ...]:
    """Those of the ids that still exist, as what the dialogue means."""
    known = (index.by_id.get(identity) for identity in identities)
    return tuple(Resolved(entity, entity.name, 0.9, "dialogue") for entity in known if entity is not None)


def prefer(found: Found, dialogue: Dialogue, index: NameIndex) -> Found:
    """The names, those that may mean several settled by what was spoken of."""
    if not found.ambiguous:
        return found
    settled = [(said, _preferred(said, dialogue, index)) for said in found.ambiguous]
    known = tuple(Resolved(one, said.mention, 0.9, "dialogue") for said, one in settled if one is not None)
    left = tuple(said for said, one in settled if one is None)
    return replace(found, targets=(*found.targets, *known), ambiguous=left)


def _preferred(said: Ambiguity, dialogue: Dialogue, index: NameIndex) -> KnownEntity | None:
    candidates = {candidate.entity.id: candidate.entity for candidate in said.candidates}
    for level in _levels(dialogue):
        among = [candidates[identity] for identity in level if identity in candidates]
        if among:
            return among[0] if len(among) == 1 else None
    alike = [entity for entity in candidates.values() if _is_like(entity, dialogue, index)]
    return alike[0] if len(alike) == 1 else None


def _levels(dialogue: Dialogue) -> Iterator[tuple[str, ...]]:
    pending = dialogue.pending_question
    if pending is not None and pending.kind == "choose_entity":
        yield pending.options
    yield spoken_last(dialogue).targets
    yield dialogue.last_entities
    yield dialogue.series


def _is_like(entity: KnownEntity, dialogue: Dialogue, index: NameIndex) -> bool:
    """`checkout-worker` after `checkout-api`, or after the project checkout."""
    base, pending = spoken_last(dialogue), dialogue.pending_question
    options = pending.options if pending is not None and pending.kind == "choose_entity" else ()
    last = index.by_id.get((base.targets or (options if len(options) == 1 else ("",)))[-1])
    place = last.name if last is not None and last.kind == "project" else base.parameters.namespace
    if place and (last is None or last.kind == "project"):
        return place in (entity.namespace, *split_name(entity.name))
    alike = last is not None and last.kind == entity.kind
    return last is not None and alike and split_name(last.name)[:1] == split_name(entity.name)[:1]


def named_by_a_word(items: Sequence[Item], dialogue: Dialogue, index: NameIndex) -> tuple[Resolved, ...]:
    """ "the server", "the db": the one of those spoken of whose name has the word, which names nothing else."""
    for level in _levels(dialogue):
        known = [one.entity for one in resolved(level, index)]
        if len(known) < 2:
            continue
        for item in items:
            said = _DATABASES if item.word in _DATABASES else {item.word}
            fitting = [entity for entity in known if not item.mention and said & {*split_name(entity.name)}]
            if len(fitting) == 1:
                return (Resolved(fitting[0], item.text, 0.9, "dialogue"),)
    return ()


def beside_a_database(items: Sequence[Item], dialogue: Dialogue, index: NameIndex) -> tuple[Resolved, ...]:
    """ "and its db?" after `orders-api`: the only one of a like name that is called so."""
    base = spoken_last(dialogue)
    if not any(item.word in _DATABASES and not item.mention for item in items):
        return ()
    alike = [
        entity
        for entity in index.by_id.values()
        if entity.id not in base.targets
        and _is_like(entity, dialogue, index)
        and _DATABASES & {*split_name(entity.name)}
    ]
    return tuple(Resolved(entity, entity.name, 0.9, "dialogue") for entity in alike) if len(alike) == 1 else ()


def pointed(items: Sequence[Item], dialogue: Dialogue, index: NameIndex) -> tuple[str, ...]:
    """ "the second one", "the latter", "the other one", "both": among those named before."""
    words = [word for item in items if not item.is_mark for word in item.word.split()]
    named = dialogue.named
    if "both" in words and len(named) >= 2:
        return dialogue.series if len(dialogue.series) == 2 else named[-2:]
    if "other" in words or "others" in words:
        return _others(items, words, dialogue, index)
    for word in words:
        if word in _LATER_OF_TWO:
            two = dialogue.series if len(dialogue.series) == 2 else named[-2:]
            return (two[ORDINALS[word]],) if len(two) == 2 else ()
        if word in ORDINALS and (words[-1] == word or {"one", "the"} & set(words)) and word != "last":
            place = ORDINALS[word]
            return (named[place],) if -len(named) <= place < len(named) else ()
    return ()


def _others(items: Sequence[Item], words: list[str], dialogue: Dialogue, index: NameIndex) -> tuple[str, ...]:
    """What was named beside that which was meant last; else the only other one of its kind that fits the words."""
    base = spoken_last(dialogue)
    if _says_more(items, index):
        found = _of_its_kind(items, base, index)
        return found if len(found) == 1 or "others" in words else ()
    two = dialogue.series if len(dialogue.series) == 2 and len(base.targets) == 1 else dialogue.named
    rest = tuple(identity for identity in two if identity not in base.targets)
    if len(rest) == 1 or ("others" in words and rest):
        return rest
    found = _of_its_kind(items, base, index) if not rest else ()
    return found if len(found) == 1 else ()


def _says_more(items: Sequence[Item], index: NameIndex) -> bool:
    """ "the other checkout one", "the other gpu", "the other project"."""
    pieces = pieces_of(index) - _NO_PIECES
    return any(
        item.mention or item.word in _WORKLOADS or item.tags & {"node", "project"} or item.word in pieces
        for item in items
    )


_NO_PIECES = word_set("the one other others app service i mean meant no not that this a it")


def pieces_of(index: NameIndex) -> frozenset[str]:
    """The words of all names that are known."""
    return frozenset(piece for entity in index.by_id.values() for piece in split_name(entity.name))


def pieces_spoken_of(dialogue: Dialogue, index: NameIndex) -> frozenset[str]:
    """The words of the names that were spoken of."""
    known = {one.entity for level in _levels(dialogue) for one in resolved(level, index)}
    pieces = frozenset(piece for entity in known for piece in split_name(entity.name))
    return pieces | _DATABASES if pieces & _DATABASES else pieces


def _of_its_kind(items: Sequence[Item], base: Spoken, index: NameIndex) -> tuple[str, ...]:
    kind, last = _kind_meant(items, base, index)
    if not kind:
        return ()
    pieces = {item.word for item in items if not item.is_mark}
    others = [entity for entity in index.by_id.values() if entity.kind == kind and entity.id not in base.targets]
    if workload := next((_WORKLOADS[word] for word in pieces if word in _WORKLOADS), None):
        others = [entity for entity in others if entity.workload_kind == workload]
    elif fitting := [entity for entity in others if pieces & {*split_name(entity.name)}]:
        others = fitting
    elif last is not None and kind != "project":
        others = [entity for entity in others if split_name(entity.name)[:1] == split_name(last.name)[:1]]
    if kind == "project":
        place = base.parameters.namespace or (last.namespace if last else "")
        others = [entity for entity in others if entity.name != place]
    return tuple(entity.id for entity in others)


def _kind_meant(items: Sequence[Item], base: Spoken, index: NameIndex) -> tuple[str, KnownEntity | None]:
    last = index.by_id.get(base.targets[-1]) if base.targets else None
    if any("project" in item.tags for item in items) or (last is None and base.parameters.namespace):
        return "project", last
    if any("node" in item.tags and not item.mention for item in items):
        return "node", last
    return (last.kind, last) if last is not None else ("", None)


def sibling(token: str, base: Spoken, index: NameIndex) -> tuple[Resolved, ...]:
    """ "I meant 3" after worker-2, "and b?" after gpu-a, ".31?" after all nodes: the name with that end."""
    known = index.by_id.get(base.targets[-1]) if base.targets else None
    unnamed = "node" if base.intent == Intent.NODE_STATUS else "application"
    kind = known.kind if known is not None else unnamed
    if kind == "application":
        return ()
    ends = [
        (entity, pieces)
        for entity in index.by_id.values()
        if entity.kind == kind and len(pieces := split_name(entity.name)) > 1 and pieces[-1] == token.lower()
    ]
    before = split_name(known.name)[:-1] if known is not None else None
    alike = [entity for entity, pieces in ends if pieces[:-1] == before] or [entity for entity, _ in ends]
    return tuple(Resolved(entity, entity.name, 0.9) for entity in alike) if len(alike) == 1 else ()


def series(before: Dialogue, label: bool, now: tuple[str, ...], *, replaces: bool) -> tuple[str, ...]:
    """What was spoken of one after the other: "cost of cart", "and redis" are two of a series.

    `label`: the same is asked of them as of those before.
    """
    known = before.series
    if not now:
        return known
    if replaces:
        kept = tuple(identity for identity in known if identity not in spoken_last(before).targets)
        return (*kept, *(identity for identity in now if identity not in kept))
    if label:
        return (*known, *(identity for identity in now if identity not in known))
    return known if set(now) <= set(known) else now
