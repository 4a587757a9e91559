"""What goes wrong on a big cluster: a mass restart, a killed API server, a compacted store; is the cache equal then?

Equal is judged by a full comparison of uid and resourceVersion of every pod, Deployment and ReplicaSet with what the
API server lists, once two of its lists some seconds apart say the same: what is still changing cannot be compared. The
cache is the service's own `Cluster`, with every kind that it watches.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Container
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from benchmarks.cluster.bars import Bars
from benchmarks.cluster.observer import observing
from benchmarks.cluster.server import PATHS, Server, Versions
from benchmarks.cluster.wire import wire_to
from benchmarks.cluster.world import PODS_PER_DEPLOYMENT
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.kubernetes.kinds import WatchedKind
from hexaops.backends.kubernetes.table import Change
from hexaops.kit.timeout import Timeout
from testenv.harness.control_plane import ControlPlane

MOST_SECONDS = 5.0
DEADLINE_SECONDS = 900.0
QUIET_SECONDS = 6.0
LOOK_SECONDS = 0.5
Applications = list[tuple[str, str]]


async def measure_recovery(
    plane: ControlPlane, applications: Applications, group: int, *, parts: Container[str], bars: Bars
) -> None:
    """Those of the three that are wanted, one after the other, each with a group of the applications."""
    server = Server(plane.kubeconfig)
    if "restart" in parts:
        async with following(plane) as cluster:
            await _equal(cluster, server)
            await mass_restart(cluster, server, plane, applications=applications[:group], bars=bars)
    if "killed" in parts:
        async with following(plane) as cluster:
            await _equal(cluster, server)
            await killed_server(cluster, server, plane, applications=applications[group : 2 * group], bars=bars)
    if "compacted" in parts:
        async with wire_to(server.url) as (url, wire), following(plane, url) as cluster:
            await _equal(cluster, server)
            wire.cut()
            await compacted_store(cluster, server, plane, applications=applications[: 2 * group], bars=bars)
            wire.mend()
            await _settled("compacted while the watch was down", cluster, server, bars)
        await asyncio.to_thread(server.scale, applications[:group], PODS_PER_DEPLOYMENT)


async def mass_restart(
    cluster: Cluster, server: Server, plane: ControlPlane, *, applications: Applications, bars: Bars
) -> None:
    """Restart them at once; how long after the last event was the last change of the cache, which then is equal?"""
    changed_at = [0.0]

    def note(change: Change) -> None:
        if change.kind == "Pod":
            changed_at[0] = time.time()

    with observing(plane.kubeconfig) as observer:
        end, began = cluster.cache.subscribe(note), time.time()
        await asyncio.to_thread(server.restart, applications)
        await _until(lambda: asyncio.to_thread(server.is_rolled_out))
        missed = await _missed(cluster, server)
        events, last = observer.look()
        end()
    count = len(applications) * PODS_PER_DEPLOYMENT
    print(f"{count:,} pods restarted at once: {events:,} pod events in {last - began:.0f} s")
    bars.most(f"{count:,} pods restarted: last event until equal", max(0.0, changed_at[0] - last), MOST_SECONDS, "s")
    bars.most(f"{count:,} pods restarted: missed", len(missed), 0, "objects")


async def killed_server(
    cluster: Cluster, server: Server, plane: ControlPlane, *, applications: Applications, bars: Bars
) -> None:
    """`kill -9` of kube-apiserver in the middle of a mass restart."""
    await asyncio.to_thread(server.restart, applications)
    await asyncio.sleep(2.0)
    plane.kill("kube-apiserver")
    await asyncio.to_thread(plane.restart, "kube-apiserver")
    await _settled(
        f"kill -9 of kube-apiserver amid {len(applications) * PODS_PER_DEPLOYMENT:,} restarts", cluster, server, bars
    )


async def _settled(title: str, cluster: Cluster, server: Server, bars: Bars) -> None:
    """What the cache still lacks once the cluster is quiet and the watches are back."""
    began = time.time()
    await _until(lambda: asyncio.to_thread(server.is_rolled_out))
    rolled_out_at = time.time()
    try:
        equal_at = await _until(lambda: _equal_now(cluster, server))
        told = f"equal for the first time {equal_at - rolled_out_at:.1f} s after that"
        print(f"{title}: rolled out {rolled_out_at - began:.0f} s later, {told}")
    except TimeoutError:
        pass
    missed = await _missed(cluster, server)
    bars.most(f"{title}: missed", len(missed), 0, f"of {sum(map(len, map(_rows(cluster), PATHS))):,} objects")


async def compacted_store(
    cluster: Cluster, server: Server, plane: ControlPlane, *, applications: Applications, bars: Bars
) -> None:
    """Pods go, come and are replaced while nobody watches, and then the store forgets how."""
    half = len(applications) // 2
    await asyncio.to_thread(server.scale, applications[:half], PODS_PER_DEPLOYMENT - 5)
    await asyncio.to_thread(server.restart, applications[half:])
    await _until(lambda: asyncio.to_thread(server.is_rolled_out))
    version = cluster.cache.status()["Pod"].resource_version
    compact(plane)
    plane.kill("kube-apiserver")  # its own memory of recent changes would answer instead of the store
    await asyncio.to_thread(plane.restart, "kube-apiserver")
    expired = await asyncio.to_thread(server.expired, PATHS["Pod"], version)
    bars.least("compacted: a watch from before is refused (410)", int(expired), 1, "")


def compact(plane: ControlPlane) -> None:
    """Forget the whole history of the store, and give its space back."""
    commands = json.loads((plane.folder / "commands.json").read_text())["etcd"]
    url = commands[commands.index("--listen-client-urls") + 1]
    revision = _etcd(url, "/v3/maintenance/status", {})["header"]["revision"]
    _etcd(url, "/v3/kv/compaction", {"revision": revision, "physical": True})
    _etcd(url, "/v3/maintenance/defragment", {})


def _etcd(url: str, path: str, body: object) -> Any:
    request = urllib.request.Request(url + path, method="POST", data=json.dumps(body).encode())  # noqa: S310 # loopback
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 # loopback
        return json.load(answer)


@asynccontextmanager
async def following(plane: ControlPlane, url: str | None = None) -> AsyncIterator[Cluster]:
    """The service's cluster with every kind, filled; `url` is another way to the same server."""
    connection = ClusterConnection.from_kubeconfig(plane.kubeconfig)
    if url is not None:
        config = connection.config
        cluster_config = msgspec.structs.replace(config.cluster, server=url)
        connection = replace(connection, config=config._replace(cluster=cluster_config))
    client = KubernetesClient(KubernetesHttp(connection))
    cluster = Cluster(named=ClusterName("b", "benchmark"), reader=client)
    await cluster.start()
    try:
        if not await cluster.wait_synced(Timeout(DEADLINE_SECONDS)):
            message = "the cache was not filled in time"
            raise TimeoutError(message)
        yield cluster
    finally:
        await cluster.stop()


