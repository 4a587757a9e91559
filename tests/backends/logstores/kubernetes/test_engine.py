"""Pod logs searched without a store: what is read, within the fence, and what the answer says was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesUnavailableError, Target
from hexaops.backends.logstores.base import LogAnswer, LogQuery
from hexaops.backends.logstores.external.fence import Fence, Tenant
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.kubernetes.engine import MOST_CONTAINERS, MOST_LINES, KubernetesLogs
from hexaops.backends.logstores.query.parser import parse
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.analysis.applications.rows import NOW, event, fill, pod, workload
from tests.serving import unwatched_cluster

FENCE = Fence([Tenant("ws-1", frozenset({"prod"}))])


@dataclass
class Reader:
    """The log subresource: by pod and whether it is the previous container."""

    kept: dict[tuple[str, bool], list[str]] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def write(self, name: str, text: str, *, ago: float = 60, previous: bool = False) -> None:
        time = (NOW - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.kept.setdefault((name, previous), []).append(f"{time} {text}")

    async def pod_log(self, namespace: str, name: str, **asked: Any) -> str:
        self.asked.append((name, asked["previous"]))
        if (name, asked["previous"]) not in self.kept:
            raise KubernetesUnavailableError("gone", target=Target("get", "Pod", namespace, name))
        return "\n".join(self.kept[name, asked["previous"]][-asked["tail_lines"] :])


class World:
    """A cluster with a reader of logs."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.cluster: Cluster = unwatched_cluster(clock=self.clock)
        self.reader = Reader()
        self.cluster.reader = cast("Any", self.reader)
        self.store = ExternalStore(KubernetesLogs(self.cluster, self.clock), TemplateMiner)

    def show(self, name: str, *, namespace: str = "prod", owner: str = "api-service", **fields: Any) -> None:
        """A running pod."""
        fill(self.cluster.cache, [pod(workload(namespace, owner), name=name, container_names=("app",), **fields)])

    async def ask(self, text: str = "", **fields: Any) -> LogAnswer:
        """The last hour."""
        now_us = int(NOW.timestamp() * 1e6)
        given: dict[str, Any] = {"start_us": now_us - 3_600_000_000, "end_us": now_us, "workspaces": None, **fields}
        return await self.store.query(LogQuery(expression=parse(text), **given), FENCE, Timeout(5))


async def test_lines_are_read_when_they_are_asked_for() -> None:
    world = World()
    world.show("api-1")
    world.show("other-1", namespace="elsewhere")
    world.reader.write("api-1", '{"level":"error","msg":"connection refused token=hunter2hunter2"}', ago=30)
    world.reader.write("api-1", "INFO started", ago=20)
    world.reader.write("other-1", "ERROR foreign")
    found = await world.ask("level:error")
    assert [(one.message, one.pod, one.workspace_id) for one in found.rows] == [
        ("connection refused token=[redacted]", "api-1", "ws-1")
    ]
    assert found.aggregations is not None
    assert found.aggregations.by_level == {"error": 1}
    assert world.reader.asked == [("api-1", False)]
    assert found.limits == ["Only what the cluster's nodes still keep of the logs was searched"]


async def test_the_previous_container_is_read_too() -> None:
    world = World()
    world.show("api-1", restarts=2)
    world.reader.write("api-1", "panic: out of range", ago=90, previous=True)
    world.reader.write("api-1", "started", ago=80)
    assert [one.message for one in (await world.ask()).rows] == ["started", "panic: out of range"]


async def test_events_are_lines() -> None:
    world = World()
    fill(world.cluster.cache, [event(workload("prod", "api-service"), "BackOff", "restarting failed container"),
                               event(workload("elsewhere", "x"), "BackOff", "foreign")])  # fmt: skip
    found = await world.ask("error_code:BackOff")
    assert [one.message for one in found.rows] == ["BackOff: restarting failed container"]


async def test_what_was_not_read_is_told() -> None:
    world = World()
    for number in range(MOST_CONTAINERS + 3):
        world.show(f"pod-{number}", owner=f"app-{number}")
        if number:
            world.reader.write(f"pod-{number}", "hello")
    world.show("pod-0", owner="app-0", ready=False)
    for number in range(MOST_LINES + 5):
        world.reader.write("pod-1", f"line {number}")
    limits = (await world.ask()).limits
    assert "3 containers were not read; name components to choose which are" in limits
    assert "The logs of 1 containers cannot be read" in limits
    assert ("pod-0", False) in world.reader.asked  # in trouble, so among the first
    found = await world.ask(components=frozenset({"app-1"}), limit=5)
    assert found.total == MOST_LINES
    assert f"Of 1 containers only the newest {MOST_LINES} lines were read" in found.limits


async def test_pages_hold_every_line_once() -> None:
    world = World()
    world.show("api-1")
    for number in range(7):
        world.reader.write("api-1", f"m{number}", ago=60 - number // 3)
    seen: list[str] = []
    page = await world.ask(limit=2)
    while True:
        seen += [one.message for one in page.rows]
        if page.next is None:
            break
        page = await world.ask(limit=2, after=page.next)
    assert sorted(seen) == [f"m{number}" for number in range(7)]
