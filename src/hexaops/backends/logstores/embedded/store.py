"""The embedded log engine: stores lines durably and answers queries, in one process that holds the folder's lock."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from hexaops.backends.logstores.base import (
    Aggregations,
    LogAnswer,
    LogQuery,
    LogStoreError,
    Pattern,
    Place,
    timeline,
)
from hexaops.backends.logstores.counting import ranked, ranked_patterns
from hexaops.backends.logstores.embedded.blocklog import DamagedLogError
from hexaops.backends.logstores.embedded.frames import DIGEST_BYTES, Marks
from hexaops.backends.logstores.embedded.partition import Partition
from hexaops.backends.logstores.embedded.schema import DAY_US, MOST_LINES
from hexaops.backends.logstores.embedded.searching import Counts, Hit, PartitionSearch, read, tie_of
from hexaops.backends.logstores.embedded.shelf import Shelf
from hexaops.backends.logstores.embedded.writing import Batch, Task, WritingThread
from hexaops.backends.logstores.horizon import Horizon, shortened
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.backends.logstores.templates import Miner
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.kit.timeout import Timeout

SEARCH_THREADS = 2
UPKEEP_SECONDS = 60.0
TASK_SECONDS = 5.0
"""How long a query waits for its turn among the batches that arrive."""
FUTURE_SECONDS = 3600
"""Lines that claim a later time are refused: they would never leave again."""
LOCK = "writer.lock"
GIB = 1 << 30

logger = logging.getLogger(__name__)

Listener = Callable[[Sequence[LogLine]], None]
"""Told of lines once they are safe, on the writing thread."""


class LogStoreBusyError(LogStoreError):
    """Log lines arrive faster than they can be stored; retry a little later."""

    code = "LOG_STORE_BUSY"

    def __init__(self) -> None:
        details = {"source": "log store"}
        super().__init__("The log store is busy; send the lines again", details=details, headers={"Retry-After": "1"})


class Retention(Struct, frozen=True):
    """How long lines are kept, and how many one index holds before the day gets another."""

    days: float
    size_bytes: int
    """Of all partitions together."""
    lines_a_partition: int = MOST_LINES

    @property
    def by_age(self) -> str:
        """Why lines are dropped that are too old."""
        return f"lines are kept for {format_duration(self.days * 86_400)}"

    @property
    def by_size(self) -> str:
        """Why lines are dropped where there are too many."""
        return f"older lines were dropped to keep the logs within {self.size_bytes / GIB:.3g} GiB"


def _ignore(_lines: Sequence[LogLine]) -> None:
    """Nobody follows."""


class EmbeddedLogStore:
    """Opened with `start`, closed with `close`; blocking work runs in threads of its own."""

    name = "embedded"

    def __init__(
        self, folder: Path, miner: Miner, retention: Retention, clock: Clock, listener: Listener = _ignore
    ) -> None:
        self._folder = folder
        self._miner = miner
        self._retention = retention
        self._clock = clock
        self._shelf = Shelf(folder, miner, retention.lines_a_partition)
        self._writing = WritingThread(self._shelf, listener)
        self._searching = ThreadPoolExecutor(SEARCH_THREADS, thread_name_prefix="log-search")
        self._upkeep: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._lock: int | None = None

    @property
    def damaged(self) -> Sequence[str]:
        """What is set aside, and why."""
        return [f"{name}: {reason}" for name, reason in sorted(self._shelf.damaged.items())]

    async def start(self) -> None:
        """Begin to open; calls made meanwhile wait for it."""
        self._upkeep = asyncio.create_task(self._keep_up(), name="log-retention")

    async def close(self) -> None:
        """Store what was handed in, commit, let the folder go."""
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.gather(self._upkeep, return_exceptions=True)
        async with self._opening:
            await asyncio.to_thread(self._close)

    async def ensure_open(self) -> None:
        """Take the folder and index what the logs hold beyond their indexes, unless that is done.

        Raises LogStoreError, also when another process holds the folder; the next call tries again.
        """
        async with self._opening:
            if self._lock is None:
                await asyncio.to_thread(self._open)

    def earliest_us(self) -> int:
        """Lines before this time are refused, as they would be dropped at once."""
        return int((self._clock.now().timestamp() - self._retention.days * 86_400) * MICROSECONDS)

    def latest_us(self) -> int:
        """Lines beyond this time are refused."""
        return int((self._clock.now().timestamp() + FUTURE_SECONDS) * MICROSECONDS)

    async def mark_of(self, source: str) -> tuple[int, int] | None:
        """How far a source has been read; raises LogStoreError."""
        await self.ensure_open()
        return self._shelf.marks.get(source)

    async def append(self, lines: Sequence[LogLine], digest: bytes | None = None, marks: Marks | None = None) -> None:
        """Store lines; they are safe on disk when this returns. Raises LogStoreError, storing nothing or a part.

        Sent again after an error, lines of the same digest are stored once. Marks are stored with the lines, as one;
        lines that come with marks are all of one UTC day.
        """
        if not lines:
            return
        await self.ensure_open()
        batch = Batch(lines, digest or digest_of(lines), marks or {})
        try:
            self._writing.put(batch)
        except queue.Full:
            raise LogStoreBusyError from None
        try:
            await asyncio.wrap_future(batch.done)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"The log store cannot store lines: {reason}"
            raise LogStoreError(message, details={"source": "log store", "reason": reason}) from error

    async def query(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        """Answer; lines acknowledged before the call are found. Raises LogStoreError."""
        await self.ensure_open()
        if self._writing.uncommitted:
            await self.flush()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout.left()):
                return await loop.run_in_executor(self._searching, self._answer, query, timeout)
        except (TimeoutError, _TooLateError) as error:
            message = f"The log query took longer than {timeout.seconds:g} seconds; narrow the range or the text"
            raise LogStoreError(message, details={"source": "log store", "reason": "timeout"}) from error

    async def flush(self) -> None:
        """Make every acknowledged line findable."""
        await self._run(self._writing.commit)

    async def enforce_retention(self) -> None:
        """Drop what is too old or too much."""
        await self._run(self._drop)

    async def _run(self, run: Callable[[], object]) -> None:
        task = Task(run)
        try:
            await asyncio.to_thread(self._writing.put, task, seconds=TASK_SECONDS)
        except queue.Full:
            raise LogStoreBusyError from None
        await asyncio.wrap_future(task.done)

    def _open(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._shelf.open_all()
                self._drop()
            except BaseException:
                os.close(lock)
                raise
        except BlockingIOError:
            message = f"Another process writes to the log store in {self._folder}"
            raise LogStoreError(message, details={"source": "log store"}) from None
        except OSError as error:
            message = f"The log store cannot be opened: {error.strerror}"
            raise LogStoreError(message, details={"source": "log store"}) from error
        self._lock = lock
        self._writing.start()

    def _close(self) -> None:
        self._writing.stop()
        self._searching.shutdown()
        if self._lock is not None:
            self._shelf.close()
            os.close(self._lock)
            self._lock = None

    def _drop(self) -> None:
        self._shelf.drop_before(self.earliest_us(), self._retention.by_age)
        self._shelf.drop_to(self._retention.size_bytes, self._retention.by_size)

    def _shortened(self, query: LogQuery) -> Iterator[str]:
        """What of the range was dropped."""
        oldest = Horizon(self.earliest_us() // DAY_US * DAY_US, self._retention.by_age)
        dropped = self._shelf.dropped.horizon
        if dropped is not None and dropped.start_us > oldest.start_us:
            oldest = dropped
        has_older = bool(self._shelf.between(query.start_us, min(query.end_us, oldest.start_us)))
        if told := shortened(query, oldest, has_older=has_older):
            yield told

    async def _keep_up(self) -> None:
        """Opens early, so that the first query need not wait; then drops what is old, for ever."""
        while True:
            try:
                await self.ensure_open()
                await self.enforce_retention()
            except LogStoreError as error:
                logger.warning("log store unavailable", extra={"reason": error.message})
            await self._clock.sleep(UPKEEP_SECONDS)

    def _answer(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        limits = [f"Lines of {name.day} cannot be searched: {reason}"
                  for name, reason in self._shelf.damaged_between(query.start_us, query.end_us)]  # fmt: skip
        limits += self._shortened(query)
        partitions = self._shelf.between(query.start_us, query.end_us)
        limits += [f"The newest lines of {one.name.day} are not indexed yet" for one in partitions if one.behind]
        total, hits, counts = _searched(partitions, query, timeout)
        more, page = len(hits) > query.limit, hits[: query.limit]
        rows = _rows(page, limits)
        aggregations = self._aggregations(query, counts) if query.aggregate else None
        if counts.uncounted:
            limits.append(f"{counts.uncounted} lines are of components or patterns that are not listed")
        end = Place(page[-1].key[0], tie_of(page[-1].key)) if more and page else None
        return LogAnswer(rows, total, aggregations, end, limits)

    def _aggregations(self, query: LogQuery, counts: Counts) -> Aggregations:
        return Aggregations(
            by_component=ranked(counts.by_component),
            by_level=ranked(counts.by_level),
            timeline=timeline(query, counts.by_step),
            patterns=ranked_patterns(self._patterns(counts), query.new_since_us),
        )

    def _patterns(self, counts: Counts) -> Iterable[Pattern]:
        """By text: every workspace has templates of its own, and one query may see several."""
        found: dict[str, Pattern] = {}
        for number, (count, first, last) in counts.by_template.items():
            template = self._miner.find(number)
            text = template.text if template is not None else ""
            known = found.get(text, Pattern(text, 0, first, last))
            found[text] = Pattern(text, known.count + count, min(known.first_us, first), max(known.last_us, last))
        return found.values()


class _TooLateError(Exception):
    """The caller gave up waiting."""


def _searched(partitions: Sequence[Partition], query: LogQuery, timeout: Timeout) -> tuple[int, list[Hit], Counts]:
    """The total, the first rows and one more, and the counts."""
    total, hits, counts = 0, list[Hit](), Counts()
    last_day: str | None = None
    for partition in reversed(partitions) if query.newest_first else partitions:
        if timeout.expired:
            raise _TooLateError
        # Parts of one day share their times: rows are complete only after the whole day.
        wanted = query.limit + 1 if len(hits) <= query.limit or partition.name.day == last_day else 0
        if wanted:
            last_day = partition.name.day
        matching, found = _searched_one(PartitionSearch(partition, query), query, wanted, counts)
        total += matching
        hits += found
    hits.sort(key=lambda hit: hit.key, reverse=query.newest_first)
    return total, hits, counts


def _searched_one(search: PartitionSearch, query: LogQuery, rows: int, counts: Counts) -> tuple[int, list[Hit]]:
    """The total of one partition and its first rows, in as few searches as possible."""
    if query.aggregate and (not rows or (search.narrows and query.after is None)):
        return search.counts(counts, rows)
    hits, total = search.first(rows) if rows else ([], None)
    if query.aggregate and total != 0:
        total, _ = search.counts(counts)
    return (search.count() if total is None else total), hits


def _rows(hits: list[Hit], limits: list[str]) -> list[LogLine]:
    try:
        return read(hits)
    except DamagedLogError:
        rows, lost = [], 0
        for hit in hits:
            try:
                rows += read([hit])
            except DamagedLogError:
                lost += 1
        limits.append(f"{lost} of the rows cannot be read: the block log is damaged")
        return rows


def digest_of(lines: Sequence[LogLine]) -> bytes:
    """What a batch is recognised by when it is sent again."""
    return hashlib.blake2b(msgspec.msgpack.encode(lines), digest_size=DIGEST_BYTES).digest()
