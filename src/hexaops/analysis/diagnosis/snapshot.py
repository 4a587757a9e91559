"""A cluster at one moment: its objects by kind, name, owner and node, its events and logs.

Made once for each diagnosis from what the API server returned; all look-ups are then by dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Evidence, Ref
from hexaops.analysis.diagnosis.objects import Obj, Raw, dig, items, mapping, number, seconds, text
from hexaops.analysis.diagnosis.selectors import matches, matches_labels

T = TypeVar("T")
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


EventId = tuple[str, str]
"""Namespace and name."""


class SnapshotError(ValueError):
    """The input is no snapshot."""


class Index(NamedTuple):
    """A way to find objects: by the keys that a function gives each of them."""

    name: str
    kinds: tuple[str, ...]
    keys: Callable[[Obj], Iterable[Hashable]]
    members_only: bool = False
    """Whether readers look at which objects there are, and not into them."""


TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "ReplicaSet", "Job", "Pod")
"""Kinds with a pod template, and Pods; what nothing controls of these is a workload."""


def _owner_of(one: Obj) -> Iterable[Hashable]:
    owner = one.controller()
    return (Ref(text(owner, "kind"), one.namespace, text(owner, "name")),) if owner else ()


def _presumed_owner_of(one: Obj) -> Iterable[Hashable]:
    """The Deployment or CronJob above a pod's ReplicaSet or Job, by the name that it gives them."""
    owner = one.controller()
    above = _MADE_BY.get(text(owner, "kind"))
    return (Ref(above, one.namespace, text(owner, "name").rpartition("-")[0]),) if above else ()


def _at(*path: str) -> Callable[[Obj], Iterable[Hashable]]:
    def keys(one: Obj) -> Iterable[Hashable]:
        value = one.text(*path)
        return (value,) if value else ()

    return keys


