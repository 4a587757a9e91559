"""OpenCost's metrics: what nodes and volumes really cost in the cluster that it watches."""

from __future__ import annotations

import asyncio
import math

from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.backends.metrics.prometheus.client import PrometheusClient

QUERIES = (
    ("node", "avg by (node) (node_cpu_hourly_cost)"),
    ("node", "avg by (node) (node_ram_hourly_cost)"),
    ("persistentvolume", "avg by (persistentvolume) (pv_hourly_cost)"),
)
"""The label that names the object, and the query: CPU, memory, storage."""
NO_PRICES = "Prometheus has no prices of OpenCost"


async def read_prices(client: PrometheusClient, *, at: float) -> MeteredPrices:
    """Prices at a time; raises MetricSourceError. Objects without a name or a price are left out."""
    cpu, memory, volumes = await asyncio.gather(*(_by_name(client, label, query, at) for label, query in QUERIES))
    return MeteredPrices(cpu, memory, volumes, None if cpu or memory or volumes else NO_PRICES)


async def _by_name(client: PrometheusClient, label: str, query: str, at: float) -> dict[str, float]:
    return {
        name: value
        for labels, value in await client.vector(query, at=at)
        if (name := labels.get(label)) and math.isfinite(value) and value >= 0
    }
