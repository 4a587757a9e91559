"""Asks one partition: rows in order, the exact count, and the counts behind the aggregations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, cast

import tantivy

from hexaops.backends.logstores.base import LogQuery, Place, step_us
from hexaops.backends.logstores.embedded.partition import Partition
from hexaops.backends.logstores.embedded.schema import DAY_US, TIE_BITS
from hexaops.backends.logstores.embedded.translate import all_of, between, within_day
from hexaops.backends.logstores.lines import LEVELS, LogLine
from hexaops.backends.logstores.query.tree import And, Text

Key: TypeAlias = tuple[int, int, int]
"""Time, part of the day, number within the part: the order of rows, without ties."""
MOST_BUCKETS = 60_000
"""What one aggregation of the index may count apart; it fails above 65,000."""


@dataclass
class Counts:
    """The counts of one query, over partitions."""

    by_component: Counter[str] = field(default_factory=Counter)
    by_level: Counter[str] = field(default_factory=Counter)
    by_step: Counter[int] = field(default_factory=Counter)
    by_template: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Number → count, first and last time."""
    uncounted: int = 0
    """Hits whose component or template is beyond what one aggregation counts apart."""


class Hit(NamedTuple):
    """A row that is not read yet."""

    key: Key
    partition: Partition


class PartitionSearch:
    """One query on one partition, on one snapshot of its index."""

    def __init__(self, partition: Partition, query: LogQuery) -> None:
        self._partition = partition
        self._query = query
        self._searcher = partition.index.searcher()
        start, labels = partition.name.start_us, partition.labels
        self._matching = within_day(query, start, labels, keys=partition.keys)

    def count(self) -> int:
        """How many lines match."""
        return _count(self._searcher.search(self._matching, 1, order_by_field="order"))

    def first(self, limit: int) -> tuple[list[Hit], int | None]:
        """The first matching lines in the query's order, beyond its place; and the count where no place is given."""
        after = self._query.after
        wanted = self._matching if after is None else all_of([self._matching, self._beyond(after)])
        direction = tantivy.Order.Desc if self._query.newest_first else tantivy.Order.Asc
        found = self._searcher.search(wanted, limit, order_by_field="order", order=direction)
        hits = [self._hit(int(order)) for order, _ in found.hits]
        return hits, _count(found) if after is None else None

    @property
    def narrows(self) -> bool:
        """Whether far more lines are read than match; then a row found while counting costs less than a search."""
        match self._query.expression:
            case And():
                return True
            case Text(words):
                return len(words) > 1
            case _:
                return False

    def counts(self, counts: Counts, rows: int = 0) -> tuple[int, list[Hit]]:
        """Add this partition's counts; how many lines match, and so many of the first ones."""
        step = step_us(self._query.start_us, self._query.end_us)
        wanted = _aggregation(step)
        if rows:
            wanted["rows"] = _first_rows(rows, newest_first=self._query.newest_first)
        answer: dict[str, Any] = self._searcher.aggregate(self._matching, wanted)
        self._add(counts, answer)
        hits = [self._hit(*one["sort"]) for one in answer["rows"]["hits"]] if rows else []
        return sum(bucket["doc_count"] for bucket in answer["levels"]["buckets"]), hits

    def _hit(self, order: int) -> Hit:
        time_us = self._partition.name.start_us + (order >> TIE_BITS)
        key = (time_us, self._partition.name.part, order & ((1 << TIE_BITS) - 1))
        return Hit(key, self._partition)

    def _add(self, counts: Counts, answer: dict[str, Any]) -> None:
        start = self._partition.name.start_us
        for bucket in answer["components"]["buckets"]:
            counts.by_component[bucket["key"]] += bucket["doc_count"]
        for bucket in answer["levels"]["buckets"]:
            counts.by_level[LEVELS[int(bucket["key"])]] += bucket["doc_count"]
        for bucket in answer["timeline"]["buckets"]:
            counts.by_step[start + (int(bucket["key"]) >> TIE_BITS)] += bucket["doc_count"]
        for bucket in answer["templates"]["buckets"]:
            first, last = (start + (int(bucket["times"][name]) >> TIE_BITS) for name in ("min", "max"))
            known = counts.by_template.get(int(bucket["key"]), (0, first, last))
            counts.by_template[int(bucket["key"])] = (
                known[0] + bucket["doc_count"], min(known[1], first), max(known[2], last)
            )  # fmt: skip
        counts.uncounted += sum(int(answer[name]["sum_other_doc_count"]) for name in ("components", "templates"))

    def _beyond(self, place: Place) -> tantivy.Query:
        """What lies beyond the place: (time, part, number) compared with this partition's part."""
        part, number = parse_tie(place.tie)
        own, last = self._partition.name.part, (1 << 64) - 1
        at = place.time_us - self._partition.name.start_us
        if not 0 <= at < DAY_US:  # of another day; two days on it would be more than the field holds
            whole = (at < 0) != self._query.newest_first
            return tantivy.Query.all_query() if whole else tantivy.Query.empty_query()
        first = at << TIE_BITS
        if self._query.newest_first:
            limit = first | number if own == part else first if own > part else first + (1 << TIE_BITS)
            return between(0, limit - 1) if limit else tantivy.Query.empty_query()
        limit = first | number if own == part else first - 1 if own > part else first + (1 << TIE_BITS) - 1
        return between(limit + 1, last)


def _count(found: tantivy.SearchResult) -> int:
    return int(cast("Any", found).count)  # missing from the library's annotations


def read(hits: list[Hit]) -> list[LogLine]:
    """The rows, in the order of the hits; raises DamagedLogError."""
    partitions = {id(hit.partition): hit.partition for hit in hits}.values()
    if len(partitions) == 1:
        return hits[0].partition.log.read(hit.key[2] for hit in hits)
    rows: dict[Key, LogLine] = {}
    for partition in partitions:
        own = [hit for hit in hits if hit.partition is partition]
        lines = partition.log.read(hit.key[2] for hit in own)
        rows.update(zip((hit.key for hit in own), lines, strict=True))
    return [rows[hit.key] for hit in hits]


def tie_of(key: Key) -> str:
    """What orders lines of the same time, as a cursor carries it."""
    return f"{key[1]}.{key[2]}"


def parse_tie(tie: str) -> tuple[int, int]:
    """The part and the number."""
    part, _, number = tie.partition(".")
    return int(part), int(number)


def _aggregation(step: int) -> dict[str, Any]:
    # Every term of every segment is asked for: a cut before the merge would make the counts approximate.
    every = {"size": MOST_BUCKETS, "segment_size": MOST_BUCKETS}
    times = {"times": {"stats": {"field": "order"}}}
    return {
        "components": {"terms": {"field": "component", "size": 10_000, "segment_size": 10_000}},
        "levels": {"terms": {"field": "level"}},
        "timeline": {"histogram": {"field": "order", "interval": step << TIE_BITS, "min_doc_count": 1}},
        "templates": {"terms": {"field": "template", **every}, "aggs": times},
    }


def _first_rows(rows: int, *, newest_first: bool) -> dict[str, Any]:
    # What is sorted by comes with each hit, and says where its line is.
    return {"top_hits": {"size": rows, "sort": [{"order": "desc" if newest_first else "asc"}]}}
