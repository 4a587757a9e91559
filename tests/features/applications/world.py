"""The documents' world in the watch cache of a served app, with a second tenant and a metrics API that can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.kubernetes.rows import ObjectRow, PodRow
from hexaops.kit.clock import ManualClock
from tests.analysis.applications.rows import (
    MEBI,
    crashing,
    event,
    fill,
    namespace,
    node,
    pod,
    service,
    unplaced,
    workload,
)
from tests.serving import CLUSTER_ID, START, AccessWorld, Headers, access_world

HEALTHY = (
    ("production", "web-app", 3),
    ("production", "api-service", 2),
    ("production", "worker-app", 1),
    ("production", "background-worker", 1),
    ("production", "auth-service", 2),
    ("production", "search-service", 2),
    ("production", "payment-service", 2),
    ("reporting", "notification-service", 1),
    ("reporting", "report-generator", 1),
    ("reporting", "image-processor", 1),
)
FOREIGN = "canary-foreign-app"
BACK_OFF = "Back-off restarting failed container database-app"


@dataclass
class MetricsApi:
    """Answers `metrics.k8s.io` for every running pod and node: half a core of CPU in ten, 45 MiB each."""

    cache: WatchCache | None = None
    status: int = 200
    calls: list[str] = field(default_factory=list)
    served: dict[str, Any] = field(default_factory=dict)
    """Answers of further paths: what a cluster serves beside its metrics; a number is a status."""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """One answer."""
        self.calls.append(request.url.path)
        if (found := self.served.get(request.url.path)) is not None:
            status, body = (found, {"kind": "Status", "code": found}) if isinstance(found, int) else (200, found)
            return httpx2.Response(status, json=body)
        if self.status != 200 or self.cache is None:
            return httpx2.Response(self.status, json={"kind": "Status", "code": self.status})
        if "metrics.k8s.io" not in request.url.path:
            return httpx2.Response(404, json={"kind": "Status", "code": 404})
        pods = request.url.path.endswith("/pods")
        rows = [row for row in self.cache.pods() if row.phase == "Running"] if pods else self.cache.nodes()
        return httpx2.Response(200, json={"items": [self._item(row) for row in rows]})

    def _item(self, row: ObjectRow) -> dict[str, Any]:
        usage = {"cpu": "350m", "memory": "45Mi"} if isinstance(row, PodRow) else {"cpu": "1", "memory": "2Gi"}
        measured = {"containers": [{"name": "main", "usage": usage}]} if isinstance(row, PodRow) else {"usage": usage}
        metadata = {"name": row.name, "namespace": row.namespace}
        return {"metadata": metadata, "timestamp": "2024-01-20T15:29:45Z", **measured}


@dataclass(frozen=True)
class CannedConnection(ClusterConnection):
    """Reaches a function instead of a server."""

    metrics: MetricsApi = field(default_factory=MetricsApi)

    def open(self) -> httpx2.AsyncClient:
        """A client of the metrics API."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.metrics.answer), base_url="http://cluster")


class InstantClock(ManualClock):
    """Waits by moving on."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@dataclass
class ChatWorld:
    """The served app and what is in its cluster."""

    access: AccessWorld
    metrics: MetricsApi
    operator: Headers
    viewer: Headers
    stranger: Headers
    """A member of another workspace only."""
    workspace_id: str
    """`Production Workspace` with the projects production and reporting."""
    foreign_id: str

    @property
    def cache(self) -> WatchCache:
        """The cluster's rows."""
        return self.access.context.clusters.default.cache

    @property
    def clock(self) -> ManualClock:
        """The service's clock."""
        return self.access.clock

    @property
    def path(self) -> str:
        """Base of the workspace's public routes."""
        return f"/api/v1/workspaces/{self.workspace_id}"

    async def get(
        self, path: str, headers: Headers | None = None, *, query: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """A GET below the workspace."""
        return await self.access.client.get(self.path + path, params=query, headers=headers or self.operator)

    async def post(self, path: str, body: Any, headers: Headers | None = None) -> httpx2.Response:
        """A POST below the workspace."""
        return await self.access.client.post(self.path + path, json=body, headers=headers or self.operator)

    async def ask(self, message: str, headers: Headers | None = None, **more: Any) -> dict[str, Any]:
        """The data of one answer."""
        answer = await self.post("/aiops/chat", {"message": message, **more}, headers)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


def documents_rows() -> list[ObjectRow]:
    """12 applications, 10 healthy; database-app 2/3 with a failing pod, cache-service 1/2 with a pending one."""
    rows: list[ObjectRow] = [namespace(name) for name in ("production", "reporting", "kube-system", "foreign")]
    rows += [node(f"worker-node-{number}") for number in range(1, 5)]
    for project, name, replicas in HEALTHY:
        owner = workload(project, name, desired=replicas)
        rows += [owner, service(owner), *(pod(owner, number) for number in range(replicas))]
    database = workload("production", "database-app", kind="StatefulSet", desired=3, ready=2)
    failing = crashing(database, 2)
    rows += [database, service(database), pod(database, 0), pod(database, 1), failing]
    cache = workload("production", "cache-service", desired=2, ready=1)
    rows += [cache, pod(cache, 0), unplaced(cache, 1), event(failing, "BackOff", BACK_OFF, count=13)]
    foreign = workload("foreign", FOREIGN, desired=1)
    system = workload("kube-system", "coredns", desired=1)
    return [*rows, foreign, pod(foreign, 0), system, pod(system, 0)]


def canned_cluster(metrics: MetricsApi) -> Cluster:
    """A cluster whose cache the test fills and whose API answers only usage."""
    clock = InstantClock(START)
    connection = CannedConnection(ClusterConnection.from_server("http://cluster").config, clock, metrics)
    reader = KubernetesClient(KubernetesHttp(connection, clock=clock))
    cluster = Cluster(named=ClusterName(CLUSTER_ID, "test"), reader=reader, clock=clock)
    metrics.cache = cluster.cache
    return cluster


@asynccontextmanager
async def chat_world(database_url: str, home: Path, settings: dict[str, Any] | None = None) -> AsyncIterator[ChatWorld]:
    """The app with the documents' world and two workspaces on it."""
    metrics = MetricsApi()
    wanted = {"rate_limit_chat": "10000/hour", **(settings or {})}
    async with access_world(database_url, home, wanted, cluster=canned_cluster(metrics)) as access:
        workspace_id = await access.workspace("Production Workspace", "production", "reporting")
        foreign_id = await access.workspace("Foreign Workspace", "foreign")
        fill(access.context.clusters.default.cache, documents_rows())
        yield ChatWorld(
            access,
            metrics,
            operator=await access.member("olivia", "operator", workspace_id),
            viewer=await access.member("victor", "viewer", workspace_id),
            stranger=await access.member("stella", "admin", foreign_id),
            workspace_id=workspace_id,
            foreign_id=foreign_id,
        )


MEMORY_BYTES = 45 * MEBI
"""What each pod of the world uses."""
