"""A workspace and its nodes as the internal API shows them. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from typing import Literal

from hexaops.analysis.workspace_scores import IssueSeverity
from hexaops.features.applications.views import FreshnessView
from hexaops.responses import View

Health = Literal["healthy", "degraded", "unhealthy"]
Basis = Literal["quota", "allocatable"]


class RoomView(View, frozen=True, kw_only=True):
    """What a node has, or can give to pods."""

    cpu: str | None
    memory: str | None
    storage: str | None
    """Ephemeral storage."""
    pods: str | None


class CapacityView(View, frozen=True, kw_only=True):
    """What all nodes have together."""

    cpu: str | None
    memory: str | None
    storage: str | None


class PercentagesView(View, frozen=True, kw_only=True):
    """What is used, in percent of what can be given to pods."""

    cpu_percentage: float | None
    memory_percentage: float | None
    storage_percentage: float | None


class NodeUsageView(PercentagesView, frozen=True, kw_only=True):
    """What is used of one node."""

    pod_count: int | None
    """Pods placed on it that have not finished, of every namespace."""


class NodeConditionView(View, frozen=True, kw_only=True):
    """One entry of the node's `status.conditions`."""

    type: str
    status: str
    last_transition: str | None


class TaintView(View, frozen=True, kw_only=True):
    """One taint."""

    key: str
    value: str
    effect: str


class NodeView(View, frozen=True, kw_only=True):
    """One node."""

    name: str
    status: Literal["ready", "not_ready"]
    schedulable: bool
    """False while it is cordoned."""
    role: str
    """Its first `node-role.kubernetes.io/` label, hyphens as underscores (`control_plane`), else `worker`."""
    version: str | None
    capacity: RoomView
    allocatable: RoomView
    usage: NodeUsageView
    conditions: list[NodeConditionView]
    taints: list[TaintView]
    labels: dict[str, str]


class ClusterMetricsView(View, frozen=True, kw_only=True):
    """All nodes together."""

    total_capacity: CapacityView
    total_usage: PercentagesView
    """Sums over the measured nodes."""
    health_status: Health
    """`unhealthy` when no node is ready, `degraded` when one is not or is short of something."""


class NodesView(View, frozen=True, kw_only=True):
    """All nodes of the workspace's cluster."""

    workspace_id: str
    total_nodes: int
    nodes: list[NodeView]
    cluster_metrics: ClusterMetricsView
    freshness: FreshnessView
    reasons: dict[str, str]


class OverviewWorkspaceView(View, frozen=True, kw_only=True):
    """The workspace itself."""

    id: str
    name: str
    plan: Literal["shared", "dedicated"]
    status: Literal["active", "suspended"]
    created_at: str


class ApplicationCountsView(View, frozen=True, kw_only=True):
    """Applications: `total` is the sum of running, stopped and failed."""

    total: int
    running: int
    stopped: int
    failed: int
    """Those without a ready replica because their pods fail, wait or cannot be made."""
    degraded: int
    """Of the running ones, those with a failing or pending pod."""


class ProjectCountsView(View, frozen=True, kw_only=True):
    """Namespaces; one that is being deleted is not active."""

    total: int
    active: int


class FunctionCountsView(View, frozen=True, kw_only=True):
    """Knative Services; a cold one is scaled to zero."""

    total: int | None
    active: int | None
    cold: int | None


class PipelineCountsView(View, frozen=True, kw_only=True):
    """Runs of Tekton and Argo; an active one has not ended."""

    total: int | None
    active: int | None
    last_run: str | None


class OverviewSummaryView(View, frozen=True, kw_only=True):
    """What is in a workspace."""

    applications: ApplicationCountsView
    projects: ProjectCountsView
    functions: FunctionCountsView
    pipelines: PipelineCountsView


class AmountView(View, frozen=True, kw_only=True):
    """What is used of one resource."""

    used: str | None
    total: str | None
    percentage: float | None
    of: Basis | None
    """What the total is: the projects' quotas, or what the nodes can give to pods."""


class PodPhasesView(View, frozen=True, kw_only=True):
    """Pods by phase."""

    running: int
    pending: int
    failed: int


class ResourceUsageView(View, frozen=True, kw_only=True):
    """What a workspace uses: CPU and memory measured, storage claimed."""

    cpu: AmountView
    memory: AmountView
    storage: AmountView
    pods: PodPhasesView


class IssueView(View, frozen=True, kw_only=True):
    """One thing that is wrong."""

    severity: IssueSeverity
    type: str
    component: str
    message: str
    age: str | None
    """For how long, where it is known."""


class ScoreEvidenceView(View, frozen=True, kw_only=True):
    """What the scores are computed from (docs/formulas.md)."""

    ready_replicas: int
    desired_replicas: int
    measured_applications: int
    issue_score: float


class HealthMetricsView(View, frozen=True, kw_only=True):
    """How a workspace is doing now, in scores of 0 to 100 and in issues, the worst first."""

    overall_score: float
    availability: float | None
    performance_score: float | None
    issues: list[IssueView]
    evidence: ScoreEvidenceView


class ActivityView(View, frozen=True, kw_only=True):
    """One thing that happened."""

    timestamp: str
    type: str
    """deployment, warning or operation."""
    resource: str
    action: str
    details: str


class OverviewView(View, frozen=True, kw_only=True):
    """A workspace at one glance."""

    workspace: OverviewWorkspaceView
    summary: OverviewSummaryView
    resource_usage: ResourceUsageView
    health_metrics: HealthMetricsView
    recent_activity: list[ActivityView]
    freshness: FreshnessView
    reasons: dict[str, str]
