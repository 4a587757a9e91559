"""`GET /internal/v1/workspaces/:id/overview`: figures of the documents' world, reasons, and who may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.backends.kubernetes.rows import NamespaceRow, ObjectRow, PvcRow, QuotaRow
from tests.analysis.applications.rows import meta, pod, take, workload
from tests.backends.kubernetes.test_extensions import KNATIVE, TEKTON, groups, item, items
from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import Headers

GIBI = 2.0**30


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


async def _ask(world: ChatWorld, headers: Headers | None = None, workspace_id: str | None = None) -> Any:
    path = f"/internal/v1/workspaces/{workspace_id or world.workspace_id}/overview"
    return await world.access.client.get(path, headers=headers or world.access.administrator)


async def _data(world: ChatWorld, workspace_id: str | None = None) -> dict[str, Any]:
    answer = await _ask(world, workspace_id=workspace_id)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _put(world: ChatWorld, *rows: ObjectRow) -> None:
    for row in rows:
        world.cache.publish([world.cache.table(row.kind).put(row)])


def _quota(project: str, **hard: float) -> QuotaRow:
    return QuotaRow(**meta("ResourceQuota", project, "quota"), hard={k.replace("_", "."): v for k, v in hard.items()},
                    used={})  # fmt: skip


async def test_figures_of_the_documents_world(world: ChatWorld) -> None:
    world.metrics.served["/apis"] = groups()
    data = await _data(world)
    assert data["workspace"]["id"] == world.workspace_id
    assert data["workspace"]["name"] == "Production Workspace"
    assert data["workspace"]["status"] == "active"
    assert data["summary"] == {
        "applications": {"total": 12, "running": 12, "stopped": 0, "failed": 0, "degraded": 2},
        "projects": {"total": 2, "active": 2},
        "functions": {"total": 0, "active": 0, "cold": 0},
        "pipelines": {"total": 0, "active": 0, "last_run": None},
    }
    assert data["reasons"]["summary.functions.total"] == "the cluster does not serve serving.knative.dev (Knative)"
    assert "neither tekton.dev (Tekton) nor" in data["reasons"]["summary.pipelines.total"]
    assert data["reasons"]["summary.pipelines.last_run"] == "no pipeline has run"
    assert data["resource_usage"]["pods"] == {"running": 20, "pending": 1, "failed": 0}
    assert data["resource_usage"]["cpu"] == {"used": "7", "total": "12", "percentage": 58.3, "of": "allocatable"}
    assert data["resource_usage"]["memory"]["used"] == "900Mi"
    assert data["resource_usage"]["memory"]["total"] == "24Gi"


async def test_scores_and_issues_of_the_documents_world(world: ChatWorld) -> None:
    health = (await _data(world))["health_metrics"]
    assert [(one["severity"], one["type"], one["component"], one["age"]) for one in health["issues"]] == [
        ("warning", "unschedulable", "cache-service", "1d"),
        ("warning", "crash_loop_back_off", "database-app", "1d"),
    ]
    assert health["evidence"] == {
        "ready_replicas": 19, "desired_replicas": 21, "measured_applications": 12, "issue_score": 84.0,
    }  # fmt: skip
    assert health["availability"] == 90.5
    assert health["performance_score"] == 100.0
    assert health["overall_score"] == 92.0


async def test_what_happened_lately(world: ChatWorld) -> None:
    (only,) = (await _data(world))["recent_activity"]
    assert only == {
        "timestamp": "2024-01-20T15:29:00Z", "type": "warning", "resource": "database-app", "action": "back_off",
        "details": "Back-off restarting failed container database-app",
    }  # fmt: skip


async def test_stopped_failed_and_ending(world: ChatWorld) -> None:
    stopped = workload("production", "web-app", desired=0, resource_version="2")
    for number in range(3):
        take(world.cache, pod(stopped, number))
    down = workload("production", "worker-app", desired=1, ready=0, resource_version="2")
    failed = pod(down, 0, phase="Failed", ready=False, resource_version="2")
    ending = NamespaceRow(**meta("Namespace", "", "reporting", resource_version="2"), phase="Terminating")
    _put(world, stopped, down, failed, ending)
    data = await _data(world)
    assert data["summary"]["applications"] == {"total": 12, "running": 10, "stopped": 1, "failed": 1, "degraded": 2}
    assert data["summary"]["projects"] == {"total": 2, "active": 1}
    assert data["resource_usage"]["pods"]["failed"] == 1
    assert ("critical", "worker-app") in {
        (one["severity"], one["component"]) for one in data["health_metrics"]["issues"]
    }


async def test_functions_and_pipelines_of_its_own_namespaces(world: ChatWorld) -> None:
    foreign = {"metadata": {"name": "canary", "namespace": "foreign"}, "status": {}}
    world.metrics.served["/apis"] = groups("serving.knative.dev", "tekton.dev")
    world.metrics.served[KNATIVE] = items(item("resize"), item("thumbnail"), foreign)
    world.metrics.served[TEKTON] = items(item("build-1", startTime="2024-01-20T14:30:00Z"), foreign)
    owner = workload("production", "resize-00001-deployment")
    _put(world, pod(owner, 0, labels={"serving.knative.dev/service": "resize"}))
    data = await _data(world)
    summary = data["summary"]
    assert not {"summary.functions.total", "summary.pipelines.total"} & data["reasons"].keys()
    assert summary["functions"] == {"total": 2, "active": 1, "cold": 1}
    assert summary["pipelines"] == {"total": 1, "active": 1, "last_run": "2024-01-20T14:30:00Z"}


async def test_functions_that_may_not_be_read_are_null(world: ChatWorld) -> None:
    world.metrics.served["/apis"] = groups("serving.knative.dev", "tekton.dev")
    world.metrics.served[KNATIVE] = world.metrics.served[TEKTON] = 403
    data = await _data(world)
    assert set(data["summary"]["functions"].values()) == set(data["summary"]["pipelines"].values()) == {None}
    for key in ("functions.total", "functions.active", "functions.cold", "pipelines.total", "pipelines.active"):
        assert "does not let" in data["reasons"][f"summary.{key}"]


async def test_quotas_of_every_project_are_the_total(world: ChatWorld) -> None:
    claim = PvcRow(
        **meta("PersistentVolumeClaim", "production", "data"), phase="Bound", storage_class="fast", volume="pv-1",
        access_modes=(), requested_bytes=10 * GIBI, capacity_bytes=12 * GIBI,
    )  # fmt: skip
    _put(world, claim, _quota("production", requests_cpu=8.0, requests_storage=30 * GIBI))
    data = await _data(world)
    assert data["resource_usage"]["cpu"]["of"] == "allocatable", "reporting has no quota"
    assert data["resource_usage"]["storage"] == {"used": "12Gi", "total": None, "percentage": None, "of": None}
    assert "requests.storage" in data["reasons"]["resource_usage.storage.percentage"]
    _put(world, _quota("reporting", cpu=2.0, requests_storage=10 * GIBI))
    usage = (await _data(world))["resource_usage"]
    assert (usage["cpu"]["total"], usage["cpu"]["of"], usage["cpu"]["percentage"]) == ("10", "quota", 70.0)
    assert (usage["storage"]["total"], usage["storage"]["percentage"]) == ("40Gi", 30.0)


async def test_what_is_not_measured_is_null_with_its_reason(world: ChatWorld) -> None:
    world.metrics.status = 404
    data = await _data(world)
    assert data["resource_usage"]["cpu"]["used"] is None
    assert "no metrics API" in data["reasons"]["resource_usage.cpu.percentage"]
    assert data["health_metrics"]["performance_score"] is None
    assert data["reasons"]["health_metrics.performance_score"]
    assert data["health_metrics"]["overall_score"] == 88.6, "availability and issues alone"


async def test_nothing_of_a_foreign_workspace_is_shown(world: ChatWorld) -> None:
    assert "canary" not in (await _ask(world)).text
    empty = await _data(world, await world.access.workspace("Empty", "nothing-here"))
    assert empty["summary"]["applications"]["total"] == 0
    assert empty["health_metrics"]["availability"] is None
    assert empty["reasons"]["health_metrics.availability"]
    assert empty["recent_activity"] == []


async def test_a_cluster_that_was_not_read_is_503(world: ChatWorld) -> None:
    world.cache.table("Pod").synced = False
    answer = await _ask(world)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")


async def test_who_may_ask(world: ChatWorld) -> None:
    assert (await _ask(world, {"Authorization": "Bearer none"})).status_code == 401
    assert (await _ask(world, await world.access.account("application:read"))).status_code == 403
    bound = await world.access.account("workspace:read", workspace_ids=[world.foreign_id])
    foreign, absent = await _ask(world, bound), await _ask(world, bound, "ws-absent")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["error"] == absent.json()["error"]
    assert "X-RateLimit-Limit" in (await _ask(world)).headers
