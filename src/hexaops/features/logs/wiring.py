"""Builds, starts and stops the logs feature."""

from __future__ import annotations

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogAnswer, LogQuery, LogStoreError
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.features.access.authorize import Authorizer
from hexaops.features.health.sources import SourceProbes
from hexaops.features.logs.collecting import LogCollector
from hexaops.features.logs.cursors import LogCursors
from hexaops.features.logs.engines import LogEngines
from hexaops.features.logs.events import ROUND_SECONDS as EVENT_SECONDS
from hexaops.features.logs.events import EventCollector
from hexaops.features.logs.polling import LogPoller
from hexaops.features.logs.probing import LogProbe
from hexaops.features.logs.pushing import LogPushService
from hexaops.features.logs.schedule import ROUND_SECONDS
from hexaops.features.logs.service import LogQueryService
from hexaops.features.logs.tailing import LogTail
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.kit.paging import CursorSigner
from hexaops.kit.timeout import Timeout
from hexaops.process import Process

GIB = 1 << 30


class Logs:
    """The log store of the process, and the services on it."""

    def __init__(self, process: Process) -> None:
        settings, clock, provider = process.settings, process.clock, process.provider
        self.tail = LogTail(LogPoller(self._ask_elsewhere, clock))
        retention = Retention(settings.log_retention_days, int(settings.log_retention_gib * GIB))
        folder = settings.home_folder() / "logs"
        self.store = EmbeddedLogStore(folder, TemplateMiner(), retention, clock, self.tail.publish)
        authorizer = provider.get(Authorizer)
        self.engines = LogEngines(self.store, process.clusters, provider.get(WorkspaceDirectory), clock)
        provider.add(self.engines)
        probe = LogProbe(self.engines, process.clusters, provider.get(WorkspaceDirectory), clock)
        provider.get(SourceProbes).add("log_sources", probe)
        provider.add(LogQueryService(self.engines, authorizer, LogCursors(provider.get(CursorSigner), clock), clock))
        provider.add(LogPushService(self.store, authorizer, clock, self.engines.engine_of))
        provider.add(self.tail)
        collector = LogCollector(
            process.clusters, provider.get(WorkspaceDirectory), self.store, clock,
            audience=(self.tail, self.engines), per_second=settings.log_collection_requests_per_second,
        )  # fmt: skip
        events = EventCollector(process.clusters, provider.get(WorkspaceDirectory), self.store)
        if settings.log_collection:
            process.background.add(Periodic("event-collection", events.round, EVENT_SECONDS, expected=(LogStoreError,)))
            process.background.add(
                Periodic("log-collection", collector.round, ROUND_SECONDS, expected=(LogStoreError,))
            )

    async def _ask_elsewhere(self, query: LogQuery, timeout: Timeout) -> LogAnswer | None:
        return await self.engines.query_elsewhere(query, timeout)

    async def start(self) -> None:
        """Start opening the store."""
        await self.store.start()

    async def close(self) -> None:
        """Stop the tails, then the store."""
        self.tail.close()
        await self.engines.close()
        await self.store.close()
