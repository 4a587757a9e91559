"""A cluster at one moment: its objects by kind, name, owner and node, its events and logs.

Made once for each diagnosis from what the API server returned; all look-ups are then by dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Evidence, Ref
from hexaops.analysis.diagnosis.objects import Obj, Raw, dig, items, mapping, number, seconds, text
from hexaops.analysis.diagnosis.selectors import matches, matches_labels

RECENT_SECONDS = 3600.0
"""How long a cluster keeps events by default; rules that have no state to go by look back less."""
_CLUSTER_KINDS = frozenset({"Node", "PersistentVolume", "StorageClass", "Namespace"})


class Event(Struct, frozen=True):
    """A core/v1 or events.k8s.io/v1 Event."""

    about: Ref
    reason: str
    message: str
    warning: bool
    count: int
    last: float
    first: float

    @property
    def evidence(self) -> Evidence:
        """It as evidence."""
        times = f" ({self.count} times)" if self.count > 1 else ""
        return Evidence("event", self.about, f"{self.reason}: {self.message}{times}")


class SnapshotError(ValueError):
    """The input is no snapshot."""


class Snapshot:
    """The objects of one cluster, indexed."""

    def __init__(
        self,
        now: float,
        objects: Iterable[Raw],
        *,
        logs: Mapping[str, str] | None = None,
        metrics: object = None,
        unread: Set[str] = frozenset(),
        other_nodes: Set[str] = frozenset(),
    ) -> None:
        self.now = now
        self.logs = logs or {}
        self.metrics = metrics
        self.unread = unread
        """Kinds that were not read: nothing of such a kind is ever called missing."""
        self.other_nodes = other_nodes
        """Nodes that count where room is counted, and are not reported on."""
        self._by_kind: dict[str, list[Obj]] = defaultdict(list)
        self._by_ref: dict[Ref, Obj] = {}
        self._events: dict[Ref, list[Event]] = defaultdict(list)
        for raw in objects:
            if raw.get("kind") == "Event":
                self._add_event(raw)
            else:
                self._add(Obj(raw))

    def _add(self, one: Obj) -> None:
        if one.kind and one.name:
            self._by_kind[one.kind].append(one)
            self._by_ref[one.ref] = one

    def _add_event(self, raw: Raw) -> None:
        about = dig(raw, "involvedObject") or dig(raw, "regarding") or {}
        kind = text(about, "kind")
        home = "" if kind in _CLUSTER_KINDS else text(raw, "metadata", "namespace")
        ref = Ref(kind, text(about, "namespace") or home, text(about, "name"))
        first = seconds(text(raw, "firstTimestamp") or text(raw, "deprecatedFirstTimestamp") or text(raw, "eventTime"))
        stamps = (
            text(raw, "series", "lastObservedTime"),
            text(raw, "lastTimestamp"),
            text(raw, "deprecatedLastTimestamp"),
            text(raw, "eventTime"),
            text(raw, "metadata", "creationTimestamp"),
        )
        last = next((at for at in map(seconds, stamps) if at is not None), self.now)
        count = number(raw, "series", "count") or number(raw, "count") or number(raw, "deprecatedCount") or 1
        message = text(raw, "message") or text(raw, "note")
        event = Event(ref, text(raw, "reason"), message, raw.get("type") == "Warning", count, last, first or last)
        self._events[ref].append(event)

    def of(self, *kinds: str) -> list[Obj]:
        """All objects of these kinds."""
        return [one for kind in kinds for one in self._by_kind.get(kind, ())]

    def all(self) -> Iterable[Obj]:
        """Every object but events."""
        return self._by_ref.values()

    def find(self, kind: str, namespace: str, name: str) -> Obj | None:
        """One object; None when the snapshot does not hold it."""
        return self._by_ref.get(Ref(kind, namespace, name))

    def at(self, ref: Ref) -> Obj | None:
        """The same by reference."""
        return self._by_ref.get(ref)

    def has(self, kind: str) -> bool:
        """Whether the snapshot holds any object of the kind: what it does not hold cannot be called missing."""
        return kind in self._by_kind

    def lacks(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the object is missing for certain: others of its kind are there and it is not."""
        return self.has(kind) and self.find(kind, namespace, name) is None

    def age(self, at: float | None) -> float:
        """Seconds since then; without a time, a very long time."""
        return self.now - at if at is not None else 1e12

    def events(self, ref: Ref, *reasons: str, within: float = RECENT_SECONDS) -> list[Event]:
        """Recent events about an object, newest first; `reasons` narrows them."""
        found = [
            one
            for one in self._events.get(ref, ())
            if self.now - one.last <= within and (not reasons or one.reason in reasons)
        ]
        return sorted(found, key=lambda one: -one.last)

    def all_events(self) -> Iterable[Event]:
        """Every event."""
        for found in self._events.values():
            yield from found

    def events_because(self, reason: str, *, within: float) -> list[Event]:
        """Recent events of this reason about anything."""
        return [one for one in self._events_by_reason.get(reason, ()) if self.now - one.last <= within]

    @cached_property
    def _events_by_reason(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = defaultdict(list)
        for one in self.all_events():
            found[one.reason].append(one)
        return found

    def log(self, pod: Obj, container: str) -> str:
        """The container's log, the run before the current one first; empty when the snapshot has none."""
        key = f"{pod.namespace}/{pod.name}/{container}"
        parts = (self.logs.get(f"{key}/previous", ""), self.logs.get(key, ""))
        return "\n".join(part for part in parts if part)

    @cached_property
    def pods_by_owner(self) -> dict[Ref, list[Obj]]:
        """Pods by the object that controls them."""
        found: dict[Ref, list[Obj]] = defaultdict(list)
        for pod in self.of("Pod"):
            owner = pod.controller()
            if owner:
                found[Ref(text(owner, "kind"), pod.namespace, text(owner, "name"))].append(pod)
        return found

    @cached_property
    def sets_by_owner(self) -> dict[Ref, list[Obj]]:
        """ReplicaSets by Deployment, Jobs by CronJob."""
        found: dict[Ref, list[Obj]] = defaultdict(list)
        for one in self.of("ReplicaSet", "Job"):
            owner = one.controller()
            if owner:
                found[Ref(text(owner, "kind"), one.namespace, text(owner, "name"))].append(one)
        return found

    def workload(self, one: Obj) -> Obj:
        """The object at the top of the chain of controllers that the snapshot holds."""
        for _ in range(4):
            owner = one.controller()
            above = self.find(text(owner, "kind"), one.namespace, text(owner, "name")) if owner else None
            if above is None:
                return self._beyond(one, owner) or one
            one = above
        return one

    def _beyond(self, one: Obj, owner: Raw) -> Obj | None:
        """The Deployment or CronJob whose ReplicaSet or Job is not in the snapshot: by the name that it gives them."""
        kind, above_name = text(owner, "kind"), text(owner, "name").rpartition("-")[0]
        if kind == "ReplicaSet":
            found = self.find("Deployment", one.namespace, above_name)
            return found if found and matches(found.get("spec", "selector"), one.labels) else None
        return self.find("CronJob", one.namespace, above_name) if kind == "Job" else None

    def pods_of(self, workload: Obj) -> list[Obj]:
        """The pods of a workload, through its ReplicaSets or Jobs."""
        owners = [workload.ref, *[one.ref for one in self.sets_by_owner.get(workload.ref, ())]]
        owners += self._unseen_owners.get(workload.ref, ())
        return [pod for owner in owners for pod in self.pods_by_owner.get(owner, ())]

    @cached_property
    def _unseen_owners(self) -> dict[Ref, list[Ref]]:
        """ReplicaSets and Jobs that only their pods name, by the workload that must have made them."""
        found: dict[Ref, list[Ref]] = defaultdict(list)
        for owner, pods in self.pods_by_owner.items():
            if owner.kind in {"ReplicaSet", "Job"} and owner not in self._by_ref:
                above = self._beyond(pods[0], pods[0].controller())
                if above is not None:
                    found[above.ref].append(owner)
        return found

    @cached_property
    def _pods_by_namespace(self) -> dict[str, list[Obj]]:
        found: dict[str, list[Obj]] = defaultdict(list)
        for pod in self.of("Pod"):
            found[pod.namespace].append(pod)
        return found

    def pods_in(self, namespace: str) -> list[Obj]:
        """The pods of a namespace."""
        return self._pods_by_namespace.get(namespace, [])

    def selected(self, namespace: str, labels: Raw) -> list[Obj]:
        """Pods of a namespace that have all of these labels; none for an empty selector."""
        if not labels or not all(isinstance(value, str) for value in labels.values()):
            return []
        candidates = min((self._pods_by_label.get((namespace, *pair), []) for pair in labels.items()), key=len)
        return [pod for pod in candidates if matches_labels(labels, pod.labels)]

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str, Any], list[Obj]]:
        found: dict[tuple[str, str, Any], list[Obj]] = defaultdict(list)
        for pod in self.of("Pod"):
            for key, value in pod.labels.items():
                found[pod.namespace, key, value].append(pod)
        return found

    def matching(self, namespace: str, selector: object) -> list[Obj]:
        """Pods of a namespace that a LabelSelector selects."""
        exact = mapping(selector, "matchLabels")
        pods = self.selected(namespace, exact) if exact else self.pods_in(namespace)
        return [pod for pod in pods if matches(selector, pod.labels)]

    def workloads(self, namespace: str | None = None) -> list[Obj]:
        """Objects with a pod template that nothing else controls."""
        if namespace is not None:
            return self._workloads.get(namespace, [])
        return [one for found in self._workloads.values() for one in found]

    @cached_property
    def _workloads(self) -> dict[str, list[Obj]]:
        found: dict[str, list[Obj]] = defaultdict(list)
        for one in self.of("Deployment", "StatefulSet", "DaemonSet", "CronJob"):
            found[one.namespace].append(one)
        for one in self.of("ReplicaSet", "Job", "Pod"):
            if not one.controller():
                found[one.namespace].append(one)
        return found


