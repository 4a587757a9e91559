"""A diagnosis that is kept up to date finds what a whole one of the same objects finds, whatever changed before."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from hexaops.analysis.diagnosis import Finding, Snapshot, diagnose, read_snapshot
from hexaops.analysis.diagnosis.kept import KeptDiagnosis
from hexaops.analysis.diagnosis.live import LiveSnapshot
from hexaops.analysis.diagnosis.model import Ref
from testenv.diagnosis.suite import CONTROLS, FAULTS
from testenv.diagnosis.written import SETS, written

Raw = dict[str, Any]
Name = tuple[str, str, str]


@cache
def _cases() -> list[Callable[[], Raw]]:
    return [
        *(one.snapshot for one in (*FAULTS, *CONTROLS)),
        *(lambda one=one: one.snapshot for name in SETS for one in written(name)),
    ]


def _name(raw: Raw) -> Name:
    return raw["kind"], raw["metadata"].get("namespace", ""), raw["metadata"]["name"]


class Cluster:
    """The objects as a watch would give them, beside the diagnosis that is kept up to date with them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        world = read_snapshot(self._world())
        self.now = world.now
        self.objects: dict[Name, Raw] = {}
        self.logs: dict[str, str] = {}
        self.metrics: Any = None
        self.live = LiveSnapshot(self.now)
        self.kept = KeptDiagnosis(self.live)

    def _world(self) -> Raw:
        return self.random.choice(_cases())()

    def put(self, raw: Raw) -> None:
        """An object is new or changed; what is deleted and made anew comes last, as in a list."""
        self.objects[_name(raw)] = raw
        self.live.put(raw)

    def drop(self, name: Name) -> None:
        """An object is gone."""
        raw = self.objects.pop(name)
        if raw["kind"] == "Event":
            self.live.drop_event(name[1:])
        else:
            self.live.drop(Ref(*name))

    def whole(self) -> list[Finding]:
        """What a diagnosis from nothing finds."""
        return diagnose(Snapshot(self.now, self.objects.values(), logs=self.logs, metrics=self.metrics))

    def steps(self, count: int) -> Iterator[str]:
        """Small changes towards one world after the other; says what each was."""
        while count:
            world = self._world()
            wanted = {_name(raw): raw for raw in world["objects"] if raw.get("metadata", {}).get("name")}
            todo = [("put", name) for name in wanted if self.objects.get(name) != wanted[name]]
            todo += [("drop", name) for name in self.objects if name not in wanted]
            self.random.shuffle(todo)
            for verb, name in todo[: max(5, len(todo) * 2 // 3)]:
                if verb == "put":
                    self.put(wanted[name])
                elif name in self.objects:
                    self.drop(name)
                yield f"{verb} {name}"
                if self.random.random() < 0.1:
                    yield self._other(world)
                count -= 1
                if not count:
                    return

    def _other(self, world: Raw) -> str:
        what = self.random.choice(["time", "logs", "metrics", "change"])
        if what == "time":
            self.now += self.random.choice([5.0, 60.0, 900.0, -600.0])
            self.live.now = self.now
        elif what == "logs":
            self.logs = dict(read_snapshot(world | {"objects": []}).logs)
            self.live.logs = self.logs
        elif what == "metrics":
            self.metrics = self.live.metrics = world.get("metrics")
        else:
            self._mutate()
        return what

    def _mutate(self) -> None:
        """Take something away from an object, at any depth."""
        raw = deepcopy(self.random.choice(list(self.objects.values())))
        at: Any = raw.get(self.random.choice(["spec", "status"])) or raw["metadata"].get("labels") or {}
        while at:
            key = self.random.choice(list(at))
            if isinstance(at[key], dict) and at[key] and self.random.random() < 0.7:
                at = at[key]
                continue
            del at[key]
            break
        self.put(raw)


@pytest.mark.parametrize("seed", range(8))
def test_after_any_changes_it_finds_what_a_whole_diagnosis_finds(seed: int) -> None:
    cluster = Cluster(seed)
    seen = 0
    for at, step in enumerate(cluster.steps(150)):
        if at % 3 == 0:
            found = cluster.whole()
            assert cluster.kept.findings() == found, f"step {at}: {step}"
            seen += len(found)
    assert seen > 20, "a cluster in which nothing is ever wrong proves nothing"


def test_a_change_costs_as_much_as_its_surroundings() -> None:
    cluster = Cluster(0)
    for raw in CONTROLS[0].snapshot()["objects"]:
        cluster.put(raw)
    cluster.kept.findings()
    before = cluster.kept.judged
    pod = deepcopy(next(raw for raw in cluster.objects.values() if raw["kind"] == "Pod"))
    pod["status"]["hostIP"] = "10.9.9.9"
    cluster.put(pod)
    cluster.kept.update()
    changed = cluster.kept.judged - before
    assert 0 < changed < 60
    cluster.put(pod)
    cluster.kept.update()
    assert cluster.kept.judged == before + changed, "what did not change is not judged again"


def _pod(name: str, **labels: str) -> Raw:
    return {"kind": "Pod", "metadata": {"namespace": "shop", "name": name, "labels": labels}, "status": {}}


def test_time_alone_changes_what_is_found() -> None:
    waiting = _pod("web") | {"status": {"phase": "Pending"}}
    waiting["metadata"]["creationTimestamp"] = "1970-01-01T00:00:01Z"
    live = LiveSnapshot(2.0, [waiting])
    kept = KeptDiagnosis(live)
    assert not kept.findings()
    live.now = 600.0
    assert [one.subject.name for one in kept.findings()] == ["web"]


def test_objects_are_found_in_the_order_of_the_snapshot_whatever_changed_last() -> None:
    live = LiveSnapshot(0.0, [_pod("a", tier="db"), _pod("b", tier="web"), _pod("c", tier="web")])
    assert [pod.name for pod in live.selected("shop", {"tier": "web"})] == ["b", "c"]
    live.put(_pod("a", tier="web"))
    assert [pod.name for pod in live.selected("shop", {"tier": "web"})] == ["a", "b", "c"]
    live.drop(Ref("Pod", "shop", "b"))
    assert [pod.name for pod in live.selected("shop", {"tier": "web"})] == ["a", "c"]


def test_a_snapshot_that_nobody_judges_can_be_asked_as_any_other() -> None:
    world = FAULTS[0].snapshot()
    whole = read_snapshot(world)
    live = LiveSnapshot(whole.now, world["objects"])
    live.logs, live.metrics = whole.logs, whole.metrics
    assert diagnose(live) == diagnose(whole)
