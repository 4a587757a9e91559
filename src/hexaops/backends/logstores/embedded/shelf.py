"""The partitions of a folder: opened when needed, dropped when old, set aside when damaged."""

from __future__ import annotations

import errno
import logging
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hexaops.backends.logstores.embedded.blocklog import DamagedLogError
from hexaops.backends.logstores.embedded.horizon import HorizonFile
from hexaops.backends.logstores.embedded.marks import MarkFile
from hexaops.backends.logstores.embedded.partition import Partition, PartitionName
from hexaops.backends.logstores.embedded.places import FULL_LOG
from hexaops.backends.logstores.embedded.schema import MOST_LINES
from hexaops.backends.logstores.horizon import Horizon
from hexaops.backends.logstores.templates import Miner

OPEN_WRITERS = 3
"""Days that lines arrive for at the same time; further ones take turns."""
_DROPPED = ".dropped-"

logger = logging.getLogger(__name__)


@dataclass
class Shelf:
    """Used by one writing thread; readers take `between`, a list made at once."""

    folder: Path
    miner: Miner
    lines_a_partition: int = MOST_LINES
    damaged: dict[PartitionName, str] = field(default_factory=dict)
    """Partitions that are set aside, with the reason."""

    def __post_init__(self) -> None:
        self.marks = MarkFile(self.folder)
        self.dropped = HorizonFile(self.folder)
        self._open: dict[PartitionName, Partition] = {}
        self._writing: OrderedDict[PartitionName, None] = OrderedDict()

    def open_all(self) -> None:
        """Open every partition, index what the logs hold beyond their indexes, take up the templates."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.dropped.load()
        for leftover in self.folder.glob(f"{_DROPPED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for name in sorted(filter(None, (PartitionName.parse(path.name) for path in self.folder.iterdir()))):
            self._reopen(name)
        self.marks.load(*(partition.marks for partition in self._open.values()))

    def _reopen(self, name: PartitionName) -> None:
        try:
            partition = Partition(self.folder / str(name), name, writable=True)
        except (DamagedLogError, OSError, ValueError) as error:
            self._set_aside(name, str(error))
            return
        for template in partition.templates.read():
            self.miner.restore(template)
        try:
            partition.recover(self.miner)
        except (DamagedLogError, ValueError) as error:
            partition.close()
            self._set_aside(name, str(error))
            return
        partition.release_writer()
        self._open[name] = partition

    def _set_aside(self, name: PartitionName, reason: str) -> None:
        logger.error("log partition set aside", extra={"partition": str(name), "reason": reason})
        self.damaged[name] = reason

    def for_writing(self, time_us: int) -> Partition:
        """The partition that takes a line of this time; raises OSError when it cannot be made."""
        name = PartitionName.of(time_us)
        while name in self.damaged or (name in self._open and self._is_full(self._open[name])):
            name = PartitionName(name.day, name.part + 1)
        partition = self._open.get(name)
        if partition is None:
            folder = self.folder / str(name)
            folder.mkdir(mode=0o700, exist_ok=True)
            try:
                partition = self._open[name] = Partition(folder, name, writable=True)
            except ValueError as error:  # the index says so of every failure, a full disk among them
                raise OSError(errno.EIO, f"the index of {name} cannot be made") from error
        self._writing[name] = None
        self._writing.move_to_end(name)
        while len(self._writing) > OPEN_WRITERS:
            oldest, _ = self._writing.popitem(last=False)
            self._open[oldest].commit(self.miner)
            self._open[oldest].release_writer()
        return partition

    def _is_full(self, partition: Partition) -> bool:
        return partition.log.lines >= self.lines_a_partition or partition.log.size >= FULL_LOG

    def commit(self) -> None:
        """Make everything that was added findable."""
        for name in list(self._writing):
            self._open[name].commit(self.miner)

    def between(self, start_us: int, end_us: int) -> list[Partition]:
        """The partitions with a time of the range, oldest first."""
        found = [one for one in list(self._open.values()) if one.name.start_us < end_us and one.name.end_us > start_us]
        return sorted(found, key=lambda one: one.name)

    def damaged_between(self, start_us: int, end_us: int) -> Iterator[tuple[PartitionName, str]]:
        """The partitions of the range that cannot answer."""
        for name, reason in sorted(self.damaged.items()):
            if name.start_us < end_us and name.end_us > start_us:
                yield name, reason

    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def drop_before(self, time_us: int, reason: str) -> list[PartitionName]:
        """Drop the partitions that end before a time."""
        return [self._drop(name, reason) for name in self._names() if name.end_us <= time_us]

    def drop_to(self, size_bytes: int, reason: str) -> list[PartitionName]:
        """Drop the oldest partitions until the rest fits; the newest one stays."""
        dropped = []
        for name in self._names()[:-1]:
            if self.size_bytes() <= size_bytes:
                break
            dropped.append(self._drop(name, reason))
        return dropped

    def close(self) -> None:
        """Commit and close everything."""
        self.commit()
        self.marks.save()
        for partition in self._open.values():
            partition.close()
        self._open.clear()
        self._writing.clear()

    def _names(self) -> list[PartitionName]:
        return sorted({*self._open, *self.damaged})

    def _drop(self, name: PartitionName, reason: str) -> PartitionName:
        self.dropped.move(Horizon(name.end_us, reason))
        partition = self._open.pop(name, None)
        self._writing.pop(name, None)
        self.damaged.pop(name, None)
        if partition is not None:
            partition.release_writer()  # its file stays open for queries that are reading it
        gone = self.folder / f"{_DROPPED}{name}"
        (self.folder / str(name)).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        return name
