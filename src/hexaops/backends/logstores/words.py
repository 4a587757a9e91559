"""What a word is: a run of letters and digits, compared without case; everything else separates.

One definition for the index, the query language and the reference evaluator. `separated` gives the words of a text as
one string with single separators, which is what the embedded index stores: its own tokenizer would cut differently
(it drops words longer than 40 characters and knows other letters).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
_ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else ord(" ") for code in range(256))

_ASCII_APART = b"\0" + _ASCII[1:]
"""The same, with texts kept apart."""


def separated(text: str) -> str:
    """The words in lower case, separated by white space."""
    if text.isascii():
        return text.encode().translate(_ASCII).decode()
    return " ".join(_WORD.findall(text.casefold()))


def separated_all(texts: Sequence[str]) -> list[str]:
    """The same for each of many texts, translated at once."""
    joined = "\0".join(texts)
    if joined.isascii() and joined.count("\0") == len(texts) - 1:
        return joined.encode().translate(_ASCII_APART).decode().split("\0")
    return [*map(separated, texts)]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(separated(text).split())


def spans_of(text: str) -> list[tuple[str, int, int]]:
    """Each word with where it stands in the text."""
    return [(found[0].casefold(), found.start(), found.end()) for found in _WORD.finditer(text)]
