"""Per-cluster state derived from the watch cache: applications and their usage."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.extensions import ClusterExtensions
from hexaops.backends.metrics.cluster_usage import ClusterUsage
from hexaops.features.applications.index import ApplicationIndex
from hexaops.kit.clock import Clock


class ClusterView(Struct, frozen=True):
    """A cluster and what is derived from it."""

    cluster: Cluster
    index: ApplicationIndex
    usage: ClusterUsage
    extensions: ClusterExtensions

    @classmethod
    def of(cls, cluster: Cluster, clock: Clock) -> ClusterView:
        """A new view whose index follows the cluster's cache."""
        index = ApplicationIndex(cluster.cache, cluster_id=cluster.id, clock=clock)
        usage, extensions = ClusterUsage(cluster.reader, clock=clock), ClusterExtensions(cluster.reader, clock)
        return cls(cluster, index, usage, extensions)


class ClusterViews:
    """One view per registered cluster, created on first use."""

    def __init__(self, clusters: Clusters, clock: Clock) -> None:
        self._clusters = clusters
        self._clock = clock
        self._views: dict[str, ClusterView] = {}
        for cluster in clusters:
            self._views[cluster.id] = ClusterView.of(cluster, clock)

    def __iter__(self) -> Iterator[ClusterView]:
        """Views of every usable cluster."""
        return (self.get(cluster.id) for cluster in self._clusters)

    def get(self, cluster_id: str) -> ClusterView:
        """The view of a cluster; raises ClusterUnavailableError."""
        cluster = self._clusters.get(cluster_id)
        held = self._views.get(cluster_id)
        if held is None or held.cluster is not cluster:  # registered, or registered anew, since it was last asked for
            self._forget_removed()
            held = self._views[cluster_id] = ClusterView.of(cluster, self._clock)
        return held

    def _forget_removed(self) -> None:
        """Drop views of removed clusters: each keeps its whole watch cache in memory."""
        for cluster_id, view in [*self._views.items()]:
            if self._clusters.find(cluster_id) is not view.cluster:
                del self._views[cluster_id]
