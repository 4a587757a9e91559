"""The whole service in this process, on a simulated cluster that lives faster: for tests of changes.

The cluster is reached over HTTP as any cluster is; the test also holds its inside: what was written, faults, kubelets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.permissions import SCOPES
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.clock import SystemClock
from hexaops.kit.timeout import Timeout
from simulator.server.access import READER_RULES, WRITER_RULES, Rule, User
from simulator.server.app import ApiServer, serve
from simulator.server.app import create_app as create_api_server
from simulator.world.opening import open_world
from simulator.world.world import World
from tests.commits import Commits, watching_commits
from tests.described import DescribedTransport
from tests.serving import AccessWorld, Headers, shared_app
from tests.worlds import default_world

SPEED = 20.0
SETTINGS: Mapping[str, Any] = {
    "detection": False, "log_collection": False, "verify_stable_seconds": 0.2, "change_timeout_seconds": 8,
    "changes_per_workspace": 1000, "changes_per_cluster": 1000, "default_workspace_name": "Production Workspace",
    "webhook_allowed_networks": ["127.0.0.0/8"], "webhook_allow_http": True,
}  # fmt: skip
DEADLINE_SECONDS = 60.0
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass
class LivingWorld:
    """A served app, the cluster's inside, and an operator of the default workspace."""

    access: AccessWorld
    cluster: World
    api: ApiServer
    operator: Headers
    workspace_id: str
    rules: dict[str, Sequence[Rule]]
    """What the cluster lets each identity do."""
    commits: Commits

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: Headers | None = None
    ) -> httpx2.Response:
        """A request to the workspace's part of the public API."""
        url = f"/api/v1/workspaces/{self.workspace_id}{path}"
        return await self.access.client.request(method, url, json=body, headers=headers or self.operator)

    async def ask(self, action: str, application: str, **parameters: Any) -> httpx2.Response:
        """`POST …/actions` with these parameters."""
        body = {"action": action, "parameters": {"application_id": application, **parameters}}
        return await self.call("POST", "/aiops/actions", body)

    async def plan(self, action: str, application: str, **parameters: Any) -> dict[str, Any]:
        """A plan, which must be given."""
        answer = await self.ask(action, application, **parameters)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["status"] == "awaiting_confirmation"
        plan: dict[str, Any] = answer.json()["data"]["plan"]
        return plan

    async def confirm(self, plan: Mapping[str, Any], **changed: Any) -> httpx2.Response:
        """Confirm a plan, with some fields altered where given."""
        parameters = {**plan["parameters"], "confirmation": True, "plan_id": plan["plan_id"],
                      "plan_hash": plan["plan_hash"], **changed}  # fmt: skip
        return await self.call("POST", "/aiops/actions", {"action": plan["action"], "parameters": parameters})

    async def run(self, action: str, application: str, **parameters: Any) -> dict[str, Any]:
        """Plan, confirm, and wait for the end; returns the action."""
        return await self.carry_out(await self.plan(action, application, **parameters))

    async def carry_out(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Confirm a plan and wait for the end: a run that a test leaves behind may outlive its event loop."""
        answer = await self.confirm(plan)
        assert answer.status_code == 200, answer.text
        return await self.ended(answer.json()["data"]["action_id"])

    async def ended(self, action_id: str) -> dict[str, Any]:
        """The action once it has ended."""
        return await self.until(action_id, lambda action: action["status"] in ENDED)

    async def until(self, action_id: str, reached: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The action once `reached` says so, asked again after each commit."""
        return await self.commits.until(lambda: self._action(action_id), reached, seconds=DEADLINE_SECONDS)

    async def _action(self, action_id: str) -> dict[str, Any]:
        data: dict[str, Any] = (await self.call("GET", f"/aiops/actions/{action_id}")).json()["data"]
        return data

    def writes(self) -> list[dict[str, Any]]:
        """What the service's writing identity wrote, as the API server recorded it; dry runs left out."""
        entries = self.api.audit.writes(user="test:writer")
        return [entry for entry in entries if "accessreviews" not in entry["requestURI"]]

    def take_rights_away(self) -> None:
        """From now on the writing identity may read and ask for its rights, nothing more."""
        self.rules["test:writer"] = [*READER_RULES, Rule(("create",), ("*",), ("authorization.k8s.io",))]

    def workload(self, name: str, kind: str = "deployments.apps") -> dict[str, Any]:
        """A workload as it is in the cluster."""
        (found,) = [one for one in self.cluster.store.list(kind) if one["metadata"]["name"] == name]
        return found

    def change(self, name: str, kind: str = "deployments.apps", **spec: Any) -> None:
        """Somebody else sets fields of the workload's spec."""
        found = self.workload(name, kind)
        metadata = {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}
        self.cluster.store.update(kind, {**found, "metadata": metadata, "spec": {**found["spec"], **spec}})

    async def settled(self, reached: Callable[[WatchCache], object]) -> None:
        """Wait until the service has seen the cluster in a state."""
        cache = self.access.context.clusters.default.cache
        await cache.wait_for(reached, kinds=cache.kinds, timeout=Timeout(DEADLINE_SECONDS))


def client_of(url: str, token: str) -> KubernetesClient:
    """A client of the simulated API server."""
    return KubernetesClient(KubernetesHttp(ClusterConnection.from_server(url, token=token)))


@asynccontextmanager
async def _started(context: ProcessContext) -> AsyncIterator[None]:
    try:
        await context.open()
        await context.start()
        yield
    finally:
        await context.close()


@asynccontextmanager
async def living_world(
    database_url: str,
    home: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    scenario: str = "default",
    writer_class: type[GuardedWriter] = GuardedWriter,
    installed: Sequence[str] = (),
) -> AsyncIterator[LivingWorld]:
    """The service and its cluster, both running."""
    is_default = scenario == "default"
    cluster = default_world(speed=SPEED, seed=7) if is_default else open_world(scenario, speed=SPEED, seed=7)
    users = {"reader-token": User("test:reader"), "writer-token": User("test:writer")}
    rules: dict[str, Sequence[Rule]] = {"test:reader": READER_RULES, "test:writer": WRITER_RULES}
    api = create_api_server(
        cluster.store,
        users=users,
        rules=rules,
        logs=cluster.logs,
        usage=cluster.usage,
        meters=cluster.meters,
        installed=installed,
    )
    cluster.start()
    cluster.settle()
    wanted = Settings.model_validate({"home": home, "database_url": database_url, **SETTINGS, **(settings or {})})
    clock = SystemClock()
    living = asyncio.create_task(cluster.run())
    try:
        async with serve(api) as url:
            watched = Cluster(
                named=ClusterName("c1", "c1"), reader=client_of(url, "reader-token"),
                writer=client_of(url, "writer-token"), clock=clock,
            )  # fmt: skip
            context = ProcessContext(wanted, Clusters([watched]), clock=clock, writer_class=writer_class)
            app = shared_app(context)
            transport = DescribedTransport(app, raise_app_exceptions=False)
            issuer = LocalIssuer(home, audience=wanted.oidc_audience, clock=clock)
            async with _started(context), httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
                access = AccessWorld(context, None, client, issuer)  # type: ignore[arg-type] # real time here
                default = await context.provider.get(WorkspaceService).ensure_default("c1")
                access.workspace_id = default.id
                operator = await access.member("olga", "operator")
                access.administrator = await access.account(*SCOPES)
                with watching_commits() as commits:
                    yield LivingWorld(access, cluster, api, operator, default.id, rules, commits)
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        cluster.stop()
        api.close()
