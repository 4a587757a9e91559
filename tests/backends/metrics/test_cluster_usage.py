"""Usage from metrics.k8s.io: asked rarely, shared by those who wait, absent with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
import pytest

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.metrics.cluster_usage import MAX_AGE_SECONDS, ClusterUsage
from hexaops.backends.metrics.samples import Measured
from hexaops.kit.clock import ManualClock

Answer = Callable[[httpx2.Request], httpx2.Response]

POD = {
    "metadata": {"name": "web-1", "namespace": "shop"},
    "timestamp": "2026-01-01T12:00:00Z",
    "containers": [{"usage": {"cpu": "250m", "memory": "64Mi"}}, {"usage": {"cpu": "5000000n", "memory": "1048576"}}],
}
NODE = {"metadata": {"name": "n1"}, "timestamp": "2026-01-01T12:00:00Z", "usage": {"cpu": "2", "memory": "1Gi"}}


class InstantClock(ManualClock):
    """Waits by moving on."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@dataclass(frozen=True)
class Canned(ClusterConnection):
    """Reaches a function instead of a server."""

    answer: Answer | None = None

    def open(self) -> httpx2.AsyncClient:
        assert self.answer is not None
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer), base_url="http://cluster")


def usage_of(answer: Answer, clock: ManualClock | None = None) -> tuple[ClusterUsage, ManualClock]:
    clock = clock or InstantClock()
    connection = Canned(ClusterConnection.from_server("http://cluster").config, clock, answer)
    return ClusterUsage(KubernetesClient(KubernetesHttp(connection, clock=clock)), clock), clock


class Counted:
    """Answers with these items and counts how often."""

    def __init__(self, *items: object) -> None:
        self.items = items
        self.calls = 0

    def __call__(self, _request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        return httpx2.Response(200, json={"items": self.items})


async def test_containers_are_summed() -> None:
    usage, clock = usage_of(Counted(POD))
    samples = await usage.pods()
    at = clock.now().timestamp()
    assert samples.by_object == {("shop", "web-1"): Measured(0.255, 65 * 2.0**20, at)}
    assert (samples.source, samples.reason, samples.read_at) == ("metrics.k8s.io", None, clock.now())


async def test_nodes() -> None:
    samples = await usage_of(Counted(NODE))[0].nodes()
    assert samples.by_object["", "n1"].cpu_cores == 2.0


async def test_items_without_a_time_or_usage_are_no_measurement() -> None:
    bare = {"metadata": {"name": "a", "namespace": "b"}}
    assert (await usage_of(Counted(bare, {**POD, "timestamp": "soon"}))[0].pods()).by_object == {}


async def test_an_answer_serves_for_its_age_and_kinds_are_apart() -> None:
    counted = Counted()
    usage, clock = usage_of(counted)
    for _ in range(3):
        await usage.pods()
    assert counted.calls == 1
    await usage.nodes()
    assert counted.calls == 2
    clock.advance(MAX_AGE_SECONDS)
    await usage.pods()
    assert counted.calls == 3


async def test_those_who_come_at_once_share_one_call() -> None:
    counted = Counted(POD)
    usage, _ = usage_of(counted)
    found = await asyncio.gather(*(usage.pods() for _ in range(20)))
    assert counted.calls == 1
    assert all(one is found[0] for one in found)


def refused(_request: httpx2.Request) -> httpx2.Response:
    message = "connection refused"
    raise httpx2.ConnectError(message)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: httpx2.Response(404, json={}), "the cluster has no metrics API (metrics.k8s.io)"),
        (
            lambda _: httpx2.Response(403, json={}),
            "the cluster does not let this service read metrics.k8s.io: grant list on pods in API group metrics.k8s.io",
        ),
        (lambda _: httpx2.Response(503, text="no"), "the cluster's metrics API (metrics.k8s.io) does not answer"),
        (lambda _: httpx2.Response(200, text="<html>"), "the cluster's metrics API (metrics.k8s.io) does not answer"),
        (
            lambda _: httpx2.Response(200, json={"items": [{**NODE, "usage": {"cpu": "many"}}]}),
            "the cluster's metrics API (metrics.k8s.io) does not answer",
        ),
        (refused, "the cluster's metrics API (metrics.k8s.io) does not answer"),
    ],
)
async def test_absence_is_a_result_with_a_reason(answer: Answer, reason: str) -> None:
    samples = await usage_of(answer)[0].pods()
    assert (samples.available, samples.reason, samples.by_object) == (False, reason, {})
