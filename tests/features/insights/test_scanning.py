"""Workspaces are assessed in the background for their webhooks: what changed is announced, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hexaops.features.insights.engine import InsightEngine
from hexaops.features.insights.scanning import InsightScanner
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.storage.tables.webhooks import WebhookEventRow
from tests.features.insights.test_insights import Odd, Written
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def _subscribe(world: LivingWorld, *events: str) -> None:
    body = {"url": "http://127.0.0.1:1024/hook", "events": events}
    admin = await world.access.member("ada", "admin")
    answer = await world.call("POST", "/aiops/webhooks", body, headers=admin)
    assert answer.status_code == 201, answer.text


async def _told(world: LivingWorld, name: str) -> Sequence[dict[str, Any]]:
    async with world.access.context.database.reading() as session:
        rows = await session.scalars(select(WebhookEventRow).where(WebhookEventRow.name == name))
        return [json.loads(row.body)["data"] for row in rows]


def _anew(world: LivingWorld, source: Written | None = None) -> InsightScanner:
    """A scanner of a process that has just started."""
    held = world.access.get(InsightScanner)
    engine = world.access.get(InsightEngine)
    if source is not None:
        engine = replace(engine, sources=MetricSources(source, world.access.context.clusters))
    return InsightScanner(engine, held.announcer, held.directory, held.events, held.clock)


async def test_without_a_listener_nothing_is_scanned(world: LivingWorld) -> None:
    await _subscribe(world, "aiops.action.completed")
    assert await _anew(world).round() == 0
    assert await _told(world, "aiops.insight.generated") == []


async def test_a_scan_announces_what_changed_and_nothing_twice(world: LivingWorld) -> None:
    await _subscribe(world, "aiops.insight.generated")
    scanner = _anew(world)
    assert await scanner.round() == 1
    (first,) = await _told(world, "aiops.insight.generated")
    assert first["insight"]["total"] > 0
    assert first["workspace"]["id"] == world.workspace_id
    await scanner.round()
    await _anew(world).round()
    assert len(await _told(world, "aiops.insight.generated")) == 1, "neither the next scan nor a restart repeats it"


async def test_what_is_unusual_is_announced_once_an_application(world: LivingWorld) -> None:
    await _subscribe(world, "*")
    (workspace,) = await world.access.get(WorkspaceDirectory).list_all()
    scanner = _anew(world, Odd())
    assert await scanner.scan(workspace)
    told = [one["anomaly"]["application_id"] for one in await _told(world, "aiops.anomaly.detected")]
    assert told
    assert not await scanner.scan(workspace)
    assert not await _anew(world, Odd()).scan(workspace)
    assert len(await _told(world, "aiops.anomaly.detected")) == len(told)
