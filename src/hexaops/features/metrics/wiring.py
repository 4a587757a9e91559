"""Builds the metrics feature and closes what it holds."""

from __future__ import annotations

from hexaops.backends.metrics.embedded.sampler import MetricSampler
from hexaops.backends.metrics.embedded.source import EmbeddedMetrics
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.config import MetricsSource
from hexaops.features.applications.service import ApplicationService
from hexaops.features.health.sources import SourceProbes
from hexaops.features.metrics.probing import MetricProbe
from hexaops.features.metrics.reading import MetricReader
from hexaops.features.metrics.sources import MetricSources
from hexaops.process import Process

GIB = 1 << 30


class MetricHistory:
    """The embedded store of the process, what fills it, and where each cluster's series are read."""

    def __init__(self, process: Process) -> None:
        settings, clock, clusters = process.settings, process.clock, process.clusters
        provider = process.provider
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
        provider.get(SourceProbes).add("metric_sources", MetricProbe(self.sources, clusters, settings, clock))
        provider.add(MetricReader(provider.get(ApplicationService), self.sources, clock))
        if settings.metrics_sampling:
            process.background.add(self.sampler.job())

    async def close(self) -> None:
        """Release the store's file."""
        await self.sources.close()
        await self.store.close()
