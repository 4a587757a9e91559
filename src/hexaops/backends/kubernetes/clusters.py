"""The clusters that this process serves, by id: every workspace names the one that it lies on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.errors import UpstreamUnavailableError


class ClusterUnavailableError(UpstreamUnavailableError):
    """The workspace's cluster is not registered here, or cannot be used."""

    def __init__(self, cluster_id: str) -> None:
        details = {"source": "kubernetes_api", "cluster": cluster_id}
        super().__init__(f"Cluster {cluster_id} is not served by this process", details=details)


class Clusters:
    """A registry: id → cluster. The first one is the default for workspaces that name none."""

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self._clusters = {cluster.id: cluster for cluster in clusters}

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._clusters.values())

    @property
    def default(self) -> Cluster:
        """The cluster of workspaces that name none."""
        return next(iter(self._clusters.values()))

    def get(self, cluster_id: str) -> Cluster:
        """The cluster with this id; raises ClusterUnavailableError."""
        found = self._clusters.get(cluster_id)
        if found is None:
            raise ClusterUnavailableError(cluster_id)
        return found

    def find(self, cluster_id: str) -> Cluster | None:
        """The cluster with this id, or None."""
        return self._clusters.get(cluster_id)
