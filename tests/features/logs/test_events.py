"""Events end up in the store as lines: once each time one is seen, across restarts, in their workspace only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.logstores.base import LogStoreError
from hexaops.config import LogSource
from hexaops.features.logs.events import EventCollector
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import ManualClock
from tests.analysis.applications.rows import event, fill, pod, workload
from tests.features.logs.test_collecting import Sink
from tests.serving import START, AccessWorld, access_world, unwatched_cluster


@pytest.fixture
async def access(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    async with access_world(sqlite_url, tmp_path, cluster=unwatched_cluster(clock=ManualClock(START))) as world:
        yield world


def cluster_of(access: AccessWorld) -> Cluster:
    return access.context.clusters.default


def collector(access: AccessWorld, sink: Sink) -> EventCollector:
    return EventCollector(Clusters([cluster_of(access)]), access.get(WorkspaceDirectory), sink)


async def test_an_event_is_a_line_of_its_application(access: AccessWorld) -> None:
    about = pod(workload("prod", "api-service"), container_names=("app",))
    fill(cluster_of(access).cache, [about, event(about, "BackOff", "restarting failed container token=hunter2hunter2")])
    sink = Sink()
    await collector(access, sink).round()
    (line,) = sink.lines
    assert (line.level, line.component, line.pod, line.workspace_id) == (
        "warning", "api-service", about.name, access.workspace_id
    )  # fmt: skip
    assert line.message == "BackOff: restarting failed container token=[redacted]"
    assert line.error_code == "BackOff"
    assert line.metadata["namespace"] == "prod"


async def test_an_event_of_a_replica_set_is_its_deployments(access: AccessWorld) -> None:
    replicas = workload("prod", "api-service-7d8c9f5b6", kind="ReplicaSet")
    replicas = msgspec.structs.replace(replicas, owner_kind="Deployment", owner_name="api-service")
    fill(cluster_of(access).cache, [replicas, event(replicas, "FailedCreate", "exceeded quota")])
    sink = Sink()
    await collector(access, sink).round()
    assert [line.component for line in sink.lines] == ["api-service"]


async def test_every_sight_is_stored_once_whatever_restarts(access: AccessWorld) -> None:
    seen = event(workload("prod", "api-service"), "ScalingReplicaSet", "scaled up")
    cache, sink = cluster_of(access).cache, Sink()
    fill(cache, [seen])
    first = collector(access, sink)
    for _ in range(2):
        await first.round()
    await collector(access, sink).round()
    assert len(sink.lines) == 1
    fill(cache, [msgspec.structs.replace(seen, resource_version="2", count=2, last_seen=seen.last_seen + 1)])
    await first.round()
    await collector(access, sink).round()
    assert [line.metadata["count"] for line in sink.lines] == [1, 2]


async def test_what_could_not_be_stored_is_stored_later(access: AccessWorld) -> None:
    fill(cluster_of(access).cache, [event(workload("prod", "api-service"), "Killing", "stopping")])
    sink = Sink(full=True)
    events = collector(access, sink)
    with pytest.raises(LogStoreError):
        await events.round()
    sink.full = False
    await events.round()
    assert len(sink.lines) == 1


async def test_events_of_nobody_and_of_clusters_with_an_engine_are_left(access: AccessWorld) -> None:
    cluster, sink = cluster_of(access), Sink()
    fill(cluster.cache, [event(workload("kube-system", "dns"), "Killing", "stopping")])
    await collector(access, sink).round()
    fill(cluster.cache, [event(workload("prod", "api-service"), "Killing", "stopping")])
    cluster.log_source = LogSource(engine="kubernetes")
    await collector(access, sink).round()
    assert sink.lines == []
