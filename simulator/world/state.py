"""The state file: the whole cluster in one JSON document, written aside and moved into place.

A crash at any moment leaves the last whole state. What cannot be seen in the objects (hidden faults, past troubles,
access tokens) stands beside them.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from simulator.clock import format_micro_time, parse_time
from simulator.resources import EXTENSIONS, RESOURCES
from simulator.store import Object, Store
from simulator.world.world import World

VERSION = 1
_SHARED_PARTS = {
    "metadata": ("labels", "managedFields", "ownerReferences"),
    "spec": ("containers", "tolerations", "volumes"),
}
"""Parts of a pod that are mostly the same in all pods of a workload."""


class StateError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class State(msgspec.Struct):
    """A cluster as it was saved. Objects stay bytes until they are needed: one by one takes a quarter of the memory."""

    version: int
    scenario: str
    time: str
    resource_version: int
    tokens: dict[str, str]
    faults: dict[str, list[list[str]]]
    journal: list[list[str]]
    objects: dict[str, list[msgspec.Raw]]

    @property
    def saved_at(self) -> datetime:
        """The simulated time when it was saved."""
        return parse_time(self.time)


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
        "objects": {
            key: store.list(key) for key in dict.fromkeys(resource.key for resource in (*RESOURCES, *EXTENSIONS))
        },
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
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"cannot read the state file {path}: {error}") from error
    try:
        version = msgspec.json.decode(content, type=_Versioned).version
        if version != VERSION:
            raise StateError(f"the state file {path} is of another version; start with --fresh to begin anew")
        return msgspec.json.decode(content, type=State)
    except msgspec.DecodeError as error:
        raise StateError(f"cannot read the state file {path}: {error}; start with --fresh to begin anew") from error


class _Versioned(msgspec.Struct):
    version: int


def restore_objects(state: State, store: Store) -> None:
    """Put the saved objects into an empty store, under their resourceVersions."""
    with _without_collection():
        store.restore(_decoded(state), resource_version=state.resource_version)


def restore_world(state: State, world: World) -> None:
    """Give the world back what is not in the objects."""
    world.faults.restore(state.faults)
    world.journal.restore(state.journal)


def _decoded(state: State) -> Iterator[tuple[str, Object]]:
    known: dict[bytes, Any] = {}
    for resource, found in state.objects.items():
        for raw in found:
            obj = msgspec.json.decode(raw)
            if resource == "pods":
                _share(obj, known)
            yield resource, obj


def _share(pod: Object, known: dict[bytes, Any]) -> None:
    for section, parts in _SHARED_PARTS.items():
        for part in parts:
            if part in pod[section]:
                value = pod[section][part]
                pod[section][part] = known.setdefault(msgspec.json.encode(value), value)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hundreds of thousands of new dicts that all stay make the cyclic collector run for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
