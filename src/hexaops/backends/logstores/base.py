"""What is asked of a log engine, what it answers, and the protocol of every engine.

The fence (`LogQuery.workspaces`) stands outside of the parsed text: an engine adds it to whatever the text says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Protocol

from msgspec import Struct, field

from hexaops.backends.logstores.lines import MICROSECONDS, Level, LogLine
from hexaops.backends.logstores.query.tree import Node
from hexaops.errors import UpstreamUnavailableError
from hexaops.kit.timeout import Timeout

MOST_ROWS = 1000
LARGEST_RANGE_SECONDS = 31 * 86_400
MOST_PATTERNS = 20
MOST_COMPONENTS = 1000
TIMELINE_STEPS = ((300, 5), (3599, 60), (86_400, 900), (7 * 86_400, 7200), (LARGEST_RANGE_SECONDS, 43_200))
"""Range up to so many seconds → step of the timeline in seconds; an hour comes in quarters, as documented."""


class LogStoreError(UpstreamUnavailableError):
    """A log store is unavailable; `details.source` names it."""


class Place(Struct, frozen=True):
    """Where a page of rows ended: the last row's time and its engine's tie-breaker within that time."""

    time_us: int
    tie: str


class LogQuery(Struct, frozen=True, kw_only=True):
    """A question to an engine, already parsed and authorised."""

    expression: Node | None
    start_us: int
    """Inclusive."""
    end_us: int
    """Exclusive."""
    workspaces: Set[str] | None
    """The fence: rows of other workspaces do not exist for this query; None: every workspace is allowed."""
    levels: Set[Level] = frozenset()
    """Empty: all of them."""
    components: Set[str] = frozenset()
    limit: int = 100
    newest_first: bool = True
    after: Place | None = None
    """Only rows beyond this place, in the order asked for; totals and aggregations still count all."""
    aggregate: bool = True
    new_since_us: int | None = None
    """Only patterns whose first hit of the range is not before this time; counts and rows stay those of the range."""


class Bucket(Struct, frozen=True):
    """Lines within one step of the timeline."""

    start_us: int
    count: int


class Pattern(Struct, frozen=True):
    """A template of messages: how many hits have it, and when the first and the last one were."""

    template: str
    count: int
    first_us: int
    last_us: int


class Aggregations(Struct, frozen=True):
    """Counts over all hits."""

    by_component: Mapping[str, int]
    by_level: Mapping[str, int]
    timeline: Sequence[Bucket]
    patterns: Sequence[Pattern] | None
    """None: the engine cannot tell; `LogAnswer.limits` says why."""


class LogAnswer(Struct, frozen=True):
    """What an engine found."""

    rows: Sequence[LogLine]
    total: int
    """Exact, unless `limits` says otherwise."""
    aggregations: Aggregations | None
    next: Place | None
    """Where the next page begins; None when there is none."""
    limits: Sequence[str] = field(default_factory=tuple)
    """What the engine could not do, each in one sentence."""


class LogStore(Protocol):
    """An engine that can be asked."""

    name: str

    async def query(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        """Answer; raises LogStoreError."""
        ...


def step_us(start_us: int, end_us: int) -> int:
    """The timeline's step for a range."""
    seconds = (end_us - start_us) / MICROSECONDS
    return next((step for up_to, step in TIMELINE_STEPS if seconds <= up_to), TIMELINE_STEPS[-1][1]) * MICROSECONDS


def timeline(query: LogQuery, counts: Mapping[int, int]) -> list[Bucket]:
    """Every bucket of the range, empty ones too, from counts by the bucket's beginning."""
    step = step_us(query.start_us, query.end_us)
    first = query.start_us // step * step
    return [Bucket(start, counts.get(start, 0)) for start in range(first, query.end_us, step)]
