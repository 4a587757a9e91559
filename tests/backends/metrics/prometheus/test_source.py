"""Prometheus as a source: queries by conventions, points on the grid, and every way in which it can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import numpy as np
import pytest

from hexaops.backends.metrics.base import MetricSourceError, Signal, Subject, Window
from hexaops.backends.metrics.prometheus.client import MOST_BYTES, PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.queries import query_of
from hexaops.backends.metrics.prometheus.source import PrometheusMetrics

WEB = Subject("c1", "Deployment", "shop", "web.app")
WINDOW = Window(1_700_000_100.0, 1_700_000_400.0)
Answer = Callable[[httpx2.Request], httpx2.Response]


class Server:
    """Answers with these series, whatever is asked, and remembers the questions."""

    def __init__(self, *series: list[tuple[float, str]]) -> None:
        self.series = series
        self.asked: list[dict[str, str]] = []
        self.headers: httpx2.Headers | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.headers = request.headers
        self.asked.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        result = [{"metric": {"pod": str(n)}, "values": values} for n, values in enumerate(self.series)]
        return httpx2.Response(200, json={"status": "success", "data": {"resultType": "matrix", "result": result}})


def client_of(answer: Answer, **headers: str) -> PrometheusClient:
    return PrometheusClient(PrometheusAddress("http://prom/", headers), transport=httpx2.MockTransport(answer))


@pytest.fixture
def server() -> Server:
    return Server([(1_700_000_160.0, "1.5"), (1_700_000_220.0, "NaN"), (1_700_000_280.0, "2.5")])


async def test_a_point_stands_for_the_step_that_it_ends(server: Server) -> None:
    source = PrometheusMetrics(client_of(server))
    found = await source.read(Signal.CPU, WEB, WINDOW, 60)
    assert (found.start, found.step_seconds, found.unit) == (1_700_000_100.0, 60, "cores")
    assert found.values == pytest.approx([1.5, np.nan, 2.5, np.nan, np.nan], nan_ok=True)
    (asked,) = server.asked
    assert (asked["start"], asked["end"], asked["step"]) == ("1700000160.000", "1700000400.000", "60")
    assert found.query == asked["query"]
    assert 'namespace="shop",pod=~"web[.]app-[a-z0-9]+-[a-z0-9]{5}"' in asked["query"]


async def test_tenant_headers_are_sent(server: Server) -> None:
    client = client_of(server, **{"X-Scope-OrgID": "team-a"})
    await client.range("up", start=0, end=60, step_seconds=60)
    assert server.headers is not None
    assert server.headers["X-Scope-OrgID"] == "team-a"
    assert server.headers["User-Agent"].startswith("hexaops/")


async def test_an_instant_query() -> None:
    body: dict[str, Any] = {"status": "success", "data": {"result": [{"metric": {}, "value": [1.0, "7"]}]}}
    assert await client_of(lambda _: httpx2.Response(200, json=body)).instant("up", at=1.0) == 7.0
    body["data"]["result"] = []
    assert await client_of(lambda _: httpx2.Response(200, json=body)).instant("up", at=1.0) is None


async def test_nothing_found_is_missing_with_a_reason() -> None:
    source = PrometheusMetrics(client_of(Server()))
    found = await source.read(Signal.LATENCY_P95, WEB, WINDOW, 60)
    assert (found.is_empty, found.reason) == (True, "Prometheus has no such series in this time")
    assert (await source.read(Signal.ERROR_RATE, WEB, WINDOW, 60)).is_empty
    nowhere = await source.read(Signal.VOLUME_USAGE, WEB, WINDOW, 60)
    assert "metrics_source.queries" in str(nowhere.reason)


async def test_the_error_rate_is_a_share(server: Server) -> None:
    found = await PrometheusMetrics(client_of(server)).read(Signal.ERROR_RATE, WEB, WINDOW, 60)
    assert found.known == pytest.approx([100, 100])
    assert len(server.asked) == 2


async def test_a_query_may_be_overridden(server: Server) -> None:
    overrides = {Signal.REQUEST_RATE: 'sum(rate(hits{{app="{name}",ns="{namespace}"}}[{range}]))'}
    found = await PrometheusMetrics(client_of(server), overrides).read(Signal.REQUEST_RATE, WEB, WINDOW, 300)
    assert found.query == 'sum(rate(hits{app="web.app",ns="shop"}[300s]))'


async def test_a_namespace_may_have_queries_of_its_own(server: Server) -> None:
    source = PrometheusMetrics(
        client_of(server), {Signal.CPU: "cluster"}, {"shop": {Signal.CPU: "shop", Signal.ERRORS: "e"}}
    )
    assert (await source.read(Signal.CPU, WEB, WINDOW, 300)).query == "shop"
    assert (await source.read(Signal.ERRORS, WEB, WINDOW, 300)).query == "e"
    elsewhere = Subject("c1", "Deployment", "bank", "web")
    assert (await source.read(Signal.CPU, elsewhere, WINDOW, 300)).query == "cluster"


def refused(_request: httpx2.Request) -> httpx2.Response:
    message = "connection refused"
    raise httpx2.ConnectError(message)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused, "cannot be reached: connection refused"),
        (lambda _: httpx2.Response(502, text="<html>"), "status 502"),
        (
            lambda _: httpx2.Response(400, json={"status": "error", "errorType": "bad_data", "error": "parse error"}),
            "refuses the query: bad_data parse error",
        ),
        (lambda _: httpx2.Response(200, content=b" " * (MOST_BYTES + 1)), "larger than"),
        (Server([(1.0, "1")], [(1.0, "2")]), "yields 2 series"),
    ],
)
async def test_what_can_go_wrong(answer: Answer, said: str) -> None:
    with pytest.raises(MetricSourceError) as failure:
        await PrometheusMetrics(client_of(answer)).read(Signal.CPU, WEB, WINDOW, 60)
    assert failure.value.details["source"] == "prometheus"
    assert said in failure.value.details["reason"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
@pytest.mark.parametrize("signal", [Signal.REPLICAS, Signal.REPLICAS_WANTED, Signal.ERRORS, Signal.RESTARTS])
def test_every_query_is_whole(kind: str, signal: Signal) -> None:
    query = query_of(signal, Subject("c1", kind, "shop", "web"), step_seconds=60, overrides={})
    assert query is not None
    assert query.count("{") == query.count("}") > 0
    assert query.count("(") == query.count(")")
    assert "{{" not in query.replace("{5}", "")
