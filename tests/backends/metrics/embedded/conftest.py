"""A simulated cluster whose time stands still, read by a sampler that goes by the same time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.metrics.base import Series, Signal, Subject, Window
from hexaops.backends.metrics.embedded.sampler import MetricSampler
from hexaops.backends.metrics.embedded.source import EmbeddedMetrics
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.kit.timeout import Timeout
from simulator.server.access import READER_RULES, Rule, User
from simulator.server.app import create_app, serve
from simulator.world.world import World
from tests.worlds import default_world

STEP = 30
NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


class WorldClock:
    """The simulated cluster's time, to a service beside it."""

    def __init__(self, world: World) -> None:
        self._clock = world.store.clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


@dataclass
class SampledWorld:
    """A cluster, what samples it, and where that is read."""

    world: World
    cluster: Cluster
    sampler: MetricSampler
    source: EmbeddedMetrics
    rules: dict[str, Sequence[Rule]]

    async def rounds(self, count: int) -> None:
        """So many rounds, one step apart."""
        for _ in range(count):
            self.world.advance(STEP)
            await self.sampler.round()

    async def read(self, signal: Signal, name: str = "web-app", *, kind: str = "", seconds: float = 300) -> Series:
        """The last minutes of an application or a node."""
        now = self.world.store.clock.now().timestamp()
        window = Window.until(now // STEP * STEP + STEP, seconds)
        return await self.source.read(signal, self.subject(name, kind), window, STEP)

    def subject(self, name: str, kind: str = "") -> Subject:
        """An application by its plain name, or a node."""
        if kind == "Node":
            return Subject("c1", "Node", "", name)
        (row,) = [row for row in self.cluster.cache.workloads() if row.name == name]
        return Subject("c1", row.kind, row.namespace, row.name)


@pytest.fixture
async def sampled(tmp_path: Path) -> AsyncIterator[SampledWorld]:
    """The default scenario."""
    world = default_world(speed=0, seed=7, now=NOW)
    rules: dict[str, Sequence[Rule]] = {"test:reader": READER_RULES}
    api = create_app(
        world.store,
        users={"t": User("test:reader")},
        rules=rules,
        logs=world.logs,
        usage=world.usage,
        meters=world.meters,
    )
    world.start()
    world.settle()
    clock = WorldClock(world)
    async with serve(api) as url:
        reader = KubernetesClient(KubernetesHttp(ClusterConnection.from_server(url, token="t")))
        cluster = Cluster(named=ClusterName("c1", "c1"), reader=reader)
        await cluster.start()
        assert await cluster.wait_synced(Timeout(30))
        store = EmbeddedMetricStore(tmp_path, Keeping(STEP, 30, 2**30), clock)
        sampler = MetricSampler(Clusters([cluster]), store, clock)
        yield SampledWorld(world, cluster, sampler, EmbeddedMetrics(store, sampler.why_missing), rules)
        await store.close()
        await cluster.stop()
    world.stop()
    api.close()
