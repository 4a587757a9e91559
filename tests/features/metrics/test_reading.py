"""`GET …/metrics`: series of the workspace's applications, and of nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.backends.metrics.base import Signal, Subject
from hexaops.features.metrics.reading import MOST_SERIES
from tests.analysis.applications.rows import workload
from tests.features.applications.world import FOREIGN, ChatWorld, chat_world
from tests.serving import CLUSTER_ID, START


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


async def ask(world: ChatWorld, **query: Any) -> httpx2.Response:
    return await world.get("/metrics", world.viewer, query=query)


async def keep(world: ChatWorld, name: str, value: float, project: str = "production") -> None:
    """Two measurements, half a minute and a minute and a half ago."""
    subject = Subject(CLUSTER_ID, "Deployment", project, name)
    for seconds in (90, 30):
        at = START.timestamp() - seconds
        await world.access.context.metric_history.store.add(at, CLUSTER_ID, [((subject, Signal.CPU), value)])


async def test_a_series_has_gaps_where_nothing_was_measured(world: ChatWorld) -> None:
    await keep(world, "web-app", 0.25)
    answer = await ask(world, signal="cpu", application="web-app", time_range="5m")
    assert answer.status_code == 200, answer.text
    (series,) = answer.json()["data"]["series"]
    assert (series["signal"], series["unit"], series["step_seconds"]) == ("cpu", "cores", 30.0)
    assert [value for value in series["values"] if value is not None] == [0.25, 0.25]
    assert None in series["values"]
    assert series["start"].endswith("Z")
    assert series["reason"] is None


async def test_what_was_never_measured_has_its_reason(world: ChatWorld) -> None:
    (series,) = (await ask(world, signal="memory", application="web-app")).json()["data"]["series"]
    assert set(series["values"]) == {None}
    assert series["reason"]


async def test_all_applications_and_several_signals_at_once(world: ChatWorld) -> None:
    data = (await ask(world, signal=["cpu", "memory"], points=10)).json()["data"]
    listed = await world.get("/applications")
    ids = {one["id"] for one in listed.json()["data"]["applications"]}
    assert {one["application_id"] for one in data["series"]} == ids
    assert len(data["series"]) == 2 * len(ids)


async def test_a_foreign_application_is_absent(world: ChatWorld) -> None:
    absent = await ask(world, signal="cpu", application="none")
    foreign = await ask(world, signal="cpu", application=FOREIGN)
    assert (absent.status_code, foreign.status_code) == (404, 404)
    assert absent.json()["error"] == foreign.json()["error"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "query.signal"),
        ({"signal": "noise"}, "query.signal[0]"),
        ({"signal": "cpu", "time_range": "5"}, "query.time_range"),
        ({"signal": "cpu", "time_range": "1s"}, "query.time_range"),
        ({"signal": "cpu", "points": "1"}, "query.points"),
    ],
)
async def test_what_is_wrong_is_named(world: ChatWorld, query: dict[str, str], field: str) -> None:
    answer = await ask(world, **query)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["details"]


async def test_too_many_series_are_refused(world: ChatWorld) -> None:
    rows = [workload("production", f"a{number}") for number in range(MOST_SERIES)]
    world.cache.publish([world.cache.table("Deployment").put(row) for row in rows])
    answer = await ask(world, signal="cpu")
    assert (answer.status_code, "query.application" in answer.json()["error"]["details"]) == (422, True)
