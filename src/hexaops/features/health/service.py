"""Readiness: whether each part that this process needs can do its work now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.config import Settings
from hexaops.errors import HexaopsError
from hexaops.kit.clock import Clock
from hexaops.metrics import Metrics
from hexaops.storage.database import Database


@dataclass(frozen=True)
class HealthService:
    """Asks the parts; changes nothing."""

    settings: Settings
    clock: Clock
    database: Database
    cluster: Cluster
    metrics: Metrics

    async def readiness(self) -> dict[str, dict[str, Any]]:
        """Part → `ready` and, when it is not, why."""
        return {"database": await self._database_ready(), f"cluster {self.cluster.name}": self._cluster_ready()}

    def render_metrics(self) -> bytes:
        """The exposition text, with the watch cache's sizes and ages as they are now."""
        now = self.clock.now()
        for kind, status in self.cluster.cache.status().items():
            self.metrics.cache_objects.labels(self.cluster.name, kind).set(status.count)
            if status.as_of:
                age = (now - status.as_of).total_seconds()
                self.metrics.cache_age_seconds.labels(self.cluster.name, kind).set(age)
        return self.metrics.render()

    async def _database_ready(self) -> dict[str, Any]:
        try:
            await self.database.ping()
        except HexaopsError as error:
            return {"ready": False, "reason": error.message}
        return {"ready": True}

    def _cluster_ready(self) -> dict[str, Any]:
        missing = {kind: status.error for kind, status in self.cluster.cache.status().items() if not status.synced}
        if not self.cluster.cache.is_synced():
            return {"ready": False, "reason": "the cluster has not been read yet", "kinds": sorted(missing)}
        part: dict[str, Any] = {"ready": True}
        if missing:
            part["unavailable_kinds"] = missing
        return part
