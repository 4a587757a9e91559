"""All applications of one cluster, kept current by the watch: computed per change, not per request.

A change marks the application that it touches; the next question computes the marked ones again, and those whose
start has meanwhile taken too long. With 1,000 applications a question therefore costs a walk over ready values.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.backends.kubernetes.cache import APPLICATION_KINDS, WatchCache, WorkloadKind
from hexaops.backends.kubernetes.rows import PodRow, WorkloadRow
from hexaops.backends.kubernetes.table import Change
from hexaops.kit.clock import Clock
from hexaops.kit.ids import stable_id

Key = tuple[str, str, str]
"""Namespace, name, kind: also the order in which applications are listed."""


class ApplicationIndex:
    """Applications by namespace and id."""

    def __init__(self, cache: WatchCache, *, cluster_id: str, clock: Clock) -> None:
        self._cache = cache
        self._cluster_id = cluster_id
        self._clock = clock
        self._found: dict[str, dict[Key, Application]] = {}
        self._listed: dict[str, Sequence[Application]] = {}
        """Sorted applications of a namespace, cached until one changes."""
        self._keys: dict[str, Key] = {}
        self._changed: set[Key] = {_key(row) for row in cache.workloads()}
        self._rechecks: list[tuple[float, Key]] = []
        cache.subscribe(self._note)

    def namespaces(self) -> list[str]:
        """Namespaces that hold applications, by name."""
        self._refresh()
        return sorted(self._found)

    def owned(self, owns: Callable[[str], bool]) -> list[Application]:
        """The applications of the namespaces that are owned, by namespace and name."""
        self._refresh()
        return [one for name in sorted(self._found) if owns(name) for one in self._in_namespace(name)]

    def _in_namespace(self, namespace: str) -> Sequence[Application]:
        """Its applications, by name."""
        listed = self._listed.get(namespace)
        if listed is None:
            held = self._found.get(namespace, {})
            listed = self._listed[namespace] = tuple(held[key] for key in sorted(held))
        return listed

    def find(self, application_id: str) -> Application | None:
        """The application with this id, in any namespace."""
        self._refresh()
        key = self._keys.get(application_id)
        return self._found[key[0]][key] if key else None

    def _note(self, change: Change) -> None:
        self._changed.update(self._touched(change))

    def _touched(self, change: Change) -> Iterator[Key]:
        row = change.row
        if change.kind in APPLICATION_KINDS:
            yield _key(row)
        elif isinstance(row, PodRow):
            yield from self._owner(row)
        elif change.kind == "ReplicaSet" and change.type != "MODIFIED":
            # Its pods now belong to the owner, or no longer do.
            yield from _named(row.namespace, cast(WorkloadRow, row).owner_kind, cast(WorkloadRow, row).owner_name)

    def _owner(self, pod: PodRow) -> Iterator[Key]:
        if pod.owner_kind != "ReplicaSet":
            yield from _named(pod.namespace, pod.owner_kind, pod.owner_name)
        elif between := self._cache.find("ReplicaSet", pod.namespace, pod.owner_name):
            yield from _named(pod.namespace, between.owner_kind, between.owner_name)

    def _refresh(self) -> None:
        now = self._known_until()
        while self._rechecks and self._rechecks[0][0] <= now:
            self._changed.add(heapq.heappop(self._rechecks)[1])
        changed, self._changed = self._changed, set()
        for key in changed:
            self._compute(key, now)

    def _known_until(self) -> float:
        """Now, or the last read while pods cannot be read: time passing must not worsen what is unseen."""
        now = self._clock.now().timestamp()
        pods = self._cache.status("Pod").get("Pod")
        if pods is not None and pods.error is not None and pods.as_of is not None:
            return min(now, pods.as_of.timestamp())
        return now

    def _compute(self, key: Key, now: float) -> None:
        namespace, name, kind = key
        self._listed.pop(namespace, None)
        row = self._cache.find(cast(WorkloadKind, kind), namespace, name)
        application_id = stable_id("app-", self._cluster_id, namespace, kind, name)
        if row is None:
            held = self._found.get(namespace, {})
            held.pop(key, None)
            if not held:
                self._found.pop(namespace, None)
            self._keys.pop(application_id, None)
            return
        pods = self._cache.pods_of(row.uid)
        application = application_of(row, pods, application_id=application_id, now=now)
        self._found.setdefault(namespace, {})[key] = application
        self._keys[application_id] = key
        if application.recheck_at is not None:
            heapq.heappush(self._rechecks, (application.recheck_at, key))


def _named(namespace: str, kind: str, name: str) -> Iterator[Key]:
    if kind in APPLICATION_KINDS:
        yield namespace, name, kind


def _key(row: object) -> Key:
    assert isinstance(row, WorkloadRow)
    return row.namespace, row.name, row.kind
