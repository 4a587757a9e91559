"""Finds sections of the documentation by their words, in memory: the pages are a few hundred kilobytes.

Words are found at the beginning of longer words too. Sections that have every word are found, or where there is none,
those that have most of them; first those that have them in their heading, then those that have them most often.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from markdown_it.token import Token

APART = re.compile(r"[\W_]+")
MOST_WORDS, MOST_HITS, LONGEST_QUERY = 8, 20, 100
BEFORE, AFTER = 60, 180
IN_HEADING, IN_TITLE, MOST_COUNTED = 20, 10, 5


class Section(Struct, frozen=True, dict=True):
    """What stands under one heading; the part before the first one has no `anchor`."""

    page: str
    title: str
    heading: str
    anchor: str
    text: str

    @cached_property
    def folded(self) -> tuple[str, str, str]:
        """Heading, title and text as words are looked for in them."""
        return _folded(self.heading), _folded(self.title), _folded(self.text)

    @property
    def address(self) -> str:
        """Where it is read."""
        return f"/docs/{self.page}{self.anchor and f'#{self.anchor}'}"


def sections_of(page: str, title: str, tokens: Sequence[Token]) -> Iterator[Section]:
    """A page's sections; headings must have their ids."""
    heading, anchor, parts = title, "", list[str]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            yield Section(page, title, heading, anchor, " ".join(parts))
            heading, anchor = _plain(tokens[place + 1]), str(token.attrGet("id"))
            parts = []
        elif token.type == "inline":
            parts.append(_plain(token))
        elif token.type in {"fence", "code_block"}:
            parts.append(token.content)
    yield Section(page, title, heading, anchor, " ".join(parts))


def words_of(query: str) -> list[str]:
    """The words to look for; at most eight."""
    return _folded(query[:LONGEST_QUERY]).split()[:MOST_WORDS]


def find_sections(sections: Sequence[Section], words: Sequence[str]) -> list[Section]:
    """The best first, at most twenty; none without words."""
    scored = [(*_score(one, words), one) for one in sections]
    most = max((matched for matched, *_ in scored), default=0)
    found = sorted(((score, one) for matched, score, one in scored if matched == most > 0), key=lambda pair: -pair[0])
    return [one for _, one in found[:MOST_HITS]]


def excerpt_of(section: Section, words: Sequence[str]) -> str:
    """HTML: the text around the first word that is found, with the words marked."""
    text = " ".join(section.text.split())
    wanted = re.compile(rf"(?<![^\W_])({'|'.join(words)})", re.IGNORECASE)
    hit = wanted.search(text)
    at = hit.start() if hit else 0
    start, end = max(0, at - BEFORE), at + AFTER
    marked = wanted.split(text[start:end])
    shown = "".join(f"<mark>{html.escape(one)}</mark>" if place % 2 else html.escape(one)
                    for place, one in enumerate(marked))  # fmt: skip
    return f"{'… ' if start else ''}{shown}{' …' if end < len(text) else ''}"


def _score(section: Section, words: Sequence[str]) -> tuple[int, int]:
    """How many of the words it has, and how prominently."""
    heading, title, text = section.folded
    found = [
        IN_HEADING * (word in heading) + IN_TITLE * (word in title) + min(text.count(word), MOST_COUNTED)
        for word in (f" {one}" for one in words)
    ]
    return sum(map(bool, found)), sum(found)


def _folded(text: str) -> str:
    return f" {APART.sub(' ', text.casefold())}"


def _plain(token: Token) -> str:
    return "".join(one.content or " " * (one.type == "softbreak") for one in token.children or ())
