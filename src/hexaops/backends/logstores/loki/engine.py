"""Loki: rows by one log query, counts by metric queries over the same pipeline.

Held to Loki's documented HTTP API. A metric query counts what lies after `time - range` up to and including `time`, so
a half-open range of ours is asked for one nanosecond before its end. Durations have milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from hexaops.backends.logstores.base import LogStoreError, Pattern
from hexaops.backends.logstores.external.engine import Ask, Counts, Span, engine_error, rolled_up
from hexaops.backends.logstores.external.fields import Fields, text_of
from hexaops.backends.logstores.external.http import EngineHttp
from hexaops.backends.logstores.external.lowering import whole
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.loki.logql import LINE, pipeline, selector
from hexaops.kit.timeout import Timeout

FIELDS = Fields(
    time="__time__", message="__line__", level="detected_level", component="container", pod="pod",
    namespace="namespace", trace_id="trace_id", error_code="error_code",
)  # fmt: skip
"""As Grafana's collector for Kubernetes names its labels; the level is the one that Loki finds itself."""
LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MANY_SERIES = "maximum of series"
_MS_US, _MS_NS = 1000, 1_000_000
_SAMPLED = "Times are compared by the millisecond"
_UNCOUNTED = "There are more components than Loki counts apart; counts by component are left out"


class _Data(msgspec.Struct):
    result: list[dict[str, Any]]


class _Answer(msgspec.Struct):
    status: str
    data: _Data


_decoder = msgspec.json.Decoder(_Answer)


class _Piece(Struct, frozen=True):
    """A part of a range, in milliseconds: one evaluation for each of its steps."""

    start: int
    step: int
    steps: int = 1

    def start_of(self, seconds: float) -> int:
        """Of the step that was evaluated at a time, which comes rounded."""
        steps = round((seconds * 1000 - self.start) / self.step) - 1
        return self.start + max(0, min(steps, self.steps - 1)) * self.step


class Loki:
    """One server, or one tenant of it."""

    name = "loki"
    resolution_us = _MS_US
    most_rows = 5000

    def __init__(self, http: EngineHttp, fields: Fields) -> None:
        labels = (fields.level, fields.component, fields.pod, fields.fence, fields.trace_id, fields.error_code)
        for name in labels:
            if not LABEL.fullmatch(name):
                raise engine_error(self.name, f"{name!r} is not a label's name")
        self._http = http
        self._fields = fields

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """The first ones of the range, from all streams."""
        params = {
            "query": self._query(ask), "start": _ns(span.start_us // _MS_US), "end": _ns(_up(span.end_us)),
            "limit": str(span.limit), "direction": "backward" if span.newest_first else "forward",
        }  # fmt: skip
        streams = await self._ask(ask, "query_range", params)
        try:
            return [
                self._line(ask, one["stream"], int(value[0]), value[1]) for one in streams for value in one["values"]
            ]
        except (KeyError, ValueError, IndexError, TypeError):
            raise engine_error(self.name, "it does not answer with streams of lines") from None

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """By component, level and step; by level and step alone where there are too many components."""
        component, level = self._fields.component, self._fields.level
        try:
            rows = await self._counted(ask, (component, level), step_us)
        except LogStoreError as error:
            if MANY_SERIES not in str(error.details.get("reason", "")):
                raise
            found = rolled_up(await self._counted(ask, (level,), step_us))
            return Counts(found.total, {}, found.levels, found.steps, (_UNCOUNTED,))
        return rolled_up(rows)

    async def total(self, ask: Ask) -> int:
        """One number."""
        start, end = ask.query.start_us // _MS_US, _up(ask.query.end_us)
        found = await self._evaluated(ask, (), _Piece(start, end - start))
        return sum(number for _, _, number in found)

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """It groups messages only where its pattern ingester runs, and not those of a query."""
        del ask
        return None

    async def limits(self, ask: Ask) -> Sequence[str]:
        """What it is coarser in."""
        return (_SAMPLED,) if ask.query.start_us % _MS_US or ask.query.end_us % _MS_US else ()

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """Its API has no way to ask for it."""
        del timeout
        return None

    async def _counted(self, ask: Ask, by: Sequence[str], step_us: int) -> list[tuple[str, str, int, int]]:
        component, level = self._fields.component, self._fields.level
        step = step_us // _MS_US
        found = []
        for piece in _pieces(ask.query.start_us // _MS_US, _up(ask.query.end_us), step):
            for labels, at, number in await self._evaluated(ask, by, piece):
                bucket = at // step * step * _MS_US
                found.append((text_of(labels.get(component)), text_of(labels.get(level)), bucket, number))
        return found

    async def _evaluated(self, ask: Ask, by: Sequence[str], piece: _Piece) -> list[tuple[dict[str, Any], int, int]]:
        """Labels, the first millisecond of the step, and how many lines."""
        grouped = f" by ({', '.join(by)})" if by else ""
        query = f"sum{grouped} (count_over_time({self._query(ask)} [{piece.step}ms]))"
        first = (piece.start + piece.step) * _MS_NS - 1
        if piece.steps == 1:
            params = {"query": query, "time": str(first)}
            result = await self._ask(ask, "query", params)
        else:
            last = first + (piece.steps - 1) * piece.step * _MS_NS
            params = {"query": query, "start": str(first), "end": str(last), "step": f"{piece.step}ms"}
            result = await self._ask(ask, "query_range", params)
        try:
            return [
                (one["metric"], piece.start_of(float(value[0])), int(value[1]))
                for one in result
                for value in ([one["value"]] if "value" in one else one["values"])
            ]
        except (KeyError, ValueError, IndexError, TypeError):
            raise engine_error(self.name, "it does not answer with numbers") from None

    def _query(self, ask: Ask) -> str:
        fenced = selector(ask.fence.names(), self._fields, ask.fence.selector)
        return fenced + pipeline(whole(ask.query), self._fields)

    async def _ask(self, ask: Ask, what: str, params: dict[str, str]) -> list[dict[str, Any]]:
        # By POST, as a query of many terms is longer than an address may be.
        body = await self._http.post(f"/loki/api/v1/{what}", ask.timeout, form=params)
        try:
            answer = _decoder.decode(body)
        except msgspec.MsgspecError:
            raise engine_error(self.name, "it does not answer in its API's form") from None
        if answer.status != "success":
            raise engine_error(self.name, f"it answers with status {answer.status!r:.100}")
        return answer.data.result

    def _line(self, ask: Ask, labels: dict[str, Any], time_ns: int, text: str) -> LogLine:
        row = {**labels, self._fields.message: text}
        return self._fields.line_of(row, time_ns // 1000, ask.fence, dropped=frozenset({LINE}))


def _pieces(start: int, end: int, step: int) -> Iterator[_Piece]:
    """The range in whole steps of the timeline, and what is before and after them."""
    first, last = -(-start // step) * step, end // step * step
    if first >= last:
        middle = first if start < first < end else end
        yield _Piece(start, middle - start)
        if middle < end:
            yield _Piece(middle, end - middle)
        return
    if start < first:
        yield _Piece(start, first - start)
    yield _Piece(first, step, (last - first) // step)
    if last < end:
        yield _Piece(last, end - last)


def _up(time_us: int) -> int:
    return -(-time_us // _MS_US)


def _ns(time_ms: int) -> str:
    return str(time_ms * _MS_NS)
