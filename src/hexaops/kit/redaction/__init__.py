"""Redacts secrets in untrusted text: the one function at every sink (answers, history, audit, webhooks, logs, errors).

Readers of structure (addresses, headers, names and values, files) know a secret by where it stands, vendors' forms by
what it is. Secrets that this service holds itself are redacted by value (`hexaops.logs.Redactor`). Every repetition is
bounded, so that a line's cost grows with its length only; numbers and plain words stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from hexaops.kit.redaction import (
    addresses,
    arguments,
    commands,
    files,
    headers,
    pairs,
    places,
    sentences,
    servers,
    tools,
    vendors,
)
from hexaops.kit.redaction.forms import Reader, Span
from hexaops.kit.redaction.looks import MARK, is_number, is_placeholder, is_word
from hexaops.kit.redaction.names import is_chosen, is_telling
from hexaops.kit.redaction.needles import is_worded

__all__ = ["MARK", "is_telling", "redact", "redact_fields", "redact_texts"]

RUN_LENGTH = 12
"""Vendors' forms are at least so long."""
_RUN = re.compile(rf"[A-Za-z0-9_+/=~.-]{{{RUN_LENGTH}}}")


def redact(text: str) -> str:
    """The text with every secret that can be known replaced; other text unchanged."""
    lower = text.lower() if text.isascii() else _lowered(text)
    run = _RUN.search(text) is not None
    if not (run or is_worded(lower) or files.may_be_pgpass(text)):
        return text
    spans = reader().find(text, lower)
    if run:
        spans += vendors.find(text, lower)
    return _replaced(text, spans)


class Scanned(NamedTuple):
    """A text, also in lower case, and what a scan for the needles of all texts has found in it."""

    text: str
    lower: str
    worded: bool
    """Whether it has one of the needles."""
    keywords: Collection[str]
    """Vendors' ones that it has."""


def redact_scanned(texts: Sequence[Scanned]) -> list[str]:
    """The same for many texts that were scanned."""
    worded = [place for place, one in enumerate(texts) if one.worded]
    spans = dict(
        zip(worded, reader().find_all([(texts[place].text, texts[place].lower) for place in worded]), strict=True)
    )
    for place, one in enumerate(texts):
        if one.keywords:
            spans.setdefault(place, []).extend(vendors.find(one.text, one.lower, one.keywords))
    return [_replaced(one.text, found) if (found := spans.get(place)) else one.text for place, one in enumerate(texts)]


@cache
def reader() -> Reader:
    """Of everything that is known by where it stands."""
    known = (addresses, headers, pairs, commands, arguments, places, sentences, files, servers, tools)
    return Reader([form for module in known for form in module.FORMS])


_REDACTED = (MARK, MARK.strip("[]"))


def _lowered(text: str) -> str:
    """ASCII's capitals in lower case; other signs as they are, so that places stay the same."""
    return text.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")


def _replaced(text: str, spans: list[Span]) -> str:
    spans.sort()
    kept: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at or text[start:end] in _REDACTED:
            continue
        if start > at or not kept:
            kept += [text[at:start], MARK]
        at = end
    return "".join(kept) + text[at:]


def redact_fields(value: Any, key: str = "") -> Any:
    """The same for every text within lists and mappings, whose names tell of what stands under them."""
    if isinstance(value, str):
        return MARK if value and is_telling(key) and _is_held(value, key) else redact(value)
    if isinstance(value, Mapping):
        named = value.get("name"), value.get("value")
        if isinstance(named[0], str) and isinstance(named[1], str) and is_telling(named[0]):
            value = {**value, "value": MARK}  # a container's environment
        return {name: redact_fields(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [redact_fields(one, key) for one in value]
    return value


def redact_texts(value: Any) -> Any:
    """Every text within lists and mappings by what it says, whatever the names: for details whose names are a schema's."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {name: redact_texts(one) for name, one in value.items()}
    return [redact_texts(one) for one in value] if isinstance(value, list | tuple) else value


def _is_held(value: str, key: str) -> bool:
    """A field's own value: anything but a word about the secret, a variable or, where a machine makes it, a number."""
    if is_placeholder(value) or is_word(value):
        return False
    return is_chosen(key) or not is_number(value)
