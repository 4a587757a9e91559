"""Builds the metrics feature and starts and stops what it holds."""

from __future__ import annotations

import asyncio

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.embedded.sampler import MetricSampler
from hexaops.backends.metrics.embedded.source import EmbeddedMetrics
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.config import MetricsSource, Settings
from hexaops.features.applications.service import ApplicationService
from hexaops.features.metrics.reading import MetricReader
from hexaops.features.metrics.sources import MetricSources
from hexaops.kit.clock import Clock
from hexaops.provide import Provider

GIB = 1 << 30


class MetricHistory:
    """The embedded store of the process, what fills it, and where each cluster's series are read."""

    def __init__(self, settings: Settings, clock: Clock, provider: Provider, clusters: Clusters) -> None:
        keeping = Keeping(
            settings.metrics_interval_seconds,
            settings.metrics_retention_days,
            int(settings.metrics_retention_gib * GIB),
        )
        self.store = EmbeddedMetricStore(settings.home_folder() / "metrics", keeping, clock)
        self.sampler = MetricSampler(clusters, self.store, clock, per_second=settings.metrics_requests_per_second)
        self.sources = MetricSources(
            EmbeddedMetrics(self.store, self.sampler.why_missing),
            clusters,
            MetricsSource(url=settings.prometheus_url) if settings.prometheus_url else None,
        )
        provider.add(self.sources)
        provider.add(MetricReader(provider.get(ApplicationService), self.sources, clock))
        self._samples = settings.metrics_sampling
        self._sampling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sample."""
        if self._samples:
            self._sampling = asyncio.create_task(self.sampler.forever(), name="metric-sampling")

    async def close(self) -> None:
        """End the sampling, then let the store's file go."""
        if self._sampling is not None:
            self._sampling.cancel()
            await asyncio.gather(self._sampling, return_exceptions=True)
        await self.sources.close()
        await self.store.close()
