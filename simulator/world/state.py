"""The state file: the whole cluster in one JSON document, written aside and moved into place.

A crash at any moment leaves the last whole state. What cannot be seen in the objects (hidden faults, past troubles,
access tokens) stands beside them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from simulator.clock import format_micro_time, parse_time
from simulator.resources import RESOURCES
from simulator.store import Store
from simulator.world.world import World

VERSION = 1


class StateError(Exception):
    """The state file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """A cluster as it was saved."""

    scenario: str
    time: datetime
    document: dict[str, Any]
    tokens: dict[str, str]


def save_state(path: Path, world: World, *, scenario: str, tokens: dict[str, str]) -> None:
    """Write the world's state, readable by its owner alone; on return it is on the disk."""
    store = world.store
    document = {
        "version": VERSION,
        "scenario": scenario,
        "time": format_micro_time(store.clock.now()),
        "resource_version": store.resource_version,
        "tokens": tokens,
        "faults": world.faults.export(),
        "journal": world.journal.export(),
        "objects": {key: store.list(key) for key in dict.fromkeys(resource.key for resource in RESOURCES)},
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    with partial.open("wb") as stream:
        stream.write(msgspec.json.encode(document))
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def find_state(path: Path) -> State | None:
    """The saved state; None when there is none. Raises StateError when it cannot be read."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError) as error:
        raise StateError(f"cannot read the state file {path}: {error}; start with --fresh to begin anew") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise StateError(f"the state file {path} is of another version; start with --fresh to begin anew")
    return State(document["scenario"], parse_time(document["time"]), document, document["tokens"])


def restore_objects(state: State, store: Store) -> None:
    """Put the saved objects into an empty store, under their resourceVersions."""
    objects = [(key, obj) for key, found in state.document["objects"].items() for obj in found]
    store.restore(objects, resource_version=state.document["resource_version"])


def restore_world(state: State, world: World) -> None:
    """Give the world back what is not in the objects."""
    world.faults.restore(state.document["faults"])
    world.journal.restore(state.document["journal"])
