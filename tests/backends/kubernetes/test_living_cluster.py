"""The backend against living API servers: the simulator always, the real control plane where one is given.

`HEXAOPS_TEST_KUBECONFIG=… pytest -m cluster` runs the same tests on a real cluster, in a namespace of their own.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.answers import Right
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.errors import (
    EvictionRefusedError,
    KubernetesConflictError,
    KubernetesForbiddenError,
    KubernetesNotFoundError,
    Target,
)
from hexaops.backends.kubernetes.http import Call, KubernetesHttp
from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.backends.kubernetes.reflector import WatchSettings
from hexaops.backends.kubernetes.rows import WorkloadRow
from hexaops.kit.ids import new_id
from hexaops.kit.timeout import Timeout
from simulator.server.access import MASTERS, READER_RULES, User
from simulator.server.app import create_app, serve
from simulator.server.faults import ApiFaults
from simulator.store import Store
from simulator.world.opening import open_world
from tests.backends.kubernetes.conftest import QUICK, until

KUBECONFIG = "HEXAOPS_TEST_KUBECONFIG"
SOON = 60.0


def connect(connection: ClusterConnection) -> KubernetesClient:
    return KubernetesClient(KubernetesHttp(connection))


@asynccontextmanager
async def started(client: KubernetesClient, settings: WatchSettings | None = None) -> AsyncIterator[Cluster]:
    """A synced cluster."""
    cluster = Cluster(named=ClusterName("c-1", "living"), reader=client, settings=settings)
    await cluster.start()
    try:
        assert await cluster.wait_synced(Timeout(SOON))
        yield cluster
    finally:
        await cluster.stop()


@asynccontextmanager
async def simulated(faults: ApiFaults | None = None, *, scenario: str = "default") -> AsyncIterator[tuple[str, Store]]:
    """A running simulator: its URL, with tokens admin and reader, and its store."""
    world = open_world(scenario, speed=5.0)
    users = {"admin": User("admin", (MASTERS,)), "reader": User("reader")}
    rules = {"reader": READER_RULES}
    app = create_app(
        world.store, users=users, rules=rules, logs=world.logs, usage=world.usage, faults=faults, bookmark_seconds=0.2
    )
    world.start()
    async with serve(app) as url:
        running = asyncio.create_task(world.run())
        yield url, world.store
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    app.close()
    world.stop()


@pytest.fixture(
    params=["simulator", *([pytest.param("real", marks=pytest.mark.cluster)] if KUBECONFIG in os.environ else [])]
)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[KubernetesClient]:
    """An administrator's client; closed by the cluster that uses it."""
    if request.param == "real":
        yield connect(ClusterConnection.from_kubeconfig(os.environ[KUBECONFIG]))
        return
    async with simulated(scenario="empty") as (url, _):
        yield connect(ClusterConnection.from_server(url, token="admin"))


@pytest.fixture
async def cluster(client: KubernetesClient) -> AsyncIterator[Cluster]:
    async with started(client) as cluster:
        yield cluster


