"""Answers from lines that are already in memory: for engines without aggregations, and the reference for all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from hexaops.backends.logstores.base import (
    MOST_COMPONENTS,
    MOST_PATTERNS,
    Aggregations,
    LogAnswer,
    LogQuery,
    Pattern,
    Place,
    step_us,
    timeline,
)
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.query.matching import matches

TemplateOf = Callable[[LogLine], str]


def selected(query: LogQuery, lines: Iterable[LogLine]) -> list[LogLine]:
    """The lines that the query asks for, in the order given; the fence comes first."""
    return [
        line
        for line in lines
        if (query.workspaces is None or line.workspace_id in query.workspaces)
        and query.start_us <= line.time_us < query.end_us
        and (not query.levels or line.level in query.levels)
        and (not query.components or line.component in query.components)
        and matches(query.expression, line)
    ]


def answer_from(query: LogQuery, lines: Sequence[LogLine], template_of: TemplateOf | None = None) -> LogAnswer:
    """The whole answer from all lines, in the order they arrived (which decides between equal times)."""
    hits = [(line.time_us, number, line) for number, line in enumerate(lines) if selected(query, (line,))]
    hits.sort(reverse=query.newest_first)
    beyond = [hit for hit in hits if query.after is None or _beyond(query, hit[:2], query.after)]
    page = beyond[: query.limit]
    more = len(beyond) > len(page) and bool(page)
    found = [line for _, _, line in hits]
    return LogAnswer(
        rows=[line for _, _, line in page],
        total=len(hits),
        aggregations=aggregated(query, found, template_of) if query.aggregate else None,
        next=Place(page[-1][0], str(page[-1][1])) if more else None,
    )


def aggregated(query: LogQuery, hits: Sequence[LogLine], template_of: TemplateOf | None) -> Aggregations:
    """Counts over the hits."""
    step = step_us(query.start_us, query.end_us)
    buckets = Counter(line.time_us // step * step for line in hits)
    return Aggregations(
        by_component=ranked(Counter(line.component for line in hits)),
        by_level=ranked(Counter(line.level for line in hits)),
        timeline=timeline(query, buckets),
        patterns=None if template_of is None else _patterns(hits, template_of, query.new_since_us),
    )


def ranked(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first, equal ones by name, within the bound of an answer."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_COMPONENTS])


def ranked_patterns(patterns: Iterable[Pattern], new_since_us: int | None = None) -> list[Pattern]:
    """The most frequent first; of those that are new since a time, if one is given."""
    wanted = [one for one in patterns if new_since_us is None or one.first_us >= new_since_us]
    return sorted(wanted, key=lambda found: (-found.count, found.template))[:MOST_PATTERNS]


def _patterns(hits: Sequence[LogLine], template_of: TemplateOf, new_since_us: int | None) -> list[Pattern]:
    times: dict[str, list[int]] = {}
    for line in hits:
        times.setdefault(template_of(line), []).append(line.time_us)
    found = (Pattern(text, len(seen), min(seen), max(seen)) for text, seen in times.items())
    return ranked_patterns(found, new_since_us)


def _beyond(query: LogQuery, hit: tuple[int, int], place: Place) -> bool:
    ended = (place.time_us, int(place.tie))
    return hit < ended if query.newest_first else hit > ended
