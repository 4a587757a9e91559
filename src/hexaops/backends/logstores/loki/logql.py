"""Lowered query → a LogQL pipeline.

Line filters cannot express OR across lines and labels, so the line becomes a label and one label filter says it all:
`| label_format hexaops_line="{{__line__}}" | (hexaops_line=~"…" or level=~"…")`. Negations are pushed to the leaves, as
label filters have no NOT. Matchers of labels are anchored and read a missing label as empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from hexaops.backends.logstores.external.fence import Names
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.lowering import All, LevelIn, Lowered, No, Some, Words
from hexaops.backends.logstores.external.patterns import escaped, words_pattern
from hexaops.backends.logstores.query.tree import Equals

LINE = "hexaops_line"
NEVER, ALWAYS = f'{LINE}=~"[^\\\\s\\\\S]"', f'{LINE}=~"(?s).*"'


def selector(names: Names, fields: Fields, fixed: Mapping[str, str]) -> str:
    """The stream selector: the fence, outside of the query's own pipeline."""
    listed = "|".join(map(escaped, names.values))
    parts = [f"{fields.fence}=~{quoted(listed)}"] if not names.negated else [f'{fields.fence}=~".+"']
    if names.negated and names.values:
        parts.append(f"{fields.fence}!~{quoted(listed)}")
    return "{" + ", ".join([*parts, *(f"{name}={quoted(value)}" for name, value in fixed.items())]) + "}"


def pipeline(node: Lowered, fields: Fields) -> str:
    """The stages behind the selector; none for a query without conditions."""
    if node == All(()):
        return ""
    return f' | label_format {LINE}="{{{{__line__}}}}" | {_filter(node, fields, negated=False)}'


def quoted(text: str) -> str:
    """A text that stands for itself: a JSON string is a string of Go."""
    return json.dumps(text, ensure_ascii=False)


def _filter(node: Lowered, fields: Fields, *, negated: bool) -> str:
    match node:
        case Words(field, words, prefix):
            label = LINE if field == "message" else getattr(fields, field)
            return _matched(label, f"(?s).*{_flagged(words_pattern(words, prefix=prefix))}.*", negated=negated)
        case Equals(field, value, prefix):
            pattern = f"(?s){escaped(value)}{'.*' if prefix else ''}"
            return _matched(getattr(fields, field), pattern, negated=negated)
        case LevelIn(names, other):
            pattern = f"(?i)\\s*(?:{'|'.join(map(escaped, names))})\\s*" if names else "[^\\s\\S]"
            return _matched(fields.level, pattern, negated=negated != other)
        case No(part):
            return _filter(part, fields, negated=not negated)
        case All(parts):
            return _joined(parts, fields, " or " if negated else " and ", negated=negated)
        case Some(parts):
            return _joined(parts, fields, " and " if negated else " or ", negated=negated)


def _joined(parts: tuple[Lowered, ...], fields: Fields, between: str, *, negated: bool) -> str:
    if not parts:
        return ALWAYS if between == " and " else NEVER
    return "(" + between.join(_filter(part, fields, negated=negated) for part in parts) + ")"


def _matched(label: str, pattern: str, *, negated: bool) -> str:
    return f"{label}{'!~' if negated else '=~'}{quoted(pattern)}"


def _flagged(pattern: str) -> str:
    """Case folding for the words only; the pattern is part of a larger one."""
    return f"(?i:{pattern.removeprefix('(?i)')})"
