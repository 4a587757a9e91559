"""A workspace's diagnosis kept from question to question equals a whole one, whatever its cluster did in between."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest

from hexaops.analysis.diagnosis import Finding, Snapshot, diagnose
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.diagnosis.following import (
    MOST_IN_ALL,
    MOST_SINGLE,
    UNWATCHED_SECONDS,
    WATCHED_SECONDS,
    Follower,
    Followers,
)
from hexaops.features.diagnosis.listing import Fence, joined, kinds_for, list_objects, never_listed
from hexaops.kit.clock import SystemClock
from hexaops.kit.timeout import Timeout
from simulator.server.access import READER_RULES, User
from simulator.server.app import create_app, serve
from simulator.world.opening import open_world
from simulator.world.world import World
from tests.analysis.applications.rows import NOW
from tests.living import client_of

STEPS = 24
CHANGED = {"Pod": "pods", "Deployment": "deployments.apps", "Service": "services", "Node": "nodes",
           "ReplicaSet": "replicasets.apps", "PersistentVolumeClaim": "persistentvolumeclaims"}  # fmt: skip
BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}


def workspace(name: str = "ws") -> Workspace:
    return Workspace(name, "W", "dedicated", "c1", "active", None, frozenset(), WorkspacePolicy(), "UTC", NOW)


class Still:
    """A cluster in which nothing happens but what a test does, and its watch cache."""

    def __init__(self, world: World, cluster: Cluster) -> None:
        self.world, self.store, self.cluster = world, world.store, cluster
        self.fence = Fence(workspace())
        self.follower = Follower(cluster, self.fence)
        self.now = world.store.clock.now().timestamp()
        self.monotonic = 0.0
        self.asked: list[str] = []

    async def followed(self) -> list[Finding]:
        listed = await self.follower.list_changed(kinds_for(self.fence, ()), self.monotonic, Timeout(20))
        return self.follower.judge(self.now, joined(never_listed(self.fence), listed), {}, frozenset())[0]

    async def whole(self) -> list[Finding]:
        listed = await list_objects(self.cluster, self.fence, (), Timeout(20))
        snapshot = Snapshot(self.now, listed.objects, metrics={}, unread=frozenset(listed.missing))
        return diagnose(snapshot)

    async def seen(self, kind: str, namespace: str, name: str, version: str | None) -> None:
        """Until the cache has this version of an object; None: until it has none."""

        def reached(_: object) -> bool:
            row = self.cluster.cache.find(kind, namespace, name)
            return row is None if version is None else row is not None and row.resource_version == version

        await self.cluster.cache.wait_for(reached, kinds=(kind,), timeout=Timeout(20))

    async def put(self, kind: str, raw: dict[str, Any], *, new: bool = False) -> None:
        resource = CHANGED.get(kind, "events")
        raw = {**raw, "metadata": {key: value for key, value in raw["metadata"].items() if key != "resourceVersion"}}
        made = self.store.create(resource, raw) if new else self.store.update(resource, raw)
        meta = made["metadata"]
        await self.seen(kind, meta.get("namespace", ""), meta["name"], meta["resourceVersion"])

    async def drop(self, kind: str, raw: dict[str, Any]) -> None:
        meta = raw["metadata"]
        self.store.delete(CHANGED[kind], meta.get("namespace", ""), meta["name"])
        left = self.store.find(CHANGED[kind], meta.get("namespace", ""), meta["name"])
        version = left["metadata"]["resourceVersion"] if left else None
        await self.seen(kind, meta.get("namespace", ""), meta["name"], version)


@pytest.fixture
async def still() -> AsyncIterator[Still]:
    world = open_world("default", speed=1, seed=7)
    world.start()
    world.settle()
    world.stop()
    api = create_app(world.store, users={"reader-token": User("test:reader")}, rules={"test:reader": READER_RULES},
                     logs=world.logs, usage=world.usage, meters=world.meters)  # fmt: skip
    async with serve(api) as url:
        cluster = Cluster(named=ClusterName("c1", "c1"), reader=client_of(url, "reader-token"), clock=SystemClock())
        await cluster.start()
        await cluster.wait_synced(Timeout(20))
        yield Still(world, cluster)
        await cluster.stop()
    api.close()


async def _step(still: Still, dice: random.Random, number: int) -> str:
    kind = dice.choice(list(CHANGED))
    raw = deepcopy(dice.choice(still.store.list(CHANGED[kind])))
    what = dice.choice(["crash", "lose", "warn", "drop", "time"])
    if what == "crash" and kind == "Pod":
        for status in raw["status"].get("containerStatuses", []):
            status |= {"ready": False, "restartCount": 9, "state": BACK_OFF}
        await still.put(kind, raw)
    elif what == "lose":
        part = raw.get(dice.choice(["spec", "status"])) or {}
        if part:
            del part[dice.choice(list(part))]
        await still.put(kind, raw)
    elif what == "drop":
        await still.drop(kind, raw)
    elif what == "time":
        still.now += dice.choice([5.0, 60.0, 900.0])
        still.monotonic += dice.choice([5.0, UNWATCHED_SECONDS, WATCHED_SECONDS])
    else:
        about = {"kind": kind, "namespace": raw["metadata"].get("namespace", ""), "name": raw["metadata"]["name"]}
        meta = {"namespace": about["namespace"] or "default", "name": f"warning.{number}"}
        message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
        at = still.store.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {"metadata": meta, "involvedObject": about, "type": "Warning", "reason": "Unhealthy", "count": 20,
                 "message": message, "lastTimestamp": at}  # fmt: skip
        await still.put("Event", {"apiVersion": "v1", "kind": "Event", **event}, new=True)
    return f"{what} {kind} {raw['metadata']['name']}"


def _told(found: list[Finding]) -> list[tuple[object, ...]]:
    """What is told, whichever of equal objects stands first."""
    return sorted((one.rule, one.subject, one.severity.name, one.cause, repr(one.fix)) for one in found)


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_changes_it_is_what_a_whole_diagnosis_finds(still: Still, seed: int) -> None:
    dice = random.Random(seed)
    for number in range(STEPS):
        done = await _step(still, dice, number)
        if number % 4 == 0:
            assert _told(await still.followed()) == _told(await still.whole()), f"step {number}: {done}"
    assert await still.followed(), "a cluster in which nothing is ever wrong proves nothing"


async def test_only_what_has_changed_is_listed_again(still: Still) -> None:
    await still.followed()
    asked = _count_lists(still)
    await still.followed()
    assert asked == []
    pod = deepcopy(still.store.list("pods")[0])
    pod["metadata"].setdefault("labels", {})["changed"] = "true"
    await still.put("Pod", pod)
    await still.followed()
    assert asked == [f"Pod {pod['metadata']['name']}"], "one changed object is asked for by itself"
    for other in still.store.list("pods")[: MOST_SINGLE + 1]:
        changed = deepcopy(other)
        changed["metadata"].setdefault("labels", {})["changed"] = "twice"
        await still.put("Pod", changed)
    await still.followed()
    assert asked[1:] == ["Pod"], "many are listed"
    still.monotonic += UNWATCHED_SECONDS
    await still.followed()
    assert "StorageClass" in asked
    assert asked.count("Pod") == 1
    still.monotonic += WATCHED_SECONDS
    await still.followed()
    assert asked.count("Pod") == 2, "a watch that is silent hides nothing for good"


def _count_lists(still: Still) -> list[str]:
    """The kinds that are listed, and the objects that are asked for, from now on."""
    asked: list[str] = []
    reader = still.cluster.reader

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(reader, name)

        async def get(self, kind: Any, namespace: str, name: str, **more: Any) -> Any:
            asked.append(f"{kind.name} {name}")
            return await reader.get(kind, namespace, name, **more)

        async def list_page(self, kind: Any, *args: Any, **more: Any) -> Any:
            asked.append(kind.name)
            return await reader.list_page(kind, *args, **more)

    still.cluster.reader = Counting()  # type: ignore[assignment] # stands before the real one
    return asked


def test_followers_are_given_up_where_there_are_too_many_objects() -> None:
    followers = Followers()
    cluster: Cluster = object()  # type: ignore[assignment] # compared only
    fences = [Fence(workspace(f"ws-{number}")) for number in range(3)]
    made = [followers.take(cluster, fence) for fence in fences]
    for one in made:
        one.objects = MOST_IN_ALL // 2
        followers.give(one)
    assert followers.take(cluster, fences[0]) is not made[0], "the least recently used"
    assert followers.take(cluster, fences[2]) is made[2]
    assert followers.take(cluster, fences[2]) is not made[2], "taken: work that is broken off leaves none behind"
    assert followers.take(object(), fences[1]) is not made[1], "of another cluster"  # type: ignore[arg-type] # likewise
