"""Lowered query → a `bool` tree of the search API. Values stand in JSON, never in a query string."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from hexaops.backends.logstores.external.fence import Names
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.lowering import All, LevelIn, Lowered, No, Some, Words
from hexaops.backends.logstores.opensearch.mapping import IndexMapping
from hexaops.backends.logstores.query.tree import Equals

Query: TypeAlias = dict[str, Any]
"""A query of the search API in JSON."""
EXPANSIONS = 1024
_EDGE = "[^A-Za-z0-9]"


class Translator:
    """For one index."""

    def __init__(self, fields: Fields, mapping: IndexMapping) -> None:
        self._fields = fields
        self._mapping = mapping

    def translate(self, node: Lowered) -> Query:
        """The query."""
        match node:
            case Words(field, words, prefix):
                return self._words(getattr(self._fields, field), words, prefix=prefix)
            case Equals(field, value, prefix):
                name = self._mapping.keyword(getattr(self._fields, field))
                return {"prefix" if prefix else "term": {name: {"value": value}}}
            case LevelIn(names, negated):
                return self._level(names, negated=negated)
            case No(part):
                return {"bool": {"must_not": [self.translate(part)]}}
            case All(parts):
                return {"bool": {"filter": [self.translate(part) for part in parts]}}
            case Some(parts) if parts:
                return {"bool": {"should": [self.translate(part) for part in parts], "minimum_should_match": 1}}
            case Some(_):
                return {"match_none": {}}

    def fenced(self, names: Names, selector: Mapping[str, str]) -> list[Query]:
        """The filters that stand outside of the query's own."""
        field = self._mapping.keyword(self._fields.fence)
        within: Query = {"terms": {field: [*names.values]}}
        if names.negated:
            empty: Query = {"term": {field: {"value": ""}}}
            within = {"bool": {"filter": [{"exists": {"field": field}}], "must_not": [within, empty]}}
        return [
            within,
            *({"term": {self._mapping.keyword(name): {"value": value}}} for name, value in selector.items()),
        ]

    def _level(self, names: tuple[str, ...], *, negated: bool) -> Query:
        if not names:
            return {"match_all": {}}
        name = self._mapping.keyword(self._fields.level)
        spelled: Query = {"regexp": {name: {"value": f" *({'|'.join(names)}) *", "case_insensitive": True}}}
        return {"bool": {"must_not": [spelled]}} if negated else spelled

    def _words(self, field: str, words: tuple[str, ...], *, prefix: bool) -> Query:
        if field not in self._mapping.analyzed:
            return self._in_keyword(self._mapping.keyword(field), words, prefix=prefix)
        if not prefix:
            return {"match_phrase": {field: {"query": " ".join(words)}}}
        if len(words) == 1:
            return {"prefix": {field: {"value": words[0]}}}
        return {"match_phrase_prefix": {field: {"query": " ".join(words), "max_expansions": EXPANSIONS}}}

    def _in_keyword(self, field: str, words: tuple[str, ...], *, prefix: bool) -> Query:
        """Words of a value that is indexed as a whole. They hold letters and digits only, so nothing needs escaping."""
        end = ".*" if prefix else f"({_EDGE}.*)?"
        pattern = f"(.*{_EDGE})?{f'{_EDGE}+'.join(words)}{end}"
        return {"regexp": {field: {"value": pattern, "case_insensitive": True}}}
