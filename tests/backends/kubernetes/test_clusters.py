"""The registry of clusters: what is found, what is said of what cannot be used, and that starting waits for nobody."""

from __future__ import annotations

import asyncio

import pytest

from hexaops.backends.kubernetes.cluster import ClusterName
from hexaops.backends.kubernetes.clusters import Clusters, ClusterUnavailableError, UnusableCluster
from hexaops.kit.clock import SystemClock
from hexaops.kit.timeout import Timeout
from tests.serving import unwatched_cluster

WRONG = UnusableCluster(ClusterName("wrong", "wrong"), "no such file")


def test_the_first_cluster_is_the_default() -> None:
    first, second = unwatched_cluster("a"), unwatched_cluster("b")
    clusters = Clusters([first, second])
    assert clusters.default is first
    assert [*clusters] == [first, second]
    assert clusters.get("b") is clusters.find("b") is second


def test_what_is_absent_or_wrong_is_told_apart() -> None:
    clusters = Clusters([unwatched_cluster("a"), WRONG])
    with pytest.raises(ClusterUnavailableError, match="Cluster b is not registered"):
        clusters.get("b")
    with pytest.raises(ClusterUnavailableError, match="Cluster wrong cannot be used: no such file"):
        clusters.get("wrong")
    assert [clusters.is_registered(name) for name in ("a", "wrong", "b")] == [True, True, False]
    assert clusters.find("wrong") is None


async def test_a_default_that_is_wrong_keeps_its_place() -> None:
    clusters = Clusters([WRONG, unwatched_cluster("a")])
    assert clusters.default_id == "wrong"
    await clusters.put(unwatched_cluster("wrong"))
    assert clusters.default.id == "wrong"
    assert not clusters.unusable


async def test_starting_does_not_wait_for_clusters_that_refuse() -> None:
    """Nothing listens at its address: the wait ends with the first failures, long before its time is up."""
    clusters = Clusters([unwatched_cluster("a"), WRONG])
    timeout = Timeout(600, SystemClock())
    await clusters.start()
    try:
        assert await clusters.wait_tried(timeout) == ["a", "wrong"]
        assert timeout.left() > 0
        assert all(status.error for status in clusters.get("a").cache.status().values())
    finally:
        await clusters.stop()


async def test_a_running_registry_starts_what_is_put_and_stops_what_is_removed() -> None:
    clusters = Clusters([])
    await clusters.start()
    added = unwatched_cluster("a")
    await clusters.put(added)
    await added.cache.wait_tried(Timeout(60, SystemClock()))
    assert all(status.error for status in added.cache.status().values())
    await clusters.remove("a")
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("watch-")]
    assert clusters.find("a") is None
