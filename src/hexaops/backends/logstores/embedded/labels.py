"""Which levels, components and error codes have the words of a text: few distinct values, so they are looked up instead
of being indexed with every line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import tantivy
from tantivy import Query

from hexaops.backends.logstores.embedded.schema import CODE_WORDS, Keys, schema, term_of
from hexaops.backends.logstores.lines import LEVELS, Level
from hexaops.backends.logstores.words import words_of


class Labels:
    """The levels and components of one index, as they were at its last commit."""

    def __init__(self, components: Sequence[str]) -> None:
        self._components = [(name, words_of(name)) for name in components]

    @classmethod
    def of(cls, searcher: tantivy.Searcher) -> Labels:
        """All components that occur."""
        return cls([name for name, _ in searcher.terms_with_prefix("component", "")])

    def matching(
        self, words: Sequence[str], of_level: Callable[[Level], Query], keys: Keys, *, prefix: bool
    ) -> Iterator[Query]:
        """What finds the lines whose level, component or error code has these words one after the other."""
        for level in LEVELS:
            if _holds((level,), words, prefix=prefix):
                yield of_level(level)
        for name, own in self._components:
            if _holds(own, words, prefix=prefix):
                yield Query.term_query(schema(), "component", name, "basic")
        between = literal(term_of(" ", keys))
        phrase = between.join(map(literal, words)) + (".*" if prefix else f"({between}.*)?")
        yield Query.regex_query(schema(), "keys", f"{literal(CODE_WORDS)}(.*{between})?{phrase}")


def literal(text: str) -> str:
    """For the index's own automaton: every sign is escaped, so nothing of a user's text is a pattern."""
    return re.sub(r"([^\w\s]|_)", r"\\\1", text) if not text.isalnum() else text


def _holds(own: Sequence[str], words: Sequence[str], *, prefix: bool) -> bool:
    *whole, last = words
    size = len(words)
    for at in range(len(own) - size + 1):
        end = own[at + size - 1]
        if (end.startswith(last) if prefix else end == last) and [*own[at : at + size - 1]] == whole:
            return True
    return False
