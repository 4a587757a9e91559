"""The syntax tree that every engine translates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hexaops.backends.logstores.lines import Level

Key = Literal["component", "pod", "trace_id", "error_code"]


@dataclass(frozen=True, slots=True)
class Text:
    """Consecutive words of one text: of the message, level, component or error code, or of the message alone."""

    words: tuple[str, ...]
    """In lower case, at least one; the last may be the beginning of a word."""
    prefix: bool = False
    message_only: bool = False


@dataclass(frozen=True, slots=True)
class Equals:
    """A field's whole value, compared exactly; with `prefix` its beginning."""

    field: Key
    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class HasLevel:
    """The line's level."""

    level: Level


@dataclass(frozen=True, slots=True)
class Not:
    """The negation."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    children: tuple[Node, ...]


Node: TypeAlias = Text | Equals | HasLevel | Not | And | Or


def positive_texts(node: Node, *, negated: bool = False) -> Iterator[Text]:
    """The texts whose presence can make a line match: what is highlighted."""
    match node:
        case Text():
            if not negated:
                yield node
        case Not(child):
            yield from positive_texts(child, negated=not negated)
        case And(children) | Or(children):
            for child in children:
                yield from positive_texts(child, negated=negated)
        case _:
            return
