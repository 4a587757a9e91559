"""Detection and autopilot on a living cluster: incidents, suggestions, remedies, the breaker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.world.faults import IMAGE_PULL
from simulator.world.index import Workload
from tests.living import DEADLINE_SECONDS, LivingWorld, living_world

INCIDENTS = "/internal/v1/incidents"


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    settings = {"detection": True, "rate_limit_workspace": "100000/minute"}
    async with living_world(sqlite_url, tmp_path, settings) as served:
        yield served


async def send(world: LivingWorld, method: str, path: str, body: Any = None) -> Any:
    answer = await world.access.client.request(method, path, json=body, headers=world.access.administrator)
    assert answer.status_code < 300, answer.text
    return answer.json()["data"]


async def policy(world: LivingWorld, **policy: Any) -> None:
    await send(world, "PATCH", f"/internal/v1/workspaces/{world.workspace_id}", {"policy": policy})


async def incidents(world: LivingWorld) -> dict[str, dict[str, Any]]:
    """By the name of the affected application."""
    listed = (await world.call("GET", "/aiops/incidents")).json()["data"]
    found = {}
    for one in listed:
        whole = (await world.call("GET", f"/aiops/incidents/{one['incident_id']}")).json()["data"]
        found[whole["title"].split()[0]] = whole
    return found


async def until(world: LivingWorld, reached: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    return await world.commits.until(lambda: incidents(world), reached, seconds=DEADLINE_SECONDS)


def kinds(incident: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in incident["timeline"]]


async def test_what_is_unhealthy_is_an_incident_with_a_suggestion(world: LivingWorld) -> None:
    found = await until(
        world, lambda found: {"database-app", "cache-service"} <= found.keys()
        and "suggested" in kinds(found["database-app"]) and found["cache-service"]["status"] == "escalated",
    )  # fmt: skip
    database = found["database-app"]
    assert (database["source"], database["status"], database["severity"]) == ("detection", "open", "high")
    assert database["diagnosis"]
    assert "restart_failing_pods" in database["timeline"][-1]["text"]
    assert world.writes() == []


async def test_it_acts_for_a_named_class_and_resolves(world: LivingWorld) -> None:
    await policy(world, autopilot="act", autopilot_classes=["failing_pods"])
    found = await until(world, lambda found: found.get("database-app", {}).get("status") == "resolved")
    assert found["database-app"]["remediation_status"] == "completed"
    (write,) = world.writes()
    assert write["objectRef"]["subresource"] == "eviction"


async def test_a_class_that_is_not_named_is_only_suggested(world: LivingWorld) -> None:
    await policy(world, autopilot="act", autopilot_classes=["bad_rollout"])
    found = await until(world, lambda found: "suggested" in kinds(found.get("database-app", {"timeline": []})))
    assert "does not act for failing_pods" in found["database-app"]["timeline"][-1]["text"]
    assert world.writes() == []


async def test_the_kill_switch_holds(world: LivingWorld) -> None:
    await send(world, "PUT", "/internal/v1/automation", {"enabled": False, "reason": "freeze"})
    await policy(world, autopilot="act", autopilot_classes=["failing_pods"])
    found = await until(world, lambda found: "suggested" in kinds(found.get("database-app", {"timeline": []})))
    assert found["database-app"]["status"] == "open"
    assert world.writes() == []


async def test_many_failing_at_once_trip_the_breaker_until_a_person_resets_it(world: LivingWorld) -> None:
    await policy(world, autopilot="off")
    for name in ("worker-app", "api-service"):
        world.cluster.faults.break_workload(Workload("Deployment", "backend", name), IMAGE_PULL)
        await world.ask("restart_application", name, confirmation=True)
    await world.settled(lambda cache: sum(pod.reason == "ImagePullBackOff" for pod in cache.pods()) >= 2)
    before = len(world.writes())
    await policy(world, autopilot="act", autopilot_classes=["failing_pods", "bad_rollout"])

    async def state() -> dict[str, Any]:
        path = f"/internal/v1/workspaces/{world.workspace_id}/autopilot"
        return dict(await send(world, "GET", path))

    tripped = await world.commits.until(state, lambda found: found["tripped"], seconds=DEADLINE_SECONDS)
    assert "fail at once" in tripped["reason"]
    assert len(world.writes()) == before
    refused = await world.call("POST", "/aiops/autopilot/reset", {})  # an operator
    assert refused.status_code == 403
    admin = await world.access.member("ada", "admin")
    answer = await world.call("POST", "/aiops/autopilot/reset", {}, headers=admin)
    reset = answer.json()["data"]
    assert (reset["mode"], reset["classes"]) == ("act", ["failing_pods", "bad_rollout"])
