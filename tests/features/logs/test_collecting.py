"""Pods' logs end up in the store: once, in order, with what they say read, across restarts of everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hexaops.backends.kubernetes.client import LOG_PART_BYTES
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesUnavailableError, Target
from hexaops.backends.logstores.base import LogStoreError
from hexaops.backends.logstores.kubernetes.reading import Mark, nanoseconds, new_lines
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.logs.collecting import LogCollector
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import ManualClock
from tests.analysis.applications.rows import fill, pod, workload
from tests.serving import START, access_world, unwatched_cluster


@dataclass
class Api:
    """The log subresource of containers, as the kubelet keeps them; by container and whether it is the previous one."""

    kept: dict[tuple[str, bool], list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str, bool]] = field(default_factory=list)
    broken: bool = False
    next_read: Callable[[], None] | None = None
    """Happens during the next read."""
    under_way: int = 0
    most_under_way: int = 0

    def write(self, text: str, *, seconds: float = 0.0, fraction: str = "", container: str = "app") -> None:
        """A line so many seconds after the start of the test's world."""
        time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        self.kept.setdefault((container, False), []).append(f"{time}{fraction}Z {text}\n")

    def restart(self, container: str = "app") -> None:
        """The container begins anew; its log becomes the previous one."""
        self.kept[container, True] = self.kept.pop((container, False), [])

    async def log_since(
        self, namespace: str, name: str, container: str, since: str, *, previous: bool = False
    ) -> bytes:
        """Lines since a whole second."""
        self.asked.append((name, since, previous))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)  # the others' turn
        self.under_way -= 1
        happens, self.next_read = self.next_read, None
        if happens is not None:
            happens()
        if self.broken or (previous and (container, True) not in self.kept):
            raise KubernetesUnavailableError("gone", target=Target("get", "Pod", namespace, name))
        lines = [line for line in self.kept.get((container, previous), []) if line[:19] >= since[:19]]
        return "".join(lines).encode()[:LOG_PART_BYTES]


