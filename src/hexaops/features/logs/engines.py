"""Sends a query to the engines that have its workspaces' logs, and makes one answer of theirs.

A workspace's logs are in the engine that its cluster is registered with, else in the embedded store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.logstores.base import LogAnswer, LogQuery, LogStore
from hexaops.backends.logstores.external.fence import Fence, Tenant
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.config import LogSource
from hexaops.features.access.tenancy import Workspace
from hexaops.features.logs.merging import is_of_several, merged
from hexaops.features.logs.opening import open_engine
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

ASKED_SECONDS = 60.0
"""How long after a query the next one is expected."""
Opener = Callable[[Cluster, LogSource, Clock], ExternalStore]
Ask = Callable[[LogQuery], Awaitable[LogAnswer]]


class _Opened(Struct, frozen=True):
    """A cluster's own engine; `cluster` tells when it was registered anew."""

    cluster: Cluster
    store: ExternalStore


class LogEngines:
    """A `LogStore` of all engines; close it."""

    name = "all"

    def __init__(
        self,
        embedded: LogStore,
        clusters: Clusters,
        directory: WorkspaceDirectory,
        clock: Clock,
        opener: Opener = open_engine,
    ) -> None:
        self._clock = clock
        self._opener = opener
        self._embedded = embedded
        self._clusters = clusters
        self._directory = directory
        self._opened: dict[str, _Opened] = {}
        self._asked_at: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody asked a moment ago, and is likely to ask again."""
        return self._asked_at is not None and self._clock.monotonic() - self._asked_at < ASKED_SECONDS

    async def query(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        """Answer from every engine concerned; raises LogStoreError when one of them fails."""
        self._asked_at = self._clock.monotonic()
        return await self.ask(query, timeout)

    async def ask(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        """As `query`, for nobody who waits for new lines."""
        asks = await self._asks(query, timeout)
        return await asks[0](query) if len(asks) == 1 and not is_of_several(query.after) else await merged(query, asks)

    async def query_elsewhere(self, query: LogQuery, timeout: Timeout) -> LogAnswer | None:
        """The answer of engines that others fill; None when none of them is concerned. Raises LogStoreError."""
        asks, _ = await self._external_asks(query, timeout)
        if not asks:
            return None
        return await asks[0](query) if len(asks) == 1 else await merged(query, asks)

    def engine_of(self, cluster_id: str) -> str | None:
        """Which engine has a cluster's logs, unless they are stored here."""
        cluster = self._clusters.find(cluster_id)
        return cluster.log_source.engine if cluster is not None and cluster.log_source is not None else None

    async def close(self) -> None:
        """Close the connections to all engines."""
        await asyncio.gather(*(one.store.close() for one in self._opened.values()))

    async def _asks(self, query: LogQuery, timeout: Timeout) -> list[Ask]:
        asks, own = await self._external_asks(query, timeout)
        if own is None:
            return [lambda asked: self._embedded.query(asked, timeout)]
        if own or not asks:
            asks.append(lambda asked: self._embedded.query(replace(asked, workspaces=own), timeout))
        return asks

    async def _external_asks(self, query: LogQuery, timeout: Timeout) -> tuple[list[Ask], frozenset[str] | None]:
        """The engines concerned, and the workspaces whose logs are stored here; None: all that the query may see."""
        elsewhere = [cluster for cluster in self._clusters if cluster.log_source is not None]
        if not elsewhere:
            return [], None
        workspaces = await self._directory.list_all()
        asks: list[Ask] = []
        foreign: set[str] = set()
        for cluster in elsewhere:
            here = [one for one in workspaces if one.cluster_id == cluster.id]
            foreign.update(one.id for one in here)
            visible = [one for one in here if query.workspaces is None or one.id in query.workspaces]
            if visible:
                asks.append(self._external(cluster, visible, timeout))
        wanted = {one.id for one in workspaces} if query.workspaces is None else query.workspaces
        return asks, frozenset(wanted - foreign)

    def _external(self, cluster: Cluster, workspaces: Sequence[Workspace], timeout: Timeout) -> Ask:
        source = cluster.log_source
        assert source is not None  # as chosen above
        held = self._opened.get(cluster.id)
        if held is None or held.cluster is not cluster:
            held = self._opened[cluster.id] = _Opened(cluster, self._opener(cluster, source, self._clock))
        tenants = [Tenant(one.id, one.namespaces, one.excluded) for one in workspaces]
        fence = Fence(tenants, "workspace" in source.fields, source.selector)
        store = held.store
        return lambda asked: store.query(asked, fence, timeout)
