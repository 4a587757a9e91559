"""The default world, lived through once in a process and reopened for each test: three weeks take 0.15 s of CPU."""

from __future__ import annotations

import tempfile
import time
from datetime import datetime
from pathlib import Path

from simulator.world.opening import open_world, reopen_world
from simulator.world.state import State, find_state, save_state
from simulator.world.world import World

MOST_AGE_SECONDS = 20.0
"""Time goes on in a saved world, and tests say when something happened: it is lived through again after this."""
_lived: dict[tuple[int, datetime | None], tuple[float, State]] = {}


def default_world(*, speed: float, seed: int, now: datetime | None = None) -> World:
    """The default scenario as `open_world` makes it, not yet started; with a time of its own (now), as of that time."""
    key = (seed, now)
    made_at, state = _lived.get(key, (0.0, None))
    if state is None or (now is None and time.monotonic() - made_at > MOST_AGE_SECONDS):
        made_at, state = time.monotonic(), _live(seed, now)
        _lived[key] = (made_at, state)
    return reopen_world(state, speed=speed, now=now, seed=seed + 1)  # the names of its pods are taken


def _live(seed: int, now: datetime | None) -> State:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        save_state(path, open_world(speed=0, now=now, seed=seed), scenario="default", tokens={})
        state = find_state(path)
    assert state is not None
    return state
