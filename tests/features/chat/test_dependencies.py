"""Who depends on whom, and a summary to pass on, asked of the documents' world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def _said(world: LivingWorld, message: str) -> str:
    answer = await world.call("POST", "/aiops/chat", {"message": message})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["response"]["content"])


async def test_dependencies_are_told_in_both_directions(world: LivingWorld) -> None:
    for message in ("what depends on database-app", "who uses database-app?", "what relies on database-app?"):
        content = await _said(world, message)
        assert "- api-service (healthy, 2/2 ready): Service database-app in DATABASE" in content, message
        assert "Based on the variables and arguments" in content
    needs = await _said(world, "what does api-service depend on?")
    assert needs.startswith("**api-service** depends on")
    assert "database-app (degraded, 2/3 ready)" in needs
    assert (await _said(world, "what depends on admin-portal")).startswith("No application here names a Service")
    assert "depend" not in await _said(world, "what uses the most memory")


async def test_connections_of_all_are_tested_by_the_rules(world: LivingWorld) -> None:
    content = await _said(world, "Diagnose connectivity issues")
    assert content.startswith("All ")
    assert "connections that the pods' settings name are open." in content
    (policy,) = world.cluster.store.list("networkpolicies.networking.k8s.io")
    metadata = {key: value for key, value in policy["metadata"].items() if key != "resourceVersion"}
    closed = {**policy, "metadata": metadata, "spec": {**policy["spec"], "ingress": []}}
    world.cluster.store.update("networkpolicies.networking.k8s.io", closed)
    for message in ("Perform connectivity tests", "are there any network problems?"):
        content = await _said(world, message)
        assert " connections that the pods' settings name cannot work:" in content, message
        assert "- api-service → database-app: NetworkPolicy" in content


async def test_a_summary_says_the_state_its_causes_and_the_cost(world: LivingWorld) -> None:
    content = await _said(world, "give me a summary for my manager")
    assert content.startswith("**Production Workspace**: 10 of 12 applications work, 2 have issues: ")
    assert "container database-app keeps crashing" in content
    assert "What runs now costs about $" in content
    assert "No change by this service in the last 24 h" in content
