"""Which parts of a message vary by their form: numbers, ids, addresses, paths, times.

A message becomes a key: its constant words and one wildcard for each run of variable ones, units of measure included
("5.2 KB" and "1190 bytes (1.16 KB)" are both one wildcard). `quick_key` is the cheap form of the same reading, made by
string methods only; messages with equal quick keys have equal keys. `blanked` is cheaper still, for many messages at
once: most messages of one template become one text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

WILDCARD = "<*>"
LONGEST_MESSAGE = 1000
"""Characters of a message that are looked at."""
MOST_TOKENS = 64

_SEPARATORS = ",;|()[]{}\"'<>"
_QUICK = str.maketrans({**dict.fromkeys("123456789", "0"), **dict.fromkeys(f"{_SEPARATORS}\t\n\r", " ")})
_QUICK_ASCII = bytes(ord(chr(code).translate(_QUICK)) if code < 128 else code for code in range(256))
"""The same for bytes, which takes a fifth of the time."""
_TOKEN = re.compile(rf"[^\s{re.escape(_SEPARATORS)}=:]*[=:]|[^\s{re.escape(_SEPARATORS)}=:]+")
_UNITS = frozenset(
    """b byte bytes kb mb gb tb kib mib gib kbps mbps ns us ms s sec secs second seconds min mins minute minutes h hour
    hours d day days %""".split()  # noqa: SIM905 # readable
)
_DATES = frozenset(
    "mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec utc gmt am pm".split()  # noqa: SIM905
)
_NAMING = frozenset({"user", "username"})
"""Words after which a name follows, if a blank separates them."""
_MOST_MASKS = 50_000


class Reading(Struct, frozen=True):
    """A message's key, and where in the message the parts of each key element are."""

    key: tuple[str, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]


class Masks(dict[str, str]):
    """Token → itself, or the wildcard; remembers tokens without digits."""

    def __missing__(self, token: str) -> str:
        if "0" in token:  # digits were made zeros; such tokens are too many to remember
            return WILDCARD
        if len(self) >= _MOST_MASKS:
            self.clear()
        found = self[token] = _mask(token)
        return found


def quick_key(message: str, masks: Masks) -> tuple[str, ...]:
    """What the message is remembered by."""
    return _key(_quick(message[:LONGEST_MESSAGE]), masks)


def blanked(messages: Sequence[str]) -> list[bytes] | None:
    """Each message as ASCII with one 0 for every token with a digit; None: they have to be read one by one.

    Messages that become equal have equal quick keys.
    """
    if max(map(len, messages), default=0) > LONGEST_MESSAGE:
        messages = [message[:LONGEST_MESSAGE] for message in messages]
    joined = "\0".join(messages)
    if not joined.isascii() or joined.count("\0") >= len(messages):
        return None
    signs = np.frombuffer(bytearray(_quick_ascii(joined) + b"\0"), np.uint8)
    ends = np.flatnonzero(signs <= ord(" "))
    starts = np.concatenate(([0], ends[:-1] + 1))
    varies = np.maximum.reduceat((signs == ord("0")).view(np.uint8), starts).view(np.bool_)
    kept = np.repeat(~varies, ends - starts + 1)
    kept[ends] = kept[starts] = True
    signs[starts[varies]] = ord("0")
    return signs[kept].tobytes()[:-1].split(b"\0")


def _quick_ascii(text: str) -> bytes:
    return text.encode().translate(_QUICK_ASCII).replace(b"=", b"= ").replace(b":", b": ")


def _quick(text: str) -> str:
    if text.isascii():
        return _quick_ascii(text).decode()
    return text.translate(_QUICK).replace("=", "= ").replace(":", ": ")


def _key(text: str, masks: Masks) -> tuple[str, ...]:
    return tuple(map(masks.__getitem__, text.split()[:MOST_TOKENS]))


def read(message: str) -> Reading:
    """The key of a message."""
    text = message[:LONGEST_MESSAGE]
    key: list[str] = []
    spans: list[list[tuple[int, int]]] = []
    named, glued = False, ""
    for found in [*_TOKEN.finditer(text)][:MOST_TOKENS]:
        token = found[0]
        word = token.lower().rstrip(".,:=")
        if not word:
            continue
        shown = _mask(token)
        if shown == WILDCARD and glued == ":" and key and _is_host(key[-1]):
            key[-1] = WILDCARD
        if word in _UNITS and key and key[-1] == WILDCARD:
            continue
        if word in _DATES or named:
            shown = WILDCARD
        glued = token[-1]
        named = word in _NAMING and glued not in "=:"
        kept = (found.start(), found.start() + len(token.rstrip(":=")))
        if shown == WILDCARD and key and key[-1] == WILDCARD:
            spans[-1].append(kept)
            continue
        key.append(shown if shown == WILDCARD else shown.rstrip(":="))
        spans.append([kept])
    return _merged(key, spans)


def template_of(message: str, reading: Reading) -> str:
    """The message with the wildcard in place of what varies."""
    text, at, parts = message[:LONGEST_MESSAGE], 0, []
    for token, spans in zip(reading.key, reading.spans, strict=True):
        for start, end in spans if token == WILDCARD else ():
            parts += [text[at:start], WILDCARD]
            at = end
    return "".join(parts) + text[at:]


def _merged(key: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Reading:
    """Neighbouring wildcards as one: a host became one after its port was seen."""
    merged: list[str] = []
    places: list[list[tuple[int, int]]] = []
    for token, where in zip(key, spans, strict=True):
        if token == WILDCARD and merged and merged[-1] == WILDCARD:
            places[-1] += where
        else:
            merged.append(token)
            places.append([*where])
    return Reading(tuple(merged), tuple(map(tuple, places)))


def _is_host(token: str) -> bool:
    return "." in token and token != WILDCARD


def _mask(token: str) -> str:
    """The wildcard for a token whose form says that it varies."""
    if any(digit in token for digit in "0123456789"):
        return WILDCARD
    if "&" in token or "?" in token[:-1] or token.count("/") >= 2:
        return WILDCARD  # an address or a path
    if "@" in token and len(token) > 2:
        return WILDCARD
    if token.strip(".").count(".") >= 2 and token == token.lower():
        bare = token.replace(".", "").replace("-", "").replace("_", "")
        return WILDCARD if bare.isalnum() else token  # a host name; names of classes have capitals
    return token
