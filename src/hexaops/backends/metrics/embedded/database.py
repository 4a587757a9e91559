"""The file that holds the series: SQLite, three tables, one thread.

A round of sampling is one row, written at once; so what was measured survives a crash. When an hour is over its rows
become one chunk a series and hour, and when a day is over one coarse chunk a series and day: an answer for a week
reads 7 chunks instead of 20,000 rows. Chunks are ordered by time first, so that writing appends and forgetting deletes
a range. See docs/decisions/embedded-metrics.md for what this was measured against.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hexaops.backends.metrics.base import TOTALS, Signal, Subject
from hexaops.backends.metrics.embedded.chunks import Packed, coarser, pack, unpack

HOUR, DAY = 3600, 86_400
FINE, COARSE = 0, 1
"""Chunks of an hour at the sampling step, and of a day at `COARSE_STEP`."""
SPAN = {FINE: HOUR, COARSE: DAY}
COARSE_STEP = 300
FINE_DAYS = 2
"""How long the sampling step is kept."""
SERIES_AT_ONCE = 2000
"""How many series are rolled up together: bounds memory."""

Ids = NDArray[np.uint32]
Key = tuple[Subject, Signal]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series(
  id INTEGER PRIMARY KEY, cluster TEXT, kind TEXT, namespace TEXT, name TEXT, signal TEXT, seen INTEGER,
  UNIQUE(cluster, kind, namespace, name, signal));
CREATE TABLE IF NOT EXISTS rounds(at INTEGER, cluster TEXT, ids BLOB, vals BLOB, PRIMARY KEY(at, cluster))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks(tier INTEGER, start INTEGER, series INTEGER, vals BLOB,
  PRIMARY KEY(tier, start, series)) WITHOUT ROWID;
"""


class Round(Struct, frozen=True):
    """What one round measured; `ids` in order."""

    at: int
    cluster: str
    ids: Ids
    values: Packed

    def place(self, series: int) -> int | None:
        """Where the value of a series lies; None where it was not measured."""
        place = int(np.searchsorted(self.ids, series))
        return place if place < len(self.ids) and self.ids[place] == series else None


