"""Health checks, connectivity tests and bundles on the documents' own world; nothing is written to the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hexaops.storage.tables import DiagnosticBundleRow
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path, {"metrics_sampling": False}) as opened:
        yield opened


async def details(world: LivingWorld, action: str, application: str, **parameters: Any) -> dict[str, Any]:
    """What a completed action found."""
    ended = await world.run(action, application, **parameters)
    assert ended["status"] == "completed", ended
    assert {step["status"] for step in ended["steps"]} == {"completed"}
    found: dict[str, Any] = ended["result"]["details"]
    return found


def results(found: dict[str, Any]) -> dict[str, str]:
    return {one["check"]: one["result"] for one in found["checks"]}


async def test_a_health_check_tells_each_check_with_its_result(world: LivingWorld) -> None:
    found = await details(world, "run_health_check", "web-app")
    assert found["result"] in {"passed", "warning"}
    assert results(found).keys() >= {"replicas", "pods", "endpoints", "diagnosis"}
    ill = await details(world, "run_health_check", "cache-service")
    assert (ill["result"], results(ill)["pods"]) == ("failed", "failed")
    assert world.writes() == []


async def test_connectivity_is_told_by_ports_and_endpoints(world: LivingWorld) -> None:
    found = await details(world, "test_connectivity", "web-app", to="api-service")
    assert results(found)["endpoints"] == "passed", found
    assert results(found)["network_policies"] == "passed", found
    assert found["result"] == "passed"
    kept = await details(world, "test_connectivity", "web-app", to="database-app")
    assert (kept["result"], results(kept)["network_policies"]) == ("failed", "failed"), "only backend and data may"
    refused = await details(world, "test_connectivity", "web-app", to="api-service", port=1)
    assert (refused["result"], results(refused)["port"]) == ("failed", "failed")


@pytest.mark.parametrize("to", ["nothing-here", "kube-system/kube-dns"])
async def test_what_is_not_in_the_workspace_is_not_planned(world: LivingWorld, to: str) -> None:
    answer = await world.ask("test_connectivity", "web-app", to=to)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["error"]["details"]) == ["parameters.to"]


async def test_a_bundle_holds_the_application_and_nothing_else(world: LivingWorld) -> None:
    found = await details(world, "collect_diagnostics", "database-app")
    answer = await world.call("GET", found["bundle"].split(world.workspace_id)[1])
    data = answer.json()["data"]
    assert data["application"]["name"] == "database-app"
    assert data["findings"]
    pods = {one["metadata"]["name"] for one in data["objects"] if one["kind"] == "Pod"}
    assert pods
    assert all(name.startswith("database-app") for name in pods)
    assert all("database-app" in key for key in data["logs"])
    assert world.writes() == []


async def test_a_bundle_is_its_workspaces_own(world: LivingWorld) -> None:
    found = await details(world, "collect_diagnostics", "web-app", include_logs=False)
    action_id = found["bundle"].rpartition("/")[2]
    other = await world.access.workspace("Other", "elsewhere")
    stranger = await world.access.member("sam", "admin", other)
    answer = await world.access.client.get(
        f"/api/v1/workspaces/{other}/aiops/diagnostics/{action_id}", headers=stranger
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BUNDLE_NOT_FOUND")


async def test_a_bundle_is_gone_after_seven_days_even_if_none_was_made_since(world: LivingWorld) -> None:
    found = await details(world, "collect_diagnostics", "web-app", include_logs=False)
    path = found["bundle"].split(world.workspace_id)[1]
    assert (await world.call("GET", path)).status_code == 200
    async with world.access.context.database.transaction() as session:
        row = await session.get(DiagnosticBundleRow, path.rpartition("/")[2])
        assert row is not None
        row.created_at -= timedelta(days=7, minutes=1)
    answer = await world.call("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BUNDLE_NOT_FOUND")
