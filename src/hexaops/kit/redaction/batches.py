"""Redaction of many texts at once: what `redact` gives for each, at a fraction of its cost.

All texts are scanned together, as one array of bytes, for what `redact` looks for in each before it looks closely.
Only texts that have some of it are then read one by one.
"""

from __future__ import annotations

import string
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation
from numpy.typing import NDArray

from hexaops.kit.redaction import RUN_LENGTH, Scanned, files, needles, redact, redact_scanned, vendors

Bytes: TypeAlias = NDArray[np.uint8]
Positions: TypeAlias = NDArray[np.int64]

_SEPARATOR = "\0"
_SURE, _AMBIGUOUS, _KEYWORD = 1, 2, 4
"""A word near which structure tells of a secret; one that is mostly part of others; a word of a vendor's form."""
_RUN, _LONG = 1, 2
"""A run of a token's signs; a long one of letters and digits, which is more than hexadecimal."""
_FEWEST = 16
"""Below so many texts the scan costs more than it saves."""
_LONGEST_KNOWN = 512
"""Signs of a text for which it is remembered whether it is worth reading."""
_COLONS = 4
"""Of a line of a password file."""
_ZEROED = bytes(ord("0") if chr(code) in "123456789" else code for code in range(256))


def redact_all(texts: Sequence[str]) -> list[str]:
    """Each text with every secret that can be known replaced."""
    found = [*texts]
    joined, plain = _SEPARATOR.join(texts), [*range(len(texts))]
    if not (joined.isascii() and all(texts) and joined.count(_SEPARATOR) == len(texts) - 1):
        plain = [number for number, text in enumerate(texts) if text and text.isascii() and _SEPARATOR not in text]
        joined = _SEPARATOR.join([texts[number] for number in plain])
    if len(plain) < _FEWEST:
        return [redact(text) for text in texts]
    for number in {*range(len(texts))}.difference(plain) if len(plain) < len(texts) else ():
        found[number] = redact(texts[number])
    lower = joined.lower()
    signs = joined.encode()
    starts = np.concatenate(([0], np.flatnonzero(np.frombuffer(signs, np.uint8) == ord(_SEPARATOR)) + 1))
    runs = _runs(signs, starts)
    begins = starts.tolist()
    encoded = lower.encode()
    kinds, keywords = _words().find(encoded, begins, runs.tolist())
    zeroed = encoded.translate(_ZEROED).decode()
    for place in np.flatnonzero(runs & _LONG).tolist():
        keywords.setdefault(place, set()).add(vendors.DOT)
    worded = {*_password_files(texts, plain)}
    for place, kind in kinds.items():
        start, end = begins[place], begins[place] + len(texts[plain[place]])
        if kind & _SURE or _is_worth_reading(lower[start:end], zeroed[start:end]):
            worded.add(place)
    closely = [*worded.union(keywords)]
    scanned = [
        Scanned(
            texts[plain[place]], lower[begins[place] : begins[place] + len(texts[plain[place]])], place in worded,
            keywords.get(place, ()),
        )
        for place in closely
    ]  # fmt: skip
    for place, text in zip(closely, redact_scanned(scanned), strict=True):
        found[plain[place]] = text
    return found


def _is_worth_reading(lower: str, zeroed: str) -> bool:
    """The same for texts that differ in their digits only: but for those of escapes, no word or pattern tells them apart."""
    if len(zeroed) > _LONGEST_KNOWN or "%" in zeroed or "\\" in zeroed:
        return needles.is_worth_reading(lower)
    return _known_as_worth_reading(zeroed)


@lru_cache(maxsize=8192)
def _known_as_worth_reading(zeroed: str) -> bool:
    return needles.is_worth_reading(zeroed)


def _password_files(texts: Sequence[str], plain: Sequence[int]) -> list[int]:
    """The texts with a line of a password file: it has four colons, everything else has a word of its own."""
    return [
        place
        for place, number in enumerate(plain)
        if (text := texts[number]).count(":") >= _COLONS and files.may_be_pgpass(text)
    ]


def _runs(signs: bytes, starts: Positions) -> Bytes:
    """For each text what kinds of runs it has. The sign between texts belongs to none, so that no run joins two."""
    found = np.zeros(len(starts), np.uint8)
    begins, _ = _stretches(signs.translate(_NO_TOKEN), RUN_LENGTH)
    found[np.searchsorted(starts, begins, "right") - 1] |= _RUN
    begins, ends = _stretches(signs.translate(_NO_ALNUM), vendors.DOTTED_RUN)
    places = zip(begins.tolist(), ends.tolist(), strict=True)
    unusual = np.array([bool(signs[begin:end].strip(_USUAL)) for begin, end in places], np.bool_)
    found[np.searchsorted(starts, begins[unusual], "right") - 1] |= _LONG
    return found


def _stretches(others: bytes, least: int) -> tuple[Positions, Positions]:
    """Where stretches of so many zeros begin, and where they end."""
    ends = np.concatenate(([-1], np.flatnonzero(np.frombuffer(others, np.bool_)), [len(others)]))
    long = np.flatnonzero(np.diff(ends) > least)
    return ends[long] + 1, ends[long + 1]


class _Words:
    """Finds all words in all texts at once."""

    def __init__(self, kinds: Iterable[tuple[Iterable[str], int]]) -> None:
        found: dict[str, int] = {}
        for words, kind in kinds:
            for word in words:
                found[word] = found.get(word, 0) | kind
        self._words, self._kinds = [*found], [*found.values()]
        self._automaton = BytesAhoCorasick([word.encode() for word in found], implementation=Implementation.DFA)

    def find(
        self, lower: bytes, begins: Sequence[int], runs: Sequence[int]
    ) -> tuple[dict[int, int], dict[int, set[str]]]:
        """By the number of a text: which kinds of needles it has; and, for texts with a run, its vendors' keywords."""
        kinds: dict[int, int] = {}
        keywords: dict[int, set[str]] = {}
        for number, begin, _ in self._automaton.find_matches_as_indexes(lower, overlapping=True):
            place, kind = bisect_right(begins, begin) - 1, self._kinds[number]
            if kind & (_SURE | _AMBIGUOUS):
                kinds[place] = kinds.get(place, 0) | kind
            if kind & _KEYWORD and runs[place]:
                keywords.setdefault(place, set()).add(self._words[number])
        return kinds, keywords


def _all_but(signs: str) -> bytes:
    """A table that makes these signs 0 and all others 1."""
    return bytes(chr(code) not in signs for code in range(256))


_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_NO_ALNUM = _all_but(_LETTERS_AND_DIGITS)
_NO_TOKEN = _all_but(f"{_LETTERS_AND_DIGITS}_+/=~.-")
_USUAL = b"abcdef0123456789.-"


@cache
def _words() -> _Words:
    """Made with the first texts: the vendors' rules are a file."""
    return _Words(
        (
            ((*needles.SURE, *needles.IN_FILES), _SURE),
            (needles.AMBIGUOUS, _AMBIGUOUS),
            ((*vendors.keywords(), *(vendors.own_words() - {vendors.DOT})), _KEYWORD),
        )
    )
