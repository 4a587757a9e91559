"""What an adapter does: rows, counts and, where its engine can, patterns. `ExternalStore` makes the answer of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from hexaops.backends.logstores.base import LogQuery, LogStoreError, Pattern
from hexaops.backends.logstores.external.fence import Fence
from hexaops.backends.logstores.lines import LogLine
from hexaops.kit.timeout import Timeout


class Ask(Struct, frozen=True, eq=False, weakref=True):
    """One query on one engine, told apart from an equal one."""

    query: LogQuery
    fence: Fence
    timeout: Timeout


class Span(Struct, frozen=True):
    """Rows wanted: at most `limit`, of a time range, the first ones in the order asked for."""

    start_us: int
    """Inclusive."""
    end_us: int
    """Exclusive."""
    limit: int
    newest_first: bool


class Counts(Struct, frozen=True):
    """All hits, counted three ways; levels in the engine's spellings, steps of the timeline by their beginning."""

    total: int
    components: Mapping[str, int]
    levels: Mapping[str, int]
    steps: Mapping[int, int]
    limits: Sequence[str] = ()
    """What of them is not exact."""


def rolled_up(rows: Iterable[tuple[str, str, int, int]]) -> Counts:
    """From lines of (component, level, step, number)."""
    components, levels, steps = Counter[str](), Counter[str](), Counter[int]()
    for component, level, step, lines in rows:
        components[component] += lines
        levels[level] += lines
        steps[step] += lines
    return Counts(components.total(), components, levels, steps)


class Engine(Protocol):
    """An adapter. Every method applies the fence and raises LogStoreError."""

    name: str
    resolution_us: int
    """How finely the engine tells times apart."""
    most_rows: int
    """What it returns at once."""

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """Matching lines, uncleaned."""
        ...

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """All hits, counted."""
        ...

    async def total(self, ask: Ask) -> int:
        """How many lines match."""
        ...

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """Similar messages over all hits, roughly grouped; None where the engine cannot."""
        ...

    async def limits(self, ask: Ask) -> Sequence[str]:
        """Where this engine's answer differs from the query language, each in a sentence."""
        ...

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """The time before which it has no line, of any workspace; None where it cannot tell without a search."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


def engine_error(engine: str, reason: str) -> LogStoreError:
    """An engine that cannot answer, and why."""
    return LogStoreError("The log engine cannot be queried", details={"source": engine, "reason": reason})
