"""What can be named, and the look-up tables of its names.

The tables are made once for an Inventory object and then only read, so keep one object for each snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from msgspec import Struct

from hexaops.assistant.understanding.normalise import squash, word_set

EntityKind = Literal["application", "project", "node", "pod", "workspace", "action"]
FUZZY_KINDS = frozenset({"application", "project", "node", "workspace"})
"""Kinds that are found in spite of slips; names of pods and actions are copied, not typed."""
GENERIC_PARTS = word_set(
    "app application service svc server deployment job pod node api-server db the one main new old test prod"
)
"""Parts that too many names have to mean anything alone."""
_NODE_NOUNS = frozenset({"node", "server", "host", "machine"})


class KnownEntity(Struct, frozen=True):
    """Something that exists and can be named. `namespace` is empty where it has none."""

    id: str
    kind: EntityKind
    name: str
    namespace: str = ""
    workload_kind: str = ""


class Candidate(Struct, frozen=True):
    """An entity that a mention may mean; score 1 is its very name."""

    entity: KnownEntity
    score: float


@dataclass(slots=True)
class NameIndex:
    """Look-up tables over one inventory; made once, read only afterwards."""

    whole: dict[str, list[KnownEntity]] = field(default_factory=dict)
    part: dict[str, list[KnownEntity]] = field(default_factory=dict)
    words: dict[str, list[KnownEntity]] = field(default_factory=dict)
    fuzzy_whole: list[str] = field(default_factory=list)
    fuzzy_part: list[str] = field(default_factory=list)
    by_id: dict[str, KnownEntity] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    longest_words: int = 4


def split_name(name: str) -> list[str]:
    """The words of a name: `web-app` → web, app."""
    words: list[str] = []
    current: list[str] = []
    for character in name.lower():
        if character.isalnum():
            current.append(character)
        elif current:
            words.append("".join(current))
            current = []
    if current:
        words.append("".join(current))
    return words


def build_index(entities: tuple[KnownEntity, ...]) -> NameIndex:
    """The tables for these entities; linear in their number."""
    whole: dict[str, list[KnownEntity]] = defaultdict(list)
    part: dict[str, list[KnownEntity]] = defaultdict(list)
    words: dict[str, list[KnownEntity]] = defaultdict(list)
    index = NameIndex()
    for entity in entities:
        key = squash(entity.name)
        if not key:
            continue
        index.by_id[entity.id] = entity
        whole[key].append(entity)
        if squash(entity.id) != key:
            whole[squash(entity.id)].append(entity)
        if entity.kind == "application":
            _add_parts(entity, part, words)
        elif entity.kind == "node":
            _add_node_parts(entity, part)
    index.whole, index.part, index.words = dict(whole), dict(part), dict(words)
    index.fuzzy_whole = [key for key, found in whole.items() if any(e.kind in FUZZY_KINDS for e in found)]
    index.fuzzy_part = [key for key in part if len(key) >= 5]
    index.namespaces = frozenset(e.name.lower() for e in entities if e.kind == "project")
    return index


def _add_node_parts(entity: KnownEntity, part: dict[str, list[KnownEntity]]) -> None:
    """ "worker-2" and "node 2" for worker-node-2: a number tells nodes apart, the word for what they are does not."""
    pieces = split_name(entity.name)
    numbers = [piece for piece in pieces if piece.isdigit()]
    distinctive = [piece for piece in pieces if piece not in _NODE_NOUNS]
    if numbers and len(distinctive) < len(pieces):
        for short in {"".join(distinctive), "node" + "".join(numbers)} - {squash(entity.name), *numbers}:
            part[short].append(entity)


def _add_parts(entity: KnownEntity, part: dict[str, list[KnownEntity]], words: dict[str, list[KnownEntity]]) -> None:
    pieces = split_name(entity.name)
    distinctive = [piece for piece in pieces if piece not in GENERIC_PARTS]
    if len(pieces) < 2 or not distinctive:
        return
    if len(distinctive) < len(pieces):
        part["".join(distinctive)].append(entity)
    for piece in distinctive:
        if len(piece) >= 2 and not piece.isdigit() and entity not in words[piece]:
            words[piece].append(entity)


class Inventory(Struct, frozen=True, dict=True):
    """All that can be named in one workspace."""

    entities: tuple[KnownEntity, ...] = ()

    @cached_property
    def index(self) -> NameIndex:
        """The look-up tables, made at the first use."""
        return build_index(self.entities)
