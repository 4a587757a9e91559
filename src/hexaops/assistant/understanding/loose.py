"""Names as they are said loosely in questions: "the db", "the gpu nodes", "is search ok", "part of monitoring".

Only for readings, where a wrong guess is seen and costs nothing; a change takes no name from here.
"""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding import names
from hexaops.assistant.understanding.inventory import KnownEntity, NameIndex, split_name
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set

_DATABASES = word_set("db database databases pg postgres postgresql mysql mariadb mongo mongodb")
_DATABASE_WORDS = word_set("db database pg")
_BEFORE = word_set("of for is are can could does do about and services apps pods from")
_PLACES = word_set("of for is can could in services apps pods pay part just")
_AFTER = word_set("is are has does feels takes looks seems needs")


def find_loosely(items: tuple[Item, ...], index: NameIndex) -> tuple[list[KnownEntity], str | None]:
    """Entities, or the namespace, that the words may mean where no name was found."""
    if found := _numbered_node(items, index) or _nodes(items, index):
        return found, None
    for position, item in enumerate(items):
        if item.mention or item.is_mark or item.number:
            continue
        before = items[position - 1].word if position else ""
        after = items[position + 1].word if position + 1 < len(items) else ""
        if item.word in index.namespaces and (before in _PLACES or (not position and after in _AFTER)):
            return [], item.word
        if item.word in _DATABASE_WORDS and len(found := _databases(index)) == 1:
            return found, None
        if before in _BEFORE or (not position and after in _AFTER):
            found = [candidate.entity for candidate in names.by_part(index, item.word)]
            if len(found) == 1 and not item.word.endswith("s"):
                return found, None
    return [], None


def _numbered_node(items: tuple[Item, ...], index: NameIndex) -> list[KnownEntity]:
    """ "what runs on node 3": the one with this number."""
    for before, item in pairwise(items):
        if "node" in before.tags | _box(before) and item.text.isdigit():
            nodes = [e for e in index.by_id.values() if e.kind == "node" and item.text in split_name(e.name)]
            return nodes if len(nodes) == 1 else []
    return []


def _nodes(items: tuple[Item, ...], index: NameIndex) -> list[KnownEntity]:
    """ "both gpu nodes", "the gpus"."""
    for position, item in enumerate(items):
        follows = position + 1 < len(items) and "node" in items[position + 1].tags | _box(items[position + 1])
        kind = item.word.removesuffix("s") if follows or item.word.endswith("s") else ""
        if len(kind) < 2 or item.mention or "node" in item.tags:
            continue
        nodes = [e for e in index.by_id.values() if e.kind == "node" and kind in split_name(e.name)]
        if nodes:
            return sorted(nodes, key=lambda node: node.name)
    return []


def _box(item: Item) -> frozenset[str]:
    return frozenset({"node"}) if item.word in ("boxes", "box", "workers", "hosts") else frozenset()


def _databases(index: NameIndex) -> list[KnownEntity]:
    return [e for e in index.by_id.values() if e.kind == "application" and _DATABASES & set(split_name(e.name))]
