"""Which container is read next: nobody waits for ever, whoever writes much or is in trouble waits less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.logs.schedule import Schedule
from tests.analysis.applications.rows import fill, pod, take, workload
from tests.serving import CLUSTER_ID, START, unwatched_cluster


def _workspace(*namespaces: str, workspace_id: str = "ws-1") -> Workspace:
    return Workspace(
        id=workspace_id, name="", plan="shared", cluster_id=CLUSTER_ID, status="active", namespaces={*namespaces},
        excluded=set(), policy=WorkspacePolicy(), timezone="UTC", created_at=START,
    )  # fmt: skip


class Load:
    """Containers of one cluster that write so many lines a second, and a schedule that reads them in rounds."""

    def __init__(self, per_second: float | None = 10.0) -> None:
        self.cluster = unwatched_cluster()
        self.schedule = Schedule(Clusters([self.cluster]), per_second)
        self.workspaces = [_workspace("prod")]
        self.now = 1000.0
        self.writing: dict[str, float] = {}
        self.waiting: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()

    def add(self, name: str, containers: int, *, lines: float = 0.0, **fields: Any) -> None:
        """A pod whose containers are named after it."""
        names = tuple(f"{name}-{number}" for number in range(containers))
        fill(self.cluster.cache, [pod(workload("prod", "web"), name=name, container_names=names, **fields)])
        self.writing |= dict.fromkeys(names, lines)

    def run(self, seconds: int, *, hurried: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Rounds of two seconds; reads of each container."""
        self.reads.clear()
        for _ in range(seconds // 2):
            self.now += 2
            self.schedule.look(self.workspaces, self.now)
            for one in self.schedule.due(self.now, frozenset(), hurried=hurried())[: self.schedule.allowance(self.now)]:
                name = one.source.container
                self.reads[name] += 1
                elapsed = self.now - one.seen_at if one.read else 2.0
                one.settle(one.source, self.now, int(self.writing[name] * elapsed), more=False)
        return self.reads

    def shown(self) -> set[str]:
        """Pods that the schedule knows."""
        self.schedule.look(self.workspaces, self.now)
        found = self.schedule.due(self.now + 1e6, frozenset(), hurried=False)
        return {one.source.pod.name for one in found}


def test_none_waits_for_ever_behind_those_in_trouble_and_those_that_write_much() -> None:
    load = Load()  # ten a second, where those in trouble alone want 15
    load.add("failing", 30, lines=100, ready=False)
    load.add("busy", 10, lines=100)
    load.add("silent", 20)
    load.run(120)
    reads = load.run(1800)
    failing, busy, silent = (
        [count for name, count in reads.items() if name.startswith(kind)] for kind in ("failing", "busy", "silent")
    )
    assert min(failing) > max(busy) > 0
    assert min(busy) > max(silent)
    assert len(silent) == 20
    assert sum(reads.values()) == 1800 * 10


def test_with_more_containers_than_requests_those_that_write_more_are_read_more_often() -> None:
    load = Load()
    load.add("much", 10, lines=10)
    load.add("some", 50, lines=0.5)
    load.add("little", 500, lines=0.02)
    load.run(300)
    reads = load.run(300)
    some = sum(reads[f"some-{number}"] for number in range(50)) / 50
    assert sum(reads[f"much-{number}"] for number in range(10)) / 10 > 3 * some
    assert some > 2 * sum(reads[f"little-{number}"] for number in range(500)) / 500
    assert min(reads[f"little-{number}"] for number in range(500)) >= 1


def test_new_containers_do_not_hold_up_those_known_to_write_much() -> None:
    load = Load()
    load.add("much", 5, lines=50)
    load.run(60)
    load.add("new", 400)
    reads = load.run(20)
    assert min(reads[f"much-{number}"] for number in range(5)) >= 5
    assert sum(reads[name] > 0 for name in reads if name.startswith("new")) >= 100


def test_whoever_is_silent_is_read_every_minute_where_there_is_time() -> None:
    load = Load()
    load.add("silent", 100)
    load.run(240)
    assert {*load.run(240).values()} == {4}


def test_the_default_rate_grows_with_the_number_of_containers_within_bounds() -> None:
    rates = []
    for containers in (30, 3000, 12_000):
        load = Load(per_second=None)
        load.add("web", containers)
        load.shown()
        rates.append(load.schedule.per_second)
    assert rates == [20.0, 30.0, 100.0]


def test_a_round_that_comes_late_reads_more_within_a_bound() -> None:
    schedule = Load().schedule
    assert [schedule.allowance(now) for now in (100.0, 102.0, 106.0, 107.0, 207.0)] == [20, 20, 40, 10, 60]


def test_pods_of_large_clusters_are_looked_for_less_often_but_workspaces_never() -> None:
    load = Load()
    load.add("large", 3000)
    assert load.shown() == {"large"}
    load.add("next", 1)
    load.now += 2
    assert load.shown() == {"large"}
    load.now += 1
    assert load.shown() == {"large", "next"}
    load.workspaces = [_workspace("other")]
    assert load.shown() == set()


def test_pods_that_come_and_go_are_taken_over_in_the_next_round_of_a_small_cluster() -> None:
    load = Load()
    load.add("a", 1)
    load.add("b", 1)
    assert load.shown() == {"a", "b"}
    take(load.cluster.cache, load.cluster.cache.get("Pod", "prod", "a"))
    load.now += 2
    assert load.shown() == {"b"}


def test_containers_of_a_workspace_that_is_full_wait() -> None:
    load = Load()
    load.add("a", 1)
    load.schedule.look(load.workspaces, load.now)
    assert load.schedule.due(load.now, {"ws-1"}, hurried=False) == []
    assert len(load.schedule.due(load.now, {"ws-2"}, hurried=False)) == 1
