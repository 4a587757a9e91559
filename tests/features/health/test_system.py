"""`GET /internal/v1/health`: what is measured, and each part broken in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.cluster import ClusterName
from hexaops.backends.kubernetes.clusters import UnusableCluster
from hexaops.features.health.system import SystemHealth
from hexaops.storage.database import Database, DatabaseUnavailableError
from hexaops.storage.engine import DurableEngine, Waiting
from tests.analysis.applications.rows import node
from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import Headers

VERSION = {"major": "1", "minor": "36", "gitVersion": "v1.36.3"}


class Queue(DurableEngine):
    """An engine with runs that wait."""

    found: Waiting | Exception = Waiting(0, 0.0)

    async def waiting(self) -> Waiting:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Unanswering(Database):
    """A database that is away when it is pinged."""

    async def ping(self) -> None:
        raise DatabaseUnavailableError("The database cannot be opened: TimeoutError")


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path, {"metrics_sampling": False}) as served:
        served.metrics.served["/version"] = VERSION
        _exchange(served, engine=_queue(served, Waiting(0, 0.0)))
        yield served


def _exchange(world: ChatWorld, **parts: Any) -> None:
    """Serve the health with other parts."""
    present = world.access.get(SystemHealth).parts
    world.access.context.provider.add(SystemHealth(replace(present, **parts)))


def _queue(world: ChatWorld, found: Waiting | Exception) -> Queue:
    engine = Queue(world.access.context.database, clock=world.clock)
    engine.found = found
    return engine


async def _ask(world: ChatWorld, headers: Headers | None = None) -> Any:
    return await world.access.client.get("/internal/v1/health", headers=headers or world.access.administrator)


async def _data(world: ChatWorld, headers: Headers | None = None) -> dict[str, Any]:
    answer = await _ask(world, headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_a_healthy_system(world: ChatWorld) -> None:
    world.clock.advance(3700)
    data = await _data(world)
    parts = data["components"]
    assert data["status"] == "healthy", data
    assert {one["status"] for key in ("log_sources", "metric_sources") for one in parts[key]["sources"]} == {"healthy"}
    assert "model" not in parts, "none is configured"
    assert parts["api_server"]["uptime"] == "1h 1m"
    assert parts["api_server"]["response_time_ms"] > 0
    assert parts["database"]["connections"]["max"] == world.access.context.settings.database_pool_size
    assert parts["database"]["query_performance"]["avg_response_ms"] > 0
    assert parts["kubernetes_api"]["version"] == "1.36.3"
    assert parts["kubernetes_api"]["nodes"] == {"total": 4, "ready": 4, "not_ready": 0}
    assert parts["message_queue"] == {"status": "healthy", "queue_depth": 0, "consumer_lag": "0s"}
    assert data["workspaces"] == {"total": 3, "active": 3, "issues": 1, "unknown": 0}
    assert data["resource_usage"] == {"cpu_percentage": 25.0, "memory_percentage": 25.0, "storage_percentage": None}
    assert data["reasons"]["resource_usage.storage_percentage"]


async def test_an_engine_that_was_not_launched_is_unhealthy(world: ChatWorld) -> None:
    _exchange(world, engine=world.access.context.engine)
    data = await _data(world)
    assert (data["status"], data["components"]["message_queue"]["status"]) == ("unhealthy", "unhealthy")
    assert data["components"]["message_queue"]["queue_depth"] is None
    assert "RuntimeError" in data["reasons"]["components.message_queue.consumer_lag"]


async def test_runs_that_wait_too_long(world: ChatWorld) -> None:
    _exchange(world, engine=_queue(world, Waiting(23, 90.0)))
    data = await _data(world)
    assert data["status"] == "degraded"
    assert data["components"]["message_queue"] == {
        "status": "degraded", "queue_depth": 23, "consumer_lag": "1m 30s",
    }  # fmt: skip


async def test_a_database_that_does_not_answer(world: ChatWorld) -> None:
    _exchange(world, database=Unanswering(str(world.access.context.database.url)))
    data = await _data(world)
    assert (data["status"], data["components"]["database"]["status"]) == ("unhealthy", "unhealthy")
    assert "cannot be opened" in data["reasons"]["components.database.status"]
    assert data["components"]["database"]["query_performance"]["avg_response_ms"] is None
    assert data["components"]["kubernetes_api"]["status"] == "healthy", "one part does not hide the others"


async def test_slow_queries_degrade(world: ChatWorld) -> None:
    for _ in range(200):
        world.access.context.database.queries.note(0.7)
    data = await _data(world)
    assert (data["status"], data["components"]["database"]["status"]) == ("degraded", "degraded")
    assert data["components"]["database"]["query_performance"]["slow_queries"] == 200


async def test_answers_that_fail_degrade(world: ChatWorld) -> None:
    world.cache.table("Pod").synced = False
    path = f"/internal/v1/workspaces/{world.workspace_id}/overview"
    for _ in range(25):
        assert (await world.access.client.get(path, headers=world.access.administrator)).status_code == 503
    world.cache.table("Pod").synced = True
    data = await _data(world)
    assert (data["status"], data["components"]["api_server"]["status"]) == ("unhealthy", "unhealthy")


async def test_a_cluster_whose_api_does_not_answer(world: ChatWorld) -> None:
    world.metrics.served["/version"] = 500
    data = await _data(world)
    found = data["components"]["kubernetes_api"]
    assert (data["status"], found["status"], found["version"]) == ("unhealthy", "unhealthy", None)
    assert "does not answer" in found["clusters"][0]["problems"][0]
    assert {f"components.kubernetes_api.{key}" for key in ("version", "clusters[0].version")} <= set(data["reasons"])


@pytest.mark.parametrize(("kind", "problem"), [("Pod", "Pod has not been read yet"), ("Node", "Node has not been")])
async def test_a_cluster_that_is_not_read(world: ChatWorld, kind: str, problem: str) -> None:
    world.cache.table(kind).synced = False
    data = await _data(world)
    found = data["components"]["kubernetes_api"]
    assert (data["status"], found["status"]) == ("degraded", "degraded")
    assert found["clusters"][0]["problems"][0].startswith(problem)
    if kind == "Node":
        assert found["nodes"] == {"total": None, "ready": None, "not_ready": None}
        assert "components.kubernetes_api.nodes.total" in data["reasons"]
    else:
        assert data["workspaces"]["unknown"] == 3


async def test_a_watch_that_is_behind_and_a_node_that_is_not_ready(world: ChatWorld) -> None:
    world.cache.table("Event").error = "the watch was interrupted"
    world.cache.table("Node").put(node("worker-node-1", ready=False, resource_version="2"))
    found = (await _data(world))["components"]["kubernetes_api"]
    assert found["status"] == "degraded"
    assert found["clusters"][0]["problems"] == [
        "Event is not up to date: the watch was interrupted",
        "node worker-node-1 is not ready",
    ]
    assert found["nodes"] == {"total": 4, "ready": 3, "not_ready": 1}


async def test_a_cluster_that_cannot_be_opened_degrades(world: ChatWorld) -> None:
    await world.access.context.clusters.put(UnusableCluster(ClusterName("cluster-b", "broken"), "no kubeconfig"))
    data = await _data(world)
    found = data["components"]["kubernetes_api"]
    assert (data["status"], found["status"]) == ("degraded", "degraded")
    assert (found["clusters"][1]["name"], found["clusters"][1]["problems"]) == ("broken", ["no kubeconfig"])


async def test_nodes_that_are_not_measured(world: ChatWorld) -> None:
    world.metrics.status = 404
    data = await _data(world)
    assert data["resource_usage"]["cpu_percentage"] is None
    assert "no metrics API" in data["reasons"]["resource_usage.cpu_percentage"]


async def test_a_bound_account_sees_its_own_workspaces_and_clusters(world: ChatWorld) -> None:
    await world.access.context.clusters.put(UnusableCluster(ClusterName("cluster-b", "broken"), "no kubeconfig"))
    bound = await world.access.account("system:read", workspace_ids=[world.foreign_id])
    data = await _data(world, bound)
    assert data["workspaces"] == {"total": 1, "active": 1, "issues": 0, "unknown": 0}
    assert [one["id"] for one in data["components"]["kubernetes_api"]["clusters"]] == ["cluster-a"]


async def test_who_may_ask(world: ChatWorld) -> None:
    assert (await _ask(world, {"Authorization": "Bearer none"})).status_code == 401
    assert (await _ask(world, await world.access.account("workspace:read"))).status_code == 403
    assert (await _ask(world)).headers["X-RateLimit-Limit"] == "100"
