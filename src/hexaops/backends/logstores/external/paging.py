"""Pages of an engine without a tie-breaker: rows of one time are taken whole and put in an order of our own.

Engines return rows of equal times in any order, and cut them anywhere. So the last time of a cut answer is asked for
again, alone; within a time, rows are ordered by their content, and a place says how many of them were shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import msgspec
from msgspec import Struct

from hexaops.backends.logstores.base import Place
from hexaops.backends.logstores.external.engine import Ask, Engine, Span
from hexaops.backends.logstores.lines import LogLine

MORE = 64
"""Rows beyond a page, so that its last time is usually whole."""


class Page(Struct, frozen=True):
    """Rows of one page, and where the next one begins."""

    rows: Sequence[LogLine]
    next: Place | None
    overflow: bool
    """Whether one time has more rows than the engine returns at once."""


async def read_page(engine: Engine, ask: Ask, limit: int) -> Page:
    """The first rows beyond the query's place."""
    return await _Reader(engine, ask).page(limit)


def in_order(rows: Sequence[LogLine], *, newest_first: bool) -> list[LogLine]:
    """By time, equal ones by content."""
    return sorted(rows, key=_key, reverse=newest_first)


class _Reader:
    def __init__(self, engine: Engine, ask: Ask) -> None:
        self._engine = engine
        self._ask = ask
        self._query = ask.query
        self._overflow = False

    async def page(self, limit: int) -> Page:
        """See `read_page`."""
        start, end = self._query.start_us, self._query.end_us
        found: list[LogLine] = []
        skipped = 0
        if (place := self._query.after) is not None:
            skipped = int(place.tie)
            first = self._tick(place.time_us)
            found = (await self._at(first))[skipped:]
            start, end = (start, first) if self._query.newest_first else (first + self._engine.resolution_us, end)
        found += await self._beyond(start, end, limit + 1 - len(found))
        rows = found[:limit]
        place = self._end_of(rows, skipped) if len(found) > limit and rows else None
        return Page(rows, place, self._overflow)

    async def _beyond(self, start_us: int, end_us: int, wanted: int) -> list[LogLine]:
        """At least so many rows of the range, if there are; every time of them whole."""
        if wanted <= 0 or start_us >= end_us:
            return []
        newest_first = self._query.newest_first
        limit = min(wanted + MORE, self._engine.most_rows)
        rows = in_order(
            await self._engine.rows(self._ask, Span(start_us, end_us, limit, newest_first)), newest_first=newest_first
        )
        if len(rows) < limit:
            return rows
        last = self._tick(rows[-1].time_us)
        whole = [row for row in rows if self._tick(row.time_us) != last]
        return whole if len(whole) >= wanted else whole + await self._at(last)

    async def _at(self, time_us: int) -> list[LogLine]:
        """All rows of one time."""
        start = max(time_us, self._query.start_us)
        end = min(time_us + self._engine.resolution_us, self._query.end_us)
        newest_first = self._query.newest_first
        rows = await self._engine.rows(self._ask, Span(start, end, self._engine.most_rows, newest_first))
        self._overflow = self._overflow or len(rows) >= self._engine.most_rows
        return in_order(rows, newest_first=newest_first)

    def _tick(self, time_us: int) -> int:
        return time_us - time_us % self._engine.resolution_us

    def _end_of(self, rows: Sequence[LogLine], skipped: int) -> Place:
        """The place after the last row: how many of its time were shown, on this page and before."""
        *_, (tick, group) = ((tick, [*some]) for tick, some in groupby(rows, lambda row: self._tick(row.time_us)))
        after = self._query.after
        before = skipped if after is not None and self._tick(after.time_us) == tick else 0
        return Place(tick, str(before + len(group)))


def _key(row: LogLine) -> tuple[int, bytes]:
    return row.time_us, msgspec.json.encode(row, order="deterministic")
