"""The applications' routes: who may call, what they show, and what they say when something is away."""

from __future__ import annotations

import pytest

from tests.analysis.applications.rows import crashing, event, fill, pod, take, workload
from tests.features.applications.world import FOREIGN, ChatWorld

LIST = "/applications"


async def test_lists_with_live_usage(world: ChatWorld) -> None:
    answer = await world.get(LIST)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert [one["name"] for one in data["applications"]][:4] == [
        "api-service", "auth-service", "background-worker", "cache-service",
    ]  # fmt: skip
    assert data["pagination"] == {"total": 12, "has_more": False, "next_cursor": None}
    assert data["freshness"]["current"] is True
    by_name = {one["name"]: one for one in data["applications"]}
    database = by_name["database-app"]
    assert (database["kind"], database["status"], database["replicas"]) == ("StatefulSet", "degraded", "2/3")
    assert database["status_reason"] == "1 pod failing"
    assert (database["cpu_usage"], database["memory_usage"]) == (35.0, 45.0)
    assert database["restarts"] == 13
    assert (database["cpu_cores"], database["memory_bytes"]) == (1.05, 3 * 45 * 1024**2)
    assert sum(one["status"] == "healthy" for one in data["applications"]) == 10


async def test_usage_is_asked_once_for_ten_seconds(world: ChatWorld) -> None:
    for _ in range(5):
        await world.get(LIST)
    assert len(world.metrics.calls) == 1
    world.clock.advance(10.0)
    await world.get(LIST)
    assert len(world.metrics.calls) == 2


async def test_pages(world: ChatWorld) -> None:
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        data = (await world.get(LIST, query={"limit": "5", **cursor})).json()["data"]
        names += [one["name"] for one in data["applications"]]
        if not data["pagination"]["has_more"]:
            break
        cursor = {"cursor": data["pagination"]["next_cursor"]}
    assert len(names) == len(set(names)) == 12


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "unhealthy"}, ["cache-service", "database-app"]),
        ({"status": "degraded", "name": "DATA"}, ["database-app"]),
        ({"project": "reporting"}, ["image-processor", "notification-service", "report-generator"]),
        ({"project": "foreign"}, []),
        ({"name": FOREIGN}, []),
    ],
)
async def test_filters(world: ChatWorld, query: dict[str, str], names: list[str]) -> None:
    data = (await world.get(LIST, query=query)).json()["data"]
    assert [one["name"] for one in data["applications"]] == names


@pytest.mark.parametrize("query", [{"status": "fine"}, {"limit": "0"}, {"limit": "501"}])
async def test_bad_queries(world: ChatWorld, query: dict[str, str]) -> None:
    answer = await world.get(LIST, query=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_FAILED"
    assert set(answer.json()["error"]["details"]) == {f"query.{next(iter(query))}"}


async def test_one_by_id_and_by_name(world: ChatWorld) -> None:
    by_name = (await world.get(f"{LIST}/database-app")).json()["data"]
    by_id = (await world.get(f"{LIST}/{by_name['id']}")).json()["data"]
    assert by_id == by_name
    assert by_name["services"] == ["database-app"]
    assert [one["name"] for one in by_name["pods"]] == ["database-app-0", "database-app-1", "database-app-2"]
    (problem,) = by_name["problems"]
    assert (problem["pod"], problem["reason"]) == ("database-app-2", "CrashLoopBackOff")
    assert by_name["events"][0]["reason"] == "BackOff"
    assert by_name["usage"]["cpu"]["used"] == "1.05"


async def test_absent_foreign_and_system_look_the_same(world: ChatWorld) -> None:
    foreign = await world.access.client.get(
        f"/api/v1/workspaces/{world.foreign_id}/applications", headers=world.stranger
    )
    foreign_id = foreign.json()["data"]["applications"][0]["id"]
    bodies = []
    for name in ("no-such-app", FOREIGN, foreign_id, "coredns"):
        answer = await world.get(f"{LIST}/{name}")
        assert answer.status_code == 404
        bodies.append(answer.json()["error"])
    assert bodies == [{"code": "APPLICATION_NOT_FOUND", "message": "Application not found", "details": {}}] * 4


async def test_a_name_in_two_projects_needs_an_id(world: ChatWorld) -> None:
    twin = workload("reporting", "web-app")
    fill(world.cache, [twin, pod(twin)])
    answer = await world.get(f"{LIST}/web-app")
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "APPLICATION_NAME_AMBIGUOUS"
    assert [one["project"] for one in error["details"]["candidates"]] == ["production", "reporting"]


@pytest.mark.parametrize("path", [LIST, f"{LIST}/web-app"])
async def test_who_may_not(world: ChatWorld, path: str) -> None:
    anonymous = await world.access.client.get(world.path + path)
    assert (anonymous.status_code, anonymous.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    other = await world.get(path, world.stranger)
    assert (other.status_code, other.json()["error"]["code"]) == (404, "WORKSPACE_NOT_FOUND")
    account = await world.get(path, await world.access.account("application:read"))
    assert account.status_code == 401


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "the cluster has no metrics API (metrics.k8s.io)"),
        (
            403,
            "the cluster does not let this service read metrics.k8s.io: grant list on pods in API group metrics.k8s.io",
        ),
        (503, "the cluster's metrics API (metrics.k8s.io) does not answer"),
    ],
)
async def test_without_metrics_usage_is_null_with_a_reason(world: ChatWorld, status: int, reason: str) -> None:
    world.metrics.status = status
    data = (await world.get(LIST, query={"limit": "1"})).json()["data"]
    assert data["applications"][0]["cpu_usage"] is None
    nulls = ("cpu_usage", "memory_usage", "cpu_cores", "memory_bytes")
    assert data["reasons"] == {f"applications[0].{key}": reason for key in nulls}


