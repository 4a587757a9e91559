"""ClickHouse: rows, counts and patterns, one statement each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from hexaops.backends.logstores.base import LogQuery, Pattern
from hexaops.backends.logstores.clickhouse.sql import Statement
from hexaops.backends.logstores.external.engine import Ask, Counts, Span, engine_error, rolled_up
from hexaops.backends.logstores.external.fields import Fields, text_of
from hexaops.backends.logstores.external.http import EngineHttp
from hexaops.backends.logstores.external.lowering import whole
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.kit.timeout import Timeout

FIELDS = Fields(
    time="Timestamp", message="Body", level="SeverityText", component="ServiceName",
    pod="ResourceAttributes.k8s.pod.name", namespace="ResourceAttributes.k8s.namespace.name",
    trace_id="TraceId", error_code="LogAttributes.error_code",
)  # fmt: skip
"""As the OpenTelemetry collector's exporter makes its table."""
TABLE = "otel_logs"
TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
MAPS = ("LogAttributes", "ResourceAttributes")
PREFIXES = tuple(f"{name}." for name in MAPS)
MOST_GROUPS = 1000
VARYING = r"\b(?:0x)?[0-9a-fA-F]*[0-9][0-9a-fA-F]*\b"
"""Numbers and hexadecimal ids."""
_decoder = msgspec.json.Decoder(dict[str, Any])


class ClickHouse:
    """One table of one server."""

    name = "clickhouse"
    resolution_us = 1
    most_rows = 5000

    def __init__(self, http: EngineHttp, fields: Fields, table: str = TABLE) -> None:
        if not TABLE_NAME.fullmatch(table):
            raise engine_error(self.name, f"{table!r} is not a table's name")
        self._http = http
        self._fields = fields
        self._table = table

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """With both maps of attributes, for the metadata."""
        statement = Statement(self._fields)
        wanted = self._named(statement)
        columns = ", ".join(f"{sql} AS f{number}" for number, (_, sql) in enumerate(wanted))
        order = "DESC" if span.newest_first else "ASC"
        tail = f"ORDER BY {statement.column(self._fields.time)} {order} LIMIT {span.limit:d}"
        select = f"{self._time(statement)} AS us, {columns}, {', '.join(MAPS)}"
        found = await self._ask(ask, statement, select, (span.start_us, span.end_us), tail)
        return [self._line(ask, row, [name for name, _ in wanted]) for row in found]

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """By component, level and step, in one statement."""
        statement = Statement(self._fields)
        component, level = statement.column(self._fields.component), statement.column(self._fields.level)
        step = f"intDiv({self._time(statement)}, {step_us:d}) * {step_us:d}"
        columns = f"{component} AS c, {level} AS l, {step} AS s, count() AS n"
        found = await self._ask(ask, statement, columns, _range(ask.query), "GROUP BY c, l, s")
        return rolled_up((text_of(row["c"]), text_of(row["l"]), int(row["s"]), int(row["n"])) for row in found)

    async def total(self, ask: Ask) -> int:
        """One number."""
        found = await self._ask(ask, Statement(self._fields), "count() AS n", _range(ask.query), "")
        return int(found[0]["n"]) if found else 0

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """The most frequent messages, numbers and ids apart."""
        statement = Statement(self._fields)
        message = f"replaceRegexpAll({statement.column(self._fields.message)}, {statement.bound(VARYING)}, '0')"
        time = self._time(statement)
        columns = f"{message} AS m, count() AS n, min({time}) AS first, max({time}) AS last"
        tail = f"GROUP BY m ORDER BY n DESC LIMIT {MOST_GROUPS}"
        found = await self._ask(ask, statement, columns, _range(ask.query), tail)
        return [Pattern(text_of(row["m"]), int(row["n"]), int(row["first"]), int(row["last"])) for row in found]

    async def limits(self, ask: Ask) -> Sequence[str]:
        """None: words are found as the query language defines them."""
        del ask
        return ()

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """By the parts of its table, where the time partitions them; None without a right to see them."""
        database, _, table = self._table.rpartition(".")
        named = f"'{database}'" if database else "currentDatabase()"
        sql = (
            "SELECT toUnixTimestamp(min(min_time)) AS oldest FROM system.parts WHERE active AND rows > 0"  # noqa: S608 # a name
            f" AND database = {named} AND table = '{table}' HAVING oldest > 0 FORMAT JSONEachRow"
        )
        body = await self._http.send("/", timeout, content=sql.encode(), media_type="text/plain", params={})
        rows = self._rows(body)
        return int(rows[0]["oldest"]) * MICROSECONDS if rows else None

    def _named(self, statement: Statement) -> list[tuple[str, str]]:
        fields = self._fields
        names = (fields.message, fields.level, fields.component, fields.pod, fields.fence, fields.trace_id)
        return [(name, statement.column(name)) for name in (*names, fields.error_code)]

    def _time(self, statement: Statement) -> str:
        return f"toUnixTimestamp64Micro({statement.column(self._fields.time)})"

    async def _ask(
        self, ask: Ask, statement: Statement, columns: str, between: tuple[int, int], tail: str
    ) -> list[dict[str, Any]]:
        """The columns of what matches, behind the fence."""
        time = statement.column(self._fields.time)
        start, end = (f"fromUnixTimestamp64Micro(toInt64({time_us:d}))" for time_us in between)
        fence = statement.fenced(ask.fence.names(), ask.fence.selector)
        sql = (
            f"SELECT {columns} FROM {self._table} WHERE {time} >= {start} AND {time} < {end}"  # noqa: S608 # bound above
            f" AND ({fence}) AND ({statement.condition(whole(ask.query))}) {tail} FORMAT JSONEachRow"
        )
        limit = {"max_execution_time": str(max(1, round(ask.timeout.left())))}
        body = await self._http.send(
            "/", ask.timeout, content=sql.encode(), media_type="text/plain", params={**statement.parameters, **limit}
        )
        return self._rows(body)

    def _rows(self, body: bytes) -> list[dict[str, Any]]:
        try:
            return [_decoder.decode(line) for line in body.split(b"\n") if line]
        except msgspec.MsgspecError:
            raise engine_error(self.name, f"it does not answer in JSON lines: {body[:200]!r}") from None

    def _line(self, ask: Ask, row: dict[str, Any], names: Sequence[str]) -> LogLine:
        flat = {f"{column}.{key}": value for column in MAPS for key, value in row[column].items()}
        flat |= {name: row[f"f{number}"] for number, name in enumerate(names)}
        return self._fields.line_of(flat, int(row["us"]), ask.fence, prefixes=PREFIXES)


def _range(query: LogQuery) -> tuple[int, int]:
    return query.start_us, query.end_us
