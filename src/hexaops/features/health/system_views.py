"""The health of the system as the internal API shows it. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from hexaops.features.health.judging import Health
from hexaops.responses import View


class ApiServerView(View, frozen=True, kw_only=True):
    """This service itself."""

    status: Health
    response_time_ms: float
    """Median time to the first byte of its answers in the last five minutes, this one included."""
    uptime: str


class ConnectionsView(View, frozen=True, kw_only=True):
    """This process's pool of connections."""

    active: int
    idle: int
    max: int


class QueryPerformanceView(View, frozen=True, kw_only=True):
    """Queries of the last five minutes; slow ones took more than half a second."""

    avg_response_ms: float | None
    slow_queries: int | None


class DatabaseHealthView(View, frozen=True, kw_only=True):
    """The store."""

    status: Health
    connections: ConnectionsView
    query_performance: QueryPerformanceView


class NodeCountsView(View, frozen=True, kw_only=True):
    """Nodes."""

    total: int | None
    ready: int | None
    not_ready: int | None


class ClusterHealthView(View, frozen=True, kw_only=True):
    """One cluster."""

    id: str
    name: str
    status: Health
    version: str | None
    response_time_ms: float | None
    nodes: NodeCountsView
    problems: list[str]


class KubernetesHealthView(View, frozen=True, kw_only=True):
    """The clusters: the version of the first that answers, and all nodes together."""

    status: Health
    version: str | None
    nodes: NodeCountsView
    clusters: list[ClusterHealthView]


class QueueHealthView(View, frozen=True, kw_only=True):
    """Durable runs that wait to be taken up."""

    status: Health
    queue_depth: int | None
    consumer_lag: str | None
    """How long the oldest has waited."""


class SourceHealthView(View, frozen=True, kw_only=True):
    """A source that the system reads from."""

    name: str
    """The cluster's, or `embedded`; of a model its provider."""
    kind: str
    status: Health
    response_time_ms: float | None
    problem: str | None


class SourcesHealthView(View, frozen=True, kw_only=True):
    """All sources of a kind. None of them is needed for everything: at worst they make the system degraded."""

    status: Health
    sources: list[SourceHealthView]


class ComponentsView(View, frozen=True, kw_only=True):
    """The parts."""

    api_server: ApiServerView
    database: DatabaseHealthView
    kubernetes_api: KubernetesHealthView
    message_queue: QueueHealthView
    log_sources: SourcesHealthView
    metric_sources: SourcesHealthView
    model: SourcesHealthView | UnsetType = UNSET
    """The language model, where one is configured."""


class WorkspaceTotalsView(View, frozen=True, kw_only=True):
    """Workspaces that the account may see."""

    total: int
    active: int
    issues: int
    """Those with an application that is degraded, pending or failing."""
    unknown: int
    """Those whose cluster cannot be read now."""


class SystemUsageView(View, frozen=True, kw_only=True):
    """What is used of all measured nodes, in percent of what they can give to pods."""

    cpu_percentage: float | None
    memory_percentage: float | None
    storage_percentage: float | None


class SystemHealthView(View, frozen=True, kw_only=True):
    """The health of the system."""

    status: Health
    timestamp: str
    version: str
    components: ComponentsView
    workspaces: WorkspaceTotalsView
    resource_usage: SystemUsageView
    reasons: dict[str, str]
