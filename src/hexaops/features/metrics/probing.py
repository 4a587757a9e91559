"""Asks every metric source for the CPU of one workload that runs in its cluster, for the health of the system."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.base import MetricSourceError, Signal, Subject, Window
from hexaops.backends.metrics.embedded.store import NAME
from hexaops.config import Settings
from hexaops.features.health.sources import SourceState, judge_answer
from hexaops.features.metrics.sources import MetricSources
from hexaops.kit.clock import Clock

LOOK_BACK_SECONDS = 300.0


@dataclass
class MetricProbe:
    """Reads only."""

    sources: MetricSources
    clusters: Clusters
    settings: Settings
    clock: Clock
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock.monotonic()

    async def __call__(self, seen: Set[str] | None) -> Sequence[SourceState]:
        """One for each cluster."""
        return [await self._ask(one) for one in self.clusters if seen is None or one.id in seen]

    async def _ask(self, cluster: Cluster) -> SourceState:
        source = self.sources.of(cluster.id)
        kind = source.name
        if kind == NAME and not self.settings.metrics_sampling:
            return SourceState(cluster.name, kind, "healthy", problem="not asked: metrics_sampling is off")
        row = next((one for one in cluster.cache.workloads() if one.ready), None)
        if row is None:
            return SourceState(cluster.name, kind, "healthy", problem="not asked: no workload is known to run there")
        subject = Subject(cluster.id, row.kind, row.namespace, row.name)
        window = Window.until(self.clock.now().timestamp(), LOOK_BACK_SECONDS)
        started = self.clock.monotonic()
        try:
            series = await source.read(Signal.CPU, subject, window)
        except MetricSourceError as error:
            return SourceState(cluster.name, kind, "unhealthy", problem=_said(error))
        seconds = self.clock.monotonic() - started
        status, problem = judge_answer(seconds)
        if series.is_empty and self.clock.monotonic() - self._started >= LOOK_BACK_SECONDS:
            why = series.reason or "nothing was measured"
            shown = f"{row.kind} {row.namespace}/{row.name}"
            status, problem = "degraded", f"no CPU of {shown} in the last 5 minutes: {why}"
        return SourceState(cluster.name, kind, status, seconds, problem)


def _said(error: MetricSourceError) -> str:
    reason = error.details.get("reason")
    return f"{error.message}: {reason}" if reason else error.message
