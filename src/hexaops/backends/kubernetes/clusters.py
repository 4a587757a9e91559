"""The clusters that this process serves, by id: every workspace names the one that it lies on.

A cluster that cannot be opened (a broken kubeconfig, a sealed one that this process cannot read) is registered with
the reason instead: its own workspaces are answered with it, and nothing else is affected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.errors import UpstreamUnavailableError
from hexaops.kit.timeout import Timeout


class ClusterUnavailableError(UpstreamUnavailableError):
    """The workspace's cluster is not registered or unusable."""

    def __init__(self, cluster_id: str, reason: str | None = None) -> None:
        details = {"source": "kubernetes_api", "cluster": cluster_id}
        if reason is None:
            message = f"Cluster {cluster_id} is not registered"
        else:
            message = f"Cluster {cluster_id} cannot be used: {reason}"
            details["reason"] = reason
        super().__init__(message, details=details)


class UnusableCluster(Struct, frozen=True):
    """A registered cluster that could not be opened, and why."""

    named: ClusterName
    reason: str


class Clusters:
    """A registry: id → cluster. The first one is the default for workspaces that name none."""

    def __init__(self, clusters: Sequence[Cluster | UnusableCluster], *, default_id: str | None = None) -> None:
        self._clusters: dict[str, Cluster] = {}
        self._unusable: dict[str, UnusableCluster] = {}
        self._started = False
        for cluster in clusters:
            self._hold(cluster)
        self.default_id = default_id or next((_id_of(cluster) for cluster in clusters), "")

    def __iter__(self) -> Iterator[Cluster]:
        return iter((*self._clusters.values(),))

    @property
    def default(self) -> Cluster:
        """The cluster of workspaces that name none; raises ClusterUnavailableError."""
        return self.get(self.default_id)

    @property
    def unusable(self) -> Mapping[str, UnusableCluster]:
        """The registered clusters that could not be opened."""
        return self._unusable

    def get(self, cluster_id: str) -> Cluster:
        """The cluster with this id; raises ClusterUnavailableError."""
        found = self._clusters.get(cluster_id)
        if found is None:
            unusable = self._unusable.get(cluster_id)
            raise ClusterUnavailableError(cluster_id, unusable.reason if unusable else None)
        return found

    def find(self, cluster_id: str) -> Cluster | None:
        """The cluster with this id, or None."""
        return self._clusters.get(cluster_id)

    def is_registered(self, cluster_id: str) -> bool:
        """Whether a cluster has this id, usable or not."""
        return cluster_id in self._clusters or cluster_id in self._unusable

    async def put(self, cluster: Cluster | UnusableCluster) -> None:
        """Register a cluster, in place of the one with its id; a running registry starts its watches."""
        await self.remove(_id_of(cluster))
        self._hold(cluster)
        if self._started and isinstance(cluster, Cluster):
            await cluster.start()

    async def remove(self, cluster_id: str) -> None:
        """Forget a cluster and stop its watches; an unknown id changes nothing."""
        self._unusable.pop(cluster_id, None)
        if (removed := self._clusters.pop(cluster_id, None)) is not None:
            await removed.stop()

    async def start(self) -> None:
        """Begin to watch every cluster; returns at once."""
        self._started = True
        for cluster in self:
            await cluster.start()

    async def wait_tried(self, timeout: Timeout) -> list[str]:
        """Wait until each cluster was read or has failed once; returns the ids of those not read."""
        clusters = [*self]
        await asyncio.gather(*(cluster.cache.wait_tried(timeout) for cluster in clusters))
        return [*(cluster.id for cluster in clusters if not cluster.cache.is_synced()), *self._unusable]

    async def stop(self) -> None:
        """End all watches and close every client."""
        self._started = False
        await asyncio.gather(*(cluster.stop() for cluster in self))

    def _hold(self, cluster: Cluster | UnusableCluster) -> None:
        if isinstance(cluster, Cluster):
            self._clusters[cluster.id] = cluster
        else:
            self._unusable[cluster.named.id] = cluster


def _id_of(cluster: Cluster | UnusableCluster) -> str:
    return cluster.id if isinstance(cluster, Cluster) else cluster.named.id
