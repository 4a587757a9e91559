"""Every signal's query on real servers: Debian's Prometheus and VictoriaMetrics, on series whose rates are known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from hexaops.backends.metrics.base import Signal, Subject, Window
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.backends.metrics.prometheus.client import PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.opencost import read_prices
from hexaops.backends.metrics.prometheus.source import PrometheusMetrics
from testenv.metricengines import prometheus, victoriametrics
from tests.backends.metrics.prometheus.series import START, exposition

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]
WEB = Subject("c1", "Deployment", "shop", "web")
WINDOW = Window(START + 600.0, START + 3300.0)
EXPECTED = {
    Signal.CPU: 0.75,
    Signal.CPU_BUSIEST_POD: 0.5,
    Signal.CPU_THROTTLED: 20.0,
    Signal.MEMORY: 300e6,
    Signal.MEMORY_BUSIEST_POD: 200e6,
    Signal.NETWORK: 3000.0,
    Signal.REQUEST_RATE: 16.0,
    Signal.ERRORS: 4.0,
    Signal.ERROR_RATE: 25.0,
    Signal.LATENCY_P50: 100.0,
    Signal.LATENCY_P95: 625.0,
    Signal.REPLICAS: 2.0,
    Signal.REPLICAS_WANTED: 3.0,
}
"""p95 lies halfway between the bounds 0.25 s (0.90) and 1 s (1.00)."""


@pytest.fixture(scope="module", params=["prometheus", "victoriametrics"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds the series."""
    engine = {"prometheus": prometheus, "victoriametrics": victoriametrics}[request.param]
    binary = engine.find()
    if binary is None:
        pytest.skip(f"{request.param} cannot be had here")
    folder: Path = tmp_path_factory.mktemp(request.param)
    with engine.serving(binary, folder, exposition(milliseconds=request.param == "victoriametrics")) as url:
        yield url


@pytest.fixture
async def source(served: str) -> AsyncIterator[PrometheusMetrics]:
    """The source on it."""
    client = PrometheusClient(PrometheusAddress(served))
    yield PrometheusMetrics(client)
    await client.close()


@pytest.mark.parametrize("signal", EXPECTED, ids=str)
async def test_a_signal_is_read_as_it_was_written(source: PrometheusMetrics, signal: Signal) -> None:
    found = await source.read(signal, WEB, WINDOW, 300)
    assert len(found.known) >= 8, found.reason
    assert found.known == pytest.approx([EXPECTED[signal]] * len(found.known), rel=0.02)


async def test_restarts_are_counted_in_the_step_in_which_they_happen(source: PrometheusMetrics) -> None:
    found = await source.read(Signal.RESTARTS, WEB, WINDOW, 300)
    assert np.nansum(found.values) == pytest.approx(2, rel=0.1)
    happened = found.start + found.step_seconds * float(np.nanargmax(found.values))
    assert abs(happened - (START + 1800)) <= 300


async def test_prices_of_opencost_are_read_by_node_and_volume(served: str) -> None:
    client = PrometheusClient(PrometheusAddress(served))
    found = await read_prices(client, at=WINDOW.end)
    before = await read_prices(client, at=WINDOW.start - 86_400)
    await client.close()
    assert found == MeteredPrices({"node-1": 0.021, "node-2": 0.007}, {"node-1": 0.003}, {"pv-1": 0.0001})
    assert before == MeteredPrices(reason="Prometheus has no prices of OpenCost")


async def test_another_name_has_nothing(source: PrometheusMetrics) -> None:
    found = await source.read(Signal.CPU, Subject("c1", "Deployment", "shop", "we"), WINDOW, 300)
    assert (found.is_empty, found.reason) == (True, "Prometheus has no such series in this time")
