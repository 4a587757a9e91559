"""OpenCost's prices over the recorded protocol: by name, without what has none, and a reason when there are none."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from hexaops.backends.metrics.base import MetricSourceError
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.backends.metrics.prometheus.client import PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.opencost import read_prices

SERIES: dict[str, list[tuple[dict[str, str], str]]] = {
    "node_cpu_hourly_cost": [({"node": "a"}, "0.02"), ({"node": "b"}, "NaN"), ({}, "7"), ({"node": "c"}, "-1")],
    "node_ram_hourly_cost": [({"node": "a"}, "0.003")],
    "pv_hourly_cost": [({"persistentvolume": "pv-1"}, "0")],
}


def client_of(series: dict[str, list[tuple[dict[str, str], str]]]) -> PrometheusClient:
    def answer(request: httpx2.Request) -> httpx2.Response:
        form = parse_qs(request.content.decode())
        assert form["time"] == ["1000.000"]
        found = next((samples for name, samples in series.items() if name in form["query"][0]), [])
        result: list[Any] = [{"metric": labels, "value": [1000.0, value]} for labels, value in found]
        return httpx2.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": result}})

    return PrometheusClient(PrometheusAddress("http://prom"), transport=httpx2.MockTransport(answer))


async def test_what_has_no_name_or_no_price_is_left_out() -> None:
    found = await read_prices(client_of(SERIES), at=1000.0)
    assert found == MeteredPrices({"a": 0.02}, {"a": 0.003}, {"pv-1": 0.0})


async def test_without_opencost_there_is_a_reason() -> None:
    assert await read_prices(client_of({}), at=1000.0) == MeteredPrices(reason="Prometheus has no prices of OpenCost")


async def test_a_server_that_fails_is_an_error() -> None:
    client = PrometheusClient(
        PrometheusAddress("http://prom"), transport=httpx2.MockTransport(lambda _: httpx2.Response(503, text="no"))
    )
    with pytest.raises(MetricSourceError):
        await read_prices(client, at=1000.0)
