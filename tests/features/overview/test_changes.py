"""`GET …/aiops/changes`: what changed, who asked for it, and what is no change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.rows import ConditionRow
from hexaops.features.overview.activity import recent_activity
from tests.analysis.applications.rows import AT, node
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def _changes(world: LivingWorld, query: str = "") -> dict[str, Any]:
    answer = await world.call("GET", f"/aiops/changes{query}")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_the_timeline_holds_releases_nodes_and_own_actions(world: LivingWorld) -> None:
    await world.run("scale_application", "web-app", replicas=4)
    data = await _changes(world, "?since=31d&limit=200")
    assert {one["type"] for one in data["changes"]} == {"deployment", "node", "operation"}
    times = [one["timestamp"] for one in data["changes"]]
    assert times == sorted(times, reverse=True)
    (own,) = [one for one in data["changes"] if one["type"] == "operation"]
    assert (own["resource"], own["action"], own["by"]) == ("web-app", "scale_application", "local:olga")
    short = await _changes(world, "?limit=1")
    assert (len(short["changes"]), short["truncated"]) == (1, True)
    about = await _changes(world, "?application=web-app&since=31d")
    assert {one["resource"] for one in about["changes"]} == {"web-app"}


@pytest.mark.parametrize(
    ("query", "status"), [("?since=32d", 422), ("?since=soon", 422), ("?limit=0", 422), ("?application=absent", 404)]
)
async def test_what_cannot_be_asked_is_refused(world: LivingWorld, query: str, status: int) -> None:
    answer = await world.call("GET", f"/aiops/changes{query}")
    assert answer.status_code == status, answer.text


def test_a_node_tells_when_it_joined_and_when_it_last_turned() -> None:
    ready = ConditionRow("Ready", "True", "KubeletReady", "kubelet is posting ready status", since=AT - 60)
    changed = replace(node("n1"), created_at=AT - 3600, conditions=(ready,))
    found = recent_activity([], replica_sets=(), events=(), operations=(), nodes=[changed], now=AT)
    assert [(one.type, one.action, one.at) for one in found] == [
        ("node", "became_ready", AT - 60), ("node", "joined", AT - 3600)
    ]  # fmt: skip
