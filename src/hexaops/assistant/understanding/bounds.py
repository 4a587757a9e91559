"""Bounds in questions: "above 80 % CPU", "more than 5 restarts", "less than 2 replicas", "over $50".

The last bound of a text counts, so that "and above 50 %?" can follow a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Literal

from msgspec import Struct

Of = Literal["cpu", "memory", "either", "restarts", "replicas", "cost", "latency", "error_rate", "request_rate", "age"]
Judge = Callable[[float, float], bool]

_JUDGES: Mapping[str, tuple[Judge, str]] = {
    "more": (gt, "above"), "least": (ge, "of at least"), "less": (lt, "below"), "most": (le, "of at most"),
}  # fmt: skip
_COUNTED: Mapping[str, str] = {"more": "more than", "least": "at least", "less": "fewer than", "most": "at most"}
_COUNTS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "ten": 10.0, "once": 1.0, "twice": 2.0}
_BOUND = re.compile(
    r"(?:(?P<least>at least|no less than|no fewer than|>=|≥)|(?P<most>at most|no more than|up to|<=|≤)|"
    r"(?P<more>more than|greater than|higher than|larger than|bigger than|older than|longer than|slower than|over|"
    r"above|exceed(?:s|ing)?|beyond|>)|"
    r"(?P<less>less than|fewer than|lower than|smaller than|younger than|newer than|faster than|cheaper than|under|"
    r"below|<))"
    r"\s{0,3}(?:of )?(?P<dollar>\$)?\s?(?P<number>\d{1,9}(?:[.,]\d{1,6})?|one|two|three|four|five|ten|once|twice)"
    r"\s{0,2}(?P<unit>%|\$|[a-zA-Z]{1,12})?",
    re.IGNORECASE,
)
_BYTES = {
    **dict.fromkeys(("k", "kb"), 1e3), **dict.fromkeys(("mb", "meg", "megs", "megabyte", "megabytes"), 1e6),
    **dict.fromkeys(("g", "gb", "gig", "gigs", "gigabyte", "gigabytes"), 1e9), "tb": 1e12,
    **dict.fromkeys(("ki", "kib"), 2.0**10), **dict.fromkeys(("mi", "mib"), 2.0**20),
    **dict.fromkeys(("gi", "gib"), 2.0**30), **dict.fromkeys(("ti", "tib"), 2.0**40),
}  # fmt: skip
_CORES = {"core": 1.0, "cores": 1.0, "vcpu": 1.0, "vcpus": 1.0, "cpus": 1.0, "m": 0.001, "millicores": 0.001}
_MILLISECONDS = {"ms": 1.0, "millisecond": 1.0, "milliseconds": 1.0, "s": 1000.0, "sec": 1000.0, "second": 1000.0,
                 "seconds": 1000.0}  # fmt: skip
_AGES = {
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0), **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0), **dict.fromkeys(("w", "week", "weeks"), 604_800.0),
}  # fmt: skip
_RESTARTS = re.compile(r"\b(?:restart|crash)\w*", re.IGNORECASE)
_REPLICAS = re.compile(r"\b(?:replicas?|cop(?:y|ies)|instances?)\b", re.IGNORECASE)
_COSTS = re.compile(r"\b(?:costs?|costing|spend\w*|price[ds]?|expensive|cheaper|dollars?|usd|bucks|bills?)\b|\$", re.I)
_ERRORS = re.compile(r"\berror rates?\b|\berrors?\b|\bfail\w* requests?\b", re.IGNORECASE)
_SLOW = re.compile(r"\blatenc\w+|\bresponse times?\b|\bp9\d\b|\b(?:slow|respond|answer)\w*|\btakes?\b|\bfaster\b", re.I)
_RATES = re.compile(r"\brequests?\b.*\b(?:a|per) second\b|\brps\b|\bqps\b|\brequest rates?\b", re.IGNORECASE)
_AGED = re.compile(r"\b(?:older|younger|newer|longer) than\b|\b(?:age|uptime)\b", re.IGNORECASE)
_CPU = re.compile(r"\b(?:v?cpus?|cores?|processor)\b", re.IGNORECASE)
_MEMORY = re.compile(r"\b(?:memory|ram|mem)\b", re.IGNORECASE)
_RESERVED = re.compile(r"\brequest(?:s|ed|ing)?\b", re.IGNORECASE)
_LIMITS = re.compile(r"\blimits?\b|\blimited\b", re.IGNORECASE)


class Bound(Struct, frozen=True):
    """What is compared with what, and the bound in the words of an answer."""

    of: Of
    value: float
    """Percent, cores, bytes, dollars a month, milliseconds, requests a second or seconds; else a count."""
    fits: Judge
    words: str
    """ "above 80%", "more than 5"."""
    percent: bool = False
    """Of what may be used."""
    reserved: Literal["requests", "limits"] | None = None
    """What is set of it, not what is used."""

    @property
    def is_upward(self) -> bool:
        """Whether large values fit."""
        return self.fits in (gt, ge)


def has_bound(text: str) -> bool:
    """Whether something is compared with a number."""
    return _BOUND.search(text) is not None


def bound_in(text: str) -> Bound | None:
    """The last bound of a text with what it is of; None where either is not said."""
    said = [*_BOUND.finditer(text)]
    if not said:
        return None
    found = said[-1]
    side = next(name for name in _JUDGES if found[name])
    number = _COUNTS.get(found["number"].lower()) or float(found["number"].replace(",", "."))
    unit = (found["unit"] or ("$" if found["dollar"] else "")).lower()
    rest = f"{text[: found.start('number')]} {text[found.end('number') :]}"
    return _read(side, number, unit, rest, f"{found['dollar'] or ''}{found['number']}")


def _read(side: str, number: float, unit: str, text: str, written: str) -> Bound | None:
    fits, word = _JUDGES[side]
    counted = f"{_COUNTED[side]} {written}"
    percent = unit in ("%", "percent")
    dollars = unit in ("$", "usd", "dollar", "dollars", "bucks")
    if dollars or (_COSTS.search(text) and unit not in _BYTES and not percent):
        return Bound("cost", number, fits, f"{word} ${number:g}")
    if percent:
        return _of_percent(number, fits, f"{word} {written}%", text)
    if _RESTARTS.search(text) and (unit not in _BYTES or unit in ("k",)):
        return Bound("restarts", number, fits, counted)
    if _AGED.search(text) or (unit in ("d", "day", "days", "week", "weeks", "hours") and not _SLOW.search(text)):
        factor = _AGES.get(unit)
        return Bound("age", number * factor, fits, f"{word} {written} {unit}") if factor else None
    if _RATES.search(text):
        return Bound("request_rate", number, fits, f"{word} {written} a second")
    if unit in _MILLISECONDS and _SLOW.search(text):
        return Bound("latency", number * _MILLISECONDS[unit], fits, f"{word} {written} {unit}")
    if _REPLICAS.search(text) or unit in ("pod", "pods"):
        return Bound("replicas", number, fits, counted)
    return _of_amount(number, unit, fits, f"{word} {written}", text)


def _of_percent(number: float, fits: Judge, words: str, text: str) -> Bound | None:
    if _ERRORS.search(text):
        return Bound("error_rate", number, fits, words)
    of: Of = "memory" if _MEMORY.search(text) else "cpu" if _CPU.search(text) else "either"
    return Bound(of, number, fits, words, percent=True)


def _of_amount(number: float, unit: str, fits: Judge, words: str, text: str) -> Bound | None:
    reserved: Literal["requests", "limits"] | None = None
    if _LIMITS.search(text):
        reserved = "limits"
    elif _RESERVED.search(text):
        reserved = "requests"
    cores = unit in _CORES and (unit != "m" or _CPU.search(text) or not _MEMORY.search(text))
    if cores or (not unit and _CPU.search(text)) or (unit == "cpu"):
        return Bound("cpu", number * _CORES.get(unit, 1.0), fits, f"{words} {unit or 'cores'}", reserved=reserved)
    size = _BYTES.get(unit)
    return Bound("memory", number * size, fits, f"{words} {unit.upper() if size % 10 == 0 else unit.title()}",
                 reserved=reserved) if size else None  # fmt: skip
