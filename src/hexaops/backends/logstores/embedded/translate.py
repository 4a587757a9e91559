"""Syntax tree → tantivy query. The fence and the filters stand beside the text's query, never inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from typing import NamedTuple, TypeAlias

import tantivy
from tantivy import Occur, Query

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.embedded.labels import Labels, literal
from hexaops.backends.logstores.embedded.schema import (
    DAY_US,
    RAISED,
    TIE_BITS,
    USUAL,
    WITH_RAISED,
    Keys,
    level_key,
    raised_key,
    schema,
    term_of,
)
from hexaops.backends.logstores.lines import LEVELS, Level
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Node, Not, Or, Text

FEW = 8
"""So many terms are looked at one by one; a set of terms reads all of their lines, wanted or not."""


_Clause: TypeAlias = tuple[Occur, Query]


class _Scope(NamedTuple):
    """Where a text's query is asked."""

    labels: Labels
    of_level: Callable[[Level], Query]
    """Finds the lines of a level among those of the fence."""
    keys: Keys


def within_day(query: LogQuery, day_us: int, labels: Labels, *, keys: Keys) -> Query:
    """Everything that the query asks for within one day's partition, whose lines have these keys."""
    scope = _Scope(labels, partial(_of_level, workspaces=query.workspaces, keys=keys), keys)
    parts = _fenced(query, scope, keys)
    if query.components:
        parts.append(_any_of("component", sorted(query.components)))
    first, last = max(query.start_us - day_us, 0), min(query.end_us - day_us, DAY_US)
    if first > 0 or last < DAY_US:
        parts.append(between(first << TIE_BITS, (last << TIE_BITS) - 1))
    clauses = [(Occur.Must, part) for part in parts]
    if query.expression is not None:
        clauses += _clauses(query.expression, scope)
    return _conjunction(clauses)


def _fenced(query: LogQuery, scope: _Scope, keys: Keys) -> list[Query]:
    workspaces, levels = query.workspaces, query.levels
    if keys in WITH_RAISED and levels == RAISED and workspaces and len(workspaces) <= FEW:
        return [_any_key(map(raised_key, workspaces), keys)]
    together = keys is Keys.BOTH or (keys is not Keys.APART and USUAL not in levels)
    if together and workspaces and levels and len(workspaces) * len(levels) <= FEW:
        return [_any_key((level_key(one, level) for one in workspaces for level in levels), keys)]
    fence = [] if workspaces is None else [_any_key((f"workspace={one}" for one in workspaces), keys)]
    return [*fence, _of_levels(query, scope)] if levels else fence


def all_of(parts: Sequence[Query]) -> Query:
    """The conjunction; of nothing, everything."""
    if len(parts) == 1:
        return parts[0]
    return Query.boolean_query([(Occur.Must, part) for part in parts]) if parts else Query.all_query()


def between(first: int, last: int) -> Query:
    """Documents whose order lies between, both included."""
    if last < first:
        return Query.empty_query()
    return Query.range_query(schema(), "order", tantivy.FieldType.Unsigned, first, last)


def _of_levels(query: LogQuery, scope: _Scope) -> Query:
    """Neighbouring levels are checked for what the text finds, which takes less than reading all lines of each."""
    numbers = sorted(map(LEVELS.index, query.levels))
    if query.expression is not None and 1 < len(numbers) == numbers[-1] - numbers[0] + 1:
        return _in_column(numbers[0], numbers[-1])
    return _either([scope.of_level(LEVELS[number]) for number in numbers])


def _of_level(level: Level, *, workspaces: Set[str] | None, keys: Keys) -> Query:
    """The lines of a level in these workspaces; more may be found, as the fence stands beside it."""
    if keys in {Keys.APART, Keys.BOTH}:
        return Query.term_query(schema(), "keys", f"level={level}", "basic")
    if level == USUAL or workspaces is None or len(workspaces) > FEW:
        return _in_column(LEVELS.index(level), LEVELS.index(level))
    return _any_key((level_key(one, level) for one in workspaces), keys)


def _in_column(first: int, last: int) -> Query:
    return Query.range_query(schema(), "level", tantivy.FieldType.Unsigned, first, last)


def translate(node: Node, scope: _Scope) -> Query:
    """The query of a tree."""
    match node:
        case Text(words, prefix, message_only):
            found = [_words("message", words, prefix=prefix)]
            if not message_only:
                found += scope.labels.matching(words, scope.of_level, scope.keys, prefix=prefix)
            return _either(found)
        case Equals(field, value, prefix):
            return _equals(field, value, scope.keys, prefix=prefix)
        case HasLevel(level):
            return scope.of_level(level)
        case Not() | And():
            return _conjunction([*_clauses(node, scope)])
        case Or(children):
            return _either([translate(child, scope) for child in children])


def _clauses(node: Node, scope: _Scope) -> Iterator[_Clause]:
    """What a line must and must not match. Those of a conjunction stand beside the fence rather than within a query of
    their own, as the rarest of all then leads: a sixth of an answer's time.
    """
    match node:
        case And(children):
            for child in children:
                yield from _clauses(child, scope)
        case Not(child):
            yield Occur.MustNot, translate(child, scope)
        case _:
            yield Occur.Must, translate(node, scope)


def _conjunction(clauses: Sequence[_Clause]) -> Query:
    """Negations beside something positive exclude from it, which is faster than from everything."""
    if len(clauses) == 1 and clauses[0][0] is Occur.Must:
        return clauses[0][1]
    if any(occur is Occur.Must for occur, _ in clauses):
        return Query.boolean_query(clauses)
    return Query.boolean_query([(Occur.Must, Query.all_query()), *clauses])


def _either(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])


def _equals(field: str, value: str, keys: Keys, *, prefix: bool) -> Query:
    name, value = ("component", value) if field == "component" else ("keys", term_of(f"{field}={value}", keys))
    if prefix:
        return Query.regex_query(schema(), name, f"{literal(value)}.*")
    return Query.term_query(schema(), name, value, "basic")


def _any_key(wanted: Iterable[str], keys: Keys) -> Query:
    return _any_of("keys", [term_of(key, keys) for key in sorted(wanted)])


def _any_of(field: str, values: Sequence[str]) -> Query:
    if not values:
        return Query.empty_query()
    if len(values) == 1:
        return Query.term_query(schema(), field, values[0], "basic")
    if len(values) <= FEW:
        return _either([Query.term_query(schema(), field, value, "basic") for value in values])
    return Query.term_set_query(schema(), field, values)


def _words(field: str, words: Sequence[str], *, prefix: bool) -> Query:
    *whole, last = words
    if prefix:
        if not whole:
            return Query.regex_query(schema(), field, f"{literal(last)}.*")
        return Query.regex_phrase_query(schema(), field, [*map(literal, whole), f"{literal(last)}.*"])
    if not whole:
        return Query.term_query(schema(), field, last, "basic")
    return Query.phrase_query(schema(), field, list(words))
