"""The engines that the conformance suite runs against, each started once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from hexaops.backends.logstores.clickhouse.engine import FIELDS as CLICKHOUSE_FIELDS
from hexaops.backends.logstores.clickhouse.engine import ClickHouse
from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.http import EngineAddress, EngineHttp
from hexaops.backends.logstores.lines import time_text
from hexaops.backends.logstores.opensearch.engine import OpenSearch
from hexaops.backends.logstores.victorialogs.engine import VictoriaLogs
from testenv.logengines import clickhouse, opensearch, victorialogs
from tests.backends.logstores.engines.conformance import Backend

Start = Callable[[Path], AbstractContextManager[Backend]]


@contextmanager
def victoria_logs(folder: Path) -> Iterator[Backend]:
    """The real server, built with Go."""
    binary = victorialogs.build()
    if binary is None:
        pytest.skip("VictoriaLogs cannot be built here: Go or the module proxy is missing")
    with victorialogs.serving(binary, folder) as server:

        @asynccontextmanager
        async def opened(fields: Fields) -> AsyncIterator[Engine]:
            http = EngineHttp("victorialogs", EngineAddress(server.url))
            yield VictoriaLogs(http, replace(fields, time="_time", message="_msg"))
            await http.close()

        async def fill(rows: Sequence[Mapping[str, str]], times: Sequence[int]) -> None:
            body = "".join(
                json.dumps({**row, "time": time_text(time)}) + "\n" for row, time in zip(rows, times, strict=True)
            )
            query = "_stream_fields=workspace_id,component&_time_field=time&_msg_field=message"
            async with httpx2.AsyncClient(base_url=server.url) as client:
                sent = await client.post(
                    f"/insert/jsonline?{query}", content=body, headers={"Content-Type": "application/x-ndjson"}
                )
                sent.raise_for_status()
                (await client.get("/internal/force_flush")).raise_for_status()

        yield Backend("victorialogs", opened, fill)


OTEL = """
CREATE TABLE logs.otel_logs (
    Timestamp DateTime64(9), TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String),
    SeverityNumber UInt8, ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String), ScopeSchemaUrl LowCardinality(String), ScopeName String,
    ScopeVersion LowCardinality(String), ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String)
) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, Timestamp)
"""
"""The columns of the OpenTelemetry collector's exporter."""


@contextmanager
def click_house(folder: Path) -> Iterator[Backend]:
    """ClickHouse's own engine, behind as much of its HTTP interface as is needed."""
    installed = clickhouse.install()
    if installed is None:
        pytest.skip("ClickHouse's engine cannot be installed here (chdb from the package index)")
    with clickhouse.serving(installed, folder) as url:

        @asynccontextmanager
        async def opened(fields: Fields) -> AsyncIterator[Engine]:
            workspace = "ResourceAttributes.workspace_id" if fields.workspace else None
            named = replace(CLICKHOUSE_FIELDS, namespace="ResourceAttributes.namespace", workspace=workspace)
            http = EngineHttp("clickhouse", EngineAddress(url))
            yield ClickHouse(http, named, "logs.otel_logs")
            await http.close()

        async def fill(rows: Sequence[Mapping[str, str]], times: Sequence[int]) -> None:
            body = "\n".join(json.dumps(_otel(row, time)) for row, time in zip(rows, times, strict=True))
            async with httpx2.AsyncClient(base_url=url) as client:
                sent = await client.post("/", content=f"INSERT INTO logs.otel_logs FORMAT JSONEachRow\n{body}")
                assert sent.status_code == 200, sent.text

        for sql in ("CREATE DATABASE logs", OTEL):
            made = httpx2.post(url, content=sql)
            assert made.status_code == 200, made.text
        yield Backend("clickhouse", opened, fill, selector="LogAttributes.run")


def _otel(row: Mapping[str, str], time_us: int) -> dict[str, object]:
    resource = {"namespace": row["namespace"], "workspace_id": row["workspace_id"]}
    if "pod" in row:
        resource["k8s.pod.name"] = row["pod"]
    return {
        "Timestamp": f"{time_us // 1_000_000}.{time_us % 1_000_000:06d}", "Body": row["message"],
        "SeverityText": row["level"], "ServiceName": row.get("component", ""), "TraceId": row.get("trace_id", ""),
        "ResourceAttributes": resource,
        "LogAttributes": {name: row[name] for name in ("run", "error_code") if name in row},
    }  # fmt: skip


WORDS = {
    "tokenizer": {"words": {"type": "pattern", "pattern": r"[^\p{L}\p{N}]+"}},
    "analyzer": {"words": {"type": "custom", "tokenizer": "words", "filter": ["lowercase"]}},
}
"""The analysis that docs/logs.md recommends: words as the query language defines them."""


@contextmanager
def open_search(folder: Path) -> Iterator[Backend]:
    """The real server on the published jars."""
    jars = opensearch.install()
    if jars is None:
        pytest.skip("OpenSearch cannot run here: Java or Maven is missing")
    with opensearch.serving(jars, folder) as url:

        @asynccontextmanager
        async def opened(fields: Fields) -> AsyncIterator[Engine]:
            http = EngineHttp("opensearch", EngineAddress(url))
            yield OpenSearch(http, replace(fields, time="@timestamp"), "exact")
            await http.close()

        async def fill(rows: Sequence[Mapping[str, str]], times: Sequence[int]) -> None:
            documents = [{**row, "@timestamp": time_text(time)} for row, time in zip(rows, times, strict=True)]
            await _bulk(url, "exact", documents)

        properties = {"message": {"type": "text", "analyzer": "words"}, "component": {"type": "keyword"}}
        _made(url, "exact", {"settings": {"analysis": WORDS}, "mappings": {"properties": properties}})
        yield Backend("opensearch", opened, fill, tick_us=1000)


def _made(url: str, index: str, body: Mapping[str, object]) -> None:
    made = httpx2.put(f"{url}/{index}", json=body, timeout=60)
    assert made.status_code == 200, made.text


async def _bulk(url: str, index: str, documents: Sequence[Mapping[str, str]]) -> None:
    body = "".join(f'{{"index": {{}}}}\n{json.dumps(one)}\n' for one in documents)
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        headers = {"Content-Type": "application/x-ndjson"}
        sent = await client.post(f"/{index}/_bulk?refresh=true", content=body, headers=headers)
        assert not sent.json()["errors"], sent.text[:500]


REAL: Mapping[str, Start] = {"clickhouse": click_house, "opensearch": open_search, "victorialogs": victoria_logs}
