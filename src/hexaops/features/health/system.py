"""The health of the system, measured on request; one unavailable part does not hide the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import UNSET, Struct

from hexaops import __version__
from hexaops.analysis.applications.model import UNHEALTHY
from hexaops.analysis.applications.usage import Resource
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.errors import HexaopsError, UpstreamUnavailableError
from hexaops.features.access.principal import Principal
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.cluster_views import ClusterViews
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import NAME_LIMIT, TEXT_LIMIT
from hexaops.features.health.cluster_health import ClusterHealth, examine_all
from hexaops.features.health.judging import (
    Health,
    judge_all,
    judge_database,
    judge_optional,
    judge_queue,
    judge_requests,
    judge_system,
)
from hexaops.features.health.sources import Component, SourceProbes
from hexaops.features.health.system_views import (
    ApiServerView,
    ClusterHealthView,
    ComponentsView,
    ConnectionsView,
    DatabaseHealthView,
    KubernetesHealthView,
    NodeCountsView,
    QueryPerformanceView,
    QueueHealthView,
    SourceHealthView,
    SourcesHealthView,
    SystemHealthView,
    SystemUsageView,
    WorkspaceTotalsView,
)
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import plain
from hexaops.metrics import Metrics
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine

PART_SECONDS = 3.0
"""How long to wait for the database or the queue."""
SHOWN_PROBLEMS = 20
NO_SOURCES = SourcesHealthView(status="healthy", sources=[])
NO_STORAGE_USAGE = "metrics.k8s.io measures CPU and memory only"


class SystemParts(Struct, frozen=True):
    """The parts to examine."""

    database: Database
    engine: DurableEngine
    metrics: Metrics
    clusters: Clusters
    views: ClusterViews
    applications: ApplicationService
    directory: WorkspaceDirectory
    clock: Clock
    probes: SourceProbes


@dataclass
class SystemHealth:
    """Checks every part; read-only."""

    parts: SystemParts
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.parts.clock.monotonic()

    async def examine(self, principal: Principal, elapsed_seconds: float) -> SystemHealthView:
        """What the account may see: one bound to workspaces sees only those and their clusters."""
        reasons: dict[str, str] = {}
        database, queue = await asyncio.gather(self._database(reasons), self._queue(reasons))
        workspaces = await self._workspaces(principal)
        seen = None if principal.workspace_ids is None else {one.cluster_id for one in workspaces}
        clusters = await self._clusters(seen)
        logs, metrics, model = await asyncio.gather(
            *(self._sources(one, seen, reasons) for one in ("log_sources", "metric_sources", "model"))
        )
        components = ComponentsView(
            api_server=self._api_server(elapsed_seconds),
            database=database,
            kubernetes_api=_kubernetes_view(clusters, reasons),
            message_queue=queue,
            log_sources=logs or NO_SOURCES,
            metric_sources=metrics or NO_SOURCES,
            model=model or UNSET,
        )
        return SystemHealthView(
            status=judge_system(
                (
                    components.api_server.status,
                    database.status,
                    components.kubernetes_api.status,
                    queue.status,
                    *(judge_optional(one.status) for one in (logs, metrics, model) if one is not None),
                )
            ),
            timestamp=format_time(self.parts.clock.now()),
            version=__version__,
            components=components,
            workspaces=self._totals(workspaces),
            resource_usage=await self._usage(seen, reasons),
            reasons=reasons,
        )

    def _api_server(self, elapsed_seconds: float) -> ApiServerView:
        recent = self.parts.metrics.answers.summary(elapsed_seconds)
        assert recent is not None, "this very answer is in it"
        return ApiServerView(
            status=judge_requests(recent),
            response_time_ms=_milliseconds(recent.median_seconds),
            uptime=format_duration(self.parts.clock.monotonic() - self._started),
        )

    async def _database(self, reasons: dict[str, str]) -> DatabaseHealthView:
        database, status = self.parts.database, None
        try:
            async with asyncio.timeout(PART_SECONDS):
                await database.ping()
        except (TimeoutError, UpstreamUnavailableError) as error:
            status = "unhealthy"
            reasons["components.database.status"] = getattr(error, "message", "it does not answer in time")
        recent, pool = database.queries.summary(), database.connections()
        if recent is None:
            path = "components.database.query_performance"
            reasons |= {f"{path}.{key}": "no query has ended lately" for key in ("avg_response_ms", "slow_queries")}
        judged: Health = judge_database(recent, active=pool.active, most=pool.most) if recent else "healthy"
        return DatabaseHealthView(
            status="unhealthy" if status else judged,
            connections=ConnectionsView(active=pool.active, idle=pool.idle, max=pool.most),
            query_performance=QueryPerformanceView(
                avg_response_ms=_milliseconds(recent.mean_seconds) if recent else None,
                slow_queries=recent.slow if recent else None,
            ),
        )

    async def _queue(self, reasons: dict[str, str]) -> QueueHealthView:
        try:
            async with asyncio.timeout(PART_SECONDS):
                waiting = await self.parts.engine.waiting()
        except Exception as error:  # noqa: BLE001 # the engine's library has no one base for its failures
            reason = f"the queue cannot be asked: {type(error).__name__}"
            reasons |= {f"components.message_queue.{key}": reason for key in ("queue_depth", "consumer_lag")}
            return QueueHealthView(status="unhealthy", queue_depth=None, consumer_lag=None)
        return QueueHealthView(
            status=judge_queue(waiting.oldest_seconds),
            queue_depth=waiting.depth,
            consumer_lag=format_duration(waiting.oldest_seconds),
        )

    async def _clusters(self, seen: set[str] | None) -> list[ClusterHealth]:
        views = [view for view in self.parts.views if seen is None or view.cluster.id in seen]
        unusable = [one for one in self.parts.clusters.unusable.values() if seen is None or one.named.id in seen]
        return await examine_all(views, unusable, self.parts.clock)

    async def _sources(
        self, component: Component, seen: set[str] | None, reasons: dict[str, str]
    ) -> SourcesHealthView | None:
        states = await self.parts.probes.ask(component, seen)
        if states is None:
            return None
        shown = []
        for number, one in enumerate(states):
            at, problem = f"components.{component}.sources[{number}]", one.problem and plain(one.problem, TEXT_LIMIT)
            if one.seconds is None:
                reasons[f"{at}.response_time_ms"] = problem or "it was not asked"
            if problem is None:
                reasons[f"{at}.problem"] = "there is none"
            milliseconds = None if one.seconds is None else _milliseconds(one.seconds)
            shown.append(
                SourceHealthView(
                    name=plain(one.name, NAME_LIMIT), kind=one.kind, status=one.status,
                    response_time_ms=milliseconds, problem=problem,
                )
            )  # fmt: skip
        status: Health = judge_all([one.status for one in states]) if states else "healthy"
        return SourcesHealthView(status=status, sources=shown)

    async def _workspaces(self, principal: Principal) -> list[Workspace]:
        return [one for one in await self.parts.directory.list_all() if principal.may_enter(one.id)]

    def _totals(self, workspaces: Sequence[Workspace]) -> WorkspaceTotalsView:
        issues = unknown = 0
        for workspace in workspaces:
            try:
                issues += any(one.status in UNHEALTHY for one in self.parts.applications.list(workspace))
            except HexaopsError:  # its cluster is not read, or gone
                unknown += 1
        active = sum(one.status == "active" for one in workspaces)
        return WorkspaceTotalsView(total=len(workspaces), active=active, issues=issues, unknown=unknown)

    async def _usage(self, seen: set[str] | None, reasons: dict[str, str]) -> SystemUsageView:
        used: dict[Resource, float] = {"cpu": 0.0, "memory": 0.0}
        room: dict[Resource, float] = {"cpu": 0.0, "memory": 0.0}
        why = "no node has been measured yet"
        for view in self.parts.views:
            if seen is not None and view.cluster.id not in seen:
                continue
            samples = await view.usage.nodes()
            why = samples.reason or why
            for row in view.cluster.cache.nodes():
                if (found := samples.by_object.get(("", row.name))) is not None:
                    used["cpu"] += found.cpu_cores
                    used["memory"] += found.memory_bytes
                    for name in room:
                        room[name] += row.allocatable.get(name, 0.0)
        shares = {name: round(100 * used[name] / room[name], 1) if room[name] else None for name in room}
        reasons |= {f"resource_usage.{name}_percentage": why for name, share in shares.items() if share is None}
        reasons["resource_usage.storage_percentage"] = NO_STORAGE_USAGE
        return SystemUsageView(
            cpu_percentage=shares["cpu"], memory_percentage=shares["memory"], storage_percentage=None
        )


def _kubernetes_view(clusters: Sequence[ClusterHealth], reasons: dict[str, str]) -> KubernetesHealthView:
    path = "components.kubernetes_api"
    views = [_cluster_view(one, reasons, f"{path}.clusters[{number}]") for number, one in enumerate(clusters)]
    version = next((one.version for one in views if one.version is not None), None)
    if version is None:
        reasons[f"{path}.version"] = "no cluster answers"
    counted = [one.nodes for one in views if one.nodes.total is not None]
    if not counted:
        reasons |= {f"{path}.nodes.{key}": "no cluster's nodes can be read" for key in ("total", "ready", "not_ready")}
    return KubernetesHealthView(
        status=judge_all([one.status for one in clusters]),
        version=version,
        nodes=NodeCountsView(
            total=sum(one.total or 0 for one in counted) if counted else None,
            ready=sum(one.ready or 0 for one in counted) if counted else None,
            not_ready=sum(one.not_ready or 0 for one in counted) if counted else None,
        ),
        clusters=views,
    )


def _cluster_view(one: ClusterHealth, reasons: dict[str, str], at: str) -> ClusterHealthView:
    if one.version is None:
        reasons |= dict.fromkeys((f"{at}.version", f"{at}.response_time_ms"), "its API does not answer")
    if one.nodes is None:
        reasons |= {f"{at}.nodes.{key}": "its nodes cannot be read" for key in ("total", "ready", "not_ready")}
    ready = None if one.nodes is None else sum(node.ready for node in one.nodes)
    return ClusterHealthView(
        id=one.id,
        name=plain(one.name, NAME_LIMIT),
        status=one.status,
        version=None if one.version is None else plain(one.version, NAME_LIMIT),
        response_time_ms=None if one.seconds is None else _milliseconds(one.seconds),
        nodes=NodeCountsView(
            total=None if one.nodes is None else len(one.nodes),
            ready=ready,
            not_ready=None if one.nodes is None or ready is None else len(one.nodes) - ready,
        ),
        problems=[plain(problem, TEXT_LIMIT) for problem in one.problems[:SHOWN_PROBLEMS]],
    )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