def read_snapshot(raw: object) -> Snapshot:
    """A snapshot from its JSON (DECISIONS: `now`, `objects`, `logs`, optional `metrics`); raises SnapshotError."""
    if not isinstance(raw, Mapping):
        raise SnapshotError("a snapshot is a JSON object")
    now = seconds(text(raw, "now"))
    if now is None:
        raise SnapshotError("`now` must be an RFC 3339 time")
    listed = raw.get("objects")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise SnapshotError("`objects` must be a list of Kubernetes objects")
    return Snapshot(
        now,
        _flat(listed),
        logs=_logs(raw.get("logs")),
        metrics=raw.get("metrics"),
        unread=_names(raw, "unread"),
        other_nodes=_names(raw, "other_nodes"),
    )


def _names(raw: Mapping[str, Any], field: str) -> frozenset[str]:
    given = raw.get(field) or ()
    if not isinstance(given, Mapping | Sequence) or isinstance(given, str):
        raise SnapshotError(f"`{field}` must be a list of names")
    return frozenset(one for one in given if isinstance(one, str))


def _flat(listed: Sequence[Any]) -> Iterable[Raw]:
    """The objects, with those of lists (`PodList`, `List`) in their place."""
    for one in listed:
        if not isinstance(one, Mapping) or not isinstance(one.get("kind"), str):
            raise SnapshotError("each of `objects` must be an object with `kind` and `metadata`")
        if one["kind"].endswith("List") and "items" in one:
            kind, api = one["kind"].removesuffix("List"), one.get("apiVersion")
            yield from ({"kind": kind, "apiVersion": api, **part} for part in items(one, "items"))
        else:
            yield one


def _logs(raw: object) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise SnapshotError("`logs` must be an object of texts by namespace/pod/container")
    found: dict[str, str] = {}
    for key, value in raw.items():
        if isinstance(value, Mapping):
            found |= {
                f"{key}/previous" if part == "previous" else str(key): _lines(lines) for part, lines in value.items()
            }
        else:
            found[str(key)] = _lines(value)
    return found


def _lines(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "\n".join(line if isinstance(line, str) else text(line, "message") for line in value)
    return ""
