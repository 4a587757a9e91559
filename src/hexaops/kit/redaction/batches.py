"""Redaction of many texts at once: what `redact` gives for each, at a fraction of its cost.

All texts are scanned together, as one array of bytes, for what `redact` looks for in each before it looks closely.
Only texts that have some of it are then read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hexaops.kit.redaction import RUN_LENGTH, files, needles, redact, redact_known, vendors

Bytes: TypeAlias = NDArray[np.uint8]
Positions: TypeAlias = NDArray[np.int64]

_SEPARATOR = "\0"
_SURE, _KEYWORD, _OWN, _RUN, _ODD, _LONG, _AMBIGUOUS = 1, 2, 4, 8, 16, 32, 64
"""A word near which structure tells of a secret; a word of a vendors' rule; one of a form of our own; a run of a token's signs; one
that is more than hexadecimal; a long one of letters and digits; a word that is
mostly part of others."""
_GRAM_BITS = 18
_FEWEST = 16
"""Below so many texts the scan costs more than it saves."""


def redact_all(texts: Sequence[str]) -> list[str]:
    """Each text with every secret that can be known replaced."""
    found = [*texts]
    plain = [number for number, text in enumerate(texts) if text and text.isascii() and _SEPARATOR not in text]
    if len(plain) < _FEWEST:
        return [redact(text) for text in texts]
    for number in {*range(len(texts))}.difference(plain):
        found[number] = redact(texts[number])
    joined = _SEPARATOR.join([texts[number] for number in plain])
    lower = joined.lower()
    starts = np.cumsum([0, *(len(texts[number]) + 1 for number in plain[:-1])])
    data = np.frombuffer(joined.encode(), np.uint8)
    kinds, at = _literals().scan(np.frombuffer(lower.encode(), np.uint8), starts)
    kinds |= np.bitwise_or.reduceat(_runs(data), starts)
    keywords = _keywords(lower, at[_RUNNING[kinds[_place(at, starts)]]], starts)
    for place in np.flatnonzero(kinds & _LONG).tolist():
        keywords.setdefault(place, set()).add(vendors.DOT)
    worded = {*np.flatnonzero(kinds & _SURE).tolist(), *_password_files(texts, plain, data, starts)}
    for place in np.flatnonzero(kinds & (_SURE | _AMBIGUOUS)).tolist():
        text, start = texts[plain[place]], int(starts[place])
        if place in worded or needles.is_worth_reading(lower[start : start + len(text)]):
            worded.add(place)
    for place in worded.union(keywords):
        text, start = texts[plain[place]], int(starts[place])
        known = keywords.get(place, ())
        found[plain[place]] = redact_known(
            text, lower[start : start + len(text)], worded=place in worded, keywords=known
        )
    return found


def _password_files(texts: Sequence[str], plain: Sequence[int], data: Bytes, starts: Positions) -> list[int]:
    """The texts with a line of a password file: it has four colons, everything else has a word of its own."""
    several = np.flatnonzero(np.add.reduceat(data == ord(":"), starts) >= 4).tolist()
    return [place for place in several if files.PGPASS.search(texts[plain[place]])]


def _place(at: Positions, starts: Positions) -> Positions:
    """In which text each position is."""
    return np.searchsorted(starts, at, "right") - 1


def _runs(data: Bytes) -> Bytes:
    """For each byte what kinds of runs begin there."""
    unusual = _UNUSUAL[data]
    token, odd = _window(_TOKEN[data], RUN_LENGTH, np.logical_and), _window(unusual, RUN_LENGTH, np.logical_or)
    long = _window(_ALNUM[data], vendors.DOTTED_RUN, np.logical_and) & _window(
        unusual, vendors.DOTTED_RUN, np.logical_or
    )
    return token * np.uint8(_RUN) | (token & odd) * np.uint8(_ODD) | long * np.uint8(_LONG)


def _window(flags: NDArray[np.bool_], size: int, join: np.ufunc) -> NDArray[np.bool_]:
    """Each flag joined with those up to `size` further on."""
    reach = 1
    while reach < size:
        step = min(reach, size - reach)
        flags, reach = _shifted(flags, step, join), reach + step
    return flags


def _shifted(flags: NDArray[np.bool_], step: int, join: np.ufunc) -> NDArray[np.bool_]:
    """Each flag joined with the one `step` further on; beyond the end there is none."""
    found = np.zeros_like(flags)
    if len(flags) > step:
        found[:-step] = join(flags[:-step], flags[step:])
    return found


def _keywords(lower: str, at: Positions, starts: Positions) -> dict[int, set[str]]:
    """The keywords of vendors' rules in each text, by the text's place."""
    found: dict[int, set[str]] = {}
    by_gram = _literals().by_gram
    for place, position in zip(_place(at, starts).tolist(), at.tolist(), strict=True):
        for size in _GRAMS:
            for word in by_gram.get(lower[position : position + size], ()):
                if lower.startswith(word, position):
                    found.setdefault(place, set()).add(word)
    return found


_GRAMS = (1, 2, 3, 4)


class _Literals:
    """Finds any of some words by their first letters."""

    def __init__(self, kinds: Iterable[tuple[Iterable[str], int]]) -> None:
        self._tables = {size: np.zeros(1 << _GRAM_BITS, np.uint8) for size in _GRAMS}
        self.by_gram: dict[str, set[str]] = {}
        for words, kind in kinds:
            for word in words:
                gram = word[: _GRAMS[-1]]
                self._tables[len(gram)][_hash(np.array([int.from_bytes(gram.encode(), "little")], np.uint32))] |= kind
                if kind in {_KEYWORD, _OWN}:
                    self.by_gram.setdefault(gram, set()).add(word)

    def scan(self, data: Bytes, starts: Positions) -> tuple[Bytes, Positions]:
        """The kinds of words in each text, and where keywords may begin; too many rather than too few."""
        padded = np.zeros(len(data) + _GRAMS[-1], np.uint8)
        padded[: len(data)] = data
        whole = np.zeros(len(data), np.uint32)
        found = np.zeros(len(data), np.uint8)
        for size in _GRAMS:
            whole |= padded[size - 1 : size - 1 + len(data)].astype(np.uint32) << np.uint32(8 * (size - 1))
            found |= self._tables[size][_hash(whole)]
        return np.bitwise_or.reduceat(found, starts), np.flatnonzero(found & (_KEYWORD | _OWN))


def _hash(grams: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (grams * np.uint32(2_654_435_761)) >> np.uint32(32 - _GRAM_BITS)


def _table(signs: str) -> NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[np.frombuffer(signs.encode(), np.uint8)] = True
    return table


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RUNNING = np.arange(256) & _RUN != 0
_ALNUM = _table(f"{_LETTERS}0123456789")
_TOKEN = _table(f"{_LETTERS}0123456789_+/=~.-")
_UNUSUAL = _TOKEN & ~_table("abcdef0123456789.-")


@cache
def _literals() -> _Literals:
    """Made with the first texts: the vendors' rules are a file."""
    return _Literals(
        (
            ((*needles.SURE, *needles.IN_FILES), _SURE),
            (needles.AMBIGUOUS, _AMBIGUOUS),
            (vendors.keywords(), _KEYWORD),
            (vendors.own_words() - {vendors.DOT}, _OWN),
        )
    )
