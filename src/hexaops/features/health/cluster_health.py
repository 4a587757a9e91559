"""Availability, version and nodes of each cluster, queried concurrently."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from hexaops.backends.kubernetes.clusters import UnusableCluster
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.backends.kubernetes.rows import NodeRow
from hexaops.features.applications.cluster_views import ClusterView
from hexaops.features.health.judging import Health
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

CALL_SECONDS = 3.0


class ClusterHealth(Struct, frozen=True):
    """Health of one cluster; `nodes` is None if they cannot be read."""

    id: str
    name: str
    status: Health
    version: str | None
    seconds: float | None
    nodes: Sequence[NodeRow] | None
    problems: Sequence[str]


async def examine_all(
    views: Sequence[ClusterView], unusable: Sequence[UnusableCluster], clock: Clock
) -> list[ClusterHealth]:
    """Health of every cluster; those that cannot be opened come last."""
    found = await asyncio.gather(*(_examine(view, clock) for view in views))
    broken = [
        ClusterHealth(one.named.id, one.named.name, "unhealthy", None, None, None, [one.reason]) for one in unusable
    ]
    return [*found, *broken]


async def _examine(view: ClusterView, clock: Clock) -> ClusterHealth:
    cluster, cache = view.cluster, view.cluster.cache
    version, seconds, problems = None, None, list[str]()
    started = clock.monotonic()
    try:
        answer = await cluster.reader.server_version(timeout=Timeout(CALL_SECONDS, clock))
        version, seconds = answer.git_version.removeprefix("v"), clock.monotonic() - started
    except (KubernetesError, ValueError) as error:
        problems.append(f"its API does not answer: {error}")
    states = cache.status().values()
    problems += [f"{state.kind} has not been read yet" for state in states if state.available and not state.synced]
    problems += [f"{state.kind} is not up to date: {state.error}" for state in states if state.synced and state.error]
    known = cache.status("Node").get("Node")
    nodes = cache.nodes() if known is not None and known.synced and known.available else None
    problems += [f"node {node.name} is not ready" for node in nodes or () if not node.ready]
    status: Health = "unhealthy" if version is None else "degraded" if problems else "healthy"
    return ClusterHealth(cluster.id, cluster.name, status, version, seconds, nodes, problems)
