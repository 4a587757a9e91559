"""Readiness: whether each part that this process needs can do its work now."""

from __future__ import annotations

from msgspec import UNSET, Struct

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.errors import HexaopsError
from hexaops.features.health.views import PartView
from hexaops.kit.clock import Clock
from hexaops.metrics import Metrics
from hexaops.storage.database import Database


class Readiness(Struct, frozen=True):
    """Whether to send requests here, and the state of each part."""

    ready: bool
    parts: dict[str, PartView]


class HealthService(Struct, frozen=True):
    """Checks each part; read-only."""

    settings: Settings
    clock: Clock
    database: Database
    clusters: Clusters
    metrics: Metrics

    async def readiness(self) -> Readiness:
        """Ready with a database and any one cluster: an unavailable one must not take the others' users down."""
        database = await self._database_ready()
        clusters = {f"cluster {cluster.name}": _cluster_ready(cluster) for cluster in self.clusters}
        for unusable in self.clusters.unusable.values():
            clusters[f"cluster {unusable.named.name}"] = PartView(ready=False, reason=unusable.reason)
        ready = database.ready and any(part.ready for part in clusters.values())
        return Readiness(ready, {"database": database, **clusters})

    def render_metrics(self) -> bytes:
        """The exposition text, with the current sizes and ages of the watch caches."""
        now = self.clock.now()
        for cluster in self.clusters:
            for kind, status in cluster.cache.status().items():
                self.metrics.cache_objects.labels(cluster.name, kind).set(status.count)
                if status.as_of:
                    age = (now - status.as_of).total_seconds()
                    self.metrics.cache_age_seconds.labels(cluster.name, kind).set(age)
        return self.metrics.render()

    async def _database_ready(self) -> PartView:
        try:
            await self.database.answers_soon()
        except HexaopsError as error:
            return PartView(ready=False, reason=error.message)
        return PartView(ready=True)


def _cluster_ready(cluster: Cluster) -> PartView:
    missing = {kind: status.error for kind, status in cluster.cache.status().items() if not status.synced}
    if not cluster.cache.is_synced():
        return PartView(ready=False, reason="the cluster has not been read yet", kinds=sorted(missing))
    pods = cluster.cache.status("Pod").get("Pod")
    silent = pods.error if pods is not None and pods.synced else None
    if silent is not None:
        return PartView(ready=False, reason=silent)
    return PartView(ready=True, unavailable_kinds=missing or UNSET)
