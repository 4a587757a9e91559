"""Events of a workspace: what is told to whom, what a break loses, and what many followers cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from hexaops.features.access.permissions import ROLES
from hexaops.features.live.feeds import (
    KEEP_ALIVE,
    KEPT_EVENTS,
    KEPT_SECONDS,
    LONGEST_SECONDS,
    MOST_FOLLOWERS,
    PERIOD_SECONDS,
    LiveFeeds,
    TooManyStreamsError,
)
from hexaops.features.live.views import ChangedActionView, ChangedApplicationView, ChangedInsightView, State
from hexaops.features.live.watching import UNASSESSED, differences
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.clock import ManualClock
from tests.analysis.applications.rows import workload
from tests.features.applications.world import chat_world

ALL = ROLES["admin"]


def app(replicas: str, name: str = "web-app") -> tuple[tuple[str, str], ChangedApplicationView]:
    view = ChangedApplicationView(
        id=f"app-{name}", name=name, project="shop", status="healthy", status_reason="", replicas=replicas
    )
    return ("application", view.id), view


def action(status: str) -> tuple[tuple[str, str], ChangedActionView]:
    view = ChangedActionView(action_id="action_1", action="restart_application", description="x", status=status)
    return ("action", view.action_id), view


class Scripted:
    """Hands out states that the test sets."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.reads = 0
        self.fails = False

    async def read(self, workspace: Any, known: State) -> State:
        self.reads += 1
        if self.fails:
            message = "the database does not answer"
            raise OSError(message)
        return self.state


class World:
    """A feed on a clock that the test moves."""

    def __init__(self, workspace: Any) -> None:
        self.clock = ManualClock()
        self.reader = Scripted(dict([app("3/3")]))
        self.feeds = LiveFeeds(self.reader, self.clock)
        self.workspace = workspace

    def follow(self, last_id: str | None = None, permissions: Any = ALL) -> AsyncIterator[bytes]:
        return self.feeds.follow(self.workspace, permissions, last_id)

    async def turn(self, *changes: tuple[tuple[str, str], Any]) -> None:
        """Let the reader read, with these changes seen from now on."""
        self.reader.state = {**self.reader.state, **dict(changes)}
        self.clock.advance(PERIOD_SECONDS)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(SimpleNamespace(id="ws-1"))
    yield made
    await made.feeds.close()


def parsed(event: bytes) -> tuple[str, str, dict[str, Any]]:
    """Id, kind and data."""
    fields = dict(line.split(": ", 1) for line in event.decode().strip().splitlines())
    return fields["id"], fields["event"], json.loads(fields["data"])


async def test_a_change_is_told_once_to_everybody_by_one_reader(world: World) -> None:
    streams = [world.follow() for _ in range(5)]
    firsts = [parsed(await anext(stream)) for stream in streams]
    assert {kind for _, kind, _ in firsts} == {"reset"}
    await world.turn()
    await world.turn(app("2/3"))
    told = [parsed(await anext(stream)) for stream in streams]
    assert {(kind, data["replicas"]) for _, kind, data in told} == {("application", "2/3")}
    assert world.reader.reads <= 3


async def test_who_comes_back_receives_what_they_missed(world: World) -> None:
    stream = world.follow()
    last_id, _, _ = parsed(await anext(stream))
    await world.turn()
    await stream.aclose()  # type: ignore[attr-defined] # a generator
    await world.turn(app("2/3"))
    await world.turn(app("3/3"))
    again = world.follow(last_id)
    assert await anext(again) == KEEP_ALIVE
    assert [parsed(await anext(again))[2]["replicas"] for _ in range(2)] == ["2/3", "3/3"]


@pytest.mark.parametrize("last_id", [None, "", "x", "deadbeef-1", "deadbeef-", "-"])
async def test_who_comes_back_to_another_feed_is_told_to_read_anew(world: World, last_id: str | None) -> None:
    assert parsed(await anext(world.follow(last_id)))[1] == "reset"


