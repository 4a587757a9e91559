"""Logs: repeatable, bounded, following a container through its runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from simulator.status import BadRequest, NotFound
from simulator.store import Object
from simulator.world.objects import is_ready
from simulator.world.scenarios import shop
from simulator.world.scenarios.manifests import App
from simulator.world.voices import VOICES, find_voice
from tests.simulator.world.stage import Stage, make_app


def started(stage: Stage) -> Object:
    """The only pod of a running application."""
    app = make_app(replicas=1)
    stage.deploy(app)
    stage.advance(120)
    return stage.pods(app)[0]


def test_lines_are_ordered_and_repeatable(stage: Stage) -> None:
    name = started(stage)["metadata"]["name"]
    first = stage.world.logs.lines("team", name, "shop")
    assert first == sorted(first, key=lambda line: line[0])
    assert first == stage.world.logs.lines("team", name, "shop")
    assert "shop started" in first[0][1]
    stage.advance(60)
    later = stage.world.logs.lines("team", name, "shop")
    assert later[: len(first)] == first
    assert len(later) > len(first)
    assert later[-1][0] <= stage.store.clock.now()


def test_tail_and_since(stage: Stage) -> None:
    name = started(stage)["metadata"]["name"]
    everything = stage.world.logs.lines("team", name, "shop")
    assert stage.world.logs.lines("team", name, "shop", tail=3) == everything[-3:]
    assert stage.world.logs.lines("team", name, "shop", tail=0) == []
    since = stage.store.clock.now() - timedelta(seconds=60)
    assert stage.world.logs.lines("team", name, "shop", since) == [line for line in everything if line[0] >= since]


def test_previous_run(stage: Stage) -> None:
    pod = started(stage)
    name = pod["metadata"]["name"]
    with pytest.raises(BadRequest, match="previous terminated container"):
        stage.world.logs.lines("team", name, "shop", previous=True)
    stage.break_pod(pod, "crash-loop")
    stage.advance(1.5)
    stage.break_pod(pod, None)
    stage.advance(60)
    before = stage.world.logs.lines("team", name, "shop", previous=True)
    assert "cannot continue" in before[-1][1]
    now = stage.world.logs.lines("team", name, "shop")
    assert now[0][0] > before[-1][0]
    assert not any("cannot continue" in text for _, text in now)


def test_killed_for_memory_has_no_last_words(stage: Stage) -> None:
    pod = started(stage)
    stage.break_pod(pod, "out-of-memory")
    stage.advance(30)
    lines = stage.world.logs.lines("team", pod["metadata"]["name"], "shop", previous=True)
    assert not any("cannot continue" in text for _, text in lines)


def test_what_cannot_be_read(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app)
    stage.advance(0.1)
    name = stage.names(app)[0]
    with pytest.raises(BadRequest, match=f'container "shop" in pod "{name}" is waiting to start: ContainerCreating'):
        stage.world.logs.lines("team", name, "shop")
    with pytest.raises(BadRequest, match="container side is not valid for pod"):
        stage.world.logs.lines("team", name, "side")
    with pytest.raises(NotFound):
        stage.world.logs.lines("team", "nobody", "shop")


async def test_follow_goes_on_until_the_pod_goes(stage: Stage) -> None:
    pod = started(stage)
    name = pod["metadata"]["name"]
    read: list[str] = []

    async def follow() -> None:
        async for _, text in stage.world.logs.follow("team", name, "shop", tail=1):
            read.append(text)

    task = asyncio.ensure_future(follow())
    for _ in range(60):
        stage.advance(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert len(read) > 3
    assert len(set(read)) == len(read)
    stage.store.delete("pods", "team", name)
    stage.advance(1)
    await asyncio.wait_for(task, 60)


@pytest.mark.parametrize("app", shop.APPS, ids=lambda app: app.name)
def test_every_application_has_its_own_voice(shop_stage: Stage, app: App) -> None:
    pod = next(pod for pod in shop_stage.pods(app) if is_ready(pod))
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    assert shop_stage.world.logs.lines(namespace, name, app.name, tail=20)


def test_a_voice_for_every_image() -> None:
    assert find_voice(None, "nginx:1.25") is VOICES["nginx"]
    assert find_voice(None, "registry.example.com/x/postgres:15") is VOICES["postgres"]
    assert find_voice("unheard", "something/else:1") is VOICES["plain"]
