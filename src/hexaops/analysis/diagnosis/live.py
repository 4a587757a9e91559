"""A snapshot of a cluster that changes, which notes what is looked up while something is judged.

A change to an object touches the look-ups that find it, before and after: by name, kind, owner, labels, node,
namespace, address. `kept.py` judges again what was judged from one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import Obj, Raw
from hexaops.analysis.diagnosis.snapshot import RECENT_SECONDS, Event, EventId, Index, Snapshot, T, event_of

Key = tuple[Hashable, ...]
Table = dict[Hashable, dict[Ref, Obj]]
Order = tuple[int, int, int]
"""Where an object comes in a judge's walk: which loop, which kind of it, which object."""
ANY = "*"
"""Stands for every kind, in `Walk.kinds`."""
_CLOCK: Key = ("clock",)
_METRICS: Key = ("metrics",)
_LOGS: Key = ("logs",)
_WARNINGS: Key = ("warnings",)


class Walk:
    """One judge at work: which object it is at, and what it looks up for each."""

    def __init__(self, only: frozenset[Ref] | None) -> None:
        self.only = only
        """The objects to judge; None: all of them."""
        self.subject: Ref | None = None
        self.order: Order = (0, 0, 0)
        self.kinds: set[str] = set()
        """What it asks for one by one."""
        self.reads: dict[Ref | None, set[Key]] = {None: set()}
        self.note = self.reads[None].add
        self._loops = 0

    def over(self, kinds: Iterable[str], candidates: Iterable[tuple[int, int, Obj]]) -> Iterator[Obj]:
        """The candidates that are to be judged, each the subject until the next is asked for."""
        self.kinds.update(kinds)
        self._loops += 1
        loop = self._loops
        for group, place, one in candidates:
            self.subject, self.order = one.ref, (loop, group, place)
            found: set[Key] = set()
            self.note = found.add
            yield one
            if found:
                self.reads.setdefault(one.ref, set()).update(found)
        self.subject, self.order = None, (loop + 1, 0, 0)
        self.note = self.reads[None].add


