"""The answer to a query from an engine that others fill: rows, total, counts and patterns, with its limits named."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexaops.backends.logstores.base import (
    MOST_PATTERNS,
    Aggregations,
    LogAnswer,
    LogQuery,
    LogStoreError,
    Pattern,
    step_us,
    timeline,
)
from hexaops.backends.logstores.cleaning import LONGEST_MESSAGE, clean, clean_line
from hexaops.backends.logstores.counting import ranked, ranked_patterns
from hexaops.backends.logstores.external.engine import Ask, Counts, Engine, engine_error
from hexaops.backends.logstores.external.fence import Fence
from hexaops.backends.logstores.external.paging import Page, read_page
from hexaops.backends.logstores.external.reach import Reach
from hexaops.backends.logstores.external.together import together
from hexaops.backends.logstores.lines import LogLine, find_level
from hexaops.backends.logstores.templates import Miner
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.timeout import Timeout

UNTOLD = "Which patterns are new can only be told of logs that are stored here"
NOTHING = Counts(0, {}, {}, {})
SAMPLE = 1000
"""Newest hits whose patterns are told where the engine cannot group all of them."""


class _Grouped(Struct, frozen=True):
    """Patterns, and how many lines they were made of."""

    patterns: Sequence[Pattern]
    lines: int
    sampled: bool


class ExternalStore:
    """One engine; close it."""

    def __init__(self, engine: Engine, miner: Callable[[], Miner], clock: Clock | None = None) -> None:
        self.engine = engine
        self._miner = miner
        self._reach = Reach(engine, clock or SystemClock())

    async def query(self, query: LogQuery, fence: Fence, timeout: Timeout) -> LogAnswer:
        """Answer within the fence, which takes the place of `query.workspaces`; raises LogStoreError."""
        if fence.names().nothing:
            return LogAnswer([], 0, _aggregated(query, NOTHING, []) if query.aggregate else None, None)
        try:
            async with asyncio.timeout(timeout.left()):
                return await self._answer(Ask(query, fence, timeout))
        except TimeoutError:
            message = f"The log query took longer than {timeout.seconds:g} seconds; narrow the range or the text"
            raise LogStoreError(message, details={"source": self.engine.name, "reason": "timeout"}) from None

    async def close(self) -> None:
        """Close the engine's connections."""
        await self.engine.close()

    async def _answer(self, ask: Ask) -> LogAnswer:
        query = ask.query
        page, limits, counts, total, grouped = await together(
            read_page(self.engine, ask, query.limit),
            self._limits(ask),
            self._counts(ask),
            self._total(ask),
            self._patterns(ask),
        )
        told = [*limits, *counts.limits]
        if page.overflow:
            told.append(f"More than {self.engine.most_rows} lines have one time; not all of them can be listed")
        rows = [self._checked(row, ask.fence) for row in page.rows]
        if total is not None:
            return LogAnswer(rows, total, None, page.next, told)
        lines = counts.total
        if query.new_since_us is not None:
            told.append(UNTOLD)
            return LogAnswer(rows, lines, _aggregated(query, counts, None), page.next, told)
        if grouped.lines < lines:
            rest = (
                f"those of the newest {grouped.lines} lines only" if grouped.sampled else "those of frequent messages"
            )
            told.append(f"Patterns are {rest}")
        return LogAnswer(rows, lines, _aggregated(query, counts, grouped.patterns), page.next, told)

    async def _limits(self, ask: Ask) -> Sequence[str]:
        return [*await self._reach.shortened(ask.query, ask.timeout), *await self.engine.limits(ask)]

    async def _counts(self, ask: Ask) -> Counts:
        query = ask.query
        return await self.engine.counts(ask, step_us(query.start_us, query.end_us)) if query.aggregate else NOTHING

    async def _total(self, ask: Ask) -> int | None:
        """Of a query without aggregations; otherwise the counts say it."""
        return None if ask.query.aggregate else await self.engine.total(ask)

    def _checked(self, row: LogLine, fence: Fence) -> LogLine:
        """The fence once more: a row of another workspace is the engine's or its configuration's fault."""
        if all(row.workspace_id != tenant.workspace_id for tenant in fence.tenants):
            raise engine_error(self.engine.name, "it returned lines of other workspaces; check the field of the fence")
        return clean_line(row)

    async def _patterns(self, ask: Ask) -> _Grouped:
        if not ask.query.aggregate or ask.query.new_since_us is not None:
            return _Grouped((), 0, sampled=False)
        found = await self.engine.patterns(ask)
        sampled = found is None
        if found is None:
            page = await self._sample(ask)
            found = [Pattern(row.message, 1, row.time_us, row.time_us) for row in page.rows]
        return _Grouped(_mined(self._miner(), found), sum(one.count for one in found), sampled=sampled)

    async def _sample(self, ask: Ask) -> Page:
        newest = replace(ask.query, newest_first=True, after=None)
        return await read_page(self.engine, replace(ask, query=newest), min(SAMPLE, self.engine.most_rows - 1))


def _mined(miner: Miner, grouped: Sequence[Pattern]) -> list[Pattern]:
    """Groups with the miner's template, put together."""
    found: dict[int, Pattern] = {}
    for one in grouped:
        number = miner.assign("", clean(one.template, LONGEST_MESSAGE))
        known = found.get(number, Pattern("", 0, one.first_us, one.last_us))
        found[number] = Pattern(
            "", known.count + one.count, min(known.first_us, one.first_us), max(known.last_us, one.last_us)
        )
    named = [(miner.find(number), one) for number, one in found.items()]
    return ranked_patterns(replace(one, template=known.text if known else "") for known, one in named)[:MOST_PATTERNS]


def _aggregated(query: LogQuery, counts: Counts, patterns: Sequence[Pattern] | None) -> Aggregations:
    levels = Counter[str]()
    for spelling, lines in counts.levels.items():
        levels[find_level(spelling) or "unknown"] += lines
    return Aggregations(ranked(Counter(counts.components)), ranked(levels), timeline(query, counts.steps), patterns)