_MADE_BY = {"ReplicaSet": "Deployment", "Job": "CronJob"}
_PODS = ("Pod",)
_PODS_BY_OWNER = Index("pods by owner", _PODS, _owner_of)
_SETS_BY_OWNER = Index("sets by owner", ("ReplicaSet", "Job"), _owner_of)
_PODS_BY_PRESUMED_OWNER = Index("pods by presumed owner", _PODS, _presumed_owner_of)
_PODS_BY_NAMESPACE = Index("pods by namespace", _PODS, lambda one: (one.namespace,))
_PODS_BY_NODE = Index("pods by node", _PODS, _at("spec", "nodeName"))
_PODS_BY_ADDRESS = Index("pods by address", _PODS, _at("status", "podIP"))
_PODS_BY_REASON = Index("pods by reason", _PODS, _at("status", "reason"))
_PODS_BY_LABEL = Index("pods by label", _PODS, lambda one: [(one.namespace, *pair) for pair in one.labels.items()])
_WORKLOADS = Index("workloads", TEMPLATED, lambda one: () if one.controller() else (one.namespace, None))
"""By namespace, and all of them under None."""


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
        self._of_metrics: dict[Callable[[object], Any], Any] = {}
        self.unread = unread
        """Kinds that were not read: nothing of such a kind is ever called missing."""
        self.other_nodes = other_nodes
        """Nodes that count where room is counted, and are not reported on."""
        self._by_kind: dict[str, dict[Ref, Obj]] = defaultdict(dict)
        self._by_ref: dict[Ref, Obj] = {}
        self._indexes: dict[Index, dict[Hashable, dict[Ref, Obj]]] = {}
        self._events: dict[Ref, dict[EventId, Event]] = defaultdict(dict)
        self._events_by_reason: dict[str, dict[EventId, Event]] = defaultdict(dict)
        self._warnings: dict[EventId, Event] = {}
        for raw in objects:
            if raw.get("kind") == "Event":
                self._add_event(self._event_id(raw), event_of(raw, self.now))
            else:
                self._add(Obj(raw))

    def _add(self, one: Obj) -> None:
        if one.kind and one.name:
            self._by_kind[one.kind][one.ref] = one
            self._by_ref[one.ref] = one

    def _event_id(self, raw: Raw) -> EventId:
        name = text(raw, "metadata", "name")
        return (text(raw, "metadata", "namespace"), name or f"#{len(self._warnings)}.{id(raw)}")

    def _add_event(self, at: EventId, event: Event) -> None:
        self._events[event.about][at] = event
        self._events_by_reason[event.reason][at] = event
        if event.warning:
            self._warnings[at] = event

    def of(self, *kinds: str) -> list[Obj]:
        """All objects of these kinds."""
        return [one for kind in kinds for one in self._by_kind.get(kind, _NO_OBJECTS).values()]

    def each(self, *kinds: str) -> Iterable[Obj]:
        """The objects of these kinds for a rule that judges one after the other.

        What a rule finds before it asks for the next object is about this one, and only depends on what it looked up
        meanwhile: a judgement that is kept up to date asks again for those objects alone whose surroundings changed.
        """
        return self.of(*kinds)

    def each_object(self) -> Iterable[Obj]:
        """Every object but events, in the same way."""
        return self._by_ref.values()

    def each_named(self, refs: Iterable[Ref]) -> Iterable[Obj]:
        """Those of the named objects that there are, in the same way."""
        return [one for ref in refs if (one := self._by_ref.get(ref)) is not None]

    def find(self, kind: str, namespace: str, name: str) -> Obj | None:
        """One object; None when the snapshot does not hold it."""
        return self.at(Ref(kind, namespace, name))

    def at(self, ref: Ref) -> Obj | None:
        """The same by reference."""
        return self._by_ref.get(ref)

    def has(self, kind: str) -> bool:
        """Whether the snapshot holds any object of the kind: what it does not hold cannot be called missing."""
        return bool(self._by_kind.get(kind))

    def lacks(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the object is missing for certain: others of its kind are there and it is not."""
        return self.has(kind) and self.find(kind, namespace, name) is None

    def indexed(self, index: Index, key: Hashable) -> list[Obj]:
        """The objects with this key, in the order of the snapshot."""
        found = self._index(index).get(key)
        return list(found.values()) if found else []

    def first(self, index: Index, key: Hashable) -> Obj | None:
        """The first object with this key."""
        return next(iter(self._index(index).get(key, _NO_OBJECTS).values()), None)

    def grouped(self, index: Index) -> list[tuple[Any, list[Obj]]]:
        """Every key of the index with its objects."""
        return [(key, list(found.values())) for key, found in self._index(index).items() if found]

    def _index(self, index: Index) -> dict[Hashable, dict[Ref, Obj]]:
        made = self._indexes.get(index)
        if made is None:
            made = self._indexes[index] = {}
            only, *others = index.kinds
            for ref, one in (self._by_ref if others else self._by_kind.get(only, _NO_OBJECTS)).items():
                if one.kind in index.kinds:
                    for key in index.keys(one):
                        made.setdefault(key, {})[ref] = one
        return made

    def age(self, at: float | None) -> float:
        """Seconds since then; without a time, a very long time."""
        return self.now - at if at is not None else 1e12

    def events(self, ref: Ref, *reasons: str, within: float = RECENT_SECONDS) -> list[Event]:
        """Recent events about an object, newest first; `reasons` narrows them."""
        kept = self._events.get(ref)
        if not kept:
            return []
        found = [
            one for one in kept.values() if self.now - one.last <= within and (not reasons or one.reason in reasons)
        ]
        return sorted(found, key=lambda one: -one.last)

    def warnings(self) -> Iterable[Event]:
        """Every event that is a warning."""
        return self._warnings.values()

    def events_because(self, reason: str, *, within: float) -> list[Event]:
        """Recent events of this reason about anything."""
        return [one for one in self._events_by_reason.get(reason, {}).values() if self.now - one.last <= within]

    def log(self, pod: Obj, container: str) -> str:
        """The container's log, the run before the current one first; empty when the snapshot has none."""
        key = f"{pod.namespace}/{pod.name}/{container}"
        parts = (self.logs.get(f"{key}/previous", ""), self.logs.get(key, ""))
        return "\n".join(part for part in parts if part)

    def of_metrics(self, work: Callable[[object], T]) -> T:
        """What is worked out from the metrics, once for each kind of work."""
        if work not in self._of_metrics:
            self._of_metrics[work] = work(self.metrics)
        made: T = self._of_metrics[work]
        return made

    def leads(self, pod: Obj, owner: Ref) -> bool:
        """Whether it is the first of its controller's pods: the one that stands for all of them."""
        return self.first(_PODS_BY_OWNER, owner) is pod

    def owned_pods(self, owner: Ref) -> list[Obj]:
        """The pods that this very object controls."""
        return self.indexed(_PODS_BY_OWNER, owner)

    def owned_sets(self, owner: Ref) -> list[Obj]:
        """The ReplicaSets of a Deployment, the Jobs of a CronJob."""
        return self.indexed(_SETS_BY_OWNER, owner)

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
        owners = [workload.ref, *[one.ref for one in self.owned_sets(workload.ref)]]
        owners += self._unseen_owners(workload)
        return [pod for owner in owners for pod in self.owned_pods(owner)]

    def _unseen_owners(self, workload: Obj) -> list[Ref]:
        """ReplicaSets and Jobs that only their pods name, where the workload must have made them."""
        found: dict[Ref, bool] = {}
        for pod in self.indexed(_PODS_BY_PRESUMED_OWNER, workload.ref):
            owner = pod.controller()
            ref = Ref(text(owner, "kind"), pod.namespace, text(owner, "name"))
            if ref not in found:
                found[ref] = self.at(ref) is None and self._beyond(pod, owner) is workload
        return [ref for ref, unseen in found.items() if unseen]

    def pods_in(self, namespace: str) -> list[Obj]:
        """The pods of a namespace."""
        return self.indexed(_PODS_BY_NAMESPACE, namespace)

    def pods_on(self, node: str) -> list[Obj]:
        """The pods that a node runs."""
        return self.indexed(_PODS_BY_NODE, node)

    def pods_at(self, address: str) -> list[Obj]:
        """The pods with this IP address."""
        return self.indexed(_PODS_BY_ADDRESS, address)

    def pods_because(self, reason: str) -> list[Obj]:
        """The pods whose status has this reason."""
        return self.indexed(_PODS_BY_REASON, reason)

    def selected(self, namespace: str, labels: Raw) -> list[Obj]:
        """Pods of a namespace that have all of these labels; none for an empty selector."""
        if not labels or not all(isinstance(value, str) for value in labels.values()):
            return []
        keys = [(namespace, *pair) for pair in labels.items()]
        index = self._index(_PODS_BY_LABEL)
        rarest = min(keys, key=lambda key: len(index.get(key, _NO_OBJECTS)))
        return [pod for pod in self.indexed(_PODS_BY_LABEL, rarest) if matches_labels(labels, pod.labels)]

    def matching(self, namespace: str, selector: object) -> list[Obj]:
        """Pods of a namespace that a LabelSelector selects."""
        exact = mapping(selector, "matchLabels")
        pods = self.selected(namespace, exact) if exact else self.pods_in(namespace)
        return [pod for pod in pods if matches(selector, pod.labels)]

    def workloads(self, namespace: str | None = None) -> list[Obj]:
        """Objects with a pod template that nothing else controls."""
        return self.indexed(_WORKLOADS, namespace)


_NO_OBJECTS: dict[Ref, Obj] = {}


def event_of(raw: Raw, now: float) -> Event:
    """An Event of either API group; one without any time counts as seen `now`."""
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
    last = next((at for at in map(seconds, stamps) if at is not None), now)
    count = number(raw, "series", "count") or number(raw, "count") or number(raw, "deprecatedCount") or 1
    message = text(raw, "message") or text(raw, "note")
    return Event(ref, text(raw, "reason"), message, raw.get("type") == "Warning", count, last, first or last)


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
