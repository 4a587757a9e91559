"""The one writing thread: takes the batches that wait, stores them as one group, acknowledges, then indexes.

Everything that changes the store runs here, in turn, so nothing needs a lock.
"""

from __future__ import annotations

import errno
import functools
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from hexaops.backends.logstores.embedded.blocklog import merged
from hexaops.backends.logstores.embedded.frames import Marks
from hexaops.backends.logstores.embedded.partition import Partition
from hexaops.backends.logstores.embedded.schema import DAY_US
from hexaops.backends.logstores.embedded.shelf import Shelf
from hexaops.backends.logstores.lines import LogLine
from hexaops.kit.memory import return_freed_memory

logger = logging.getLogger(__name__)

MOST_WAITING = 256
"""Batches that may wait; further ones are refused, so that senders slow down."""
MOST_LINES = 20_000
"""Of one group; a longer batch is a group of its own."""
COMMIT_LINES = 500_000
COMMIT_SECONDS = 30.0
"""After so many lines or so long what was stored is indexed for good; a query makes lines findable at once. Each commit
makes a segment, which queries ask apart. Eight are merged into one, which costs their lines half of what indexing them
did: with twice the commits a day of 3,000,000 lines is merged once, with these not at all.
"""
BURST_LINES = 5_000
PAUSE_SECONDS = 1.0
"""So many lines after which none comes for so long are indexed for good at once, unless a commit was just made. Until
then the index holds 16 MB for them and more, such as for the first look at a cluster's events.
"""


@dataclass
class Batch:
    """Lines that are stored together, once, however often they are sent."""

    lines: Sequence[LogLine]
    digest: bytes
    marks: Marks = field(default_factory=dict)
    """How far sources were read with these lines, which are all of one day."""
    done: Future[None] = field(default_factory=Future)

    def settle(self, error: OSError | None) -> None:
        """Tell the sender, once; one that no longer waits is not told."""
        if self.done.done() or not self.done.set_running_or_notify_cancel():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


@dataclass
class Task:
    """Something else to be done by the writing thread."""

    run: Callable[[], Any]
    done: Future[Any] = field(default_factory=Future)

    def finish(self) -> None:
        """Do it and tell the caller."""
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            self.done.set_result(self.run())
        except Exception as error:  # noqa: BLE001 # the edge of a task: the caller gets the reason
            self.done.set_exception(error)


class WritingThread:
    """Starts with the store and ends with it."""

    def __init__(self, shelf: Shelf, on_stored: Callable[[Sequence[LogLine]], None]) -> None:
        self._shelf = shelf
        self._on_stored = on_stored
        self._waiting: queue.Queue[Batch | Task | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="log-store-writer", daemon=True)
        self.uncommitted = 0
        self._committed_at = -math.inf

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def put(self, work: Batch | Task, *, seconds: float = 0.0) -> None:
        """Hand in work, waiting for a place for so long; raises queue.Full."""
        self._waiting.put(work, block=seconds > 0, timeout=seconds or None)

    def stop(self) -> None:
        """Finish what waits, then end."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def commit(self) -> None:
        """Make everything findable; for the thread itself, by a Task."""
        lines, self.uncommitted = self.uncommitted, 0
        self._committed_at = time.monotonic()
        self._shelf.commit()
        if lines >= BURST_LINES:
            return_freed_memory()

    def _work(self) -> None:
        next_one: Batch | Task | None = None
        due = 0.0
        while True:
            try:
                work = next_one or self._waiting.get(timeout=self._longest_wait(due))
            except queue.Empty:
                self._attempt(self.commit)
                continue
            next_one = None
            if work is None:
                return
            if isinstance(work, Task):
                work.finish()
                continue
            if not self.uncommitted:
                due = time.monotonic() + COMMIT_SECONDS
            group, next_one = self._group(work)
            self._attempt(functools.partial(self._store, group), group)
            if self.uncommitted >= COMMIT_LINES or time.monotonic() >= due:
                self._attempt(self.commit)

    def _longest_wait(self, due: float) -> float | None:
        """Seconds until a commit if no work comes; None while there is nothing to commit."""
        if not self.uncommitted:
            return None
        now = time.monotonic()
        is_burst = self.uncommitted >= BURST_LINES and now - self._committed_at >= COMMIT_SECONDS
        return max(0.0, min(due - now, PAUSE_SECONDS if is_burst else math.inf))

    def _attempt(self, act: Callable[[], None], group: Sequence[Batch] = ()) -> None:
        """Do it and go on whatever happens: without this thread every sender would wait for ever."""
        try:
            act()
        except Exception:
            logger.exception("the log store could not do its work; lines that are not stored are refused")
            for batch in group:
                batch.settle(OSError(errno.EIO, "internal error"))

    def _group(self, first: Batch) -> tuple[list[Batch], Batch | Task | None]:
        """All batches that wait, up to a bound; and the work that comes after them."""
        group, lines = [first], len(first.lines)
        while lines < MOST_LINES:
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                break
            if not isinstance(work, Batch):
                if work is None:
                    self._waiting.put(None)
                return group, work
            group.append(work)
            lines += len(work.lines)
        return group, None

    def _store(self, group: list[Batch]) -> None:
        """Log, acknowledge, index."""
        failed: dict[int, OSError] = {}
        stored: list[tuple[Partition, list[LogLine], int]] = []
        for day_us, parts in sorted(_by_day(group).items()):
            try:
                partition = self._shelf.for_writing(day_us)
                fresh = _without_known(parts, partition)
                lines = [line for part in fresh.values() for line in part]
                if lines:
                    marks = merged(group[number].marks for number, digest, _ in parts if digest in fresh)
                    stored.append((partition, lines, partition.store(lines, list(fresh), marks)))
                    self._shelf.marks.keep(marks)
            except OSError as error:
                failed.update((number, error) for number, _, _ in parts)
        # Counted before it is acknowledged: who is told and asks at once must not miss it.
        self.uncommitted += sum(len(lines) for _, lines, _ in stored)
        for number, batch in enumerate(group):
            batch.settle(failed.get(number))
        for partition, lines, first in stored:
            self._on_stored(lines)
            partition.add(lines, first, self._shelf.miner)


Part = tuple[int, bytes, list[LogLine]]
"""The number of a batch within its group, its digest, and its lines of one day."""


def _by_day(group: Sequence[Batch]) -> dict[int, list[Part]]:
    days: dict[int, dict[int, list[LogLine]]] = {}
    for number, batch in enumerate(group):
        times = [line.time_us for line in batch.lines]
        if (day := min(times) // DAY_US) == max(times) // DAY_US:
            days.setdefault(day * DAY_US, {})[number] = [*batch.lines]
            continue
        for line in batch.lines:
            days.setdefault(line.time_us // DAY_US * DAY_US, {}).setdefault(number, []).append(line)
    return {day: [(number, group[number].digest, lines) for number, lines in parts.items()]
            for day, parts in days.items()}  # fmt: skip


def _without_known(parts: Sequence[Part], partition: Partition) -> dict[bytes, list[LogLine]]:
    """By digest, what the partition does not hold yet: a batch that is sent again is stored once."""
    return {digest: lines for _, digest, lines in parts if digest not in partition.digests}
