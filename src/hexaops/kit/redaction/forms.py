"""Forms of secrets, each behind words of which one is in every text that has it: all words are looked for at once.

The words only save time: a form whose word is not there is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from hexaops.kit.redaction.looks import has

UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
"""In small letters, as issuers of tokens write it."""
Span = tuple[int, int]
Find = Callable[[str, str], Iterator[Span]]
"""Where secrets of a form stand in a text, which is given as it is and in lower case."""


MOST_SETS = 2048
"""Texts have few sets of words."""
FURTHER_SIGNS = 2
"""Further words of so many signs are looked for with all the others; single signs are in too many texts."""


class Form(NamedTuple):
    """One way in which a secret stands in a text."""

    words: tuple[str, ...]
    """In lower case; one of them is in every plain text of this form. None: any text may have it."""
    find: Find
    also: tuple[str, ...] = ()
    """In lower case; one of them, too, is in every plain text of this form, which is read closely only then."""


def values(pattern: re.Pattern[str], holds: Callable[[str], bool] | None = None) -> Find:
    """Finds the groups of a pattern, where they look like a secret."""
    groups = [group for group in ("value", "other") if group in pattern.groupindex]
    matches = places_of(pattern)

    def find(text: str, lower: str) -> Iterator[Span]:
        for found in matches(text, lower):
            for group in groups:
                start, end = found.span(group)
                if start < end and (holds is None or holds(text[start:end])):
                    yield start, end

    return find


_ELSEWHERE = re.compile(r"[^\W\x00-\x7f]|[^\S\x00-\x7f]|[\uff00-\uffef]")
"""Letters, digits and spaces beyond ASCII, and the wide forms of its signs."""


def is_plain(text: str) -> bool:
    """Whether patterns match the text as one in ASCII: its other signs, such as … and ⚠, are no letters and no spaces."""
    return text.isascii() or _ELSEWHERE.search(text) is None


def places_of(pattern: re.Pattern[str]) -> Callable[[str, str], Iterator[re.Match[str]]]:
    """Finds a pattern by its places. One that takes both cases is sought in the text in lower case, in half of the time,
    so what a match holds may be in lower case.
    """
    in_lower = _lowered(pattern)

    def matches(text: str, lower: str) -> Iterator[re.Match[str]]:
        return in_lower.finditer(lower) if in_lower and is_plain(text) else pattern.finditer(text)

    return matches


def _lowered(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """The pattern for lower case only; None: it heeds the case, or a part of it does."""
    source = pattern.pattern.removeprefix(_CASELESS)
    if source == pattern.pattern or _UPPER.search(_SYNTAX.sub("", source)):
        return None
    return re.compile(source, pattern.flags & ~re.IGNORECASE)


_CASELESS = "(?i)"
_SYNTAX = re.compile(r"\\.|\(\?P[<=]\w+")
_UPPER = re.compile(r"[A-Z]|\(\?-?[a-z]")
"""A letter in upper case, or a part with flags of its own."""


class Reader:
    """Looks for all forms whose words a text has."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._forms = [*forms]
        self._always = {number for number, form in enumerate(forms) if not form.words}
        self._numbers: dict[str, set[int]] = {}
        for number, form in enumerate(forms):
            for word in form.words:
                self._numbers.setdefault(word, set()).add(number)
        further = (word for form in forms for word in form.also if len(word) >= FURTHER_SIGNS)
        self._words = [*dict.fromkeys((*self._numbers, *further))]
        self._automaton = AhoCorasick(self._words)
        self._worded = lru_cache(MOST_SETS)(self._make_worded)

    def find(self, text: str, lower: str) -> list[Span]:
        """Where their secrets stand."""
        return self.find_all([(text, lower)])[0]

    def find_all(self, texts: Sequence[tuple[str, str]]) -> list[list[Span]]:
        """The same for each of many texts, form after form: one that has just been used takes half of the time."""
        wanted: dict[int, list[int]] = {}
        for place, (text, lower) in enumerate(texts):
            for number in self._wanted(text, lower):
                wanted.setdefault(number, []).append(place)
        found: list[list[Span]] = [[] for _ in texts]
        for number, places in wanted.items():
            find = self._forms[number].find
            for place in places:
                found[place].extend(find(*texts[place]))
        return found

    def _wanted(self, text: str, lower: str) -> Iterable[int]:
        """The numbers of the forms that the text may have."""
        if not is_plain(text):  # its capitals and lower case letters are more than those of `lower`
            return range(len(self._forms))
        found = frozenset([number for number, _, _ in self._automaton.find_matches_as_indexes(lower, overlapping=True)])
        sure, others = self._worded(found)
        return [*sure, *(one for one, also in others if has(lower, also))] if others else sure

    def _make_worded(self, found: frozenset[int]) -> tuple[list[int], list[tuple[int, tuple[str, ...]]]]:
        """The forms that texts with these words may have, and those that need one of a few signs, too."""
        sure, others = [], []
        words = {self._words[number] for number in found}
        for number in self._always.union(*[self._numbers[word] for word in words if word in self._numbers]):
            also = self._forms[number].also
            signs = tuple(word for word in also if len(word) < FURTHER_SIGNS)
            if not also or not words.isdisjoint(also):
                sure.append(number)
            elif signs:
                others.append((number, signs))
        return sure, others