async def _equal(cluster: Cluster, server: Server) -> None:
    await _until(lambda: _equal_now(cluster, server))


async def _equal_now(cluster: Cluster, server: Server) -> bool:
    return not await _differences(cluster, server)


async def _differences(cluster: Cluster, server: Server) -> set[Any]:
    """Missing, left over and stale objects."""
    try:
        theirs = await asyncio.to_thread(server.versions)
    except OSError:
        return {"the server does not answer"}
    return set(_held(cluster).items()) ^ set(theirs.items())


async def _missed(cluster: Cluster, server: Server) -> set[Any]:
    """What differs once the server says the same twice."""
    theirs = await asyncio.to_thread(server.versions)
    deadline = time.time() + DEADLINE_SECONDS
    while time.time() < deadline:
        await asyncio.sleep(QUIET_SECONDS)
        before, theirs = theirs, await asyncio.to_thread(server.versions)
        if theirs == before:
            return set(_held(cluster).items()) ^ set(theirs.items())
    message = f"the cluster still changes after {DEADLINE_SECONDS:.0f} s"
    raise TimeoutError(message)


def _rows(cluster: Cluster) -> Callable[[str], list[Any]]:
    return lambda kind: cluster.cache.rows(cast(WatchedKind, kind))


def _held(cluster: Cluster) -> Versions:
    return {
        (kind, row.namespace, row.name): (row.uid, row.resource_version)
        for kind in PATHS
        for row in _rows(cluster)(kind)
    }


async def _until(reached: Callable[[], Awaitable[bool]]) -> float:
    """When it was found to be so."""
    deadline = time.time() + DEADLINE_SECONDS
    while not await reached():
        if time.time() > deadline:
            message = f"not reached within {DEADLINE_SECONDS:.0f} s"
            raise TimeoutError(message)
        await asyncio.sleep(LOOK_SECONDS)
    return time.time()