async def test_a_cluster_that_was_never_read_is_503(world: ChatWorld) -> None:
    world.cache.table("Pod").synced = False
    answer = await world.get(LIST)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert answer.json()["error"]["details"] == {"source": "kubernetes_api", "kinds": ["Pod"]}


async def test_an_interrupted_watch_is_told(world: ChatWorld) -> None:
    world.cache.table("Pod").error = "the API server cannot be reached"
    freshness = (await world.get(LIST)).json()["data"]["freshness"]
    assert freshness["current"] is False
    assert freshness["stale"] == {"Pod": "the API server cannot be reached"}
    assert freshness["as_of"] == "2024-01-20T15:30:00Z"


async def test_follows_changes_of_pods_and_workloads(world: ChatWorld) -> None:
    owner = workload("production", "database-app", kind="StatefulSet", desired=3, ready=3)
    healed = pod(owner, 2, resource_version="2")
    fill(world.cache, [workload("production", "database-app", kind="StatefulSet", desired=3, resource_version="2")])
    assert (await world.get(f"{LIST}/database-app")).json()["data"]["status"] == "degraded"
    fill(world.cache, [healed])
    assert (await world.get(f"{LIST}/database-app")).json()["data"]["status"] == "healthy"
    take(world.cache, owner)
    assert (await world.get(f"{LIST}/database-app")).status_code == 404


async def test_hostile_names_and_messages_are_made_plain(world: ChatWorld) -> None:
    owner = workload("production", "evil\u202e-app", ready=0)
    bad = crashing(owner, 0, reason="\x1b[31mCrashLoopBackOff")
    fill(world.cache, [owner, bad])
    text = (await world.get(LIST, query={"name": "evil"})).text
    assert "\u202e" not in text
    assert "\\u001b" not in text


EVENTS = "/events"


async def test_events_are_the_workspaces_own(world: ChatWorld) -> None:
    fill(world.cache, [event(workload("foreign", FOREIGN), "BackOff", "not yours")])
    answer = await world.get(EVENTS)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert [(one["reason"], one["type"], one["project"], one["count"]) for one in data["events"]] == [
        ("BackOff", "Warning", "production", 13)
    ]
    assert data["total"] == 1
    assert "not yours" not in answer.text


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"type": "Warning"}, 1),
        ({"type": "Normal"}, 0),
        ({"project": "reporting"}, 0),
        ({"application": "database-app"}, 1),
        ({"application": "web-app"}, 0),
    ],
)
async def test_events_are_filtered(world: ChatWorld, query: dict[str, str], total: int) -> None:
    assert (await world.get(EVENTS, query=query)).json()["data"]["total"] == total


async def test_events_of_what_is_not_there_are_refused(world: ChatWorld) -> None:
    assert (await world.get(EVENTS, query={"application": FOREIGN})).status_code == 404
    assert (await world.get(EVENTS, query={"type": "Loud"})).status_code == 422
    assert (await world.get(EVENTS, query={"limit": "501"})).status_code == 422
