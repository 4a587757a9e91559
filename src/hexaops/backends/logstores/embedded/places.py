"""Which block holds the n-th line of a block log: what the index need not store with every line.

One sorted array of 64-bit numbers, `number of a block's first line << 37 | where the block begins`. It is made from the
block log: the file spares a start the reading of every block, and what it lacks is read again from the log.
"""

from __future__ import annotations

import logging
import mmap
import operator
import os
from array import array
from bisect import bisect_left, bisect_right
from itertools import islice
from pathlib import Path
from typing import Final

FILE = "lines.places"
OFFSET_BITS = 37
LARGEST_LOG = 1 << OFFSET_BITS
"""Bytes of a block log whose blocks can be placed."""
FULL_LOG = LARGEST_LOG - (1 << 30)
"""What is beyond goes into another part of the day: it leaves more than the largest frame takes."""
_OFFSET = LARGEST_LOG - 1
_KIND: Final = "Q"
_BYTES = 8

logger = logging.getLogger(__name__)


class Places:
    """Written by one thread, read by others."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._parts = memoryview(b"").cast(_KIND), array(_KIND)
        """What the file holds, and what came since; readers take both at once."""

    def load(self, log_bytes: int) -> None:
        """Take up what was saved for a log of this size; nothing of a file that cannot be right."""
        saved = self._mapped()
        if saved and (saved[-1] & _OFFSET >= log_bytes or saved[0] >> OFFSET_BITS or not _grows(saved)):
            logger.warning("places of log lines are made again", extra={"file": str(self._path)})
            saved = memoryview(b"").cast(_KIND)
        self._parts = saved, array(_KIND)

    def clear(self) -> None:
        """Forget everything."""
        self._path.unlink(missing_ok=True)
        self._parts = memoryview(b"").cast(_KIND), array(_KIND)

    @property
    def last(self) -> tuple[int, int] | None:
        """The last block: the number of its first line, and where it begins."""
        saved, recent = self._parts
        newest = recent[-1] if recent else saved[-1] if saved else None
        return None if newest is None else _apart(newest)

    def knows(self, offset: int) -> bool:
        """Whether it has the places of all blocks up to the one that begins there."""
        return self.last is not None and offset <= self.last[1]

    def find(self, number: int) -> tuple[int, int]:
        """The number of the first line of a line's block, and where the block begins; raises LookupError."""
        saved, recent = self._parts
        wanted = (number + 1) << OFFSET_BITS
        part = recent if recent and recent[0] < wanted else saved
        at = bisect_right(part, wanted - 1)
        if not at:
            raise LookupError(number)
        return _apart(part[at - 1])

    def number_at(self, offset: int) -> int:
        """The number of the first line of the block that begins there; raises LookupError."""
        for part in self._parts:
            at = bisect_left(part, offset, key=_OFFSET.__and__)
            if at < len(part) and part[at] & _OFFSET == offset:
                return part[at] >> OFFSET_BITS
        raise LookupError(offset)

    def add(self, number: int, offset: int) -> None:
        """A block behind all others: the number of its first line, and where it begins."""
        self._parts[1].append(number << OFFSET_BITS | offset)

    def save(self) -> None:
        """Put what came since into the file; raises OSError."""
        saved, recent = self._parts
        if not recent:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            at = len(saved) * _BYTES
            os.ftruncate(file, at)
            view = memoryview(recent.tobytes())
            while view:
                written = os.pwrite(file, view, at)
                view, at = view[written:], at + written
            os.fsync(file)
        finally:
            os.close(file)
        self._parts = self._mapped(), array(_KIND)

    def _mapped(self) -> memoryview[int]:
        if not self._path.exists() or not (size := self._path.stat().st_size // _BYTES * _BYTES):
            return memoryview(b"").cast(_KIND)
        with self._path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ)).cast(_KIND)


def _apart(place: int) -> tuple[int, int]:
    return place >> OFFSET_BITS, place & _OFFSET


def _grows(saved: memoryview[int]) -> bool:
    """Both numbers of each place are above those of the one before it."""
    return all(map(operator.lt, saved, islice(saved, 1, None))) and all(
        map(operator.lt, *(map(_OFFSET.__and__, islice(saved, first, None)) for first in (0, 1)))
    )
