"""One day of lines: the block log that holds them, the index that finds them, the templates that group them."""

from __future__ import annotations

import logging
import shutil
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import tantivy
from msgspec import Struct

from hexaops.backends.logstores.embedded.blocklog import RECENT_FRAMES, BlockLog, DamagedLogError
from hexaops.backends.logstores.embedded.documents import Documents
from hexaops.backends.logstores.embedded.frames import Marks
from hexaops.backends.logstores.embedded.labels import Labels
from hexaops.backends.logstores.embedded.schema import DAY_US, keys_of, open_index
from hexaops.backends.logstores.embedded.templates import TemplateFile
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.backends.logstores.templates import Miner

INDEX = "index"
WRITER_HEAP_BYTES = 128_000_000
"""At most, until the next commit: enough for as many lines as one commit takes, so that each makes one segment."""
REBUILD_LINES = 50_000

logger = logging.getLogger(__name__)


class PartitionName(Struct, frozen=True, order=True):
    """A UTC day and, when one index cannot number all of its lines, a further part."""

    day: str
    part: int = 0

    @classmethod
    def of(cls, time_us: int, part: int = 0) -> PartitionName:
        """The partition of a time."""
        return cls(datetime.fromtimestamp(time_us // MICROSECONDS, UTC).strftime("%Y-%m-%d"), part)

    @classmethod
    def parse(cls, text: str) -> PartitionName | None:
        """From a folder's name; None when it is something else."""
        day, _, part = text.partition("_")
        try:
            datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
            return cls(day, int(part))
        except ValueError:
            return None

    @property
    def start_us(self) -> int:
        """Midnight."""
        return _midnight_us(self.day)

    @property
    def end_us(self) -> int:
        """The next midnight."""
        return self.start_us + DAY_US

    def __str__(self) -> str:
        return f"{self.day}_{self.part:03d}"


@lru_cache(maxsize=1024)
def _midnight_us(day: str) -> int:
    """Asked for with every row."""
    return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * MICROSECONDS


class Partition:
    """Reads and, in the one process that may, writes a day. Not safe for two writing threads."""

    def __init__(self, folder: Path, name: PartitionName, *, writable: bool) -> None:
        self.name = name
        self.folder = folder
        self.templates = TemplateFile(folder)
        self.index = _open_or_forget(folder / INDEX, writable=writable)
        self._learn_keys()
        self._reload()
        self.log = BlockLog(folder, writable=writable)
        self.lines = self.index.searcher().num_docs
        self.uncommitted = 0
        self.behind = False
        """Whether the index failed and lacks lines that the log holds; `recover` adds them."""
        self.digests: OrderedDict[bytes, None] = OrderedDict()
        """Batches stored last: one that is sent again is known by its digest."""
        self.marks: Marks = {}
        """How far sources were read, by the frames stored last before the start."""
        self._writer: tantivy.IndexWriter | None = None
        self._used: set[int] = set()

    def recover(self, miner: Miner) -> None:
        """Cut a torn end off and index what the log holds beyond the index; raises DamagedLogError, ValueError."""
        recovery = self.log.recover(self.lines)
        if self.lines > self.log.lines:  # the log lost its end: numbers that are in the index would be given again
            self._forget_index()
            recovery = self.log.recover(0)
        self._remember(recovery.recent)
        self.marks = recovery.marks
        for lines, first in self.log.lines_from(self.lines, recovery.frames):
            self._add(lines, first, miner)
            if self.uncommitted >= REBUILD_LINES:
                self._commit(miner)
        self._commit(miner)
        self.log.places.save()
        self.behind = False

    def store(self, lines: Sequence[LogLine], digests: Sequence[bytes], marks: Marks) -> int:
        """Put lines into the log; returns the first one's number once they are safe. Raises OSError, storing none."""
        first = self.log.append(lines, digests, marks)
        self._remember(digests)
        return first

    def add(self, lines: Sequence[LogLine], first: int, miner: Miner) -> None:
        """Index lines that the log holds; found after the next `commit`. A failure leaves the index behind the log."""
        if self.behind:
            return
        with self._failing_behind():
            self._add(lines, first, miner)

    def commit(self, miner: Miner) -> None:
        """Make what was added findable, and what an earlier failure left out."""
        with self._failing_behind():
            if self.behind:
                self.recover(miner)
            self._commit(miner)

    def _add(self, lines: Sequence[LogLine], first: int, miner: Miner) -> None:
        if first != self.lines:
            raise ValueError(f"line {first} does not follow {self.lines} indexed ones")
        writer = self._writer or self._open_writer()
        templates = miner.assign_all([line.workspace_id for line in lines], [line.message for line in lines])
        self._used.update(templates)
        deque(map(writer.add_json, self._documents.of(lines, templates, first)), maxlen=0)
        self.lines += len(lines)
        self.uncommitted += len(lines)

    def _commit(self, miner: Miner) -> None:
        if not self.uncommitted or self._writer is None:
            return
        self.templates.save(self._used, miner)
        self.log.places.save()
        self._writer.commit()
        self._reload()
        self._used.clear()
        self.uncommitted = 0

    def _learn_keys(self) -> None:
        self.keys = keys_of(self.folder / INDEX)
        self._documents = Documents(self.name.start_us, self.keys)

    def _reload(self) -> None:
        self.index.reload()
        self.labels = Labels.of(self.index.searcher())

    def _remember(self, digests: Iterable[bytes]) -> None:
        self.digests.update((digest, None) for digest in digests)
        while len(self.digests) > RECENT_FRAMES:
            self.digests.popitem(last=False)

    @contextmanager
    def _failing_behind(self) -> Iterator[None]:
        """The index may fail (a full disk), the lines are safe: begin again later from what it has committed."""
        try:
            yield
        except Exception as error:  # whatever it is, the log has the lines
            logger.warning(
                "log index failed; it is caught up later", extra={"partition": str(self.name)}, exc_info=error
            )
            self._writer = None
            self._used.clear()
            self._reload()
            self.lines, self.uncommitted, self.behind = self.index.searcher().num_docs, 0, True

    def release_writer(self) -> None:
        """Give the index writer's memory and threads back; `commit` first."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def close(self) -> None:
        """Close the files; what is not committed is indexed again from the log at the next start."""
        self.release_writer()
        self.log.close()

    def _open_writer(self) -> tantivy.IndexWriter:
        self._writer = self.index.writer(WRITER_HEAP_BYTES, 1)
        return self._writer

    def _forget_index(self) -> None:
        logger.warning("log index made again: it knows lines that the log lacks", extra={"partition": str(self.name)})
        self.release_writer()
        shutil.rmtree(self.folder / INDEX)
        self.index = open_index(self.folder / INDEX)
        self._learn_keys()
        self._reload()
        self.lines = 0


def _open_or_forget(folder: Path, *, writable: bool) -> tantivy.Index:
    """The index; one that cannot be opened is thrown away, as the log has everything that it had."""
    try:
        return open_index(folder)
    except ValueError as error:
        if not writable:
            raise DamagedLogError(f"the index of {folder.parent.name} cannot be opened") from error
        shutil.rmtree(folder)
        return open_index(folder)
