"""A scripted API server, clients of it, and a started cache."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.kubernetes.reflector import WatchSettings
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout
from tests.backends.kubernetes.api_server import ApiServer, Collection

QUICK = WatchSettings(
    page_size=10,
    stall_seconds=30.0,
    first_delay_seconds=0.001,
    longest_delay_seconds=0.01,
    unavailable_retry_seconds=0.02,
)


async def until(reached: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the loop run until something holds."""
    timeout = Timeout(seconds)
    while not reached():
        assert not timeout.expired, "not reached"
        await asyncio.sleep(0.002)


StartCluster = Callable[..., Awaitable[Cluster]]
MakeClient = Callable[..., KubernetesClient]


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer().serving() as serving:
        yield serving


@pytest.fixture
def pods(server: ApiServer) -> Collection:
    return server.collection("/api/v1/pods", "Pod")


@pytest.fixture
async def make_client(server: ApiServer) -> AsyncIterator[MakeClient]:
    async with AsyncExitStack() as stack:

        def make(*, token: str | None = None, clock: Clock | None = None) -> KubernetesClient:
            connection = ClusterConnection.from_server(server.url, token=token)
            client = KubernetesClient(KubernetesHttp(connection, clock=clock, rng=random.Random(1)))
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture
def client(make_client: MakeClient) -> KubernetesClient:
    return make_client()


@pytest.fixture
async def start_cluster(make_client: MakeClient) -> AsyncIterator[StartCluster]:
    async with AsyncExitStack() as stack:

        async def start(
            *kinds: str, settings: WatchSettings = QUICK, synced: bool = True, clock: Clock | None = None
        ) -> Cluster:
            cluster = Cluster(
                named=ClusterName("c-1", "test"),
                reader=make_client(),
                kinds=kinds or ("Pod",),
                settings=settings,
                clock=clock,
            )
            await cluster.start()
            stack.push_async_callback(cluster.stop)
            if synced:
                assert await cluster.wait_synced(Timeout(20))
            return cluster

        yield start
