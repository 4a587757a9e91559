"""The block log's file format.

A file is a row of frames; a frame is what one group commit wrote: it is there as a whole or, torn at the end of the
file, not at all. A frame holds the digests of the batches that it stores, blocks of compressed lines, and marks: how
far each source has been read once these lines are stored.

    frame   magic (4) · body length (4) · CRC-32 of the rest (4) · batches (2) · blocks (2) · marks length (4) · body
    body    batches times digest (16) · blocks · marks
    block   payload length (4) · lines (2) · dictionary (2) · payload
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from mmap import mmap
from typing import TypeAlias

import msgspec
from msgspec import Struct

MAGIC = b"HXL1"
DIGEST_BYTES = 16
LARGEST_BODY = 64 * 1024 * 1024
_HEAD = struct.Struct("<4sIIHHI")
_COUNTS = struct.Struct("<HHI")
BLOCK_HEAD = struct.Struct("<IHH")

Data: TypeAlias = bytes | mmap
"""A file's content."""
Marks: TypeAlias = dict[str, tuple[int, int]]
"""Source → nanoseconds of the last line that was read of it, and how many lines of that same time were read."""


class Block(Struct, frozen=True):
    """Compressed lines."""

    payload: bytes
    lines: int
    dictionary: int


class PlacedBlock(Struct, frozen=True):
    """Where a block begins in the file, and how many lines it holds."""

    offset: int
    lines: int


class Frame(Struct, frozen=True):
    """A frame as it stands in the file."""

    offset: int
    end: int
    digests: tuple[bytes, ...]
    blocks: tuple[PlacedBlock, ...]
    marks: Marks


class DamagedFrameError(Exception):
    """What stands here is no whole frame."""


def encode(blocks: Sequence[Block], digests: Sequence[bytes], marks: Marks | None = None) -> tuple[bytes, list[int]]:
    """The frame's bytes, and where each block begins within them."""
    parts, offsets, at = [*digests], [], _HEAD.size + DIGEST_BYTES * len(digests)
    for block in blocks:
        offsets.append(at)
        parts += [BLOCK_HEAD.pack(len(block.payload), block.lines, block.dictionary), block.payload]
        at += BLOCK_HEAD.size + len(block.payload)
    told = msgspec.msgpack.encode(marks) if marks else b""
    body, counts = b"".join((*parts, told)), (len(digests), len(blocks), len(told))
    return _HEAD.pack(MAGIC, len(body), _crc(counts, body), *counts) + body, offsets


def decode(data: Data, at: int) -> Frame:
    """The frame that begins at `at`; raises DamagedFrameError."""
    if at + _HEAD.size > len(data):
        raise DamagedFrameError("the head is cut off")
    magic, length, crc, batches, blocks, told = _HEAD.unpack_from(data, at)
    begin = at + _HEAD.size
    if magic != MAGIC or length > LARGEST_BODY or begin + length > len(data):
        raise DamagedFrameError("no frame begins here, or its end is cut off")
    body = data[begin : begin + length]
    if _crc((batches, blocks, told), body) != crc:
        raise DamagedFrameError("the checksum differs")
    digests = tuple(bytes(body[i * DIGEST_BYTES : (i + 1) * DIGEST_BYTES]) for i in range(batches))
    placed = tuple(_placed(body, DIGEST_BYTES * batches, blocks, begin))
    marks = msgspec.msgpack.decode(body[length - told :], type=Marks) if told else {}
    return Frame(at, begin + length, digests, placed, marks)


def skip(data: Data, at: int) -> int:
    """Where the frame that begins at `at` ends, by its head alone; raises DamagedFrameError."""
    if at + _HEAD.size > len(data):
        raise DamagedFrameError("the head is cut off")
    magic, length, *_ = _HEAD.unpack_from(data, at)
    end: int = at + _HEAD.size + length
    if magic != MAGIC or length > LARGEST_BODY or end > len(data):
        raise DamagedFrameError("no frame begins here, or its end is cut off")
    return end


def find_next(data: Data, at: int) -> Frame | None:
    """The first whole frame at or after `at`, whatever stands before it."""
    while (at := data.find(MAGIC, at)) >= 0:
        try:
            return decode(data, at)
        except DamagedFrameError:
            at += 1
    return None


def _placed(body: Data, at: int, blocks: int, begin: int) -> Iterator[PlacedBlock]:
    for _ in range(blocks):
        length, lines, _dictionary = BLOCK_HEAD.unpack_from(body, at)
        yield PlacedBlock(begin + at, lines)
        at += BLOCK_HEAD.size + length


def _crc(counts: tuple[int, int, int], body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(_COUNTS.pack(*counts)))
