"""Lowered query → a condition in SQL. Every value is a bound parameter; no text of a query is part of the statement."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hexaops.backends.logstores.external.engine import engine_error
from hexaops.backends.logstores.external.fence import Names
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.lowering import All, LevelIn, Lowered, No, Some, Words
from hexaops.backends.logstores.external.patterns import words_pattern
from hexaops.backends.logstores.query.tree import Equals

_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"})


class Statement:
    """Collects the parameters of one statement."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._names: dict[str, str] = {}

    @property
    def parameters(self) -> Mapping[str, str]:
        """For the request's address, in the escaped form that the server expects."""
        return {f"param_{name}": value.translate(_ESCAPES) for value, name in self._names.items()}

    def bound(self, value: str) -> str:
        """A text as a parameter; the same text is one parameter."""
        name = self._names.setdefault(value, f"p{len(self._names)}")
        return f"{{{name}:String}}"

    def column(self, name: str) -> str:
        """`Column` or `Map.key` in SQL."""
        column, _, key = name.partition(".")
        if not _COLUMN.fullmatch(column):
            raise engine_error("clickhouse", f"{name!r} is neither a column nor a column and a key of it")
        return f"`{column}`[{self.bound(key)}]" if key else f"`{column}`"

    def condition(self, node: Lowered) -> str:
        """The condition of a query."""
        match node:
            case Words(field, words, prefix):
                return f"match({self._field(field)}, {self.bound(words_pattern(words, prefix=prefix))})"
            case Equals(field, value, True):
                return f"startsWith({self._field(field)}, {self.bound(value)})"
            case Equals(field, value, _):
                return f"{self._field(field)} = {self.bound(value)}"
            case LevelIn(names, negated):
                listed = ", ".join(self.bound(name) for name in names)
                level = f"lower(trimBoth({self._field('level')}))"
                return f"{level} {'NOT IN' if negated else 'IN'} ({listed})" if names else "1"
            case No(part):
                return f"NOT ({self.condition(part)})"
            case All(parts):
                return " AND ".join(f"({self.condition(part)})" for part in parts) or "1"
            case Some(parts):
                return " OR ".join(f"({self.condition(part)})" for part in parts) or "0"

    def fenced(self, names: Names, selector: Mapping[str, str]) -> str:
        """The condition that stands outside of the query's own."""
        field = self.column(self._fields.fence)
        listed = ", ".join(self.bound(value) for value in names.values)
        within = f"{field} IN ({listed})" if not names.negated else f"{field} != ''"
        parts = [within, *([f"{field} NOT IN ({listed})"] if names.negated and listed else [])]
        parts += [f"{self.column(name)} = {self.bound(value)}" for name, value in selector.items()]
        return " AND ".join(f"({part})" for part in parts)

    def _field(self, name: str) -> str:
        return self.column(getattr(self._fields, name))
