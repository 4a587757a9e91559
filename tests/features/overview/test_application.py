"""`GET /internal/v1/applications/:id/details`: figures, reasons, and that an id alone opens nothing foreign."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexaops.backends.kubernetes.rows import PortRow, ResourceTotals
from hexaops.backends.metrics.base import MetricSourceError, Series, Signal, Subject
from hexaops.features.applications.service import ApplicationService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.requests import measured_requests
from hexaops.kit.ids import stable_id
from tests.analysis.applications.rows import MEBI, event, pod, service, workload
from tests.features.applications.world import FOREIGN, ChatWorld, chat_world
from tests.serving import CLUSTER_ID, START, Headers


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


def app_id(name: str, kind: str = "Deployment", project: str = "production") -> str:
    return stable_id("app-", CLUSTER_ID, project, kind, name)


async def ask(world: ChatWorld, application_id: str, headers: Headers | None = None) -> Any:
    path = f"/internal/v1/applications/{application_id}/details"
    return await world.access.client.get(path, headers=headers or world.access.administrator)


async def details(world: ChatWorld, application_id: str) -> dict[str, Any]:
    answer = await ask(world, application_id)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_a_healthy_application(world: ChatWorld) -> None:
    totals = ResourceTotals(cpu_request=0.1, cpu_limit=0.5, memory_request=128 * MEBI, memory_limit=512 * MEBI)
    web = workload("production", "web-app", desired=3, resources=totals, resource_version="2")
    ports = (PortRow(80, 8080), PortRow(443, None))
    shown = msgspec.structs.replace(service(web), ports=ports, resource_version="2")
    for row in (web, shown):
        world.cache.publish([world.cache.table(row.kind).put(row)])
    data = await details(world, app_id("web-app"))
    assert data["application"] == {
        "id": app_id("web-app"), "name": "web-app", "workspace_id": world.workspace_id, "project": "production",
        "kind": "Deployment", "status": "running", "created_at": "2024-01-19T15:30:00Z",
    }  # fmt: skip
    assert data["deployment"] == {
        "replicas": {"desired": 3, "ready": 3, "available": 3, "updated": 3},
        "strategy": "RollingUpdate",
        "image": "shop/web-app:1.0",
        "images": ["shop/web-app:1.0"],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}},
    }
    assert data["pods"][0] == {
        "name": "web-app-0", "status": "running", "reason": "", "ready": True, "node": "worker-node-1",
        "cpu_usage": 35.0, "memory_usage": 45.0, "restarts": 0, "age": "1d",
    }  # fmt: skip
    (found,) = data["services"]
    assert (found["name"], found["type"], found["cluster_ip"]) == ("web-app", "ClusterIP", "10.2.0.1")
    assert [(one["port"], one["target_port"], one["protocol"]) for one in found["ports"]] == [
        (80, 8080, "TCP"), (443, 443, "TCP"),
    ]  # fmt: skip
    assert data["health"]["overall_status"] == "healthy"
    assert data["health"]["readiness_checks"] == data["health"]["liveness_checks"] == {"passing": 3, "failing": 0}
    assert data["metrics"]["cpu_usage_percentage"] == 35.0
    assert data["metrics"]["memory_usage_percentage"] == 45.0
    assert set(data["reasons"]) == {"metrics.request_rate", "metrics.error_rate", "metrics.response_time_p95"}
    assert "no source" not in str(data["reasons"])
    assert data["metrics"]["request_rate"] is None


async def test_requests_are_the_mean_of_the_last_minutes(world: ChatWorld) -> None:
    subject, store = Subject(CLUSTER_ID, "Deployment", "production", "web-app"), world.access.context.metric_history
    for minutes in range(1, 8):
        served = {Signal.REQUEST_RATE: 100.0 if minutes <= 4 else 900.0, Signal.ERRORS: 1.0, Signal.LATENCY_P95: 245.0}
        at = START.timestamp() - minutes * 60
        await store.store.add(at, CLUSTER_ID, [((subject, signal), value) for signal, value in served.items()])
    found = (await details(world, app_id("web-app")))["metrics"]
    assert found["request_rate"] == 260.0, "four minutes of 100 and one of 900"
    assert found["response_time_p95"] == 245.0
    assert 0.8 <= found["error_rate"] <= 1.0


async def test_a_source_that_cannot_be_read_leaves_the_figures_out(world: ChatWorld) -> None:
    class Away:
        name = "prometheus"

        async def read(self, *_: object) -> Series:
            raise MetricSourceError("Prometheus cannot be read", details={"reason": "it did not answer in time"})

    sources = MetricSources(Away(), world.access.context.clusters)
    application = world.access.context.provider.get(ApplicationService).find_anywhere(app_id("web-app"))
    assert application is not None
    found = await measured_requests(sources, CLUSTER_ID, application.application, START.timestamp())
    assert set(found.figures.values()) == {None}
    assert found.reasons["error_rate"] == "Prometheus cannot be read: it did not answer in time"


async def test_a_degraded_application(world: ChatWorld) -> None:
    data = await details(world, app_id("database-app", "StatefulSet"))
    assert data["application"]["status"] == "running"
    assert (data["health"]["overall_status"], data["health"]["status_reason"]) == ("degraded", "1 pod failing")
    assert data["health"]["readiness_checks"] == {"passing": 2, "failing": 1}
    assert data["health"]["problems"][0]["reason"] == "CrashLoopBackOff"
    assert data["pods"][2]["restarts"] == 13


async def test_a_pod_without_a_node_or_a_measurement(world: ChatWorld) -> None:
    data = await details(world, app_id("cache-service"))
    pending = data["pods"][1]
    assert (pending["status"], pending["node"], pending["cpu_usage"], pending["memory_usage"]) == (
        "pending", None, None, None,
    )  # fmt: skip
    assert {"pods[1].node", "pods[1].cpu_usage", "pods[1].memory_usage"} <= set(data["reasons"])
    assert data["deployment"]["resources"]["limits"]["cpu"] is None
    assert data["reasons"]["deployment.resources.limits.cpu"]


async def test_failed_liveness_checks_of_the_last_minutes(world: ChatWorld) -> None:
    web = workload("production", "web-app", desired=3)
    recent = event(pod(web, 0), "Unhealthy", "Liveness probe failed: timeout", ago_seconds=200)
    old = event(pod(web, 1), "Unhealthy", "Liveness probe failed: timeout", ago_seconds=400)
    other = event(pod(web, 2), "Unhealthy", "Readiness probe failed: 503", ago_seconds=10)
    for row in (recent, old, other):
        world.cache.publish([world.cache.table("Event").put(row)])
    data = await details(world, app_id("web-app"))
    assert data["health"]["liveness_checks"] == {"passing": 2, "failing": 1}
    table = world.cache.table("Event")
    table.available, table.error = False, "forbidden"
    unread = await details(world, app_id("web-app"))
    assert unread["health"]["liveness_checks"] == {"passing": None, "failing": None}
    assert unread["reasons"]["health.liveness_checks.passing"] == "forbidden"


async def test_named_ports_and_services_without_an_address(world: ChatWorld) -> None:
    row = msgspec.structs.replace(
        service(workload("production", "web-app")), type="ExternalName", cluster_ip="", ports=(PortRow(80, "http"),),
        resource_version="2",
    )  # fmt: skip
    world.cache.publish([world.cache.table("Service").put(row)])
    data = await details(world, app_id("web-app"))
    assert data["services"][0]["cluster_ip"] is None
    assert data["services"][0]["ports"][0]["target_port"] is None
    assert data["services"][0]["ports"][0]["target_port_name"] == "http"
    assert {"services[0].cluster_ip", "services[0].ports[0].target_port"} <= set(data["reasons"])


async def test_stopped_and_failed(world: ChatWorld) -> None:
    stopped = workload("production", "off", desired=0)
    down = workload("production", "down", desired=1, ready=0)
    for row in (stopped, down, pod(down, 0, phase="Failed", ready=False)):
        world.cache.publish([world.cache.table(row.kind).put(row)])
    off, failed = await details(world, app_id("off")), await details(world, app_id("down"))
    assert (off["application"]["status"], off["health"]["overall_status"]) == ("stopped", "stopped")
    assert (failed["application"]["status"], failed["health"]["overall_status"]) == ("failed", "unhealthy")


async def test_absent_foreign_and_unclaimed_look_the_same(world: ChatWorld) -> None:
    bound = await world.access.account("application:read", workspace_ids=[world.workspace_id])
    answers = [
        await ask(world, identifier, bound)
        for identifier in ("app-absent", app_id(FOREIGN, project="foreign"), app_id("coredns", project="kube-system"))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.json()["error"]) for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == "APPLICATION_NOT_FOUND"
    assert (await ask(world, app_id("web-app"), bound)).status_code == 200


async def test_absent_and_foreign_also_look_the_same_while_nothing_is_read(world: ChatWorld) -> None:
    bound = await world.access.account("application:read", workspace_ids=[world.workspace_id])
    world.cache.table("Pod").synced = False
    answers = [await ask(world, one, bound) for one in ("app-absent", app_id(FOREIGN, project="foreign"))]
    assert {answer.status_code for answer in answers} == {503}
    assert len({str(answer.json()["error"]) for answer in answers}) == 1


async def test_who_may_ask(world: ChatWorld) -> None:
    identifier = app_id("web-app")
    assert (await ask(world, identifier, {"Authorization": "Bearer none"})).status_code == 401
    assert (await ask(world, identifier, await world.access.account("workspace:read"))).status_code == 403


async def test_the_limit_is_counted_for_each_application(world: ChatWorld) -> None:
    first = await ask(world, app_id("web-app"))
    second = await ask(world, app_id("api-service"))
    assert first.headers["X-RateLimit-Limit"] == "30"
    assert first.headers["X-RateLimit-Remaining"] == second.headers["X-RateLimit-Remaining"] == "29"
