"""Nodes as the internal API shows them. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from typing import Literal

from hexaops.features.applications.views import FreshnessView
from hexaops.responses import View

Health = Literal["healthy", "degraded", "unhealthy"]


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
