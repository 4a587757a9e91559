"""Which source of metrics a cluster has: the Prometheus that it is registered with, else the embedded one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.base import MetricSource, Signal
from hexaops.backends.metrics.prometheus.client import PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.source import PrometheusMetrics
from hexaops.config import MetricsSource


class _Opened(Struct, frozen=True):
    """A cluster's own source; `cluster` tells when it was registered anew."""

    cluster: Cluster
    client: PrometheusClient
    source: MetricSource


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
        cluster = self._clusters.find(cluster_id)
        configured = cluster.metrics_source if cluster else None
        if configured is None and cluster_id == self._clusters.default_id:
            configured = self._fallback
        if cluster is None or configured is None:
            return self._embedded
        held = self._opened.get(cluster_id)
        if held is None or held.cluster is not cluster:
            held = self._opened[cluster_id] = _open(cluster, configured)
        return held.source

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
