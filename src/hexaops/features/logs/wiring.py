"""Builds, starts and stops the logs feature."""

from __future__ import annotations

import asyncio

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.config import Settings
from hexaops.features.access.authorize import Authorizer
from hexaops.features.logs.collecting import LogCollector
from hexaops.features.logs.cursors import LogCursors
from hexaops.features.logs.engines import LogEngines
from hexaops.features.logs.pushing import LogPushService
from hexaops.features.logs.service import LogQueryService
from hexaops.features.logs.tailing import LogTail
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.paging import CursorSigner
from hexaops.provide import Provider

GIB = 1 << 30


class Logs:
    """The log store of the process, and the services on it."""

    def __init__(self, settings: Settings, clock: Clock, provider: Provider, clusters: Clusters) -> None:
        self.tail = LogTail()
        retention = Retention(settings.log_retention_days, int(settings.log_retention_gib * GIB))
        folder = settings.home_folder() / "logs"
        self.store = EmbeddedLogStore(folder, TemplateMiner(), retention, clock, self.tail.publish)
        authorizer = provider.get(Authorizer)
        self.engines = LogEngines(self.store, clusters, provider.get(WorkspaceDirectory))
        provider.add(self.engines)
        provider.add(LogQueryService(self.engines, authorizer, LogCursors(provider.get(CursorSigner), clock), clock))
        provider.add(LogPushService(self.store, authorizer, clock, self.engines.engine_of))
        provider.add(self.tail)
        self.collector = LogCollector(
            clusters, provider.get(WorkspaceDirectory), self.store, clock,
            audience=self.tail, per_second=settings.log_collection_requests_per_second,
        )  # fmt: skip
        self._collects = settings.log_collection
        self._collecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start opening the store and collecting."""
        await self.store.start()
        if self._collects:
            self._collecting = asyncio.create_task(self.collector.forever(), name="log-collection")

    async def close(self) -> None:
        """Stop the tails and the collection, then the store."""
        self.tail.close()
        if self._collecting is not None:
            self._collecting.cancel()
            await asyncio.gather(self._collecting, return_exceptions=True)
        await self.engines.close()
        await self.store.close()