async def create(client: KubernetesClient, kind: str, namespace: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the service itself never does: make an object."""
    known = KINDS[kind]
    content = msgspec.json.encode({"apiVersion": known.api_version, "kind": kind, **body})
    return await client.http.json(
        Call("POST", known.path(namespace), Target("create", kind, namespace), 20.0, content=content)
    )


@pytest.fixture
async def namespace(cluster: Cluster) -> AsyncIterator[str]:
    """A namespace of the test's own."""
    name = f"test-{new_id('')[-8:]}"
    made = await create(cluster.writer, "Namespace", "", {"metadata": {"name": name}})
    yield name
    await cluster.writer.delete("Namespace", "", name, uid=made["metadata"]["uid"])


async def deploy(cluster: Cluster, namespace: str, name: str = "web", replicas: int = 2) -> WorkloadRow:
    """A Deployment whose pods are all ready."""
    labels = {"app": name}
    pod = {"containers": [{"name": "main", "image": "nginx:1", "resources": {"requests": {"cpu": "10m"}}}]}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    await create(cluster.writer, "Deployment", namespace, {"metadata": {"name": name}, "spec": spec})
    return await all_ready(cluster, namespace, name, replicas)


async def all_ready(cluster: Cluster, namespace: str, name: str, replicas: int) -> WorkloadRow:
    """Wait until exactly so many pods are ready, and the newest template's."""

    def reached(_: object) -> WorkloadRow | None:
        row = cluster.cache.find("Deployment", namespace, name)
        if row is None or row.observed_generation != row.generation or row.desired != replicas:
            return None
        numbers = {row.current, row.ready, row.available, row.updated}
        pods = [pod for pod in cluster.cache.pods_of(row.uid) if not pod.deleting]
        return row if numbers == {replicas} and len(pods) == replicas else None

    return await cluster.cache.wait_for(reached, kinds=["Deployment", "Pod", "ReplicaSet"], timeout=Timeout(SOON))


async def test_every_kind_is_held_as_the_server_has_it(cluster: Cluster) -> None:
    for kind, status in cluster.cache.status().items():
        assert status.synced, (kind, status.error)
        if kind in ("Event", "Node"):
            continue  # kept longer than by the server; heartbeats go on while we compare
        items = await cluster.reader.list(kind)
        names = {(item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in items}
        await until(partial(_names_are, cluster, kind, names))


def _names_are(cluster: Cluster, kind: str, names: set[tuple[str, str]]) -> bool:
    return {(row.namespace, row.name) for row in cluster.cache.table(kind).all()} == names


async def test_a_deployment_is_seen_with_its_pods_and_events(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    pods = cluster.cache.pods_of(row.uid)
    assert all(pod.ready and pod.owner_kind == "ReplicaSet" and pod.node for pod in pods)
    assert all(pod.cpu_request == 0.01 for pod in pods)
    await until(lambda: cluster.cache.events_for(row.uid))
    assert cluster.cache.replica_sets_of(row.uid)[0].desired == 2


async def test_dry_runs_write_nothing(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    pod = cluster.cache.pods_of(row.uid)[0]
    scale = await cluster.writer.patch_scale("Deployment", namespace, "web", 9, dry_run=True)
    patched = await cluster.writer.patch("Deployment", namespace, "web", {"spec": {"replicas": 7}}, dry_run=True)
    await cluster.writer.evict(namespace, pod.name, uid=pod.uid, dry_run=True)
    await cluster.writer.delete("Pod", namespace, pod.name, uid=pod.uid, dry_run=True)
    assert (scale.desired, patched["spec"]["replicas"]) == (9, 7)
    assert (await cluster.reader.get_scale("Deployment", namespace, "web")).desired == 2
    kept = await cluster.reader.get("Pod", namespace, pod.name)
    assert "deletionTimestamp" not in kept["metadata"]


async def test_preconditions_hold(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    pod = cluster.cache.pods_of(row.uid)[0]
    writer = cluster.writer
    with pytest.raises(KubernetesConflictError):
        await writer.patch_scale("Deployment", namespace, "web", 3, resource_version="1")
    body = {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 3}}
    with pytest.raises(KubernetesConflictError):
        await writer.patch("Deployment", namespace, "web", body)
    with pytest.raises(KubernetesConflictError):
        await writer.delete("Pod", namespace, pod.name, uid="00000000-0000-0000-0000-000000000000")
    with pytest.raises(KubernetesConflictError):
        await writer.evict(namespace, pod.name, uid="00000000-0000-0000-0000-000000000000")
    with pytest.raises(KubernetesNotFoundError):
        await writer.patch_scale("Deployment", namespace, "none", 3)
    assert (await writer.get_scale("Deployment", namespace, "web")).desired == 2


async def test_scaling_is_awaited_in_the_cache(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    await cluster.writer.patch_scale("Deployment", namespace, "web", 3, resource_version=row.resource_version)
    await all_ready(cluster, namespace, "web", 3)
    assert "hexaops" in cluster.cache.get("Deployment", namespace, "web").field_managers


async def test_a_restart_replaces_the_pods(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    before = {pod.uid for pod in cluster.cache.pods_of(row.uid)}
    moment = "2026-01-01T00:00:00Z"
    template = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": moment}}}
    await cluster.writer.patch("Deployment", namespace, "web", {"spec": {"template": template}}, patch_type="strategic")
    await cluster.cache.wait_for(
        lambda cache: cache.get("Deployment", namespace, "web").restarted_at == moment,
        kinds=["Deployment"],
        timeout=Timeout(SOON),
    )
    await all_ready(cluster, namespace, "web", 2)
    assert not before & {pod.uid for pod in cluster.cache.pods_of(row.uid) if not pod.deleting}


async def test_a_budget_refuses_evictions(cluster: Cluster, namespace: str) -> None:
    row = await deploy(cluster, namespace)
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    await create(cluster.writer, "PodDisruptionBudget", namespace, {"metadata": {"name": "web"}, "spec": spec})
    await cluster.cache.wait_for(
        lambda cache: [budget for budget in cache.pdbs_of(row) if budget.expected_pods == 2],
        kinds=["PodDisruptionBudget"],
        timeout=Timeout(SOON),
    )
    pod = cluster.cache.pods_of(row.uid)[0]
    with pytest.raises(EvictionRefusedError):
        await cluster.writer.evict(namespace, pod.name, uid=pod.uid)


async def test_rights_are_asked_for(cluster: Cluster, namespace: str) -> None:
    right = Right(verb="patch", group="apps", resource="deployments", namespace=namespace, name="web")
    assert (await cluster.reader.subject_access_review(right)).allowed
    assert not (await cluster.reader.subject_access_review(right, user="stranger")).allowed


async def test_version_and_groups(cluster: Cluster) -> None:
    assert (await cluster.reader.server_version()).git_version.startswith("v1.")
    assert await cluster.reader.has_group("apps")
    assert not await cluster.reader.has_group("nobody-installs.example.com")


# ---------------------------------------------------------------------- what only the simulator can be told to do


async def test_logs_of_a_pod() -> None:
    async with simulated() as (url, _), started(connect(ClusterConnection.from_server(url, token="admin"))) as cluster:
        row = cluster.cache.get("Deployment", "frontend", "web-app")
        pod = cluster.cache.pods_of(row.uid)[0]
        text = await cluster.reader.pod_log(pod.namespace, pod.name, tail_lines=3)
        assert len(text.splitlines()) == 3
        with pytest.raises(KubernetesNotFoundError):
            await cluster.reader.pod_log(pod.namespace, "none")


async def test_a_reader_that_may_not_write_is_told_which_right_is_missing() -> None:
    async with simulated() as (url, _), AsyncExitStack() as stack:
        reader = connect(ClusterConnection.from_server(url, token="reader"))
        stack.push_async_callback(reader.close)
        with pytest.raises(KubernetesForbiddenError) as caught:
            await reader.patch_scale("Deployment", "frontend", "web-app", 1)
        missing = {"verb": "patch", "group": "apps", "resource": "deployments/scale", "namespace": "frontend"}
        assert caught.value.details["missing"] == missing


async def test_all_kinds_equal_the_simulator_after_breaks_of_everything() -> None:
    rng = random.Random(5)
    faults = ApiFaults()
    settings = replace(QUICK, page_size=7, stall_seconds=0.5)
    async with simulated(faults) as (url, store):
        client = connect(ClusterConnection.from_server(url, token="admin"))
        async with started(client, settings) as cluster:
            for _ in range(20):
                _change_something(store, rng)
                match rng.randint(0, 3):
                    case 0:
                        faults.close_watches()
                    case 1:
                        faults.stall_watches()
                    case 2:
                        faults.compact()
                        faults.close_watches()
                    case 3:
                        faults.close_watches("pods")
                _change_something(store, rng)
                await asyncio.sleep(rng.choice((0, 0.01, 0.05)))
                faults.resume_watches()
            faults.clear()
            await until(lambda: all(_equal(cluster, store, kind) for kind in cluster.cache.kinds if kind != "Event"))


def _change_something(store: Store, rng: random.Random) -> None:
    for resource in ("pods", "deployments.apps", "services", "nodes"):
        found = rng.choice(store.list(resource))
        labels = {**found["metadata"].get("labels", {}), "touched": str(rng.random())}
        store.update(resource, {**found, "metadata": {**found["metadata"], "labels": labels}})
    pod = rng.choice(store.list("pods"))["metadata"]
    store.delete("pods", pod["namespace"], pod["name"])


def _equal(cluster: Cluster, store: Store, kind: str) -> bool:
    known = KINDS[kind]
    resource = f"{known.plural}.{known.group}" if known.group else known.plural
    has = {_version(item["metadata"]) for item in store.list(resource)}
    held = {(row.namespace, row.name, row.resource_version) for row in cluster.cache.table(kind).all()}
    return has == held


def _version(metadata: dict[str, Any]) -> tuple[str, str, str]:
    return metadata.get("namespace", ""), metadata["name"], metadata["resourceVersion"]