class MetricDatabase:
    """Blocking; to be used from one thread."""

    def __init__(self, path: Path, *, step_seconds: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._step = step_seconds
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        rows = self._connection.execute("SELECT id, cluster, kind, namespace, name, signal FROM series")
        self.ids: dict[Key, int] = {(Subject(*who), Signal(signal)): id_ for id_, *who, signal in rows}

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def ids_of(self, keys: Sequence[Key], now: int) -> list[int]:
        """Ids of series, known ones and new ones."""
        for key in keys:
            if key not in self.ids:
                cursor = self._connection.execute(
                    "INSERT INTO series(cluster, kind, namespace, name, signal, seen) VALUES (?,?,?,?,?,?)",
                    (*key[0], key[1].value, now),
                )
                self.ids[key] = int(cursor.lastrowid or 0)
        return [self.ids[key] for key in keys]

    def add(self, at: int, cluster: str, measured: Sequence[tuple[Key, float]]) -> Round:
        """Keep a round."""
        with self._transaction():
            ids = np.array(self.ids_of([key for key, _ in measured], at), np.uint32)
            order = np.argsort(ids)
            values = np.array([value for _, value in measured], np.float32)[order]
            made = Round(at, cluster, ids[order], values)
            self._connection.execute(
                "INSERT OR REPLACE INTO rounds VALUES (?,?,?,?)", (at, cluster, made.ids.tobytes(), values.tobytes())
            )
        return made

    def rounds(self, start: int | None = None, end: int | None = None) -> Iterator[Round]:
        """Rounds that are no chunks yet, in order of time."""
        found = self._connection.execute(
            "SELECT at, cluster, ids, vals FROM rounds WHERE at >= ? AND at < ? ORDER BY at",
            (0 if start is None else start, 2**62 if end is None else end),
        )
        for at, cluster, ids, values in found:
            yield Round(at, cluster, np.frombuffer(ids, np.uint32), np.frombuffer(values, np.float32))

    def chunks(self, tier: int, series: int, starts: Iterable[int]) -> list[tuple[int, bytes]]:
        """The chunks of a series that begin at these times."""
        wanted = [*starts]
        marks = ",".join("?" * len(wanted))
        found = self._connection.execute(
            f"SELECT start, vals FROM chunks WHERE tier=? AND series=? AND start IN ({marks})",  # noqa: S608 marks only
            (tier, series, *wanted),
        )
        return found.fetchall()

    # ------------------------------------------------------------------ growing older

    def close_hours(self, now: int) -> None:
        """Make chunks of the hours that are over, then of the days."""
        row = self._connection.execute("SELECT min(at) FROM rounds").fetchone()
        if row[0] is not None:
            for hour in range(row[0] // HOUR * HOUR, now // HOUR * HOUR, HOUR):
                with self._transaction():
                    self._close_hour(hour)
        row = self._connection.execute("SELECT min(start) FROM chunks WHERE tier=?", (FINE,)).fetchone()
        if row[0] is not None:
            for day in range(row[0] // DAY * DAY, now // DAY * DAY, DAY):
                if not self._has(COARSE, day):
                    with self._transaction():
                        self._close_day(day)

    def forget(self, *, fine_before: int, coarse_before: int) -> None:
        """Drop what is older."""
        with self._transaction():
            self._connection.execute("DELETE FROM chunks WHERE tier=? AND start<?", (FINE, fine_before))
            self._connection.execute("DELETE FROM chunks WHERE tier=? AND start<?", (COARSE, coarse_before))
            self._connection.execute("DELETE FROM series WHERE seen<?", (coarse_before,))
        rows = {id_ for (id_,) in self._connection.execute("SELECT id FROM series")}
        self.ids = {key: id_ for key, id_ in self.ids.items() if id_ in rows}

    def shrink(self, size_bytes: int) -> None:
        """Drop the oldest chunks until what is used fits; freed pages are used again."""
        while self.used_bytes() > size_bytes:
            row = self._connection.execute("SELECT tier, min(start) FROM chunks GROUP BY tier ORDER BY 2").fetchone()
            if row is None:
                return
            with self._transaction():
                self._connection.execute("DELETE FROM chunks WHERE tier=? AND start=?", row)

    def used_bytes(self) -> int:
        """Size of the file without what is free in it."""
        pages, free, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _close_hour(self, hour: int) -> None:
        """One chunk a series; the rounds go."""
        rounds = [*self.rounds(hour, hour + HOUR)]
        if not rounds:
            return
        ids = np.unique(np.concatenate([one.ids for one in rounds]))
        for part in _parts(ids):
            table = np.full((len(part), HOUR // self._step), np.nan, np.float32)
            for one in rounds:
                place = np.searchsorted(part, one.ids)
                place[place == len(part)] = 0
                here = part[place] == one.ids
                table[place[here], (one.at - hour) // self._step] = one.values[here]
            self._write(FINE, hour, part, table)
        self._connection.execute("DELETE FROM rounds WHERE at >= ? AND at < ?", (hour, hour + HOUR))
        last = [(hour, int(id_)) for id_ in ids]
        self._connection.executemany("UPDATE series SET seen=? WHERE id=?", last)

    def _close_day(self, day: int) -> None:
        """One coarse chunk a series; the fine ones stay until they are forgotten."""
        found = self._connection.execute(
            "SELECT DISTINCT series FROM chunks WHERE tier=? AND start>=? AND start<? ORDER BY series",
            (FINE, day, day + DAY),
        )
        ids = np.array([id_ for (id_,) in found], np.uint32)
        totals = {id_ for (_, signal), id_ in self.ids.items() if signal in TOTALS}
        for part in _parts(ids):
            table = np.full((len(part), DAY // COARSE_STEP), np.nan, np.float32)
            for hour in range(day, day + DAY, HOUR):
                self._fill(table[:, (hour - day) // COARSE_STEP :], part, hour, totals)
            self._write(COARSE, day, part, table)

    def _fill(self, table: Packed, ids: Ids, hour: int, totals: set[int]) -> None:
        """An hour's chunks, coarser, into the first columns of a table."""
        rows = self._connection.execute(
            "SELECT series, vals FROM chunks WHERE tier=? AND start=? AND series>=? AND series<=?",
            (FINE, hour, int(ids[0]), int(ids[-1])),
        )
        by_length: dict[int, list[tuple[int, Packed]]] = {}
        for id_, chunk in rows:
            values = unpack(chunk).astype(np.float32)
            by_length.setdefault(len(values), []).append((id_, values))
        points = HOUR // COARSE_STEP
        for length, some in by_length.items():
            fine = np.stack([values for _, values in some])
            summed = np.array([id_ in totals for id_, _ in some])
            place = np.searchsorted(ids, np.array([id_ for id_, _ in some], np.uint32))
            table[place, :points] = coarser(fine, length // points, summed)

    def _write(self, tier: int, start: int, ids: Ids, table: Packed) -> None:
        rows = [(tier, start, int(id_), pack(values)) for id_, values in zip(ids, table, strict=True)]
        self._connection.executemany("INSERT OR REPLACE INTO chunks VALUES (?,?,?,?)", rows)

    def _has(self, tier: int, start: int) -> bool:
        query = "SELECT 1 FROM chunks WHERE tier=? AND start=? LIMIT 1"
        return self._connection.execute(query, (tier, start)).fetchone() is not None

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class _Transaction:
    """Everything within, or nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _parts(ids: Ids) -> Iterator[Ids]:
    for begin in range(0, len(ids), SERIES_AT_ONCE):
        yield ids[begin : begin + SERIES_AT_ONCE]
