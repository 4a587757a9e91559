"""Protocol buffers' wire format → the plain values that JSON has, by a description of the messages.

Two messages are read here; a library with generated code for them would be the largest part of it.
Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

DEEPEST = 32
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Raw: TypeAlias = int | bytes


class WireError(ValueError):
    """The bytes are no such message."""


class Field(Struct, frozen=True):
    """A field of a message: its name in JSON, and what its bytes mean."""

    name: str
    read: Callable[[Raw, int], Any]
    repeated: bool = False


Message: TypeAlias = Mapping[int, Field]


def text(raw: Raw, _depth: int) -> str:
    """A string."""
    return _bytes(raw).decode(errors="replace")


def hexadecimal(raw: Raw, _depth: int) -> str:
    """Bytes, as OTLP writes ids in JSON."""
    return _bytes(raw).hex()


def unsigned(raw: Raw, _depth: int) -> int:
    """A number without a sign."""
    return raw if isinstance(raw, int) else int.from_bytes(raw, "little")


def signed(raw: Raw, depth: int) -> int:
    """A number in two's complement of 64 bits."""
    found = unsigned(raw, depth)
    return found - (1 << 64) if found >> 63 else found


def boolean(raw: Raw, depth: int) -> bool:
    """A truth value."""
    return unsigned(raw, depth) != 0


def double(raw: Raw, depth: int) -> float:
    """A number with a fraction; the wire has its bits."""
    found: float = struct.unpack("<d", unsigned(raw, depth).to_bytes(8, "little"))[0]
    return found


def inner(message: Callable[[], Message]) -> Callable[[Raw, int], Any]:
    """A message within a message."""
    return lambda raw, depth: decode(_bytes(raw), message(), depth + 1)


def decode(body: bytes, message: Message, depth: int = 0) -> dict[str, Any]:
    """The known fields of a message; raises WireError."""
    if depth > DEEPEST:
        raise WireError("nested too deeply")
    found: dict[str, Any] = {}
    for number, raw in _fields(body):
        field = message.get(number)
        if field is None:
            continue
        value = field.read(raw, depth)
        if field.repeated:
            found.setdefault(field.name, []).append(value)
        else:
            found[field.name] = value
    return found


def _fields(body: bytes) -> Iterator[tuple[int, Raw]]:
    at, end = 0, len(body)
    while at < end:
        key, at = varint(body, at)
        kind = key & 7
        if kind == VARINT:
            raw: Raw
            raw, at = varint(body, at)
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
            raw, at = int.from_bytes(body[at : at + size], "little"), at + size
        elif kind == BYTES:
            size, at = varint(body, at)
            raw, at = body[at : at + size], at + size
        else:
            raise WireError("an unknown type of field")
        if at > end:
            raise WireError("cut off")
        yield key >> 3, raw


def varint(body: bytes, at: int) -> tuple[int, int]:
    """A number of variable length and where it ends; raises WireError."""
    found = shift = 0
    while shift < 70:
        if at >= len(body):
            raise WireError("cut off")
        byte = body[at]
        at += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found & ((1 << 64) - 1), at
        shift += 7
    raise WireError("a number is too long")


def _bytes(raw: Raw) -> bytes:
    if isinstance(raw, int):
        raise WireError("a number where bytes are expected")
    return raw
