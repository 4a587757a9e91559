"""The block log of one partition: append, flush, then acknowledge; read lines by their number.

The lines of a log are numbered from 0 in the order in which they were stored. A frame that is torn at the end of the
file was never acknowledged and is cut off; damage before a whole frame is real, as a frame is only written once the one
before it was flushed.
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
from hexaops.backends.logstores.embedded.columns import UnreadableBlockError
from hexaops.backends.logstores.embedded.compression import BlockCodec, Lines
from hexaops.backends.logstores.embedded.durable import sync_folder
from hexaops.backends.logstores.embedded.frames import Block, DamagedFrameError, Frame, Marks, PlacedBlock
from hexaops.backends.logstores.embedded.places import Places
from hexaops.backends.logstores.lines import LogLine

FILE = "lines.log"
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
        self.places = Places(folder)
        self.lines = 0
        """How many lines it holds; known after `recover`."""
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

    def recover(self, indexed: int) -> Recovery:
        """Cut a torn end off and learn where every line is; the frames with lines from a number on are checked.

        Raises DamagedLogError.
        """
        if self.places.last is None:
            self.places.load(self._size)
        recovery = self.scan(checked_from=self._known_to(indexed))
        if not self._place(recovery.frames):
            self.places.clear()
            recovery = self.scan()
            self._place(recovery.frames)
        if recovery.torn_bytes:
            self.cut(recovery.torn_bytes)
        return recovery

    def _known_to(self, indexed: int) -> int:
        """Where the block of a line begins, or the last one whose place is known."""
        if self.places.last is None:
            return 0
        return min(self.places.find(indexed)[1], self.places.last[1])

    def _place(self, recovered: Iterable[Frame]) -> bool:
        """Learn the places of blocks beyond the last known one; whether that one is among the frames."""
        last = self.places.last
        self.lines = 0
        for block in (block for frame in recovered for block in frame.blocks):
            if last is None or block.offset > last[1]:
                self.places.add(self.lines, block.offset)
                self.lines += block.lines
            elif block.offset == last[1]:
                self.lines = last[0] + block.lines
        return last is None or self.lines > last[0]

    def append(self, lines: Sequence[LogLine], digests: Sequence[bytes], marks: Marks | None = None) -> int:
        """Store the lines as one frame; returns the first one's number once they are safe. Raises OSError, storing
        nothing.
        """
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
        begin, first = self._size, self.lines
        self._size += len(frame)
        for offset, block in zip(offsets, blocks, strict=True):
            self.places.add(self.lines, begin + offset)
            self.lines += block.lines
        return first

    def read(self, numbers: Iterable[int]) -> list[LogLine]:
        """The lines of these numbers, in their order; raises DamagedLogError."""
        blocks: dict[int, Lines] = {}
        found = []
        try:
            for number in numbers:
                first, offset = self.places.find(number)
                block = blocks.get(offset)
                if block is None:
                    block = blocks[offset] = self._block(offset)
                found.append(block.line(number - first))
        except (UnreadableBlockError, LookupError) as error:
            raise DamagedLogError(f"a line cannot be read: {error}") from error
        return found

    def lines_of(self, block: PlacedBlock) -> list[LogLine]:
        """All lines of a block; raises DamagedLogError."""
        try:
            return [*self._block(block.offset)]
        except UnreadableBlockError as error:
            raise DamagedLogError(f"a block cannot be read: {error}") from error

    def lines_from(self, number: int, recovered: Iterable[Frame]) -> Iterator[tuple[list[LogLine], int]]:
        """The lines from a number on, block by block, each with the number of its first line."""
        for block in (block for frame in recovered for block in frame.blocks):
            first = self.places.number_at(block.offset)
            if first + block.lines > number:
                skipped = max(0, number - first)
                yield self.lines_of(block)[skipped:], first + skipped

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
