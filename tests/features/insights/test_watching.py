"""Insights of followed workspaces: assessed again and again within bounds, and not at all once nobody follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.analysis.insights.model import Insight, Weight
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.insights.engine import InsightEngine
from hexaops.features.insights.watching import FOLLOWED_SECONDS, REST_SECONDS, REST_TIMES, InsightWatch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import ManualClock
from tests.living import LivingWorld, living_world


class Told:
    """An assessment as far as the watch reads it."""

    def __init__(self, *insights: Insight) -> None:
        self.insights = insights


class Scripted:
    """An engine that finds what the test says, and takes as long as it says."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.takes = 0.0
        self.found: list[Insight] | None = []

    async def assess(self, workspace: Workspace, question: Any) -> Told:
        del workspace, question
        self.clock.advance(self.takes)
        if self.found is None:
            raise UpstreamUnavailableError("the cluster does not answer")
        return Told(*self.found)


def insight(title: str, weight: Weight = "low") -> Insight:
    return Insight(category="security", weight=weight, title=title, description="")


def workspace() -> Any:
    class Named:
        id = "ws-1"

    return Named()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(clock: ManualClock) -> Scripted:
    return Scripted(clock)


@pytest.fixture
def watch(engine: Scripted, clock: ManualClock) -> InsightWatch:
    return InsightWatch(engine, clock)  # type: ignore[arg-type] # what it calls of the engine


def severities(watch: InsightWatch) -> dict[str, str]:
    found = watch.latest(workspace())
    assert found is not None
    return {one.title: one.severity for one in found.values()}


async def test_nobody_follows_and_nothing_is_assessed(watch: InsightWatch, clock: ManualClock) -> None:
    assert await watch.round() == 0
    assert watch.latest(workspace()) is None
    assert await watch.round() == 1
    clock.advance(FOLLOWED_SECONDS)
    assert await watch.round() == 0


async def test_it_rests_between_two_assessments(watch: InsightWatch, engine: Scripted, clock: ManualClock) -> None:
    watch.latest(workspace())
    engine.takes = 0.5
    assert [await watch.round(), await watch.round()] == [1, 0]
    clock.advance(REST_SECONDS - 1)
    watch.latest(workspace())
    assert await watch.round() == 0
    clock.advance(1)
    engine.takes = 1.0
    assert await watch.round() == 1
    clock.advance(REST_SECONDS)
    watch.latest(workspace())
    assert await watch.round() == 0, "what takes long is done less often"
    clock.advance(REST_TIMES * 1.0 - REST_SECONDS)
    assert await watch.round() == 1


async def test_moving_numbers_are_no_change(watch: InsightWatch, engine: Scripted, clock: ManualClock) -> None:
    watch.latest(workspace())
    engine.found = [insight("a uses 81.5% of its limit"), insight("b")]
    await watch.round()
    assert severities(watch) == {"a uses 81.5% of its limit": "low", "b": "low"}
    engine.found = [insight("a uses 82% of its limit"), insight("b", "high")]
    clock.advance(REST_SECONDS)
    watch.latest(workspace())
    await watch.round()
    assert severities(watch) == {"a uses 81.5% of its limit": "low", "b": "high"}


async def test_a_cluster_that_cannot_be_read_changes_nothing(
    watch: InsightWatch, engine: Scripted, clock: ManualClock
) -> None:
    watch.latest(workspace())
    engine.found = [insight("a")]
    await watch.round()
    engine.found = None
    clock.advance(REST_SECONDS)
    before = watch.latest(workspace())
    assert await watch.round() == 1
    assert watch.latest(workspace()) == before


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def test_a_real_workspace_has_insights_with_ids_of_their_own(world: LivingWorld) -> None:
    (found,) = await world.access.get(WorkspaceDirectory).list_all()
    watch = InsightWatch(world.access.get(InsightEngine), ManualClock())
    watch.latest(found)
    await watch.round()
    first = watch.latest(found)
    assert first
    again = InsightWatch(world.access.get(InsightEngine), ManualClock())
    again.latest(found)
    await again.round()
    assert set(again.latest(found) or ()) == set(first), "ids are the same in every process"
