"""OpenSearch and Elasticsearch: rows by one search, total and counts by another; they cannot group messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from hexaops.backends.logstores.base import MOST_COMPONENTS, Pattern
from hexaops.backends.logstores.external.engine import Ask, Counts, Span, engine_error
from hexaops.backends.logstores.external.fields import Fields, flattened, microseconds, text_of
from hexaops.backends.logstores.external.http import EngineHttp
from hexaops.backends.logstores.external.lowering import whole
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.backends.logstores.opensearch.dsl import Query, Translator
from hexaops.backends.logstores.opensearch.mapping import IndexMapping, read_mapping
from hexaops.kit.timeout import Timeout

FIELDS = Fields(
    time="@timestamp", message="log", level="level", component="kubernetes.container_name",
    pod="kubernetes.pod_name", namespace="kubernetes.namespace_name", trace_id="trace_id", error_code="error_code",
)  # fmt: skip
"""As Fluent Bit names them."""
INDEX = "logs-*"
INDEX_NAME = re.compile(r"[a-z0-9*][a-z0-9_.,*-]{0,254}")
MOST_LEVELS = 100
PER_SHARD = 10_000
MILLISECOND_US = 1000


class _Total(msgspec.Struct):
    value: int


class _Hit(msgspec.Struct, rename={"source": "_source"}):
    source: dict[str, Any]
    sort: list[Any] = []


class _Hits(msgspec.Struct):
    total: _Total | None = None
    hits: list[_Hit] = []


class _Bucket(msgspec.Struct):
    key: str | float | int
    doc_count: int


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []
    sum_other_doc_count: int = 0
    doc_count_error_upper_bound: int = 0


class _Answer(msgspec.Struct):
    hits: _Hits
    timed_out: bool = False
    aggregations: dict[str, _Buckets] = {}


class _Value(msgspec.Struct):
    value: float | None = None


class _Smallest(msgspec.Struct):
    aggregations: dict[str, _Value] = {}


_A = TypeVar("_A", _Answer, _Smallest)


class OpenSearch:
    """The indices of one pattern on one server."""

    name = "opensearch"
    resolution_us = MILLISECOND_US
    most_rows = 10_000
    """The server's window of a search."""

    def __init__(self, http: EngineHttp, fields: Fields, index: str = INDEX) -> None:
        if not INDEX_NAME.fullmatch(index):
            raise engine_error(self.name, f"{index!r} is not a pattern of indices")
        self._http = http
        self._fields = fields
        self._index = index
        self._mapping: IndexMapping | None = None

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """With their whole source, for the metadata."""
        order = "desc" if span.newest_first else "asc"
        sort = [{self._fields.time: {"order": order, "unmapped_type": "date", "numeric_type": "date"}}]
        body = {"size": span.limit, "sort": sort, "track_total_hits": False}
        answer = await self._ask(ask, body, span.start_us, span.end_us)
        return [self._line(ask, hit) for hit in answer.hits.hits]

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """Three aggregations in one search."""
        mapping = await self._mapped(ask)
        components = {"field": mapping.keyword(self._fields.component), "size": MOST_COMPONENTS, "missing": ""}
        levels = {"field": mapping.keyword(self._fields.level), "size": MOST_LEVELS, "missing": ""}
        steps = {"field": self._fields.time, "fixed_interval": f"{step_us // MICROSECONDS}s", "min_doc_count": 1}
        wanted = {
            "components": {"terms": {**components, "shard_size": PER_SHARD}},
            "levels": {"terms": {**levels, "shard_size": PER_SHARD}},
            "steps": {"date_histogram": steps},
        }
        answer = await self._ask(ask, {"size": 0, "track_total_hits": True, "aggs": wanted})
        found = {name: answer.aggregations.get(name, _Buckets()) for name in wanted}  # none without an index
        return Counts(
            total=_total(answer),
            components={text_of(one.key): one.doc_count for one in found["components"].buckets},
            levels={text_of(one.key): one.doc_count for one in found["levels"].buckets},
            steps={int(one.key) * MILLISECOND_US: one.doc_count for one in found["steps"].buckets},
            limits=_limits(found),
        )

    async def total(self, ask: Ask) -> int:
        """One exact number."""
        return _total(await self._ask(ask, {"size": 0, "track_total_hits": True}))

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """The engine has nothing for it."""
        del ask
        return None

    async def limits(self, ask: Ask) -> Sequence[str]:
        """Whether the index cuts words as the query language defines them."""
        if (await self._mapped(ask)).own_words:
            return ()
        return ("Words are those of the index's analyzer, where signs such as _ and . may join them",)

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """The smallest time of its indices, which they know without a search."""
        asked = {"size": 0, "track_total_hits": False, "aggs": {"oldest": {"min": {"field": self._fields.time}}}}
        found = (await self._search(asked, timeout, _Smallest)).aggregations.get("oldest")
        time_ms = None if found is None else found.value
        return None if time_ms is None else int(time_ms) * MILLISECOND_US

    async def _mapped(self, ask: Ask) -> IndexMapping:
        if self._mapping is not None:
            return self._mapping
        fields = self._fields
        names = (fields.message, fields.level, fields.component, fields.pod, fields.fence, fields.trace_id)
        found = await read_mapping(
            self._http, self._index, (*names, fields.error_code, *ask.fence.selector), ask.timeout
        )
        if found.found:  # otherwise the first lines will make the mapping
            self._mapping = found
        return found

    async def _ask(
        self, ask: Ask, body: Mapping[str, Any], start_us: int | None = None, end_us: int | None = None
    ) -> _Answer:
        start = ask.query.start_us if start_us is None else start_us
        end = ask.query.end_us if end_us is None else end_us
        translator = Translator(self._fields, await self._mapped(ask))
        between: Query = {
            "gte": start // MILLISECOND_US, "lt": -(-end // MILLISECOND_US), "format": "epoch_millis"
        }  # fmt: skip
        filters = [
            {"range": {self._fields.time: between}},
            *translator.fenced(ask.fence.names(), ask.fence.selector),
            translator.translate(whole(ask.query)),
        ]
        asked = {"query": {"bool": {"filter": filters}}, "timeout": f"{ask.timeout.left() * 1000:.0f}ms", **body}
        answer = await self._search(asked, ask.timeout, _Answer)
        if answer.timed_out:
            raise engine_error(self.name, "its time for the search was over")
        return answer

    async def _search(self, asked: Mapping[str, Any], timeout: Timeout, kind: type[_A]) -> _A:
        content = await self._http.send(
            f"/{self._index}/_search", timeout, content=msgspec.json.encode(asked), media_type="application/json",
            params={"allow_partial_search_results": "false", "ignore_unavailable": "true"},
        )  # fmt: skip
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise engine_error(self.name, f"it does not answer as OpenSearch does: {error}") from None

    def _line(self, ask: Ask, hit: _Hit) -> LogLine:
        row = dict(flattened(hit.source))
        time_us = int(hit.sort[0]) * MILLISECOND_US
        try:
            finer = microseconds(text_of(row.get(self._fields.time)))
        except ValueError:
            finer = time_us
        if finer // MILLISECOND_US != time_us // MILLISECOND_US:  # the index reads the text in a way of its own
            finer = time_us
        return self._fields.line_of(row, finer, ask.fence)


def _total(answer: _Answer) -> int:
    return answer.hits.total.value if answer.hits.total is not None else 0


def _limits(found: Mapping[str, _Buckets]) -> Sequence[str]:
    terms = (found["components"], found["levels"])
    limits = []
    if others := sum(one.sum_other_doc_count for one in terms):
        limits.append(f"{others} lines are of components or levels that are not listed")
    if any(one.doc_count_error_upper_bound for one in terms):
        limits.append("Counts by component and level are approximate, as the index has several shards")
    return limits
