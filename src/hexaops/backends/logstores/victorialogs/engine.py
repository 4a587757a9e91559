"""VictoriaLogs: rows and counts with one query each; patterns over all hits by its own collapsing of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from hexaops.backends.logstores.base import Pattern
from hexaops.backends.logstores.external.engine import Ask, Counts, Span, engine_error, rolled_up
from hexaops.backends.logstores.external.fields import Fields, microseconds, text_of
from hexaops.backends.logstores.external.http import EngineHttp
from hexaops.backends.logstores.external.lowering import whole
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine, time_text
from hexaops.backends.logstores.victorialogs.logsql import fenced, quoted, translate
from hexaops.kit.timeout import Timeout

FIELDS = Fields(
    time="_time", message="_msg", level="level", component="kubernetes.container_name", pod="kubernetes.pod_name",
    namespace="kubernetes.pod_namespace", trace_id="trace_id", error_code="error_code",
)  # fmt: skip
"""As VictoriaLogs' own collector for Kubernetes names them."""
INTERNAL = frozenset({"_stream", "_stream_id"})
MOST_GROUPS = 1000
_decoder = msgspec.json.Decoder(dict[str, Any])
_days = msgspec.json.Decoder(list[str])


class VictoriaLogs:
    """One server."""

    name = "victorialogs"
    resolution_us = 1
    most_rows = 5000

    def __init__(self, http: EngineHttp, fields: Fields) -> None:
        self._http = http
        self._fields = fields

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """The newest by the server's own way for them, the oldest by sorting."""
        text = self._text(ask, span.start_us, span.end_us)
        if span.newest_first:
            found = await self._ask(ask, text, limit=str(span.limit))
        else:
            found = await self._ask(ask, f"{text} | sort by (_time) limit {span.limit}")
        return [self._line(ask, row) for row in found]

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """By component, level and step, in one query."""
        component, level = self._fields.component, self._fields.level
        by = f"{quoted(component)}, {quoted(level)}, _time:{step_us // MICROSECONDS}s"
        rows = await self._ask(ask, f"{self._whole(ask)} | stats by ({by}) count() lines")
        return rolled_up(
            (text_of(row.get(component)), text_of(row.get(level)), self._time(row["_time"]), int(row["lines"]))
            for row in rows
        )

    async def total(self, ask: Ask) -> int:
        """One number."""
        rows = await self._ask(ask, f"{self._whole(ask)} | stats count() lines")
        return int(rows[0]["lines"]) if rows else 0

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """The most frequent messages after numbers and ids are collapsed."""
        message = quoted(self._fields.message)
        found = await self._ask(
            ask,
            f"{self._whole(ask)} | collapse_nums at {message} prettify"
            f" | stats by ({message}) count() lines, min(_time) first, max(_time) last"
            f" | sort by (lines desc) limit {MOST_GROUPS}",
        )
        return [
            Pattern(text_of(row.get(self._fields.message)), int(row["lines"]), self._time(row["first"]),
                    self._time(row["last"]))
            for row in found
        ]  # fmt: skip

    async def limits(self, ask: Ask) -> Sequence[str]:
        """None: words are found as the query language defines them."""
        del ask
        return ()

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """The beginning of the oldest day that it has."""
        body = await self._http.get("/internal/partition/list", timeout, params={})
        try:
            days = _days.decode(body)
            return (
                min(int(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).timestamp()) for day in days)
                * MICROSECONDS
            )
        except (msgspec.MsgspecError, ValueError):
            return None

    def _whole(self, ask: Ask) -> str:
        return self._text(ask, ask.query.start_us, ask.query.end_us)

    def _text(self, ask: Ask, start_us: int, end_us: int) -> str:
        return f"_time:[{time_text(start_us)}, {time_text(end_us)}) {translate(whole(ask.query), self._fields)}"

    async def _ask(self, ask: Ask, text: str, **more: str) -> list[dict[str, Any]]:
        fence = fenced(ask.fence.names(), self._fields.fence, ask.fence.selector)
        form = {"query": text, "extra_filters": fence, "timeout": f"{ask.timeout.left():.3f}s", **more}
        body = await self._http.post("/select/logsql/query", ask.timeout, form=form)
        try:
            return [_decoder.decode(line) for line in body.split(b"\n") if line]
        except msgspec.MsgspecError:
            raise engine_error(self.name, "it does not answer in JSON lines") from None

    def _line(self, ask: Ask, row: dict[str, Any]) -> LogLine:
        return self._fields.line_of(row, self._time(row.get("_time")), ask.fence, dropped=INTERNAL)

    def _time(self, value: object) -> int:
        try:
            return microseconds(text_of(value))
        except ValueError:
            raise engine_error(self.name, f"it returned a row without a time: {value!r:.100}") from None
