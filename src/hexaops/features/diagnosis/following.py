"""One workspace's objects and their diagnosis, kept from one question to the next.

Only kinds that have changed since are listed again, by what the watch cache knows of them, and only what their changes
touch is judged again. The objects stay in memory for that, so it is for workspaces that are not large.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from msgspec import Struct

from hexaops.analysis.diagnosis.kept import KeptDiagnosis
from hexaops.analysis.diagnosis.live import LiveSnapshot
from hexaops.analysis.diagnosis.model import Finding, Ref
from hexaops.analysis.diagnosis.objects import Raw, text
from hexaops.analysis.insights.hardening import Posture, posture_of
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesError, KubernetesNotFoundError
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.features.diagnosis.listing import Fence, Listed, list_kinds, typed
from hexaops.kit.garbage import collection_paused
from hexaops.kit.timeout import Timeout

MOST_OBJECTS = 2000
"""Of one workspace; more are not kept."""
MOST_IN_ALL = 4000
UNWATCHED_SECONDS = 60.0
"""Kinds that are not watched are listed again after so long."""
MOST_SINGLE = 10
"""So many changed objects of a kind are asked for one by one, more by a list."""
_BY_THEIR_CONTENT = frozenset({"Event", "Namespace"})
"""Kinds of which the objects themselves say whether a workspace may see them."""
REFUSED_SECONDS = 10.0
"""What could not be listed is asked for again after so long."""
WATCHED_SECONDS = 600.0
"""Those that are watched, even if no change has been seen: a watch that is silent must not hide things for good."""
Key = tuple[str, str, str]


class _Kind(Struct, frozen=True):
    """What was listed of one kind, and when."""

    revision: int | None
    """Of the watch cache, before it was listed; None where it does not say."""
    listed_at: float
    listed: Listed


class Follower:
    """One workspace's; used by one at a time."""

    def __init__(self, cluster: Cluster, fence: Fence) -> None:
        self.cluster, self.fence = cluster, fence
        self.objects = 0
        self._kinds: dict[str, _Kind] = {}
        self._kept: KeptDiagnosis | None = None
        self._held: dict[Key, Raw] = {}

    async def list_changed(self, kinds: Sequence[Kind], now: float, limit: Timeout) -> Listed:
        """Everything there is, of which only the kinds that may have changed are asked for; `now` is monotonic."""
        revisions = {kind.name: _revision(self.cluster, kind) for kind in kinds}
        due = [kind for kind in kinds if self._is_due(kind, revisions[kind.name], now)]
        due = [kind for kind in due if not await self._mended(kind, revisions[kind.name], now, limit)]
        found = await list_kinds(self.cluster, self.fence, due, limit)
        by_kind: dict[str, list[Raw]] = {kind.name: [] for kind in due}
        for one in found.objects:
            by_kind[text(one, "kind")].append(one)
        for kind in due:
            listed = Listed(by_kind[kind.name], _only(found.missing, kind), _only(found.refused, kind))
            self._kinds[kind.name] = _Kind(revisions[kind.name], now, listed)
        names = {kind.name for kind in kinds}
        for name in self._kinds.keys() - names:
            del self._kinds[name]
        parts = [self._kinds[kind.name].listed for kind in kinds]
        return Listed(
            [one for part in parts for one in part.objects],
            {name: why for part in parts for name, why in part.missing.items()},
            {name: why for part in parts for name, why in part.refused.items()},
        )

    def judge(self, now: float, listed: Listed, usage: object, hidden: Set[str]) -> tuple[list[Finding], Posture]:
        """The findings of these objects at a time."""
        with collection_paused():
            live = self._updated(now, listed.objects)
            live.metrics, live.unread, live.other_nodes = usage, frozenset(listed.missing), hidden
            assert self._kept is not None
            return self._kept.findings(), posture_of(live)

    def _updated(self, now: float, objects: Sequence[Raw]) -> LiveSnapshot:
        current = dict(_keyed(objects))
        self.objects = len(current)
        if self._kept is None:
            live = LiveSnapshot(now, current.values())
            self._kept = KeptDiagnosis(live)
        else:
            live = self._kept.snapshot
            live.now = now
            for key in self._held.keys() - current.keys():
                if key[0] == "Event":
                    live.drop_event(key[1:])
                else:
                    live.drop(Ref(*key))
            for key, raw in current.items():
                if self._held.get(key) is not raw:
                    live.put(raw)
        self._held = current
        return live

    async def _mended(self, kind: Kind, revision: int | None, now: float, limit: Timeout) -> bool:
        """Ask for the few objects that have changed instead of all of the kind; whether that was possible."""
        held = self._kinds.get(kind.name)
        if held is None or held.listed.missing or held.revision is None or kind.name in _BY_THEIR_CONTENT:
            return False
        if revision is None or now - held.listed_at >= WATCHED_SECONDS:
            return False
        rows = [one for one in self.cluster.cache.table(kind.name).all() if self._may_see(kind, one.namespace)]
        versions = {(one.namespace, one.name): one.resource_version for one in rows}
        known = {_place(one): one for one in held.listed.objects if _place(one) in versions}
        changed = [key for key in versions if key not in known or _version(known[key]) != versions[key]]
        if len(changed) > MOST_SINGLE:
            return False
        for namespace, name in changed:
            try:
                raw = await self.cluster.reader.get(kind, namespace, name, timeout=limit)
            except KubernetesNotFoundError:
                known.pop((namespace, name), None)
            except KubernetesError:  # a list says why it cannot be read
                return False
            else:
                known[namespace, name] = typed(raw, kind)
        self._kinds[kind.name] = _Kind(revision, held.listed_at, Listed([*known.values()], {}, {}))
        return True

    def _may_see(self, kind: Kind, namespace: str) -> bool:
        return not kind.namespaced or self.fence.may_see(namespace)

    def _is_due(self, kind: Kind, revision: int | None, now: float) -> bool:
        held = self._kinds.get(kind.name)
        if held is None or (held.listed.missing and now - held.listed_at >= REFUSED_SECONDS):
            return True
        watched = revision is not None and held.revision is not None
        least = WATCHED_SECONDS if watched else UNWATCHED_SECONDS
        return revision != held.revision or now - held.listed_at >= least