@dataclass
class Sink:
    """Keeps lines and marks as one."""

    lines: list[LogLine] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    full: bool = False

    async def mark_of(self, source: str) -> Mark | None:
        return self.marks.get(source)

    async def append(self, lines: Sequence[LogLine], digest: bytes | None, marks: dict[str, Mark]) -> None:
        assert len({line.time_us // 86_400_000_000 for line in lines}) == 1
        if self.full:
            raise LogStoreError("full")
        self.lines += lines
        self.marks |= marks


@dataclass
class Audience:
    """Whoever follows the tail."""

    is_waiting: bool = False


@dataclass
class World:
    """One pod of one workspace, and whoever collects its log."""

    cluster: Cluster
    directory: WorkspaceDirectory
    clock: ManualClock
    api: Api = field(default_factory=Api)
    sink: Sink = field(default_factory=Sink)
    audience: Audience = field(default_factory=Audience)
    workspace_id: str = ""

    def __post_init__(self) -> None:
        self.cluster.reader = cast("Any", self.api)
        self.show()
        self.restart()

    def show(self, **fields: Any) -> None:
        """The pod as the watch cache has it."""
        owner = {"owner_kind": "ReplicaSet", "owner_name": "api-service-7d8c9f5b6"}
        self.add("prod", "api-service-7d8c9f5b6-abc12", **owner, **fields)

    def add(self, namespace: str, name: str, **fields: Any) -> None:
        """A further pod, or the same one again."""
        given = {"name": name, "container_names": ("app",), **fields}
        fill(self.cluster.cache, [pod(workload(namespace, "api-service"), **given)])

    def restart(self, *, per_second: float = 10) -> None:
        """The service restarts: only the sink remembers."""
        clusters = Clusters([self.cluster])
        self.collector = LogCollector(
            clusters, self.directory, self.sink, self.clock, audience=[self.audience], per_second=per_second
        )

    async def collected(self, *, after: float = 60.0) -> list[str]:
        """The messages in the store after a further round."""
        self.clock.advance(after)
        await self.collector.round()
        return [line.message for line in self.sink.lines]


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A running pod that has written nothing."""
    cluster = unwatched_cluster()
    async with access_world(sqlite_url, tmp_path, cluster=cluster) as access:
        reader = cluster.reader
        yield World(cluster, access.get(WorkspaceDirectory), access.clock, workspace_id=access.workspace_id)
        cluster.reader = reader


async def test_a_line_is_stored_with_what_it_says_and_where_it_comes_from(world: World) -> None:
    world.api.write('{"level":"error","msg":"no token=hunter2hunter2","trace_id":"t1","n":1}', fraction=".123456789")
    await world.collected()
    assert world.sink.lines == [
        LogLine(
            int(START.timestamp()) * 1_000_000 + 123_456, "error", "no token=[redacted]", "api-service",
            "api-service-7d8c9f5b6-abc12", world.workspace_id, "t1", {"n": 1, "namespace": "prod", "container": "app"},
        )
    ]  # fmt: skip


async def test_every_line_is_stored_once_whatever_restarts(world: World) -> None:
    world.api.write("a", fraction=".5")
    world.api.write("b", fraction=".5")
    world.api.write("c", fraction=".500000001")
    assert await world.collected() == ["a", "b", "c"]
    world.restart()
    world.api.write("d", fraction=".500000001")
    world.api.write("e", seconds=1)
    assert await world.collected() == ["a", "b", "c", "d", "e"]
    assert await world.collected() == ["a", "b", "c", "d", "e"]
    world.api.write("f", seconds=1)
    world.restart()
    assert await world.collected() == ["a", "b", "c", "d", "e", "f"]


async def test_the_previous_container_is_read_when_it_was_restarted(world: World) -> None:
    world.api.write("a")
    assert await world.collected() == ["a"]
    world.api.write("last words", seconds=1)
    world.api.restart()
    world.api.write("begins", seconds=2)
    world.show(restarts=1, resource_version="2")
    assert await world.collected() == ["a", "last words", "begins"]
    assert await world.collected() == ["a", "last words", "begins"]
    assert len([1 for _, _, previous in world.api.asked if previous]) == 1


async def test_a_trace_is_one_line_even_if_it_is_read_while_it_is_written(world: World) -> None:
    world.clock.advance(1)
    world.api.write("java.lang.NullPointerException: x", seconds=1)
    await world.collector.round()
    assert world.sink.lines == []
    world.api.write("\tat a.B.c(B.java:7)", seconds=1, fraction=".1")
    assert await world.collected() == ["java.lang.NullPointerException: x\n\tat a.B.c(B.java:7)"]


async def test_a_long_log_is_read_in_parts(world: World) -> None:
    for number in range(12):
        world.api.write(f"line {number} {'x' * 60_000}", seconds=number)
    await world.collected(after=120)
    assert 0 < len(world.sink.lines) < 12
    found = await world.collected(after=0)
    assert [message.split()[1] for message in found] == [str(number) for number in range(12)]


async def test_what_cannot_be_stored_or_read_now_is_stored_later(world: World) -> None:
    world.api.write("a")
    world.sink.full = True
    with pytest.raises(LogStoreError):
        await world.collected()
    world.sink.full, world.api.broken = False, True
    assert await world.collected() == []
    world.api.broken = False
    assert await world.collected() == ["a"]


async def test_silent_containers_are_asked_less_often_and_those_in_trouble_first(world: World) -> None:
    for number in range(29):
        world.add("prod", f"pod-{number:02d}", ready=number != 28)
    await world.collected()
    assert len(world.api.asked) == 20  # ten a second, a round of two seconds
    assert world.api.asked[0][0] == "pod-28"
    await world.collected(after=1)
    assert len(world.api.asked) == 30
    for _ in range(12):
        await world.collected(after=1)
    assert [name for name, _, _ in world.api.asked].count("pod-28") == 3  # after 0, 4 and 12 seconds


async def test_a_pod_that_took_the_name_of_another_is_not_read_as_that_one(world: World) -> None:
    world.show(ready=False, resource_version="2")  # so it is read first
    world.add("prod", "web-0", uid="old")
    await world.collected()
    world.api.write("a", seconds=60)
    world.api.next_read = lambda: world.add("prod", "web-0", uid="new", resource_version="2")
    await world.collected()
    assert not any("/old/" in source for source in world.sink.marks)
    assert [name for name, _, _ in world.api.asked].count("web-0") == 1
    await world.collected()
    assert any("/new/" in source for source in world.sink.marks)


@pytest.mark.parametrize(("per_second", "at_once"), [(10, 1), (20, 2), (1000, 8)])
async def test_few_requests_are_under_way_at_once_whatever_the_rate(
    world: World, per_second: float, at_once: int
) -> None:
    for number in range(29):
        world.add("prod", f"pod-{number:02d}")
    world.restart(per_second=per_second)
    await world.collected()
    assert world.api.most_under_way == at_once


async def test_namespaces_of_nobody_are_not_read(world: World) -> None:
    world.add("kube-system", "dns")
    await world.collected()
    assert "dns" not in [name for name, _, _ in world.api.asked]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2024-01-20T14:45:30Z", 1_705_761_930_000_000_000),
        ("2024-01-20T14:45:30.1Z", 1_705_761_930_100_000_000),
        ("2024-01-20T14:45:30.123456789Z", 1_705_761_930_123_456_789),
        ("2024-01-20T15:45:30.123456+01:00", 1_705_761_930_123_456_000),
        ("failed", None),
        ("", None),
    ],
)
def test_times_of_the_container_runtime(time: str, expected: int | None) -> None:
    assert nanoseconds(time) == expected


def test_the_last_line_of_a_log_that_was_cut_is_not_whole() -> None:
    body = b"2024-01-20T14:45:30Z a\n2024-01-20T14:45:31Z b"
    assert [text for _, text in new_lines(body, None, cut=True)] == ["a"]
    assert [text for _, text in new_lines(body, None, cut=False)] == ["a", "b"]
    assert datetime.fromtimestamp(new_lines(body, None, cut=True)[0][0] / 1e9, UTC).second == 30


async def _reads(world: World, *, seconds: int, lines_a_second: int) -> int:
    """How often a pod that writes steadily is asked."""
    before = len(world.api.asked)
    for _ in range(seconds // 2):
        at = (world.clock.now() - START).total_seconds()
        for number in range(lines_a_second * 2):
            world.api.write(f"{at} {number}", seconds=at)
        await world.collected(after=2)
    return len(world.api.asked) - before


async def test_a_trickle_is_read_less_often_than_a_stream(world: World) -> None:
    await _reads(world, seconds=20, lines_a_second=1)
    assert await _reads(world, seconds=40, lines_a_second=1) == 2
    assert await _reads(world, seconds=20, lines_a_second=50) >= 1  # until it is seen to write more
    assert await _reads(world, seconds=40, lines_a_second=50) == 20


async def test_a_trickle_is_read_in_every_round_while_somebody_follows(world: World) -> None:
    await _reads(world, seconds=20, lines_a_second=1)
    world.audience.is_waiting = True
    assert await _reads(world, seconds=40, lines_a_second=1) == 20
