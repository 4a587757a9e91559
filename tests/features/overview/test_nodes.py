"""`GET /internal/v1/workspaces/:id/nodes`: figures, reasons, and who may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.backends.kubernetes.rows import ConditionRow
from hexaops.kit.quantities import exact_bytes, exact_cpu, parse_quantity
from tests.analysis.applications.rows import node, take
from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import Headers


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


async def _ask(world: ChatWorld, headers: Headers | None = None, workspace_id: str | None = None) -> Any:
    path = f"/internal/v1/workspaces/{workspace_id or world.workspace_id}/nodes"
    return await world.access.client.get(path, headers=headers or world.access.administrator)


async def _data(world: ChatWorld) -> dict[str, Any]:
    answer = await _ask(world)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_figures_of_nodes(world: ChatWorld) -> None:
    data = await _data(world)
    first = data["nodes"][0]
    assert data["workspace_id"] == world.workspace_id
    assert data["total_nodes"] == len(data["nodes"]) == 3, "the fourth runs none of its pods"
    assert (first["name"], first["status"], first["role"], first["version"]) == (
        "worker-node-1", "ready", "worker", "1.36.0",
    )  # fmt: skip
    assert (first["capacity"]["cpu"], first["capacity"]["memory"], first["capacity"]["pods"]) == ("4", "8Gi", "110")
    assert (first["usage"]["cpu_percentage"], first["usage"]["memory_percentage"]) == (25.0, 25.0)
    placed = sum(pod.node == "worker-node-1" for pod in world.cache.pods())
    assert first["usage"]["pod_count"] == placed > 0
    metrics = data["cluster_metrics"]
    assert (metrics["total_capacity"]["cpu"], metrics["total_capacity"]["memory"]) == ("12", "24Gi")
    assert metrics["total_usage"]["cpu_percentage"] == 25.0
    assert metrics["health_status"] == "healthy"


async def test_a_shared_cluster_shows_only_the_nodes_that_run_the_workspaces_pods(world: ChatWorld) -> None:
    workspace = await world.access.workspace("Small", "nothing-runs-here")
    answer = await _ask(world, workspace_id=workspace)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["nodes"] == []


async def test_what_is_unknown_is_null_with_its_reason(world: ChatWorld) -> None:
    world.metrics.status = 404
    data = await _data(world)
    assert data["nodes"][0]["usage"]["cpu_percentage"] is None
    assert "no metrics API" in data["reasons"]["nodes[0].usage.cpu_percentage"]
    assert data["cluster_metrics"]["total_usage"]["memory_percentage"] is None
    assert "no metrics API" in data["reasons"]["cluster_metrics.total_usage.memory_percentage"]
    assert data["nodes"][0]["capacity"]["storage"] is None
    assert data["reasons"]["nodes[0].capacity.storage"]
    assert data["reasons"]["nodes[0].usage.storage_percentage"]


async def test_health_of_the_nodes(world: ChatWorld) -> None:
    pressed = (ConditionRow("Ready", "True"), ConditionRow("MemoryPressure", "True"))
    world.cache.table("Node").put(node("worker-node-1", conditions=pressed, resource_version="2"))
    assert (await _data(world))["cluster_metrics"]["health_status"] == "degraded"
    world.cache.table("Node").put(node("worker-node-1", ready=False, resource_version="3"))
    data = await _data(world)
    assert (data["nodes"][0]["status"], data["cluster_metrics"]["health_status"]) == ("not_ready", "degraded")
    for number in (2, 3, 4):
        take(world.cache, node(f"worker-node-{number}"))
    assert (await _data(world))["cluster_metrics"]["health_status"] == "unhealthy"


async def test_pods_that_may_not_be_read_are_not_counted(world: ChatWorld) -> None:
    table = world.cache.table("Pod")
    table.synced, table.available, table.error = False, False, "forbidden"
    data = await _data(world)
    assert data["nodes"][0]["usage"]["pod_count"] is None
    assert data["reasons"]["nodes[].usage.pod_count"] == "forbidden"


@pytest.mark.parametrize("available", [True, False])
async def test_nodes_that_cannot_be_read_are_503(world: ChatWorld, available: bool) -> None:
    table = world.cache.table("Node")
    table.synced, table.available, table.error = False, available, "forbidden"
    answer = await _ask(world)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert answer.json()["error"]["details"]["kinds"] == ["Node"]


async def test_who_may_ask(world: ChatWorld) -> None:
    assert (await _ask(world, {"Authorization": "Bearer none"})).status_code == 401
    other = await world.access.account("application:read")
    assert (await _ask(world, other)).status_code == 403
    bound = await world.access.account("workspace:read", workspace_ids=[world.foreign_id])
    foreign, absent = await _ask(world, bound), await _ask(world, bound, "ws-absent")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["error"] == absent.json()["error"]
    assert "X-RateLimit-Limit" in (await _ask(world)).headers


@pytest.mark.parametrize("text", ["14.5Gi", "16384256Ki", "95Gi", "1Ti", "0", "1000", "512Mi"])
def test_bytes_are_exact(text: str) -> None:
    assert exact_bytes(parse_quantity(text)) == text


@pytest.mark.parametrize("text", ["4", "3.8", "3.925", "100m", "0", "1024"])
def test_cores_are_exact(text: str) -> None:
    assert exact_cpu(parse_quantity(text)) == text
