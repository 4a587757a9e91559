"""The syntax tree that every engine translates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from hexaops.backends.logstores.lines import Level

Key = Literal["component", "pod", "trace_id", "error_code"]


class Text(Struct, frozen=True):
    """Consecutive words of one text: of the message, level, component or error code, or of the message alone."""

    words: tuple[str, ...]
    """In lower case, at least one; the last may be the beginning of a word."""
    prefix: bool = False
    message_only: bool = False


class Equals(Struct, frozen=True):
    """A field's whole value, compared exactly; with `prefix` its beginning."""

    field: Key
    value: str
    prefix: bool = False


class HasLevel(Struct, frozen=True):
    """The line's level."""

    level: Level


class Not(Struct, frozen=True):
    """The negation."""

    child: Node


class And(Struct, frozen=True):
    """All of them."""

    children: tuple[Node, ...]


class Or(Struct, frozen=True):
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
