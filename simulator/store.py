"""The cluster's objects, in memory, with the semantics that etcd and the API machinery give them.

One event loop, no threads. Every write that changes something takes the next resourceVersion, lands in the history
(watches and consistent pages read it) and is told to the subscribers in order, synchronously; a subscriber may write
in its callback, the events of that write follow after the current one. Objects get their defaults and are kept and
handed out as they are: treat them as read-only and copy before changing. The dependents of a deleted owner are
deleted by `simulator.server.garbage`, which the server part owns.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.clock import SimulationClock, format_time
from simulator.defaults import with_defaults
from simulator.resources import find_resource
from simulator.status import MODIFIED, AlreadyExists, Conflict, Expired, NotFound

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Where an object lives; namespace is empty when it is cluster-scoped."""

    resource: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one object; `previous` is what was there before it."""

    type: str
    key: Key
    object: Object
    resource_version: int
    previous: Object | None


Callback = Callable[[Event], None]
Place = tuple[str, str]
Places = list[Place]
Events = list[Event]


class Store:
    """Objects by resource (`pods`, `deployments.apps`), namespace and name."""

    def __init__(self, clock: SimulationClock | None = None, *, history_limit: int = 10_000) -> None:
        self.clock = clock or SimulationClock()
        self.resource_version = 1
        self.compacted = 1
        self.history_limit = history_limit
        self._objects: dict[str, dict[Place, Object]] = {}
        self._places: dict[str, Places] = {}
        self._history: Events = []
        self._subscribers: dict[int, Callback] = {}
        self._pending: deque[Event] = deque()
        self._dispatching = False

    def get(self, resource: str, namespace: str, name: str) -> Object:
        """The object. Raises NotFound."""
        found = self.find(resource, namespace, name)
        if found is None:
            raise NotFound(resource, name)
        return found

    def find(self, resource: str, namespace: str, name: str) -> Object | None:
        """The object, or None."""
        return self._objects.get(resource, {}).get((namespace, name))

    def list(self, resource: str, namespace: str | None = None) -> list[Object]:
        """All objects of a resource, or those of one namespace, by namespace and name."""
        objects = self._objects.get(resource, {})
        return [objects[place] for place in self._range(resource, namespace)]

    def count(self, resource: str) -> int:
        """How many objects of a resource there are."""
        return len(self._objects.get(resource, ()))

    def create(self, resource: str, obj: Object, *, dry_run: bool = False) -> Object:
        """Add an object; sets uid, creationTimestamp, resourceVersion, generation. Raises AlreadyExists."""
        metadata = dict(obj.get("metadata") or {})
        namespace, name = metadata.get("namespace") or "", metadata["name"]
        if self.find(resource, namespace, name) is not None:
            raise AlreadyExists(resource, name)
        kind = find_resource(resource)
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata.setdefault("creationTimestamp", format_time(self.clock.now()))
        if kind is not None and kind.has_generation:
            metadata.setdefault("generation", 1)
        created = with_defaults(resource, {**_type_of(resource, obj), **obj, "metadata": metadata})
        if dry_run:
            return created
        return self._write("ADDED", Key(resource, namespace, name), created, None)

    def update(
        self, resource: str, obj: Object, *, bump_generation: bool | None = None, dry_run: bool = False
    ) -> Object:
        """Replace an object; a resourceVersion or uid in it is a precondition.

        A write that changes nothing keeps the resourceVersion. The generation grows when the spec changes, or as
        `bump_generation` says. An object on its way out whose last finalizer goes is removed. Raises NotFound,
        Conflict.
        """
        metadata = dict(obj["metadata"])
        key = Key(resource, metadata.get("namespace") or "", metadata["name"])
        old = self.get(resource, key.namespace, key.name)
        was = old["metadata"]
        _check_preconditions(key, was, metadata.get("uid"), metadata.get("resourceVersion"))
        for field in (
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
        ):
            if field in was:
                metadata[field] = was[field]
            else:
                metadata.pop(field, None)
        metadata["resourceVersion"] = was["resourceVersion"]
        updated = with_defaults(resource, {**_type_of(resource, obj), **obj, "metadata": metadata})
        if "generation" in was:
            grows = updated.get("spec") != old.get("spec") if bump_generation is None else bump_generation
            updated["metadata"]["generation"] = was["generation"] + bool(grows)
        if updated == old:
            return old
        if dry_run:
            return updated
        leaving = "deletionTimestamp" in was and not was.get("deletionGracePeriodSeconds")
        if leaving and not _holds(key, updated):
            return self._write("DELETED", key, updated, old)
        return self._write("MODIFIED", key, updated, old)

    def delete(
        self,
        resource: str,
        namespace: str,
        name: str,
        *,
        uid: str | None = None,
        resource_version: str | None = None,
        grace_seconds: int = 0,
        finalizer: str = "",
        dry_run: bool = False,
    ) -> Object | None:
        """Remove an object, or start to.

        With finalizers or a grace period it gets a deletionTimestamp and stays. Returns the object that stays, or
        None when it is gone. A kubelet ends a grace period by deleting again with grace 0; `finalizer` is added to
        those that hold the object. Raises NotFound, Conflict.
        """
        key = Key(resource, namespace, name)
        old = self.get(resource, namespace, name)
        was = old["metadata"]
        _check_preconditions(key, was, uid, resource_version)
        if finalizer and finalizer not in was.get("finalizers", ()):
            was = {**was, "finalizers": [*was.get("finalizers", ()), finalizer]}
        if not grace_seconds and not _holds(key, {**old, "metadata": was}):
            if not dry_run:
                self._write("DELETED", key, {**old, "metadata": dict(was)}, old)
            return None
        sooner = grace_seconds < was.get("deletionGracePeriodSeconds", 0) or "deletionTimestamp" not in was
        if not sooner and was is old["metadata"]:
            return old
        metadata = dict(was)
        metadata["deletionTimestamp"] = format_time(self.clock.now() + timedelta(seconds=grace_seconds))
        metadata["deletionGracePeriodSeconds"] = grace_seconds
        if "generation" in was and "deletionTimestamp" not in was:
            metadata["generation"] = was["generation"] + 1
        leaving = {**old, "metadata": metadata}
        if resource == "namespaces":
            leaving["status"] = {**old.get("status", {}), "phase": "Terminating"}
        return leaving if dry_run else self._write("MODIFIED", key, leaving, old)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call `callback` with every later event, in order; returns how to end that."""
        number = max(self._subscribers, default=0) + 1
        self._subscribers[number] = callback
        return lambda: self._subscribers.pop(number, None) and None

    def events_after(self, resource_version: int) -> Events:
        """The kept events later than a resourceVersion. Raises Expired when some of them are no longer kept."""
        if resource_version < self.compacted:
            raise Expired(f"too old resource version: {resource_version} ({self.compacted})")
        # Every resourceVersion has exactly one event, so its place follows from the number.
        return self._history[resource_version - self.compacted :]

    def restore(self, objects: Iterable[tuple[str, Object]], *, resource_version: int) -> None:
        """Fill an empty store with (resource, object) as they were; nothing older than `resource_version` is known."""
        for resource, obj in objects:
            place = (obj["metadata"].get("namespace") or "", obj["metadata"]["name"])
            self._objects.setdefault(resource, {})[place] = obj
        self._places = {resource: sorted(found) for resource, found in self._objects.items()}
        self.resource_version = self.compacted = resource_version

    def compact(self, resource_version: int | None = None) -> None:
        """Forget the history up to a resourceVersion, by default all of it."""
        upto = self.resource_version if resource_version is None else min(resource_version, self.resource_version)
        if upto > self.compacted:
            del self._history[: upto - self.compacted]
            self.compacted = upto

    def iterate_at(
        self, resource: str, namespace: str | None, resource_version: int, after: Place | None = None
    ) -> Iterator[Object]:
        """Objects as they were at a resourceVersion, by namespace and name, behind a place. Raises Expired."""
        overlay: dict[Place, Object | None] = {}
        for event in reversed(self.events_after(resource_version)):
            if event.key.resource == resource:
                overlay[(event.key.namespace, event.key.name)] = event.previous
        places = self._range(resource, namespace, after)
        objects = self._objects.get(resource, {})
        lost = [
            place
            for place, previous in overlay.items()
            if previous is not None
            and place not in objects
            and (namespace is None or place[0] == namespace)
            and (after is None or place > after)
        ]
        for place in sorted(places + lost) if lost else places:
            found = overlay[place] if place in overlay else objects[place]
            if found is not None:
                yield found

    def _range(self, resource: str, namespace: str | None, after: Place | None = None) -> Places:
        places = self._places.get(resource, [])
        start = 0 if namespace is None else bisect_left(places, (namespace, ""))
        stop = len(places) if namespace is None else bisect_left(places, (namespace + "\0", ""))
        if after is not None:
            start = max(start, bisect_left(places, (after[0], after[1] + "\0")))
        return places[start:stop]

    def _write(self, kind: str, key: Key, obj: Object, previous: Object | None) -> Object:
        self.resource_version += 1
        obj["metadata"]["resourceVersion"] = str(self.resource_version)
        place = (key.namespace, key.name)
        objects = self._objects.setdefault(key.resource, {})
        places = self._places.setdefault(key.resource, [])
        if kind == "DELETED":
            del objects[place]
            del places[bisect_left(places, place)]
        else:
            objects[place] = obj
            if previous is None:
                insort(places, place)
        event = Event(kind, key, obj, self.resource_version, previous)
        self._history.append(event)
        if len(self._history) > self.history_limit * 2:
            self.compact(self.resource_version - self.history_limit)
        self._dispatch(event)
        return obj

    def _dispatch(self, event: Event) -> None:
        self._pending.append(event)
        if self._dispatching:
            return
        self._dispatching = True
        try:
            while self._pending:
                current = self._pending.popleft()
                for callback in tuple(self._subscribers.values()):
                    callback(current)
        finally:
            self._dispatching = False


def _type_of(resource: str, obj: Object) -> Object:
    kind = find_resource(resource)
    if kind is None:
        return {}
    return {"apiVersion": obj.get("apiVersion") or kind.api_version, "kind": obj.get("kind") or kind.kind}


def _holds(key: Key, obj: Object) -> bool:
    """Whether finalizers keep a deleted object; a namespace has those of its spec too."""
    if obj["metadata"].get("finalizers"):
        return True
    return key.resource == "namespaces" and bool((obj.get("spec") or {}).get("finalizers"))


def _check_preconditions(key: Key, was: Object, uid: str | None, resource_version: str | None) -> None:
    if uid and uid != was["uid"]:
        raise Conflict(
            key.resource,
            key.name,
            f"Precondition failed: UID in precondition: {uid}, UID in object meta: {was['uid']}",
        )
    if resource_version and resource_version != was["resourceVersion"]:
        raise Conflict(key.resource, key.name, MODIFIED)
