"""Which source of metrics a cluster has: the Prometheus that it is registered with, else the embedded one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.base import MetricSource, MetricSourceError, Signal
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.backends.metrics.prometheus.client import PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.opencost import read_prices
from hexaops.backends.metrics.prometheus.source import PrometheusMetrics
from hexaops.config import MetricsSource

PRICES_SECONDS = 300.0
"""How long prices that were read serve: they change with nodes and volumes, not with use."""
NO_OPENCOST = "OpenCost's prices cannot be read: {}"


class _Opened(Struct):
    """A cluster's own source; `cluster` tells when it was registered anew."""

    cluster: Cluster
    client: PrometheusClient
    source: MetricSource
    prices: MeteredPrices = MeteredPrices()
    priced_at: float | None = None


class MetricSources:
    """By cluster; close it."""

    def __init__(self, embedded: MetricSource, clusters: Clusters, fallback: MetricsSource | None = None) -> None:
        self._embedded = embedded
        self._clusters = clusters
        self._fallback = fallback
        """Of the default cluster, where it names none."""
        self._opened: dict[str, _Opened] = {}

    def of(self, cluster_id: str) -> MetricSource:
        """The source of a cluster's series."""
        opened = self._open(cluster_id)
        return opened.source if opened else self._embedded

    async def prices(self, cluster_id: str, at: float) -> MeteredPrices:
        """OpenCost's prices at a time (seconds since 1970), at most five minutes old; none without a Prometheus."""
        opened = self._open(cluster_id)
        if opened is None:
            return MeteredPrices()
        if opened.priced_at is None or not 0 <= at - opened.priced_at < PRICES_SECONDS:
            try:
                opened.prices = await read_prices(opened.client, at=at)
            except MetricSourceError as error:
                return MeteredPrices(reason=NO_OPENCOST.format(error.details["reason"]))
            opened.priced_at = at
        return opened.prices

    def _open(self, cluster_id: str) -> _Opened | None:
        cluster = self._clusters.find(cluster_id)
        configured = cluster.metrics_source if cluster else None
        if configured is None and cluster_id == self._clusters.default_id:
            configured = self._fallback
        if cluster is None or configured is None:
            return None
        held = self._opened.get(cluster_id)
        if held is None or held.cluster is not cluster:
            held = self._opened[cluster_id] = _open(cluster, configured)
        return held

    async def close(self) -> None:
        """Close all clients."""
        await asyncio.gather(*(one.client.close() for one in self._opened.values()))


def _open(cluster: Cluster, configured: MetricsSource) -> _Opened:
    headers = {name: value.get_secret_value() for name, value in configured.headers.items()}
    client = PrometheusClient(PrometheusAddress(configured.url, headers, configured.verify_tls))
    by_namespace = {name: _by_signal(queries) for name, queries in configured.namespace_queries.items()}
    return _Opened(cluster, client, PrometheusMetrics(client, _by_signal(configured.queries), by_namespace))


def _by_signal(queries: Mapping[str, str]) -> dict[Signal, str]:
    return {signal: queries[signal] for signal in Signal if signal in queries}
