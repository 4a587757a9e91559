"""Lowered query → LogsQL filter.

VictoriaLogs takes `a_b` for one word and we for two. `i(word)` is fast and finds the word between other signs, so only
lines with an underscore are looked at again, by pattern. Phrases are patterns too, as any signs may separate their
words; a line must have each word before its pattern is tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from hexaops.backends.logstores.external.fence import Names
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.lowering import All, LevelIn, Lowered, No, Some, Words
from hexaops.backends.logstores.external.patterns import escaped, words_pattern
from hexaops.backends.logstores.query.tree import Equals

EVERYTHING, NOTHING = "*", "!*"


def translate(node: Lowered, fields: Fields) -> str:
    """The filter of a query."""
    match node:
        case Words(field, words, prefix):
            return _words(quoted(getattr(fields, field)), words, prefix=prefix)
        case Equals(field, value, prefix):
            return f"{quoted(getattr(fields, field))}:={quoted(value)}{'*' if prefix else ''}"
        case LevelIn(names, negated):
            pattern = f"(?i)^\\s*(?:{'|'.join(map(escaped, names))})\\s*$"
            return f"{'!' if negated else ''}{quoted(fields.level)}:~{quoted(pattern)}" if names else EVERYTHING
        case No(part):
            return f"!({translate(part, fields)})"
        case All(parts):
            return " ".join(f"({translate(part, fields)})" for part in parts) or EVERYTHING
        case Some(parts):
            return " or ".join(f"({translate(part, fields)})" for part in parts) or NOTHING


def fenced(names: Names, field: str, selector: Mapping[str, str]) -> str:
    """The filter that stands outside of the query's text."""
    values = ",".join(quoted(value) for value in names.values)
    own = quoted(field)
    parts = (
        [f"{own}:in({values})"] if not names.negated else [f"{own}:*", *([f"!{own}:in({values})"] if values else ())]
    )
    parts += [f"{quoted(name)}:={quoted(value)}" for name, value in selector.items()]
    return " ".join(parts)


def quoted(text: str) -> str:
    """A text that stands for itself: a JSON string is a string of LogsQL."""
    return json.dumps(text, ensure_ascii=False)


def _words(field: str, words: tuple[str, ...], *, prefix: bool) -> str:
    pattern = f"{field}:~{quoted(words_pattern(words, prefix=prefix))}"
    *first, last = words
    whole = [f"{field}:i({quoted(word)})" for word in first] + [f"{field}:i({quoted(last)}{'*' if prefix else ''})"]
    underscore = f'{field}:~"_"'
    if not first:
        return f"({whole[0]} or ({underscore} {pattern}))"
    likely = " ".join(f"({one} or {underscore})" for one in whole)
    return f"({likely} {pattern})"