class Followers:
    """Those of the process: the least recently used is given up where there are too many objects."""

    def __init__(self) -> None:
        self._held: dict[str, Follower] = {}

    def take(self, cluster: Cluster, fence: Fence) -> Follower:
        """The workspace's, until it is given back: work that is broken off leaves none behind that is half done."""
        held = self._held.pop(fence.workspace.id, None)
        return held if held and held.cluster is cluster and held.fence == fence else Follower(cluster, fence)

    def give(self, one: Follower) -> None:
        """For the next time."""
        self._held[one.fence.workspace.id] = one
        while sum(held.objects for held in self._held.values()) > MOST_IN_ALL:
            del self._held[next(iter(self._held))]


def _place(one: Raw) -> tuple[str, str]:
    return text(one, "metadata", "namespace"), text(one, "metadata", "name")


def _version(one: Raw) -> str:
    return text(one, "metadata", "resourceVersion")


def _revision(cluster: Cluster, kind: Kind) -> int | None:
    status = cluster.cache.status(kind.name).get(kind.name)
    certain = status is not None and status.synced and status.available and not status.error
    return status.revision if status is not None and certain else None


def _only(reasons: object, kind: Kind) -> dict[str, str]:
    return {kind.name: reasons[kind.name]} if isinstance(reasons, dict) and kind.name in reasons else {}


def _keyed(objects: Iterable[Raw]) -> Iterable[tuple[Key, Raw]]:
    for one in objects:
        yield (text(one, "kind"), text(one, "metadata", "namespace"), text(one, "metadata", "name")), one
