"""Snappy's block format, unpacked: how Loki's clients compress (github.com/google/snappy, format_description.txt)."""

from __future__ import annotations

from hexaops.features.logs.formats.protobuf import WireError, varint


def unpack(body: bytes, most: int) -> bytes:
    """The unpacked bytes; raises WireError for what is damaged, OverflowError for what is larger than `most`."""
    size, at = varint(body, 0)
    if size > most:
        raise OverflowError
    found = bytearray()
    while at < len(body):
        tag = body[at]
        at += 1
        if tag & 3 == 0:
            at = _literal(body, at, tag >> 2, found)
        else:
            length, offset, at = _copy(body, at, tag)
            start = len(found) - offset
            if offset == 0 or start < 0:
                raise WireError("a copy from before the beginning")
            while length > 0:  # what is copied may be part of the copy
                piece = found[start : start + length]
                found += piece
                start, length = start + len(piece), length - len(piece)
        if len(found) > size:
            raise WireError("longer than it says")
    if len(found) != size:
        raise WireError("shorter than it says")
    return bytes(found)


def _literal(body: bytes, at: int, code: int, found: bytearray) -> int:
    length = code
    if code >= 60:
        extra = code - 59
        length = int.from_bytes(body[at : at + extra], "little")
        at += extra
    end = at + length + 1
    if end > len(body):
        raise WireError("cut off")
    found += body[at:end]
    return end


def _copy(body: bytes, at: int, tag: int) -> tuple[int, int, int]:
    """Length, offset, and where the next tag is."""
    kind = tag & 3
    size = {1: 1, 2: 2, 3: 4}[kind]
    if at + size > len(body):
        raise WireError("cut off")
    offset = int.from_bytes(body[at : at + size], "little")
    if kind == 1:
        return ((tag >> 2) & 7) + 4, (tag >> 5) << 8 | offset, at + size
    return (tag >> 2) + 1, offset, at + size
