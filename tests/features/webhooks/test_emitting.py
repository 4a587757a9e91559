"""Every event that can be subscribed to comes from something that happens; a failed action's has the action and why."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hexaops.storage.tables.webhooks import WebhookEventRow
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def told(world: LivingWorld) -> dict[str, dict[str, Any]]:
    """Event → its data."""
    async with world.access.context.database.reading() as session:
        rows = await session.scalars(select(WebhookEventRow))
        return {row.name: json.loads(row.body)["data"] for row in rows}


async def test_actions_and_sessions_are_told_whichever_way_they_end(world: LivingWorld) -> None:
    admin = await world.access.member("ada", "admin")
    body = {"url": "http://127.0.0.1:1024/hook", "events": ["*"]}
    assert (await world.call("POST", "/aiops/webhooks", body, headers=admin)).status_code == 201
    made = (await world.call("POST", "/aiops/sessions", {"name": "night"})).json()["data"]
    await world.call("POST", f"/aiops/sessions/{made['session_id']}/end", {})
    assert (await world.run("run_health_check", "web-app"))["status"] == "completed"
    failed = await world.run("test_connectivity", "web-app", to="app-0000000000000000")
    assert failed["status"] == "failed"
    found = await told(world)
    assert {*found} == {
        "aiops.session.created", "aiops.session.ended", "aiops.action.started", "aiops.action.completed",
        "aiops.action.failed",
    }  # fmt: skip
    data = found["aiops.action.failed"]
    assert data["action"] == {"id": failed["action_id"], "type": "test_connectivity", "status": "failed"}
    assert data["result"]["success"] is False
