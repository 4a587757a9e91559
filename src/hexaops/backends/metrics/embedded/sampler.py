"""Measures the clusters in rounds, on the clock's own marks, and hands what it found to the store.

A cluster that does not answer costs its own round only. What cannot be measured is kept as a reason, which answers
show where a series is empty.
"""

from __future__ import annotations

import asyncio

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.base import MetricSourceError, Signal, Subject
from hexaops.backends.metrics.embedded.findings import Findings
from hexaops.backends.metrics.embedded.kubelets import KubeletSampler
from hexaops.backends.metrics.embedded.members import Members
from hexaops.backends.metrics.embedded.scraping import PodScraper
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore
from hexaops.backends.metrics.embedded.usage import UsageSampler
from hexaops.backends.metrics.embedded.watched import WatchedSampler
from hexaops.kit.background import Periodic
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration

PER_SECOND = 20.0
"""Requests to kubelets and pods of one cluster, on average."""
JUST_STARTED = "measuring has just begun: the first readings come within {step}"


class ClusterSampler:
    """Everything that is measured of one cluster."""

    def __init__(self, cluster: Cluster, clock: Clock, *, step_seconds: float, per_second: float) -> None:
        self.cluster = cluster
        self._members = Members(cluster)
        self._watched = WatchedSampler(cluster)
        self._usage = UsageSampler(cluster, clock)
        self._kubelets = KubeletSampler(cluster, clock)
        self._pods = PodScraper(cluster, clock, step_seconds=step_seconds)
        self._most = max(1, int(step_seconds * per_second))
        self.latest: Findings | None = None
        """Of the last round; None before the first."""

    async def sample(self) -> Findings:
        """One round."""
        findings, members = Findings(), self._members.current()
        if self.cluster.cache.is_synced("Pod", "Deployment", "ReplicaSet"):
            self._watched.sample(members, findings)
        measured = await self._usage.sample(members, findings)
        most_nodes = max(1, self._most // 6)  # each is asked for two pages, or three; the rest is for pods
        await self._kubelets.sample(members, findings, most_nodes, with_usage=not measured)
        await self._pods.sample(members, findings, max(1, self._most // 2))
        self.latest = findings
        return findings


class MetricSampler:
    """Samples every registered cluster, for ever."""

    def __init__(
        self, clusters: Clusters, store: EmbeddedMetricStore, clock: Clock, *, per_second: float = PER_SECOND
    ) -> None:
        self._clusters = clusters
        self._store = store
        self._clock = clock
        self._per_second = per_second
        self._samplers: dict[str, ClusterSampler] = {}
        self._is_scheduled = False

    def why_missing(self, subject: Subject, signal: Signal) -> str | None:
        """Why the last round did not measure a signal of a subject, if it knows."""
        sampler = self._samplers.get(subject.cluster_id)
        if sampler is not None and sampler.latest is not None:
            return sampler.latest.why(subject, signal)
        return JUST_STARTED.format(step=format_duration(self._store.step_seconds)) if self._is_scheduled else None

    def job(self) -> Periodic:
        """Samples whenever the clock's next mark is reached."""
        step, self._is_scheduled = self._store.step_seconds, True
        return Periodic(
            "metric-sampling",
            self.round,
            lambda: step - self._clock.now().timestamp() % step,
            waits_first=True,
            expected=(MetricSourceError,),
        )

    async def round(self) -> None:
        """Measure all clusters at once, and keep what was found."""
        at = self._clock.now().timestamp()
        clusters = [*self._clusters]
        self._samplers = {cluster.id: self._sampler(cluster) for cluster in clusters}
        results = await asyncio.gather(
            *(self._sample(sampler, at) for sampler in self._samplers.values()), return_exceptions=True
        )
        for failure in (result for result in results if isinstance(result, BaseException)):
            raise failure

    def _sampler(self, cluster: Cluster) -> ClusterSampler:
        held = self._samplers.get(cluster.id)
        if held is not None and held.cluster is cluster:
            return held
        step = self._store.step_seconds
        return ClusterSampler(cluster, self._clock, step_seconds=step, per_second=self._per_second)

    async def _sample(self, sampler: ClusterSampler, at: float) -> None:
        findings = await sampler.sample()
        if findings.values:
            await self._store.add(at, sampler.cluster.id, [*findings.values.items()])
