"""Routes of clusters (internal API)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from hexaops.features.access.caller import AnyCaller
from hexaops.features.clusters.errors import ClusterExistsError, ClusterInUseError, ClusterNotFoundError
from hexaops.features.clusters.schemas import ClusterRequest
from hexaops.features.clusters.service import ClusterService
from hexaops.features.clusters.views import ClusterTestView, ClusterView, cluster_test_view, cluster_view
from hexaops.features.routing import ADMIN, INTERNAL, Entry
from hexaops.provide import provided
from hexaops.responses import Data, Items, refuses

Service = Annotated[ClusterService, provided(ClusterService)]
ClusterId = Annotated[str, Path(max_length=64)]


async def list_clusters(service: Service) -> Items[ClusterView]:
    """Every registered cluster, as seen by the responding process."""
    return Items([cluster_view(state) for state in service.list()])


@refuses(ClusterExistsError)
async def add_cluster(caller: AnyCaller, service: Service, body: ClusterRequest) -> Data[ClusterView]:
    """Register a cluster; every process serves it within seconds, without a restart."""
    return Data(cluster_view(await service.add(caller, body)))


@refuses(ClusterNotFoundError, ClusterInUseError)
async def remove_cluster(caller: AnyCaller, service: Service, cluster_id: ClusterId) -> None:
    """Remove a cluster that was registered over the API and has no workspaces."""
    await service.delete(caller, cluster_id)


@refuses(ClusterNotFoundError)
async def test_cluster(service: Service, cluster_id: ClusterId) -> Data[ClusterTestView]:
    """Test a cluster now: whether it answers, under which identities, and what they may read and change."""
    return Data(cluster_test_view(await service.test(cluster_id)))


CLUSTER = f"{INTERNAL}/clusters/{{cluster_id}}"
ROUTES = (
    Entry("GET", f"{INTERNAL}/clusters", list_clusters, ADMIN),
    Entry("POST", f"{INTERNAL}/clusters", add_cluster, ADMIN, 201, idempotent=True),
    Entry("DELETE", CLUSTER, remove_cluster, ADMIN, 204),
    Entry("POST", f"{CLUSTER}/test", test_cluster, ADMIN, idempotent=True),
)
