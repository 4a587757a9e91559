"""Stores Kubernetes events as log lines, each time one is seen, once.

The watch cache already has them. How often an event was stored is kept with its lines, as for a container's log, so a
restart neither loses nor repeats one that the cache still has.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.rows import EventRow
from hexaops.backends.logstores.kubernetes.events import event_line
from hexaops.backends.logstores.kubernetes.reading import Mark
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.access.tenancy import Workspace
from hexaops.features.logs.collecting import MarkedSink
from hexaops.features.workspaces.directory import WorkspaceDirectory

ROUND_SECONDS = 5.0
DAY_NS = 86_400_000_000_000
MOST_AT_ONCE = 500


class EventCollector:
    """Looks at every cluster's events in rounds."""

    def __init__(self, clusters: Clusters, directory: WorkspaceDirectory, sink: MarkedSink) -> None:
        self._clusters = clusters
        self._directory = directory
        self._sink = sink
        self._seen: dict[str, dict[str, EventRow]] = {}
        """By cluster and uid; the cache holds the same rows, so they take no memory of their own."""

    async def round(self) -> None:
        """Store what is new; raises LogStoreError."""
        new = [
            (cluster, event)
            for cluster in self._clusters if cluster.log_source is None
            for event in cluster.cache.events() if not self._has_seen(cluster, event)
        ]  # fmt: skip
        if not new:
            return
        workspaces = await self._directory.list_all()
        days: dict[int, list[tuple[Cluster, EventRow, str]]] = {}
        for cluster, event in reversed(new):
            owner = _owner(cluster, event, workspaces)
            if owner is not None and await self._is_new(cluster, event):
                days.setdefault(_mark(event)[0] // DAY_NS, []).append((cluster, event, owner))
        for found in days.values():
            for at in range(0, len(found), MOST_AT_ONCE):
                await self._store(found[at : at + MOST_AT_ONCE])
        self._seen = {cluster.id: self._seen_of(cluster, new) for cluster in self._clusters}

    def _has_seen(self, cluster: Cluster, event: EventRow) -> bool:
        seen = self._seen.get(cluster.id, {}).get(event.uid)
        return seen is event or (seen is not None and _mark(seen) == _mark(event))

    def _seen_of(self, cluster: Cluster, new: Sequence[tuple[Cluster, EventRow]]) -> dict[str, EventRow]:
        """What was seen before or is new, without what the cache has forgotten."""
        seen = self._seen.get(cluster.id, {}) | {event.uid: event for owner, event in new if owner is cluster}
        known = {event.uid for event in cluster.cache.events()}
        return {uid: event for uid, event in seen.items() if uid in known}

    async def _is_new(self, cluster: Cluster, event: EventRow) -> bool:
        stored = await self._sink.mark_of(_key(cluster, event))
        return stored is None or stored < _mark(event)

    async def _store(self, found: Sequence[tuple[Cluster, EventRow, str]]) -> None:
        lines: list[LogLine] = [event_line(cluster, event, owner) for cluster, event, owner in found]
        await self._sink.append(lines, None, {_key(cluster, event): _mark(event) for cluster, event, _ in found})


def _key(cluster: Cluster, event: EventRow) -> str:
    return f"{cluster.id}/event/{event.uid}"


def _mark(event: EventRow) -> Mark:
    return round(event.last_seen * 1_000_000) * 1000, event.count


def _owner(cluster: Cluster, event: EventRow, workspaces: Sequence[Workspace]) -> str | None:
    namespace = event.involved_namespace
    owners = (
        one.id for one in workspaces
        if one.cluster_id == cluster.id and one.status == "active" and one.owns(namespace)
    )  # fmt: skip
    return next(owners, None)
