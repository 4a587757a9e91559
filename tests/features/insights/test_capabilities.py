"""What is offered follows from permissions, the cluster, measurements and the kill switch; and limits hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.features.insights.offers import OFFERS
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.runbooks.catalog import CATALOG
from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import Headers

PATH = "/aiops/capabilities"


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


async def _ask(world: ChatWorld, headers: Headers | None = None) -> dict[str, Any]:
    answer = await world.get(PATH, headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _offered(data: dict[str, Any]) -> set[str]:
    return {name for one in data["available_capabilities"] for name in one["capabilities"]}


async def test_every_documented_capability_is_offered_or_has_its_reason(world: ChatWorld) -> None:
    data = await _ask(world)
    named = {name for members in OFFERS.values() for name in members}
    assert _offered(data) | data["unavailable"].keys() == named
    assert not _offered(data) & data["unavailable"].keys()
    assert _offered(data) >= {"diagnose_issues", "root_cause_analysis", "auto_scaling", "analyze_metrics"}
    assert data["available_actions"] == [book.name for book in CATALOG]


async def test_a_viewer_is_offered_nothing_that_changes(world: ChatWorld) -> None:
    data = await _ask(world, world.viewer)
    assert data["available_actions"] == []
    assert data["unavailable"]["auto_scaling"] == "needs the permission execute_actions"
    assert "diagnose_issues" in _offered(data)
    assert "execute_actions" not in data["user_permissions"]


async def test_without_measurements_nothing_is_offered_that_needs_them(world: ChatWorld) -> None:
    world.metrics.status = 404
    data = await _ask(world)
    assert "no metrics API" in data["unavailable"]["analyze_metrics"]
    assert "no metrics API" in data["unavailable"]["cost_analysis"]


async def test_while_the_cluster_cannot_be_read_nothing_is_offered_that_reads_it(world: ChatWorld) -> None:
    world.cache.table("Pod").error = "the API server cannot be reached"
    data = await _ask(world)
    assert data["unavailable"]["diagnose_issues"] == "the API server cannot be reached"
    assert data["available_actions"] == []


async def test_the_kill_switch_takes_every_change_away(world: ChatWorld) -> None:
    body = {"enabled": False, "reason": "freeze"}
    answer = await world.access.client.put("/internal/v1/automation", json=body, headers=world.access.administrator)
    assert answer.status_code == 200, answer.text
    assert await world.access.get(AutomationSwitch).find_stop(world.workspace_id) is not None
    data = await _ask(world)
    assert data["available_actions"] == [book.name for book in CATALOG if not book.changes_cluster]
    assert data["unavailable"]["workflow_automation"] == "automation is off: freeze"
    assert "Cannot change anything now: automation is off: freeze" in data["limitations"]


async def test_self_healing_is_offered_where_the_workspace_has_opted_in(world: ChatWorld) -> None:
    assert "not opted in" in (await _ask(world))["unavailable"]["self_healing"]
    body = {"policy": {"unattended_actions": ["restart_failing_pods"]}}
    path = f"/internal/v1/workspaces/{world.workspace_id}"
    answer = await world.access.client.patch(path, json=body, headers=world.access.administrator)
    assert answer.status_code == 200, answer.text
    assert "self_healing" in _offered(await _ask(world))


async def test_who_may_ask(world: ChatWorld) -> None:
    assert (await world.get(PATH, world.stranger)).status_code == 404
    assert (await world.get(PATH, {"Authorization": "Bearer none"})).status_code == 401