async def test_who_was_away_for_too_long_is_told_to_read_anew(world: World) -> None:
    stream = world.follow()
    last_id, _, _ = parsed(await anext(stream))
    await world.turn()
    await world.turn(*(app("1/1", f"app-{number}") for number in range(KEPT_EVENTS + 1)))
    assert parsed(await anext(world.follow(last_id)))[1] == "reset"


async def test_events_need_the_permission_of_what_they_tell(world: World) -> None:
    stream = world.follow(permissions=frozenset({"read_applications"}))
    await anext(stream)
    await world.turn()
    await world.turn(action("executing"), app("2/3"))
    assert parsed(await anext(stream))[1] == "application"


async def test_a_feed_ends_a_while_after_its_last_follower(world: World) -> None:
    stream = world.follow()
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined] # a generator
    await world.turn()
    world.clock.advance(KEPT_SECONDS)
    await world.turn()
    reads = world.reader.reads
    await world.turn()
    assert world.reader.reads == reads


async def test_a_stream_ends_so_that_its_follower_is_asked_who_they_are(world: World) -> None:
    stream = world.follow()
    await anext(stream)
    await world.turn()
    world.clock.advance(LONGEST_SECONDS)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_stop_ends_every_stream_and_takes_no_new_one(world: World) -> None:
    stream = world.follow()
    await anext(stream)
    world.feeds.end_streams()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    with pytest.raises(TooManyStreamsError):
        world.follow()


async def test_there_are_only_so_many_streams(world: World) -> None:
    streams = [world.follow() for _ in range(MOST_FOLLOWERS)]
    with pytest.raises(TooManyStreamsError):
        world.follow()
    assert len(streams) == MOST_FOLLOWERS


async def test_a_reader_that_fails_reads_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    stream = world.follow()
    await anext(stream)
    await world.turn()
    world.reader.fails = True
    await world.turn()
    world.reader.fails = False
    await world.turn(app("2/3"))
    assert parsed(await anext(stream))[2]["replicas"] == "2/3"
    assert "were not read" in caplog.text


def test_an_application_that_is_gone_is_told_and_an_old_action_is_not() -> None:
    before: State = {**dict([app("1/1")]), **dict([action("completed")])}
    assert [(kind, msgspec.to_builtins(change)["status"]) for kind, change in differences(before, {})] == [
        ("application", None)
    ]


def test_the_first_assessment_tells_nothing_and_later_ones_what_is_new_changed_or_gone() -> None:
    def insight(name: str, severity: str) -> tuple[tuple[str, str], ChangedInsightView]:
        view = ChangedInsightView(insight_id=name, category="security", title=name, severity=severity)
        return ("insight", name), view

    def told(before: State, now: State) -> list[tuple[str, str | None]]:
        return [
            (change.title, change.severity)
            for _, change in differences(before, now)
            if isinstance(change, ChangedInsightView)
        ]

    first = dict([insight("a", "low"), insight("b", "low")])
    assert told(UNASSESSED, UNASSESSED) == []
    assert told(UNASSESSED, first) == []
    now = dict([insight("a", "high"), insight("c", "low")])
    assert told(first, now) == [("a", "high"), ("c", "low"), ("b", None)]


async def test_the_route_streams_what_the_cluster_does(sqlite_url: str, tmp_path: Path) -> None:
    async with chat_world(sqlite_url, tmp_path) as served:
        workspace = await served.access.get(WorkspaceService).ensure_default("cluster-a")
        reader = served.access.get(LiveFeeds)._reader
        before = await reader.read(workspace, {})
        served.cache.publish([served.cache.table("Deployment").put(workload("elsewhere", "new-app"))])
        now = await reader.read(workspace, before)
        assert [(kind, msgspec.to_builtins(change)["name"]) for kind, change in differences(before, now)] == [
            ("application", "new-app")
        ]
