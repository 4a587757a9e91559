"""Counts as people write them: digits, grouping, words, "3x", "a couple", percent; and times such as "last 2 hours"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

MAX_COUNT = 10_000
"""No workload is asked to have more; larger is taken as a slip."""

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_OTHER = {"couple": 2, "pair": 2, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
NTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS = {
    **{word: place for place, word in enumerate(NTH)}, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4,
    "last": -1, "latter": -1, "former": 0,
}  # fmt: skip
"""The place in a list that each says; negative from its end."""
TIME_UNITS = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hr": 3600.0, "hour": 3600.0,
    "d": 86400.0, "day": 86400.0, "w": 604800.0, "week": 604800.0, "month": 2592000.0,
}  # fmt: skip
_QUANTITY_SUFFIXES = ("mi", "gi", "ki", "ti", "mb", "gb", "kb", "tb", "mib", "gib", "g", "m", "k", "cores", "core")
NUMBER_WORDS = frozenset(_UNITS) | frozenset(TENS) | frozenset(_OTHER)


class Number(Struct, frozen=True):
    """A number that was said. `kind`: a count, a factor ("3x"), a quantity with unit ("512Mi"),
    a span of time ("2h") or a time of day ("6pm")."""

    value: float
    text: str
    kind: Literal["count", "factor", "quantity", "time", "clock"] = "count"


def find_number(word: str) -> Number | None:
    """The number that one token says, or None."""
    lower = word.lower()
    if lower in _UNITS or lower in TENS or lower in _OTHER:
        return Number(float(_UNITS.get(lower, TENS.get(lower, _OTHER.get(lower, 0)))), word)
    tens, joined, unit = lower.partition("-")
    if joined and tens in TENS and 0 < _UNITS.get(unit, 0) < 10:
        return Number(float(TENS[tens] + _UNITS[unit]), word)
    if not any(character.isdigit() for character in lower[:2]) or len(lower) > 24:
        return None
    return _written(lower, word)


def _written(lower: str, word: str) -> Number | None:
    value = _decimal(lower)
    if value is not None:
        return Number(value, word)
    if lower.startswith("x") and (value := _decimal(lower[1:])) is not None:
        return Number(value, word, "factor")
    digits = _leading_digits(lower)
    value, suffix = _decimal(lower[:digits]), lower[digits:]
    if value is None:
        return None
    if suffix in ("am", "pm"):
        return Number(value, word, "clock")
    if suffix in ("x", "times"):
        return Number(value, word, "factor")
    if suffix in ("h", "d", "w", "min", "s", "hr", "hrs", "mins"):
        return Number(value * TIME_UNITS[suffix.rstrip("s") or "s"], word, "time")
    if suffix in _QUANTITY_SUFFIXES:
        return Number(value, word, "quantity")
    return None


def _leading_digits(lower: str) -> int:
    for position, character in enumerate(lower):
        if not (character.isdigit() or character in ".,+-"):
            return position
    return len(lower)


def _decimal(text: str) -> float | None:
    """A finite ASCII number: `5`, `-3`, `5.5`, `1,000`, `1e9`."""
    plain = text.replace(",", "")
    if not plain or not plain.isascii() or "_" in plain or plain[0] in "einE":
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < 1e18 else 1e18


def spoken_number(words: Sequence[str]) -> tuple[int, int]:
    """The number that several words from the first on say ("twenty four", "one hundred and twenty", "two dozen",
    "half a dozen"), and how many words these are; (0, 0) where one word or none says it."""
    if tuple(words[:3]) == ("half", "a", "dozen"):
        return 6, 3
    value, length = _below_hundred(words)
    after = words[length : length + 1]
    if length == 1 and value < 10 and after == ["dozen"]:
        return value * 12, 2
    if length == 1 and 0 < value < 10 and after == ["hundred"]:
        joined = words[2:3] == ["and"]
        rest, more = _below_hundred(words[3 if joined else 2 :])
        return value * 100 + rest, 2 + (more + joined if more else 0)
    return (value, length) if length > 1 else (0, 0)


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    first, second = (*words[:2], "", "")[:2]
    if first in TENS:
        unit = _UNITS.get(second, 0)
        return (TENS[first] + unit, 2) if 0 < unit < 10 else (TENS[first], 1)
    return (_UNITS[first], 1) if first in _UNITS else (0, 0)


def nth(word: str) -> int:
    """The 4 of "fourth" and "4th"; 0 of all else."""
    if word in NTH:
        return NTH.index(word) + 1
    digits = word[:-2]
    return int(digits) if word[-2:] in ("st", "nd", "rd", "th") and digits.isdecimal() and len(digits) < 4 else 0


def why_not_a_count(value: float, *, smallest: int = 0) -> str | None:
    """Why a number cannot be a replica count, ready for the answer; None when it can."""
    if value != int(value):
        return "a replica count is a whole number"
    if value < smallest:
        return "a replica count cannot be negative" if value < 0 else f"at least {smallest} is needed"
    if value > MAX_COUNT:
        return f"more than {MAX_COUNT} replicas cannot be asked for"
    return None


def time_unit_seconds(word: str) -> float | None:
    """Seconds in one `minute`, `hours`, `day`…, or None when the word is no unit of time."""
    lower = word.lower()
    if len(lower) > 3 and lower.endswith("s"):
        lower = lower[:-1]
    return TIME_UNITS.get(lower) if len(lower) > 2 else None
