"""One cluster as the service sees it: a reading and a writing client, and the watch cache."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.kinds import WATCHED_KINDS
from hexaops.backends.kubernetes.reflector import Reflector, WatchSettings
from hexaops.config import LogSource, MetricsSource
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.timeout import Timeout


class ClusterName(Struct, frozen=True):
    """How a cluster is addressed and shown."""

    id: str
    name: str


class Cluster:
    """Starts and stops the watches of one cluster; reads go to `cache`, writes to `writer`."""

    def __init__(
        self,
        *,
        named: ClusterName,
        reader: KubernetesClient,
        writer: KubernetesClient | None = None,
        kinds: Sequence[str] = WATCHED_KINDS,
        settings: WatchSettings | None = None,
        clock: Clock | None = None,
        connection: Mapping[str, str] | None = None,
    ) -> None:
        self.id = named.id
        self.name = named.name
        self.connection = connection or {}
        """Context, server and kind of credentials of the reading identity, as they may be shown."""
        self.reader = reader
        self.writer = writer or reader
        self.cache = WatchCache(kinds, clock=clock)
        self.metrics_source: MetricsSource | None = None
        """The Prometheus that knows its metrics, where it is registered with one."""
        self.log_source: LogSource | None = None
        """The engine that has its logs, where it is registered with one; else they are collected and stored here."""
        self._clock = clock or SystemClock()
        self._settings = settings or WatchSettings()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def one_identity(self) -> bool:
        """Whether reading and writing share an identity (said at start, rule 1 of SAFETY)."""
        return self.writer is self.reader

    async def start(self) -> None:
        """Begin to watch; returns at once (see `wait_synced`)."""
        for kind in self.cache.kinds:
            reflector = Reflector(kind, self.reader, self.cache, settings=self._settings, clock=self._clock)
            self._tasks.append(asyncio.create_task(reflector.run(), name=f"watch-{self.id}-{kind}"))

    async def wait_synced(self, timeout: Timeout, *kinds: str) -> bool:
        """Wait until these kinds (all when none is named) are listed or known unavailable; False if time ran out."""
        return await self.cache.wait_synced(timeout, *kinds)

    async def halt_watches(self) -> None:
        """End the watches; what was read is kept, and grows old."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def stop(self) -> None:
        """End the watches and close both clients."""
        await self.halt_watches()
        await self.reader.close()
        if self.writer is not self.reader:
            await self.writer.close()
