"""What every control loop works with: the store, time, the pods' index, events, and a queue of what to look at.

The queue holds each (controller, object) once, however many changes it stands for, as the real controllers' work
queues do: a loop acts on what it observes, not on the change that woke it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from simulator.store import Event, Key, Object, Store
from simulator.world.index import PodIndex
from simulator.world.objects import SAFE_ALPHABET
from simulator.world.recorder import Recorder
from simulator.world.timers import Timers

Mapper = Callable[[Event], Iterable[Key]]


class Controller(Protocol):
    """One control loop."""

    name: str

    def interests(self) -> dict[str, Mapper]:
        """For each resource to hear of: which objects to look at after a change of one."""
        ...

    def reconcile(self, key: Key) -> None:
        """Look at one object and bring it one step nearer to what it should be."""
        ...


class Names:
    """Generated parts of names; a scenario may wish for particular ones."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)
        self._wishes: dict[str, list[str]] = {}

    def wish(self, prefix: str, endings: Iterable[str]) -> None:
        """Use these suffixes, in order, for the next generated names with `prefix`."""
        self._wishes.setdefault(prefix, []).extend(endings)

    def find_wish(self, prefix: str) -> str | None:
        """The next ending wished for a prefix, used up by this."""
        wishes = self._wishes.get(prefix)
        return wishes.pop(0) if wishes else None

    def uid(self) -> str:
        """A uid; with a seed the same ones come again, and with them all that is derived from uids."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def ending(self, prefix: str = "") -> str:
        """Five characters to end a generated name with."""
        return self.find_wish(prefix) or "".join(self._random.choices(SAFE_ALPHABET, k=5))


class Cluster:
    """The parts that control loops share."""

    def __init__(self, store: Store, *, seed: int | None = None) -> None:
        self.store = store
        self.clock = store.clock
        self.timers = Timers(store.clock)
        self.pods = PodIndex(store)
        self.recorder = Recorder(store)
        self.names = Names(seed)
        self._queue: dict[tuple[str, Key], None] = {}

    def now(self) -> datetime:
        """The simulated time."""
        return self.clock.now()

    def look_at(self, controller: str, key: Key, after_seconds: float = 0.0) -> None:
        """Let a controller look at an object, now or later."""
        if after_seconds > 0:
            self.timers.set((controller, key), after_seconds, lambda: self.look_at(controller, key))
        else:
            self._queue[(controller, key)] = None

    def take(self) -> tuple[str, Key] | None:
        """The next (controller, object) to look at."""
        if not self._queue:
            return None
        entry = next(iter(self._queue))
        del self._queue[entry]
        return entry

    def write_status(self, resource: str, obj: Object) -> Object:
        """Store an object whose status changed; its generation stays."""
        return self.store.update(resource, obj, bump_generation=False)


def itself(event: Event) -> Iterable[Key]:
    """Look at the object that changed."""
    return (event.key,)


def controller_key(resource: str, kind: str) -> Mapper:
    """Look at the controlling owner of the object that changed, when it is of a kind."""

    def owners(event: Event) -> Iterable[Key]:
        found = []
        for obj in (event.object, event.previous):
            for reference in (obj or {}).get("metadata", {}).get("ownerReferences") or ():
                if reference.get("controller") and reference["kind"] == kind:
                    key = Key(resource, event.key.namespace, reference["name"])
                    if key not in found:
                        found.append(key)
        return found

    return owners
