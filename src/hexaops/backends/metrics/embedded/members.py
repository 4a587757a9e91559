"""Which application each pod of a cluster belongs to; a pod's owner never changes, so it is looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hexaops.backends.kubernetes.cache import APPLICATION_KINDS, WatchCache
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.metrics.base import Subject


class Member(NamedTuple):
    """A pod and its application."""

    pod: PodRow
    subject: Subject


class Members:
    """The pods of a cluster's applications."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[str, Subject] = {}

    def current(self) -> Mapping[tuple[str, str], Member]:
        """By namespace and name: the pods that there are now."""
        cache, before, found = self._cluster.cache, self._known, {}
        self._known = {}
        shared: dict[Subject, Subject] = {}
        for pod in cache.pods():
            subject = before.get(pod.uid) or _subject(self._cluster.id, cache, pod, shared)
            if subject is not None:
                self._known[pod.uid] = subject
                found[pod.namespace, pod.name] = Member(pod, subject)
        return found


def _subject(cluster_id: str, cache: WatchCache, pod: PodRow, shared: dict[Subject, Subject]) -> Subject | None:
    kind, name = pod.owner_kind, pod.owner_name
    if kind == "ReplicaSet":
        between = cache.find("ReplicaSet", pod.namespace, name)
        if between is None:
            return None
        kind, name = between.owner_kind, between.owner_name
    if kind not in APPLICATION_KINDS:
        return None
    found = Subject(cluster_id, kind, pod.namespace, name)
    return shared.setdefault(found, found)
