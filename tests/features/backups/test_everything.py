"""backup_all: one archive an application, one after the other, and what became of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hexaops.features.backups.everything import CHECK
from hexaops.features.operations.service import OperationService
from hexaops.features.operations.wiring import WORKS
from tests.features.operations.calls import Operations
from tests.living import living_world

SETTINGS = {"rate_limit_workspace": "100000/minute", "backup_channels": ["slack:#ops"]}


@pytest.fixture
async def operations(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Operations]:
    """The documents' own world."""
    async with living_world(sqlite_url, tmp_path, SETTINGS) as world:
        yield Operations(world)


async def test_every_application_has_its_archive(operations: Operations) -> None:
    done = await operations.run("backup_all", retention_policy="short", reason="before the upgrade")
    assert done["status"] == "completed", done
    applications = (await operations.world.call("GET", "/applications?limit=100")).json()["data"]["applications"]
    assert {step["step"] for step in done["steps"]} == {*(one["id"] for one in applications), CHECK}
    backups = (await operations.call("GET", "/backups?limit=100")).json()["data"]
    assert {one["application_id"] for one in backups} == {one["id"] for one in applications}
    assert {(one["status"], one["retention_policy"], one["reason"]) for one in backups} == {
        ("completed", "short", "before the upgrade")
    }
    assert sorted(done["result"]["details"]["backups"]) == sorted(one["backup_id"] for one in backups)
    assert operations.world.writes() == []


async def test_cancelling_stops_it_between_two_backups(operations: Operations) -> None:
    started = (await operations.start("backup_all")).json()["data"]
    asked = await operations.call("POST", f"/operations/{started['operation_id']}/cancel")
    assert asked.status_code == 200, asked.text
    done = await operations.ended(started["operation_id"])
    assert done["status"] == "cancelled", done
    backups = (await operations.call("GET", "/backups?limit=100")).json()["data"]
    assert len(backups) < len(done["steps"]) - 1
    assert {one["status"] for one in backups} <= {"completed", "cancelled"}


async def test_a_channel_that_is_not_allowed_is_refused(operations: Operations) -> None:
    answer = await operations.start("backup_all", notification_channels=["slack:#elsewhere"])
    assert answer.status_code == 422
    assert "notification_channels[0]" in answer.json()["error"]["details"]


async def test_every_operation_is_started_from_the_one_list(operations: Operations) -> None:
    works = operations.world.access.get(OperationService).works
    assert works.keys() == {*(work.name for work in WORKS), "backup_all"}
