"""The only place that builds things: what a process holds, and the services on it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.config import Settings
from hexaops.features.health.service import HealthService
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.timeout import Timeout
from hexaops.logs import Redactor
from hexaops.metrics import Metrics
from hexaops.provide import Provider
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.migrate import migrate

logger = logging.getLogger(__name__)


@dataclass
class ProcessContext:
    """What lives as long as the process. `start` raises when the database is unusable; a cluster may be away."""

    settings: Settings
    cluster: Cluster
    clock: Clock = field(default_factory=SystemClock)
    redactor: Redactor = field(default_factory=Redactor)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.failpoints = Failpoints(self.settings.failpoint)
        self.database = Database(self.settings.database(), pool_size=self.settings.database_pool_size)
        self.engine = DurableEngine(self.database, clock=self.clock)
        self.provider = Provider()
        build_services(self)

    async def start(self) -> None:
        """Open the database, begin to watch the cluster, take up the runs that an earlier process left."""
        await self.database.check()
        await migrate(self.database)
        await self.cluster.start()
        await self.engine.launch()
        if not await self.cluster.wait_synced(Timeout(self.settings.cluster_sync_seconds, self.clock)):
            logger.warning("the cluster has not been read yet; answers say what is missing")

    async def close(self) -> None:
        """Stop in the order that loses nothing: runs first, then what they use."""
        await self.engine.close()
        await self.cluster.stop()
        await self.database.close()


def build_services(context: ProcessContext) -> None:
    """Build every service once and offer it by its type."""
    provide = context.provider.add
    provide(HealthService(context.settings, context.clock, context.database, context.cluster, context.metrics))
