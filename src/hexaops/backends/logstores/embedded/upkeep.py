"""Checks a store's files, and takes damaged frames out of its block logs: `hexaops logs verify` and `logs repair`.

A repair keeps the damaged file beside the new one and throws the index away, as places in the file have moved; the next
start makes it again.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hexaops.backends.logstores.embedded import frames
from hexaops.backends.logstores.embedded.blocklog import FILE, BlockLog, DamagedLogError
from hexaops.backends.logstores.embedded.durable import sync_folder
from hexaops.backends.logstores.embedded.frames import DamagedFrameError
from hexaops.backends.logstores.embedded.partition import INDEX, PartitionName
from hexaops.backends.logstores.embedded.places import FILE as PLACES
from hexaops.backends.logstores.embedded.schema import open_index

LOCK = "writer.lock"
DAMAGED = f"{FILE}.damaged"


class PartitionReport(msgspec.Struct, frozen=True):
    """What a check of one partition found."""

    partition: str
    lines: int
    """That can be read."""
    indexed: int | None
    """That the index finds; None: it cannot be opened, and is made again at the next start."""
    unfinished_bytes: int
    """At the end, of a frame that was never acknowledged."""
    problem: str | None


class Repair(msgspec.Struct, frozen=True):
    """What a repair of one partition did."""

    partition: str
    kept_frames: int
    dropped_bytes: int


class StoreInUseError(Exception):
    """The service that writes to the store is running."""


def verify(folder: Path) -> list[PartitionReport]:
    """Read every frame and every line; changes nothing, also while the service runs."""
    return [_verified(folder / str(name), name) for name in _names(folder)]


def repair(folder: Path) -> list[Repair]:
    """Rewrite the damaged partitions without what cannot be read; raises StoreInUseError."""
    with _locked(folder):
        broken = [one.partition for one in verify(folder) if one.problem is not None]
        return [_repaired(folder / name) for name in broken if (folder / name / FILE).exists()]


def _names(folder: Path) -> list[PartitionName]:
    found = (PartitionName.parse(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(filter(None, found))


def _verified(folder: Path, name: PartitionName) -> PartitionReport:
    lines, unfinished, problem = 0, 0, None
    try:
        log = BlockLog(folder, writable=False)
        try:
            recovery = log.scan()
            unfinished = recovery.torn_bytes
            log.places.load(log.size)
            for block in (block for frame in recovery.frames for block in frame.blocks):
                if log.places.knows(block.offset) and log.places.find(lines) != (lines, block.offset):
                    problem = f"{PLACES} is wrong about line {lines}"
                lines += len(log.lines_of(block))
        finally:
            log.close()
    except (DamagedLogError, OSError) as error:
        problem = str(error)
    return PartitionReport(str(name), lines, _indexed(folder / INDEX), unfinished, problem)


def _indexed(folder: Path) -> int | None:
    if not folder.is_dir():
        return None
    try:
        return int(open_index(folder).searcher().num_docs)
    except ValueError:
        return None


def _repaired(folder: Path) -> Repair:
    file, draft, kept = folder / FILE, folder / f".{FILE}.draft", 0
    size = file.stat().st_size
    with (
        file.open("rb") as source,
        mmap.mmap(source.fileno(), size, access=mmap.ACCESS_READ) as data,
        draft.open("wb") as output,
    ):
        for start, end in _whole_frames(data):
            output.write(data[start:end])
            kept += 1
        output.flush()
        os.fsync(output.fileno())
    (folder / DAMAGED).unlink(missing_ok=True)
    os.link(file, folder / DAMAGED)
    shutil.rmtree(folder / INDEX, ignore_errors=True)
    (folder / PLACES).unlink(missing_ok=True)
    draft.replace(file)
    sync_folder(folder)
    return Repair(folder.name, kept, size - file.stat().st_size)


def _whole_frames(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(data):
        try:
            frame = frames.decode(data, at)
        except DamagedFrameError:
            found = frames.find_next(data, at + 1)
            if found is None:
                return
            frame = found
        yield frame.offset, frame.end
        at = frame.end


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StoreInUseError(str(folder)) from None
    finally:
        os.close(lock)
