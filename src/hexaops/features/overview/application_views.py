"""One application as trusted services see it. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from typing import Literal

from hexaops.features.applications.views import FreshnessView, ProblemView
from hexaops.responses import View

Running = Literal["running", "stopped", "failed"]
Overall = Literal["healthy", "progressing", "degraded", "unhealthy", "stopped"]


class ApplicationIdentityView(View, frozen=True, kw_only=True):
    """Which application it is."""

    id: str
    name: str
    workspace_id: str
    project: str
    kind: str
    status: Running
    """`failed` when no replica is ready because its pods fail, wait or cannot be made."""
    created_at: str


class ReplicasView(View, frozen=True, kw_only=True):
    """As the workload's controller counts them."""

    desired: int
    ready: int
    available: int
    updated: int


class QuantitiesView(View, frozen=True, kw_only=True):
    """Sums over one pod's containers."""

    cpu: str | None
    memory: str | None


class ResourcesView(View, frozen=True, kw_only=True):
    """What one pod of the template asks for and may use."""

    requests: QuantitiesView
    limits: QuantitiesView


class DeploymentView(View, frozen=True, kw_only=True):
    """The workload: a Deployment, StatefulSet or DaemonSet."""

    replicas: ReplicasView
    strategy: str
    image: str
    """Of the first container."""
    images: list[str]
    resources: ResourcesView


class ApplicationPodView(View, frozen=True, kw_only=True):
    """One pod."""

    name: str
    status: str
    """Its phase."""
    reason: str
    ready: bool
    node: str | None
    cpu_usage: float | None
    """Percent of its limits, else of its requests."""
    memory_usage: float | None
    """Mi."""
    restarts: int
    age: str


class ServicePortView(View, frozen=True, kw_only=True):
    """One port."""

    port: int
    target_port: int | None
    target_port_name: str | None
    protocol: str


class ServiceView(View, frozen=True, kw_only=True):
    """A Service that selects its pods."""

    name: str
    type: str
    cluster_ip: str | None
    ports: list[ServicePortView]


class ChecksView(View, frozen=True, kw_only=True):
    """Pods."""

    passing: int | None
    failing: int | None


class ApplicationHealthView(View, frozen=True, kw_only=True):
    """How it is doing."""

    overall_status: Overall
    status_reason: str
    readiness_checks: ChecksView
    """Pods that are ready, and those that are not."""
    liveness_checks: ChecksView
    """Running pods; failing are those whose kubelet reported a failed liveness check in the last five minutes."""
    problems: list[ProblemView]


class ApplicationMetricsView(View, frozen=True, kw_only=True):
    """What is measured of it now."""

    cpu_usage_percentage: float | None
    memory_usage_percentage: float | None
    request_rate: float | None
    """Requests a second."""
    error_rate: float | None
    """Percent of the requests."""
    response_time_p95: float | None
    """Milliseconds."""


class ApplicationDetailsView(View, frozen=True, kw_only=True):
    """Everything about one application."""

    application: ApplicationIdentityView
    deployment: DeploymentView
    pods: list[ApplicationPodView]
    services: list[ServiceView]
    health: ApplicationHealthView
    metrics: ApplicationMetricsView
    freshness: FreshnessView
    reasons: dict[str, str]
