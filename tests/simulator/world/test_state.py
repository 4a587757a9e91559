"""What was saved comes back whole: objects, versions, hidden faults, the past that logs tell of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulator.resources import RESOURCES
from simulator.server.garbage import GarbageCollector
from simulator.status import Expired
from simulator.store import Store
from simulator.world.objects import is_ready
from simulator.world.opening import check_scenario, reopen_world
from simulator.world.scenarios import shop
from simulator.world.state import StateError, find_state, save_state
from tests.simulator.world.stage import NOON, Stage, make_app

TOKENS = {"admin": "a", "reader": "r", "writer": "w"}


def reopened(stage: Stage, path: Path, *, later: float = 0.0) -> Stage:
    """The stage saved, and opened again so many seconds later; not yet started."""
    save_state(path, stage.world, scenario="default", tokens=TOKENS)
    state = find_state(path)
    assert state is not None
    assert state.tokens == TOKENS
    world = reopen_world(state, speed=0, now=stage.store.clock.now() + timedelta(seconds=later))
    GarbageCollector(world.store)
    return Stage(world)


def everything(store: Store) -> dict[str, object]:
    """All objects by resource."""
    return {key: store.list(key) for key in {resource.key for resource in RESOURCES}}


def test_comes_back_the_same(shop_stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    again = reopened(shop_stage, path)
    assert everything(again.store) == everything(shop_stage.store)
    assert again.store.resource_version == shop_stage.store.resource_version
    assert again.world.faults.export() == shop_stage.world.faults.export()
    assert again.world.journal.export() == shop_stage.world.journal.export()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["state.json"]
    with pytest.raises(Expired):
        again.store.events_after(shop_stage.store.resource_version - 1)


def test_logs_and_usage_are_those_of_before(shop_stage: Stage, tmp_path: Path) -> None:
    api = shop_stage.pods(shop.API_SERVICE)[0]
    name = api["metadata"]["name"]
    again = reopened(shop_stage, tmp_path / "state.json")
    before = shop_stage.world.logs.lines("backend", name, "api-service", tail=200)
    assert again.world.logs.lines("backend", name, "api-service", tail=200) == before
    assert again.world.usage.pod(api) == shop_stage.world.usage.pod(api)


def test_goes_on_living(shop_stage: Stage, tmp_path: Path) -> None:
    again = reopened(shop_stage, tmp_path / "state.json", later=3600)
    again.world.start()
    again.advance(600)
    assert again.ready(shop.DATABASE_APP) == 2
    assert again.ready(shop.WEB_APP) == 3
    again.restart(shop.DATABASE_APP)
    again.advance(30)
    assert again.ready(shop.DATABASE_APP) == 3


def test_comes_back_in_the_middle_of_an_update(stage: Stage, tmp_path: Path) -> None:
    app = make_app()
    stage.deploy(app)
    stage.advance(20)
    stage.set_image(app, "shop:2.0")
    stage.advance(2.5)
    assert not all(is_ready(pod) for pod in stage.pods(app))
    again = reopened(stage, tmp_path / "state.json")
    again.world.start()
    again.advance(30)
    assert again.ready(app) == 3
    assert {pod["spec"]["containers"][0]["image"] for pod in again.pods(app, leaving=True)} == {"shop:2.0"}


def test_time_never_goes_back(stage: Stage, tmp_path: Path) -> None:
    stage.advance(7200)
    save_state(tmp_path / "state.json", stage.world, scenario="empty", tokens={})
    state = find_state(tmp_path / "state.json")
    assert state is not None
    assert reopen_world(state, speed=0, now=NOON).store.clock.now() >= NOON + timedelta(seconds=7200)


def test_absent_and_broken_files(tmp_path: Path) -> None:
    assert find_state(tmp_path / "none.json") is None
    broken = tmp_path / "broken.json"
    broken.write_text('{"version": 1, "obj')
    with pytest.raises(StateError, match="start with --fresh"):
        find_state(broken)
    broken.write_text('{"version": 99}')
    with pytest.raises(StateError, match="another version"):
        find_state(broken)


@pytest.mark.parametrize("scenario", ["", "shop", "generated", "generated:0", "generated:x", "generated:50001"])
def test_unknown_scenarios(scenario: str) -> None:
    with pytest.raises(ValueError, match="unknown scenario"):
        check_scenario(scenario)
