"""Identifiers: a prefix that names the kind, then characters that sort by time and cannot be guessed."""

from __future__ import annotations

import hashlib
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letters that are read as digits, and ASCII order is value order."""
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
"""Two characters at a time: an id is made for every request."""


def _encode(value: int, length: int) -> str:
    """The value's last `length` digits."""
    shifts = range((length + 1) // 2 * 10 - 10, -1, -10)
    return "".join([_PAIRS[value >> shift & 1023] for shift in shifts])[-length:]


def new_id(prefix: str, *, time_ns: int | None = None) -> str:
    """Prefix, 11 characters of microseconds since 1970, 16 characters (80 bits) of randomness."""
    microseconds = (time.time_ns() if time_ns is None else time_ns) // 1000
    return f"{prefix}{_encode(microseconds, 11)}{_encode(secrets.randbits(80), 16)}"


def stable_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, everywhere and always: 80 bits of SHA-256 over the parts."""
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    return f"{prefix}{_encode(int.from_bytes(digest[:10], 'big'), 16)}"
