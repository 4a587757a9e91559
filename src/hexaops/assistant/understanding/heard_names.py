"""Which names of a message a change is of, as the encoder hears it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from msgspec import Struct

from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.frame import other_number
from hexaops.assistant.understanding.items import Item

SURE = 0.8
"""How likely the role of a name must be."""


class Named(Struct, frozen=True):
    """The items without names that are no targets, each target once; and the projects that are targets."""

    items: tuple[Item, ...]
    places: frozenset[str]


def named(items: tuple[Item, ...], heard: Heard) -> Named | None:
    """None where the role of a name is not sure. A name that is a target once is one wherever it stands."""
    meant = {
        _id(item)
        for item, (role, chance) in _names(items, heard)
        if role == "target" and chance >= SURE and _is_exact(item)
    }
    kept: list[Item] = []
    seen: set[str] = set()
    for item, (role, chance) in zip(items, heard.roles, strict=True):
        if item.mention is None:
            kept.append(item)
        elif _may_mean(item, meant):
            if _is_exact(item) and _id(item) not in seen:
                kept.append(item)
                seen.add(_id(item))
        elif chance < SURE or (role == "target" and other_number(item)):
            return None
        elif role == "target":
            kept.append(item)
        elif not (_is_exact(item) or is_place(item)):
            return None  # "restart the cache of A": a word that only may be a name
    places = {item.mention.candidates[0].entity.name for item in kept if item.mention and is_place(item)}
    return Named(tuple(kept), frozenset(places))


def differ(
    items: tuple[Item, ...], heard: Heard, planned: Collection[str], out: Collection[str], *, several: bool
) -> bool:
    """Whether a planned target (its id) is surely none as it is heard, or one that is surely heard is neither planned
    nor taken `out` by the message itself; of `several` changes the encoder hears one."""
    others, meant = set[str](), set[str]()
    for item, (role, chance) in _names(items, heard):
        if _is_exact(item) and not is_place(item) and chance >= SURE_OF_DIFFERENCE[role]:
            (meant if role == "target" else others).add(_id(item))
    if not meant:
        return False  # a change is heard, and of nothing: "it's high time A was restarted"
    if several:
        return meant.isdisjoint(planned) and not others.isdisjoint(planned)
    return bool(meant - set(planned) - set(out)) or bool((others - meant) & set(planned))


SURE_OF_DIFFERENCE = defaultdict(lambda: 0.7, target=0.95)
"""How likely a role must be to speak against a plan."""


def tells_of_others(items: tuple[Item, ...], heard: Heard) -> bool:
    """Whether an application is named that the change is not of."""
    return any(role != "target" and not is_place(item) for item, (role, _) in _names(items, heard))


def without_asides(items: tuple[Item, ...], heard: Heard) -> list[Item]:
    """The items without names that the change is not of."""
    spoken = zip(items, heard.roles, strict=True)
    return [item for item, (role, _) in spoken if item.mention is None or (role == "target" and not is_place(item))]


def is_place(item: Item) -> bool:
    """Whether it names a project."""
    return item.mention is not None and item.mention.candidates[0].entity.kind == "project"


def _names(items: tuple[Item, ...], heard: Heard) -> Iterator[tuple[Item, tuple[str, float]]]:
    return ((item, spoken) for item, spoken in zip(items, heard.roles, strict=True) if item.mention is not None)


def _id(item: Item) -> str:
    return item.mention.candidates[0].entity.id if item.mention else ""


def _is_exact(item: Item) -> bool:
    return item.mention is not None and item.mention.candidates[0].score >= 1 and not other_number(item)


def _may_mean(item: Item, meant: set[str]) -> bool:
    """A target, or a word for one: "the workers, worker-app and …", "orders are not saving, restart orders-db"."""
    candidates = item.mention.candidates if item.mention else ()
    return _id(item) in meant or (not _is_exact(item) and any(one.entity.id in meant for one in candidates))
