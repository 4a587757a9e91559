"""The syntax tree in terms of single fields, which is what engines can be asked about.

A word without a field is looked for in message, level, component and error code; levels are stored in many spellings.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.lines import LEVELS, Level, spellings
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Node, Not, Or, Text

Searched = Literal["message", "component", "error_code"]


class Words(Struct, frozen=True):
    """Consecutive words within one field; the last may be the beginning of a word."""

    field: Searched
    words: tuple[str, ...]
    prefix: bool


class LevelIn(Struct, frozen=True):
    """The level is one of these spellings, whatever their case; with `negated`: none of them, or missing."""

    names: tuple[str, ...]
    negated: bool


class All(Struct, frozen=True):
    """Every part."""

    parts: tuple[Lowered, ...]


class Some(Struct, frozen=True):
    """At least one part; of no parts, nothing matches."""

    parts: tuple[Lowered, ...]


class No(Struct, frozen=True):
    """The negation."""

    part: Lowered


Lowered: TypeAlias = Words | Equals | LevelIn | All | Some | No


def lowered(node: Node) -> Lowered:
    """A tree of single fields with the same meaning."""
    match node:
        case Text(words, prefix, message_only):
            message = Words("message", words, prefix)
            return message if message_only else _anywhere(words, prefix=prefix)
        case HasLevel(level):
            return levels_in(frozenset({level}))
        case Equals():
            return node
        case Not(child):
            return No(lowered(child))
        case And(children):
            return All(tuple(lowered(child) for child in children))
        case Or(children):
            return Some(tuple(lowered(child) for child in children))


def filters_of(query: LogQuery) -> list[Lowered]:
    """What the query asks for beside its text: levels and components."""
    parts: list[Lowered] = []
    if query.levels:
        parts.append(levels_in(frozenset(LEVELS) & query.levels))
    if query.components:
        parts.append(Some(tuple(Equals("component", name) for name in sorted(query.components))))
    return parts


def whole(query: LogQuery) -> Lowered:
    """Text and filters; neither range nor fence."""
    text = () if query.expression is None else (lowered(query.expression),)
    return All((*filters_of(query), *text))


def levels_in(levels: frozenset[Level]) -> LevelIn:
    """`unknown` is what no spelling names, so it turns the question around."""
    if "unknown" not in levels:
        return LevelIn(tuple(name for level in LEVELS if level in levels for name in spellings(level)), negated=False)
    others = [level for level in LEVELS if level not in levels]
    return LevelIn(tuple(name for level in others for name in spellings(level)), negated=True)


def _anywhere(words: tuple[str, ...], *, prefix: bool) -> Lowered:
    fields: tuple[Searched, ...] = ("message", "component", "error_code")
    found: list[Lowered] = [Words(field, words, prefix) for field in fields]
    if len(words) == 1:
        named = [level for level in LEVELS if (level.startswith(words[0]) if prefix else level == words[0])]
        if named:
            found.append(levels_in(frozenset(named)))
    return Some(tuple(found))
