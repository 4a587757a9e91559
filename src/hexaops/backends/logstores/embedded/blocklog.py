"""The block log of one partition: append, flush, then acknowledge; read lines by where they are.

A line's location is `offset of its block << 8 | number within the block`, which grows with every line. A frame that is
torn at the end of the file was never acknowledged and is cut off; damage before a whole frame is real, as a frame is
only written once the one before it was flushed.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from hexaops.backends.logstores.embedded import frames
from hexaops.backends.logstores.embedded.compression import BlockCodec, Lines, UnreadableBlockError
from hexaops.backends.logstores.embedded.durable import sync_folder
from hexaops.backends.logstores.embedded.frames import Block, DamagedFrameError, Frame, Marks
from hexaops.backends.logstores.lines import LogLine

FILE = "lines.log"
LINE_BITS = 8
RECENT_FRAMES = 4096
"""A batch that is sent again is recognised among so many frames."""
_READ_AHEAD = 4096


class DamagedLogError(Exception):
    """Acknowledged lines of a block log cannot be read."""


class Recovery(Struct, frozen=True):
    """What a scan of the file found."""

    frames: list[Frame]
    """The checked ones."""
    recent: list[bytes]
    """Digests of the batches stored last."""
    marks: Marks
    """Of the frames stored last."""
    torn_bytes: int
    """Bytes of an unacknowledged frame at the end."""


class BlockLog:
    """One file of one partition, with one writer."""

    def __init__(self, folder: Path, *, writable: bool) -> None:
        self._folder = folder
        self._codec = BlockCodec(folder)
        path = folder / FILE
        fresh = not path.exists()
        flags = os.O_RDWR | os.O_CREAT if writable else os.O_RDONLY
        self._file = os.open(path, flags, 0o600)
        if fresh:
            sync_folder(folder)
        self._size = os.fstat(self._file).st_size
        # A dropped partition is closed once no query reads it any more.
        self._closing = weakref.finalize(self, os.close, self._file)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._size

    def close(self) -> None:
        """Close the file."""
        self._closing()

    def scan(self, *, checked_from: int = 0) -> Recovery:
        """Walk over all frames; those that end beyond `checked_from` are checked byte by byte.

        Raises DamagedLogError for damage before a whole frame.
        """
        size = os.fstat(self._file).st_size
        if not size:
            return Recovery([], [], {}, 0)
        with mmap.mmap(self._file, size, prot=mmap.PROT_READ) as data:
            found, starts, at = [], deque[int](maxlen=RECENT_FRAMES), 0
            while at < size:
                try:
                    end = frames.skip(data, at)
                    if end > checked_from:
                        found.append(frames.decode(data, at))
                except DamagedFrameError as error:
                    self._explain(data, at, error)
                    break
                starts.append(at)
                at = end
            recent = [frames.decode(data, start) for start in starts]
        digests = [digest for frame in recent for digest in frame.digests]
        return Recovery(found, digests, merged(frame.marks for frame in recent), size - at)

    def _explain(self, data: mmap.mmap, at: int, error: DamagedFrameError) -> None:
        """Raise unless what stands at `at` is the torn end of the file."""
        after = frames.find_next(data, at + 1)
        if after is not None:
            message = f"bytes {at}-{after.offset} of {self._folder.name}/{FILE} cannot be read: {error}"
            raise DamagedLogError(message) from error

    def cut(self, torn_bytes: int) -> None:
        """Take the torn frame off the end."""
        self._size = os.fstat(self._file).st_size - torn_bytes
        os.ftruncate(self._file, self._size)
        os.fsync(self._file)

    def append(self, lines: Sequence[LogLine], digests: Sequence[bytes], marks: Marks | None = None) -> list[int]:
        """Store the lines as one frame; returns their locations once they are safe. Raises OSError, storing nothing."""
        blocks = self._codec.compress(lines)
        frame, offsets = frames.encode(blocks, digests, marks)
        try:
            _write(self._file, frame, self._size)
            os.fdatasync(self._file)
        except OSError:
            # Also without it the next frame is written over what this one left.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        begin = self._size
        self._size += len(frame)
        return [
            (begin + offset) << LINE_BITS | number
            for offset, block in zip(offsets, blocks, strict=True)
            for number in range(block.lines)
        ]

    def read(self, locations: Iterable[int]) -> list[LogLine]:
        """The lines at these locations, in their order; raises DamagedLogError."""
        blocks: dict[int, Lines] = {}
        found = []
        try:
            for location in locations:
                offset, number = location >> LINE_BITS, location & ((1 << LINE_BITS) - 1)
                block = blocks.get(offset)
                if block is None:
                    block = blocks[offset] = self._block(offset)
                found.append(block[number])
        except UnreadableBlockError as error:
            raise DamagedLogError(f"a line cannot be read: {error}") from error
        return found

    def lines_after(self, location: int, recovered: Iterable[Frame]) -> Iterator[tuple[list[LogLine], list[int]]]:
        """Blocks with lines beyond a location (-1: all), each with their lines' locations."""
        for frame in recovered:
            for block in frame.blocks:
                if block.offset < location >> LINE_BITS:
                    continue
                first = block.offset << LINE_BITS
                wanted = [first | number for number in range(max(0, location - first + 1), block.lines)]
                if wanted:
                    yield self.read(wanted), wanted

    def _block(self, offset: int) -> Lines:
        data = os.pread(self._file, _READ_AHEAD, offset)
        if len(data) < frames.BLOCK_HEAD.size:
            raise DamagedLogError(f"a block of {self._folder.name} is cut off")
        length, lines, dictionary = frames.BLOCK_HEAD.unpack_from(data)
        end = frames.BLOCK_HEAD.size + length
        if end > frames.LARGEST_BODY:
            raise DamagedLogError(f"a block of {self._folder.name} has an impossible length")
        if end > len(data):
            data += os.pread(self._file, end - len(data), offset + len(data))
        return self._codec.unpack(Block(data[frames.BLOCK_HEAD.size : end], lines, dictionary))


def merged(marks: Iterable[Marks]) -> Marks:
    """The furthest mark of each source."""
    found: Marks = {}
    for some in marks:
        for source, mark in some.items():
            found[source] = max(mark, found.get(source, mark))
    return found


def _write(file: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written
