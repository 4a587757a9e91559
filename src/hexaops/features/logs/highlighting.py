"""Where a message matches the query: character offsets, never markup, because messages are untrusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from hexaops.backends.logstores.query.tree import Node, Text, positive_texts
from hexaops.backends.logstores.words import spans_of

Span: TypeAlias = tuple[int, int]
MOST_SPANS = 100


def highlighter(expression: Node | None) -> Callable[[str], list[Span]]:
    """Build a function that finds the matching parts of a message."""
    texts = [] if expression is None else list(dict.fromkeys(positive_texts(expression)))
    single = {text.words[0] for text in texts if len(text.words) == 1 and not text.prefix}
    longer = [text for text in texts if len(text.words) > 1 or text.prefix]

    quick = _pattern(texts)

    def find(message: str) -> list[Span]:
        if quick is not None and message.isascii():
            return sorted({found.span(1) for one in quick for found in one.finditer(message)})[:MOST_SPANS]
        words = spans_of(message)
        found = {(start, end) for word, start, end in words if word in single}
        for text in longer:
            found.update(_phrases(words, text))
        return sorted(found)[:MOST_SPANS]

    return find


def _pattern(texts: Sequence[Text]) -> list[re.Pattern[str]] | None:
    """Patterns that find the same in ASCII messages, in a third of the time; None where a word is not ASCII.

    Single words share one; a phrase has one of its own, which overlaps and may find itself again from its second word.
    """
    if not all(word.isascii() for text in texts for word in text.words):
        return None
    single = [text for text in texts if len(text.words) == 1]
    parts = ["|".join(_part(text) for text in single)] if single else []
    parts += [_part(text) for text in texts if len(text.words) > 1]
    return [re.compile(rf"(?<![A-Za-z0-9])(?=({part})(?![A-Za-z0-9]))", re.ASCII | re.IGNORECASE) for part in parts]


def _part(text: Text) -> str:
    return "[^A-Za-z0-9]+".join(text.words) + ("[A-Za-z0-9]*" if text.prefix else "")


def _phrases(words: Sequence[tuple[str, int, int]], text: Text) -> list[Span]:
    *whole, last = text.words
    size, found = len(text.words), []
    for at in range(len(words) - size + 1):
        here = [word for word, _, _ in words[at : at + size]]
        ends = here[-1].startswith(last) if text.prefix else here[-1] == last
        if ends and here[:-1] == whole:
            found.append((words[at][1], words[at + size - 1][2]))
    return found
