"""Answers of the log routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from hexaops.backends.logstores.base import Aggregations, LogAnswer, Pattern
from hexaops.backends.logstores.lines import Level, LogLine, Metadata, time_text
from hexaops.backends.logstores.query.tree import Node
from hexaops.features.logs.highlighting import Span, highlighter
from hexaops.responses import Pagination, View

NO_TRACE = "the line names no trace"
NOT_ASKED = "not asked for: options.aggregate is false"


class LogLineView(View, frozen=True, kw_only=True):
    """A line."""

    timestamp: str
    level: Level
    message: str
    component: str
    pod: str
    workspace_id: str
    trace_id: str | None
    """None where the line names no trace."""
    metadata: Metadata
    highlight: Sequence[Span] | UnsetType = UNSET
    """Only with `options.highlight`: the parts of the message that match, as [start, end) in characters."""


class BucketView(View, frozen=True, kw_only=True):
    """Lines from this time until the next bucket's."""

    timestamp: str
    count: int


class AggregationsView(View, frozen=True, kw_only=True):
    """Counts over all hits, not only over those of this page."""

    by_component: Mapping[str, int]
    by_level: Mapping[str, int]
    timeline: Sequence[BucketView]


class PatternView(View, frozen=True, kw_only=True):
    """A template that messages have in common, `<*>` where they differ."""

    pattern: str
    frequency: int
    first_seen: str
    last_seen: str


class LogAnswerView(View, frozen=True, kw_only=True):
    """The answer to a query."""

    query_id: str
    total_hits: int
    execution_time_ms: float
    logs: Sequence[LogLineView]
    aggregations: AggregationsView | None
    patterns: Sequence[PatternView] | None
    pagination: Pagination
    limits: Sequence[str]
    """What the log engine could not do for this answer."""
    reasons: Mapping[str, str]
    """Why a value is null, by its path."""


class RefusedLineView(View, frozen=True, kw_only=True):
    """A line that was not stored."""

    line: int
    """Counted from 1."""
    reason: str


class PushView(View, frozen=True, kw_only=True):
    """Result of a push. Accepted lines are safe on disk."""

    accepted: int
    refused: int
    errors: Sequence[RefusedLineView]
    """The first rejected lines."""


def line_view(line: LogLine, highlight: Sequence[Span] | UnsetType = UNSET) -> LogLineView:
    """A line as the API shows it."""
    return LogLineView(
        timestamp=time_text(line.time_us),
        level=line.level,
        message=line.message,
        component=line.component,
        pod=line.pod,
        workspace_id=line.workspace_id,
        trace_id=line.trace_id,
        metadata=line.metadata,
        highlight=highlight,
    )


def line_views(rows: Sequence[LogLine], expression: Node | None, *, highlight: bool) -> list[LogLineView]:
    """The rows of an answer."""
    if not highlight:
        return [line_view(row) for row in rows]
    spans_of = highlighter(expression)
    return [line_view(row, spans_of(row.message)) for row in rows]


def aggregations_view(found: Aggregations | None) -> AggregationsView | None:
    """Counts as the API shows them."""
    if found is None:
        return None
    timeline = [BucketView(timestamp=time_text(bucket.start_us), count=bucket.count) for bucket in found.timeline]
    return AggregationsView(by_component=found.by_component, by_level=found.by_level, timeline=timeline)


def pattern_views(found: Sequence[Pattern]) -> list[PatternView]:
    """Patterns as the API shows them."""
    return [
        PatternView(
            pattern=one.template,
            frequency=one.count,
            first_seen=time_text(one.first_us),
            last_seen=time_text(one.last_us),
        )
        for one in found
    ]


def reasons_of(answer: LogAnswer) -> dict[str, str]:
    """Why documented values are null."""
    reasons = {}
    if any(row.trace_id is None for row in answer.rows):
        reasons["logs[].trace_id"] = NO_TRACE
    if answer.aggregations is None:
        reasons |= {"aggregations": NOT_ASKED, "patterns": NOT_ASKED}
    elif answer.aggregations.patterns is None:
        reasons["patterns"] = "the log engine cannot group all hits by their template"
    return reasons
