"""Opens a world by its scenario's name: a fresh one, or the saved state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from simulator.clock import SimulationClock
from simulator.server.garbage import GarbageCollector
from simulator.store import Store
from simulator.world.scenarios import default, shop
from simulator.world.scenarios.base import make_cluster
from simulator.world.scenarios.generated import generate
from simulator.world.state import State, restore_objects, restore_world
from simulator.world.world import World

SCENARIOS = ("default", "empty", "generated:N")


def open_world(
    scenario: str = "default", *, speed: float = 1.0, now: datetime | None = None, seed: int | None = None
) -> World:
    """A new world at a time (now), not yet started: `start` it, and `run` it or `advance` it.

    With speed 0 its time stands still unless it is advanced. Raises ValueError for an unknown scenario.
    """
    moment = now or datetime.now(UTC)
    if scenario == "default":
        return _open_default(moment, speed, seed)
    store = Store(SimulationClock(speed=speed, start=moment))
    if scenario == "empty":
        make_cluster(store)
    else:
        generate(store, pods=_pods(scenario), seed=seed or 1)
    store.compact()
    return World(store, seed=seed)


def reopen_world(state: State, *, speed: float = 1.0, now: datetime | None = None, seed: int | None = None) -> World:
    """A saved world, not yet started. Time has passed as on the wall, and never goes back."""
    moment = max(now or datetime.now(UTC), state.saved_at)
    store = Store(SimulationClock(speed=speed, start=moment))
    restore_objects(state, store)
    is_default = state.scenario == "default"
    world = World(store, **(shop.MANNERS if is_default else {}), seed=seed)
    restore_world(state, world)
    return world


def check_scenario(scenario: str) -> str:
    """The scenario's name, when there is such a one. Raises ValueError."""
    if scenario not in ("default", "empty"):
        _pods(scenario)
    return scenario


def _open_default(moment: datetime, speed: float, seed: int | None) -> World:
    store = Store(SimulationClock(speed=speed, start=moment - timedelta(seconds=default.AGE_SECONDS)))
    world = World(store, **shop.MANNERS, seed=seed)
    garbage = GarbageCollector(store)
    world.start(periodic=False)
    default.live_through(world)
    world.stop()
    garbage.close()
    store.compact()
    return world


def _pods(scenario: str) -> int:
    kind, _, count = scenario.partition(":")
    if kind != "generated" or not count.isdigit() or not 0 < int(count) <= 50_000:
        raise ValueError(f"unknown scenario {scenario!r}; known: {', '.join(SCENARIOS)} (N from 1 to 50000)")
    return int(count)
