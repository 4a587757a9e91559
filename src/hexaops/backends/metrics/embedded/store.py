"""The embedded source's memory: what was measured, on disk, read back as evenly spaced series.

The rounds since the last full hour are also held in memory, where most questions look.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec import Struct

from hexaops.backends.metrics.base import TOTALS, Floats, Grid, MetricSourceError, Signal, Subject, Window
from hexaops.backends.metrics.embedded.chunks import times_of, unpack
from hexaops.backends.metrics.embedded.database import (
    COARSE,
    COARSE_STEP,
    DAY,
    FINE,
    FINE_DAYS,
    HOUR,
    SPAN,
    Key,
    MetricDatabase,
    Round,
)
from hexaops.kit.clock import Clock

T = TypeVar("T")
NAME = "embedded"
FILE = "metrics.db"

logger = logging.getLogger(__name__)


class Keeping(Struct, frozen=True):
    """How finely, how long, and how much is kept."""

    step_seconds: int
    """Of the sampling; a divisor of 300."""
    days: float
    size_bytes: int


class EmbeddedMetricStore:
    """Opened by its first use, closed with `close`. Raises MetricSourceError when its file cannot be used."""

    def __init__(self, folder: Path, keeping: Keeping, clock: Clock) -> None:
        self._path = folder / FILE
        self._keeping = keeping
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")
        self._database: MetricDatabase | None = None
        self._recent: list[Round] = []
        self._hour = 0

    @property
    def step_seconds(self) -> int:
        """The sampling's step."""
        return self._keeping.step_seconds

    async def add(self, at: float, cluster_id: str, measured: Sequence[tuple[Key, float]]) -> None:
        """Keep what a round measured at a time."""
        await self._run(lambda: self._add(int(at), cluster_id, measured))

    async def read(self, subject: Subject, signal: Signal, window: Window, step_seconds: float) -> tuple[Grid, Floats]:
        """The values of a window; restarts are summed within a step, all others averaged."""
        return await self._run(lambda: self._read(subject, signal, window, step_seconds))

    async def used_bytes(self) -> int:
        """What is used of the file."""
        return await self._run(lambda: self._open().used_bytes())

    async def close(self) -> None:
        """Let the file go."""
        if self._database is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
            self._database = None
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError, ValueError) as error:
            self._database = None  # opened anew by the next call
            message = "The embedded metrics cannot be used"
            raise MetricSourceError(message, details={"source": NAME, "reason": str(error)[:200]}) from error

    # ------------------------------------------------------------------ in the thread

    def _open(self) -> MetricDatabase:
        if self._database is None:
            self._database = self._connect()
            self._recent = [*self._database.rounds()]
        return self._database

    def _connect(self) -> MetricDatabase:
        try:
            return MetricDatabase(self._path, step_seconds=self._keeping.step_seconds)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked or not to be reached: not the file's fault
                raise
            aside = self._path.with_suffix(f".damaged-{int(self._clock.now().timestamp())}")
            self._path.rename(aside)
            logger.warning("the metrics' file is damaged and was set aside", extra={"file": aside.name})
            return MetricDatabase(self._path, step_seconds=self._keeping.step_seconds)

    def _add(self, at: int, cluster_id: str, measured: Sequence[tuple[Key, float]]) -> None:
        database = self._open()
        made = database.add(at, cluster_id, measured)
        before = next((one for one in reversed(self._recent) if one.cluster == cluster_id), None)
        if before is not None and np.array_equal(before.ids, made.ids):
            made = Round(made.at, made.cluster, before.ids, made.values)  # one array of ids for all of them
        self._recent.append(made)
        if at // HOUR > self._hour:
            self._grow_older(database, at)
            self._hour = at // HOUR

    def _grow_older(self, database: MetricDatabase, now: int) -> None:
        database.close_hours(now)
        database.forget(fine_before=_fine_from(now), coarse_before=int(now - self._keeping.days * DAY))
        database.shrink(self._keeping.size_bytes)
        self._recent = [one for one in self._recent if one.at >= now // HOUR * HOUR]

    def _read(self, subject: Subject, signal: Signal, window: Window, step_seconds: float) -> tuple[Grid, Floats]:
        database = self._open()
        fine_from = _fine_from(int(self._clock.now().timestamp()))
        finest = self._keeping.step_seconds if window.start >= fine_from else COARSE_STEP
        step = max(1, round(step_seconds / finest)) * float(finest)
        grid = Grid.over(window, step)
        id_ = database.ids.get((subject, signal))
        if id_ is None:
            return grid, np.full(grid.count, np.nan)
        parts = [self._recently(id_, subject.cluster_id), *_stored(database, id_, window, fine_from)]
        times, values = (np.concatenate(some) for some in zip(*parts, strict=True))
        return grid, grid.gather(times, values, total=signal in TOTALS)

    def _recently(self, series: int, cluster_id: str) -> tuple[Floats, Floats]:
        found, ids, place = [], None, None
        for one in self._recent:
            if one.cluster != cluster_id:
                continue
            if one.ids is not ids:  # rounds that measured the same share one array
                ids, place = one.ids, one.place(series)
            if place is not None:
                found.append((one.at, float(one.values[place])))
        pairs = np.array(found, np.float64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]


def _stored(database: MetricDatabase, series: int, window: Window, fine_from: int) -> list[tuple[Floats, Floats]]:
    parts = []
    halves = (
        (COARSE, window.start, min(window.end, fine_from)),
        (FINE, max(window.start, fine_from), window.end),
    )
    for tier, start, end in halves:
        span = SPAN[tier]
        starts = range(int(start // span * span), int(np.ceil(end)), span) if end > start else range(0)
        for at, chunk in database.chunks(tier, series, starts):
            values = unpack(chunk)
            parts.append((times_of(at, span, len(values)), values))
    return parts


def _fine_from(now: int) -> int:
    """The day from which on the sampling's step is kept: whole days, so that each is read from one place."""
    return int((now // DAY - FINE_DAYS) * DAY)
