"""An engine in memory that returns rows of one time in any order and cuts them anywhere, as real ones do."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from hexaops.backends.logstores.base import Pattern
from hexaops.backends.logstores.counting import selected
from hexaops.backends.logstores.external.engine import Ask, Counts, Engine, Span, engine_error, rolled_up
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.lines import LogLine, find_level
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.engines.conformance import Backend


class MemoryEngine:
    """Answers by looking at every line."""

    name = "memory"
    resolution_us = 1
    most_rows = 50

    def __init__(self, lines: Sequence[LogLine], *, fenced: bool = True) -> None:
        self.lines = lines
        self.fenced = fenced
        self.closed = False
        self.refuses = False
        self.asked_for_oldest = 0

    async def close(self) -> None:
        self.closed = True

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        hits = [line for line in self._hits(ask) if span.start_us <= line.time_us < span.end_us]
        random.Random(len(hits)).shuffle(hits)
        hits.sort(key=lambda line: line.time_us, reverse=span.newest_first)
        return hits[: span.limit]

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        return rolled_up((one.component, one.level, one.time_us // step_us * step_us, 1) for one in self._hits(ask))

    async def total(self, ask: Ask) -> int:
        return len(self._hits(ask))

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        return None

    async def limits(self, ask: Ask) -> Sequence[str]:
        return ["a limit"]

    async def oldest_us(self, timeout: Timeout) -> int | None:
        self.asked_for_oldest += 1
        if self.refuses:
            raise engine_error(self.name, "this account may not know")
        return min((line.time_us for line in self.lines), default=None)

    def _hits(self, ask: Ask) -> list[LogLine]:
        allowed = frozenset(one.workspace_id for one in ask.fence.tenants) if self.fenced else None
        run = ask.fence.selector.get("run")
        lines = [line for line in self.lines if run is None or line.metadata.get("run") == run]
        return selected(replace(ask.query, workspaces=allowed), lines)


def memory_backend() -> Backend:
    """A backend of one."""
    kept: list[LogLine] = []

    @asynccontextmanager
    async def opened(fields: Fields) -> AsyncIterator[Engine]:
        del fields
        yield MemoryEngine(kept)

    async def fill(rows: Sequence[dict[str, str]], times: Sequence[int]) -> None:
        for row, time_us in zip(rows, times, strict=True):
            metadata: dict[str, object] = {
                name: row[name] for name in ("namespace", "run", "error_code") if name in row
            }
            kept.append(
                LogLine(
                    time_us, find_level(row["level"]) or "unknown", row["message"], row.get("component", ""),
                    row.get("pod", ""), row["workspace_id"], row.get("trace_id"), metadata,
                )
            )  # fmt: skip

    return Backend("memory", opened, fill)