class LiveSnapshot(Snapshot):
    """The objects of one cluster, kept up to date."""

    def __init__(
        self,
        now: float,
        objects: Iterable[Raw] = (),
        *,
        unread: Set[str] = frozenset(),
        other_nodes: Set[str] = frozenset(),
    ) -> None:
        self.walk: Walk | None = None
        self.touched: set[Key] = set()
        """Look-ups that would not find the same any more, since somebody last emptied this."""
        self.changed: set[Ref] = set()
        self._places: dict[Ref, int] = {}
        self._next = 0
        self._now = now
        self._logs: Mapping[str, str] = {}
        self._metrics: object = None
        self._known_events: dict[EventId, Event] = {}
        super().__init__(now, objects, unread=unread, other_nodes=other_nodes)

    def _note(self, *key: Hashable) -> None:
        if self.walk is not None:
            self.walk.note(key)

    # What rules read.

    @property
    def now(self) -> float:
        """The time that ages count from."""
        self._note(*_CLOCK)
        return self._now

    @now.setter
    def now(self, value: float) -> None:
        self._now = value
        self.touched.add(_CLOCK)

    @property
    def logs(self) -> Mapping[str, str]:
        """Logs by container."""
        self._note(*_LOGS)
        return self._logs

    @logs.setter
    def logs(self, value: Mapping[str, str]) -> None:
        before, self._logs = self._logs, value
        differing = [key for key in {*before, *value} if before.get(key) != value.get(key)]
        if differing:
            self.touched.add(_LOGS)
            self.touched.update(("log", key.removesuffix("/previous")) for key in differing)

    @property
    def metrics(self) -> object:
        """What was measured."""
        self._note(*_METRICS)
        return self._metrics

    @metrics.setter
    def metrics(self, value: object) -> None:
        if value != self._metrics:
            self._metrics = value
            self._of_metrics = {}
            self.touched.add(_METRICS)

    def of(self, *kinds: str) -> list[Obj]:
        """All objects of these kinds."""
        for kind in kinds:
            self._note("kind", kind)
        return super().of(*kinds)

    def each(self, *kinds: str) -> Iterable[Obj]:
        """The objects of these kinds that are to be judged."""
        if self.walk is None:
            return super().of(*kinds)
        return self.walk.over(kinds, self._candidates(self.walk, kinds))

    def _candidates(self, walk: Walk, kinds: tuple[str, ...]) -> list[tuple[int, int, Obj]]:
        if walk.only is None:
            return [
                (at, self._places[one.ref], one)
                for at, kind in enumerate(kinds)
                for one in super(LiveSnapshot, self).of(kind)
            ]
        some = [self._by_ref[ref] for ref in walk.only if ref.kind in kinds and ref in self._by_ref]
        return sorted(((kinds.index(one.kind), self._places[one.ref], one) for one in some), key=_in_order)

    def each_object(self) -> Iterable[Obj]:
        """The objects that are to be judged, of any kind."""
        if self.walk is None:
            return self._by_ref.values()
        wanted = self._by_ref if self.walk.only is None else [ref for ref in self.walk.only if ref in self._by_ref]
        placed = sorted(((0, self._places[ref], self._by_ref[ref]) for ref in wanted), key=_in_order)
        return self.walk.over((ANY,), placed)

    def each_named(self, refs: Iterable[Ref]) -> Iterable[Obj]:
        """Those of the named objects that are to be judged."""
        if self.walk is None:
            return super().each_named(refs)
        named = list(refs)
        only = self.walk.only
        placed = [
            (0, at, self._by_ref[ref])
            for at, ref in enumerate(named)
            if ref in self._by_ref and (only is None or ref in only)
        ]
        return self.walk.over({ref.kind for ref in named}, placed)

    def at(self, ref: Ref) -> Obj | None:
        """One object by reference."""
        self._note("ref", ref)
        return self._by_ref.get(ref)

    def has(self, kind: str) -> bool:
        """Whether there is any object of the kind."""
        self._note("has", kind)
        return super().has(kind)

    def indexed(self, index: Index, key: Hashable) -> list[Obj]:
        """The objects with this key, in the order of the snapshot."""
        self._note(index.name, key)
        return super().indexed(index, key)

    def first(self, index: Index, key: Hashable) -> Obj | None:
        """The first object with this key."""
        self._note(index.name, key, "members")
        return super().first(index, key)

    def grouped(self, index: Index) -> list[tuple[Hashable, list[Obj]]]:
        """Every key of the index with its objects."""
        self._note(index.name)
        return sorted(super().grouped(index), key=lambda group: self._places[group[1][0].ref])

    def events(self, ref: Ref, *reasons: str, within: float = RECENT_SECONDS) -> list[Event]:
        """Recent events about an object, newest first."""
        self._note("events", ref)
        return super().events(ref, *reasons, within=within)

    def warnings(self) -> Iterable[Event]:
        """Every event that is a warning."""
        self._note(*_WARNINGS)
        return super().warnings()

    def events_because(self, reason: str, *, within: float) -> list[Event]:
        """Recent events of this reason about anything."""
        self._note("reason", reason)
        return super().events_because(reason, within=within)

    def log(self, pod: Obj, container: str) -> str:
        """The container's log."""
        key = f"{pod.namespace}/{pod.name}/{container}"
        self._note("log", key)
        parts = (self._logs.get(f"{key}/previous", ""), self._logs.get(key, ""))
        return "\n".join(part for part in parts if part)

    def of_metrics(self, work: Callable[[object], T]) -> T:
        """What is worked out from the metrics."""
        self._note(*_METRICS)
        return super().of_metrics(work)

    # What a watch says.

    def put(self, raw: Raw) -> None:
        """An object as it is now, new or changed."""
        if raw.get("kind") == "Event":
            self.drop_event(self._event_id(raw))
            self._add_event(self._event_id(raw), event_of(raw, self._now))
            return
        one = Obj(raw)
        before = self._by_ref.get(one.ref)
        if one.name and (before is None or before.raw != raw):
            self._add(one)
            self._reindex(before, one)

    def drop(self, ref: Ref) -> None:
        """An object that is gone."""
        before = self._by_ref.pop(ref, None)
        if before is not None:
            del self._by_kind[ref.kind][ref], self._places[ref]
            self._reindex(before, None)

    def drop_event(self, at: EventId) -> None:
        """An event that is forgotten."""
        event = self._known_events.pop(at, None)
        if event is not None:
            self._events[event.about].pop(at)
            self._events_by_reason[event.reason].pop(at)
            self._warnings.pop(at, None)
            self._touch_event(event)

    def _add(self, one: Obj) -> None:
        if one.ref not in self._places:
            self._places[one.ref] = self._next
            self._next += 1
        super()._add(one)

    def _add_event(self, at: EventId, event: Event) -> None:
        super()._add_event(at, event)
        self._known_events[at] = event
        self._touch_event(event)

    def _touch_event(self, event: Event) -> None:
        self.touched |= {("events", event.about), ("reason", event.reason)}
        if event.warning:
            self.touched.add(_WARNINGS)

    def _reindex(self, before: Obj | None, after: Obj | None) -> None:
        one = after or before
        assert one is not None
        self.changed.add(one.ref)
        self.touched |= {("ref", one.ref), ("kind", one.kind)}
        if (before is None or after is None) and len(self._by_kind[one.kind]) == (after is not None):
            self.touched.add(("has", one.kind))
        for index, table in self._indexes.items():
            if one.kind in index.kinds:
                self._reindex_in(index, table, before, after)

    def _reindex_in(self, index: Index, table: Table, before: Obj | None, after: Obj | None) -> None:
        old = set(index.keys(before)) if before else set()
        new = set(index.keys(after)) if after else set()
        for key in old - new:
            assert before is not None
            del table[key][before.ref]
        for key in new:
            assert after is not None
            found = table.setdefault(key, {})
            found[after.ref] = after
            if before is not None and key not in old:  # it comes before those that are younger
                table[key] = dict(sorted(found.items(), key=lambda item: self._places[item[0]]))
        members = old ^ new
        self.touched.update((index.name, key, "members") for key in members)
        self.touched.update((index.name, key) for key in (members if index.members_only else old | new))
        if members:
            self.touched.add((index.name,))


def _in_order(placed: tuple[int, int, Obj]) -> tuple[int, int]:
    return placed[:2]
