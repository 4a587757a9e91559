"""The app in this process, with callers of every kind: for tests that send requests and look at answers.

No cluster is watched and no durable run is started; what those do has tests of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from fastapi import FastAPI
from starlette.routing import BaseRoute

from hexaops.api import install_routes
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters, UnusableCluster
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.access.accounts import NewAccount, ServiceAccounts
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.permissions import SCOPES
from hexaops.features.access.tenancy import Role
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.clock import Clock, ManualClock
from hexaops.middleware import RequestMiddleware, install_error_handlers
from hexaops.web.console import install_console
from tests.described import DescribedTransport

T = TypeVar("T")
Headers = dict[str, str]

START = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
CLUSTER_ID = "cluster-a"


@dataclass
class AccessWorld:
    """A served app, its clock, and whoever may call it."""

    context: ProcessContext
    clock: ManualClock
    client: httpx2.AsyncClient
    issuer: LocalIssuer
    workspace_id: str = ""
    """The default workspace."""
    administrator: Headers = field(default_factory=dict)
    """A service account with every scope, in every workspace."""

    def get(self, kind: type[T]) -> T:
        """A service of the process."""
        return self.context.provider.get(kind)

    def token(self, user: str, *, lifetime: timedelta = timedelta(hours=1)) -> Headers:
        """Headers of a user, who need not be a member of anything; the id is `local:<user>`."""
        return bearer(self.issuer.issue(user, lifetime=lifetime))

    async def member(self, user: str, role: Role, workspace_id: str | None = None) -> Headers:
        """Headers of a member."""
        service = self.get(WorkspaceService)
        await service.put_member(workspace_id or self.workspace_id, f"local:{user}", role, caller=None)
        return self.token(user)

    async def account(self, *scopes: str, workspace_ids: list[str] | None = None) -> Headers:
        """Headers of a new service account."""
        issued = await self.get(ServiceAccounts).create(None, NewAccount("test", scopes, workspace_ids))
        return account_headers(issued.account.id, issued.text)

    async def workspace(self, name: str, *namespaces: str, cluster: str | None = None) -> str:
        """A new workspace of these namespaces; returns its id."""
        body = {"name": name, "namespaces": list(namespaces), "cluster": cluster, "expect_missing": True}
        answer = await self.client.post("/internal/v1/workspaces", json=body, headers=self.administrator)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])


def bearer(token: str) -> Headers:
    """The header of a bearer token."""
    return {"Authorization": f"Bearer {token}"}


def account_headers(account_id: str, token: str) -> Headers:
    """The two headers of a service account."""
    return {**bearer(token), "X-Service-Account": account_id}


def unwatched_cluster(cluster_id: str = CLUSTER_ID, name: str = "test", *, clock: Clock | None = None) -> Cluster:
    """A cluster that nothing ever asks."""
    connection = ClusterConnection.from_server("http://127.0.0.1:9")
    reader = KubernetesClient(KubernetesHttp(connection))
    return Cluster(named=ClusterName(cluster_id, name), reader=reader, clock=clock or ManualClock(START))


@cache
def shared_routes() -> Sequence[BaseRoute]:
    """Made once: FastAPI takes most of a test's time for them, and they hold nothing of a process."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install_routes(app)
    return app.router.routes


def shared_app(context: ProcessContext) -> FastAPI:
    """As `create_app` assembles it, on routes that tests share."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.context, app.state.provider = context, context.provider
    install_console(app, context.provider)
    app.add_middleware(RequestMiddleware, metrics=context.metrics)
    install_error_handlers(app)
    app.router.routes.extend(shared_routes())
    return app


@asynccontextmanager
async def access_world(
    database_url: str,
    home: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    cluster: Cluster | None = None,
    others: Sequence[Cluster | UnusableCluster] = (),
) -> AsyncIterator[AccessWorld]:
    """The app on a migrated database; the clusters, by default one that nothing asks, are not started."""
    clock = ManualClock(START)
    wanted = Settings.model_validate({"home": home, "database_url": database_url, **(settings or {})})
    context = ProcessContext(wanted, Clusters([cluster or unwatched_cluster(clock=clock), *others]), clock=clock)
    app = shared_app(context)
    transport = DescribedTransport(app, raise_app_exceptions=False)
    issuer = LocalIssuer(home, audience=wanted.oidc_audience, clock=clock)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        world = AccessWorld(context, clock, client, issuer)
        default = await world.get(WorkspaceService).ensure_default(CLUSTER_ID)
        world.workspace_id = default.id
        world.administrator = await world.account(*SCOPES)
        yield world
    await context.close()
