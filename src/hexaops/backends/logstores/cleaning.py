"""Text of log lines made safe to keep: no escapes, no invisible characters, no secrets, bounded.

Line breaks and tabs stay, as stack traces are made of them. Done before a line is stored, so that nothing else is ever
indexed or returned; engines that others fill are cleaned when their rows are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, starmap
from typing import Any

from hexaops.backends.logstores.lines import LogLine, Metadata
from hexaops.kit.redaction import redact, redact_fields
from hexaops.kit.redaction.batches import redact_all
from hexaops.kit.text import ELLIPSIS, without_escapes

LONGEST_MESSAGE = 16_384
LONGEST_NAME = 253
LONGEST_ID = 64
"""Of those in hexadecimal, which need no cleaning."""
MOST_METADATA = 64
"""Fields of one object, and entries of one list."""
LONGEST_VALUE = 2048
DEEPEST_METADATA = 4
LONGEST_KNOWN = 64
"""Values up to this length, error codes above all, come again and are remembered."""
_FLAT = frozenset({str, int, float, bool, type(None)})
_HEXADECIMAL = re.compile(rf"[0-9a-f-]{{1,{LONGEST_ID}}}").fullmatch
_HEXADECIMALS = re.compile(r"[0-9a-f-]+").fullmatch
_KEPT = frozenset("\n\t")
_PRINTABLE = bytes(range(0x20, 0x7F))
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int) -> str:
    """The text without escapes, invisible characters and secrets, cut to the limit."""
    return _cut(redact(_visible(text, limit)), limit)


def clean_all(texts: Iterable[str], limit: int) -> list[str]:
    """The same for each of many texts, which takes a part of the time."""
    given = [*texts]
    if not (_is_printable("".join(given)) and max(map(len, given), default=0) <= limit):
        given = [_visible(text, limit) for text in given]
    found = redact_all(given)
    return found if max(map(len, found), default=0) <= limit else [_cut(text, limit) for text in found]


def _is_printable(text: str) -> bool:
    """Whether it is ASCII that can be seen; `str.isprintable` takes five times as long."""
    return text.isascii() and not text.encode().translate(None, _PRINTABLE)


def _visible(text: str, limit: int) -> str:
    rough = text[: limit + 1024]
    if _is_printable(rough):
        return rough
    rough = without_escapes(rough.replace("\r\n", "\n"))
    return "".join(sign for sign in rough if sign in _KEPT or unicodedata.category(sign) not in _INVISIBLE)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


@lru_cache(maxsize=8192)
def clean_name(text: str) -> str:
    """A component's or pod's name; the same ones come again and again, nearly all clean: no copy of those is kept."""
    found = clean(text, LONGEST_NAME)
    return text if found == text else found


def clean_id(text: str) -> str:
    """A trace's id; most are plain hexadecimal."""
    return text if _HEXADECIMAL(text) else clean(text, LONGEST_NAME)


def clean_metadata(given: Metadata) -> Metadata:
    """Bounded in every direction, without secrets in values or under telling keys."""
    texts = _texts_among(tuple(given), tuple(map(type, given.values())))
    if texts is None:
        found: Metadata = redact_fields(_bounded(given, 0))
        return found
    for name in texts:
        if _clean_value(name, given[name]) != given[name]:
            return {one: _clean_value(one, value) for one, value in given.items()}
    return given  # as most are


@lru_cache(maxsize=8192)
def _texts_among(names: tuple[str, ...], kinds: tuple[type, ...]) -> tuple[str, ...] | None:
    """The fields that are texts, where these names, of which few sets occur, stay as they are and each tells of its own
    value only; None: the fields have to be looked at together.
    """
    if len(names) > MOST_METADATA or not _FLAT.issuperset(kinds) or {"name", "value"}.issubset(names):
        return None
    if any(clean_name(name) != name for name in names):
        return None
    return tuple(name for name, kind in zip(names, kinds, strict=True) if kind is str)


def _clean_value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) <= LONGEST_KNOWN:
        return _known_value(name, value)
    return redact_fields(clean(value, LONGEST_VALUE), name)


@lru_cache(maxsize=2048)
def _known_value(name: str, value: str) -> str:
    found: str = redact_fields(clean(value, LONGEST_VALUE), name)
    return value if found == value else found


def clean_line(line: LogLine) -> LogLine:
    """A whole line."""
    return _with_message(line, clean(line.message, LONGEST_MESSAGE))


def clean_lines(lines: Sequence[LogLine]) -> list[LogLine]:
    """Whole lines, their messages together."""
    messages = clean_all([line.message for line in lines], LONGEST_MESSAGE)
    others_stay = (
        all(starmap(_stay, {(line.component, line.pod) for line in lines}))
        and _ids_stay([line.trace_id for line in lines if line.trace_id])
        and _metadata_stay([line.metadata for line in lines if line.metadata])
    )
    return [
        line if message == line.message and (others_stay or _others_stay(line)) else _with_message(line, message)
        for line, message in zip(lines, messages, strict=True)
    ]


def _ids_stay(ids: Sequence[str]) -> bool:
    """Whether all of them are plain hexadecimal."""
    return not ids or (max(map(len, ids)) <= LONGEST_ID and _HEXADECIMALS("".join(ids)) is not None)


def _metadata_stay(given: Sequence[Metadata]) -> bool:
    """Whether all of them are known to stay as they are: few names occur, and the same texts come again."""
    names = tuple(sorted({*chain.from_iterable(given)}))
    kinds = {*map(type, chain.from_iterable(map(dict.values, given)))}
    if not _FLAT.issuperset(kinds) or _texts_among(names, (str,) * len(names)) is None:
        return False
    texts = {(name, value) for one in given for name, value in one.items() if value.__class__ is str}
    return all(_clean_value(name, value) == value for name, value in texts)


def _others_stay(line: LogLine) -> bool:
    """Whether all but the message of a line is clean."""
    return (
        _ids_stay([line.trace_id] if line.trace_id else [])
        and _stay(line.component, line.pod)
        and (not line.metadata or clean_metadata(line.metadata) is line.metadata)
    )


@lru_cache(maxsize=8192)
def _stay(component: str, pod: str) -> bool:
    """Whether these names are clean."""
    return clean_name(component) == component and clean_name(pod) == pod


def _with_message(line: LogLine, message: str) -> LogLine:
    component, pod, trace_id, metadata = line.component, line.pod, line.trace_id, line.metadata
    cleaned = (
        message, clean_name(component), clean_name(pod), clean_id(trace_id) if trace_id else None,
        clean_metadata(metadata) if metadata else metadata,
    )  # fmt: skip
    if cleaned == (line.message, component, pod, trace_id, metadata):
        return line  # as most are
    return LogLine(line.time_us, line.level, *cleaned[:3], line.workspace_id, *cleaned[3:])


def _bounded(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value, LONGEST_VALUE)
    if isinstance(value, dict):
        if depth >= DEEPEST_METADATA:
            return ELLIPSIS
        fields = list(value.items())[:MOST_METADATA]
        return {clean(str(name), LONGEST_NAME): _bounded(one, depth + 1) for name, one in fields}
    if isinstance(value, list):
        return ELLIPSIS if depth >= DEEPEST_METADATA else [_bounded(one, depth + 1) for one in value[:MOST_METADATA]]
    return value
