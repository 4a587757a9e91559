"""Bodies of the internal API's requests. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict


class IncidentCreation(TypedDict):
    """`POST /internal/v1/incidents`."""

    type: NotRequired[str]
    severity: NotRequired[Literal["low", "medium", "high", "critical"]]
    affected_applications: Sequence[str]
    symptoms: NotRequired[Sequence[str]]
    title: NotRequired[str | None]


class AlertBody(TypedDict):
    """One alert of Alertmanager."""

    status: Literal["firing", "resolved"]
    labels: NotRequired[Mapping[str, str]]
    annotations: NotRequired[Mapping[str, str]]
    fingerprint: NotRequired[str]


class AlertmanagerBody(TypedDict):
    """Alertmanager's webhook, version 4; fields that are not named here are ignored."""

    alerts: Sequence[AlertBody]


class IncidentDetails(TypedDict):
    """What is known of an incident."""

    type: NotRequired[str]
    severity: NotRequired[Literal["low", "medium", "high", "critical"]]
    affected_applications: NotRequired[Sequence[str]]
    symptoms: NotRequired[Sequence[str]]


class IncidentAction(TypedDict):
    """`POST /internal/v1/incidents/:id`."""

    action: Literal["auto_remediate", "escalate", "acknowledge", "resolve"]
    incident_details: NotRequired[IncidentDetails | None]
    remediation_strategy: NotRequired[Literal["restart", "scale", "restart_and_scale", "roll_back"]]
    confirmation_required: NotRequired[bool]
    escalate_to: NotRequired[str | None]
    note: NotRequired[str | None]


class PolicyBody(TypedDict):
    """A workspace's policy; omitted fields use the service's settings."""

    single_call_risk: NotRequired[Literal["none", "low", "medium", "high"] | None]
    changes_per_window: NotRequired[int | None]
    kubernetes_user: NotRequired[str | None]
    unattended_actions: NotRequired[Sequence[Literal["restart_failing_pods", "scale_application"]] | None]
    unattended_severity: NotRequired[Literal["low", "medium", "high", "critical"] | None]
    unattended_pods: NotRequired[int | None]
    autopilot: NotRequired[Literal["off", "suggest", "act"] | None]
    autopilot_classes: NotRequired[Sequence[Literal["failing_pods", "bad_rollout"]] | None]
    change_windows: NotRequired[Sequence[str] | None]
    change_freezes: NotRequired[Sequence[str] | None]
    probe_image: NotRequired[str | None]


class WorkspaceCreation(TypedDict):
    """A new workspace."""

    name: str
    plan: NotRequired[Literal["shared", "dedicated"]]
    cluster: NotRequired[str | None]
    namespaces: Sequence[str] | None
    timezone: NotRequired[str]
    policy: NotRequired[PolicyBody | None]
    admin: NotRequired[str | None]
    expect_missing: NotRequired[bool]


class WorkspaceChange(TypedDict):
    """Fields of a workspace to set."""

    name: NotRequired[str]
    plan: NotRequired[Literal["shared", "dedicated"]]
    status: NotRequired[Literal["active", "suspended"]]
    timezone: NotRequired[str]
    namespaces: NotRequired[Sequence[str] | None]
    policy: NotRequired[PolicyBody | None]
    expect_missing: NotRequired[bool]


class MemberBody(TypedDict):
    """A member's role."""

    role: Literal["viewer", "operator", "admin"]


class AutomationBody(TypedDict):
    """The kill switch, everywhere or in one workspace."""

    enabled: bool
    reason: NotRequired[str | None]
    workspace_id: NotRequired[str | None]


class AutoscalerBody(TypedDict):
    """The autoscaler that keeps the number from then on."""

    min_replicas: int
    max_replicas: int
    target_cpu_percentage: NotRequired[int | None]
    target_memory_percentage: NotRequired[int | None]
    scale_down_delay: NotRequired[str | None]


class ScaleRequest(TypedDict):
    """`POST …/deployments/:deploymentName/scale`."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    replicas: int
    reason: NotRequired[str | None]
    auto_scale_config: NotRequired[AutoscalerBody | None]


class ReportedMetrics(TypedDict):
    """What the caller believes; compared with what is measured."""

    cpu_percentage: NotRequired[float | None]
    memory_percentage: NotRequired[float | None]
    request_rate: NotRequired[float | None]


class ScalingPolicy(TypedDict):
    """When to scale, in percent of what the pods may use, and how long to let a change take effect."""

    scale_up_threshold: NotRequired[float]
    scale_down_threshold: NotRequired[float]
    cooldown_period: NotRequired[str]


class AutoscaleRequest(TypedDict):
    """`POST …/applications/:appId/autoscale`."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    trigger: Literal["cpu_threshold", "memory_threshold"]
    current_metrics: NotRequired[ReportedMetrics]
    scaling_policy: NotRequired[ScalingPolicy]


class OperationParameters(TypedDict):
    """What an operation is about, and what confirms a plan of it. A parameter that it does not take is refused."""

    target_component: NotRequired[str | None]
    action: NotRequired[Literal["restart_unhealthy_pods"] | None]
    confirmation: NotRequired[bool]
    dry_run: NotRequired[bool | None]
    older_than_days: NotRequired[int | None]
    tombstone_hours: NotRequired[int | None]
    retention_policy: NotRequired[Literal["short", "standard", "long"] | None]
    include_volumes: NotRequired[bool | None]
    notification_channels: NotRequired[Sequence[str] | None]
    reason: NotRequired[str | None]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]


class OperationContext(TypedDict):
    """Why it is done: kept with the operation, and never decides anything."""

    triggered_by: NotRequired[str | None]
    incident_id: NotRequired[str | None]
    severity: NotRequired[str | None]


class OperationRequest(TypedDict):
    """`POST …/operations`."""

    operation: str
    parameters: NotRequired[OperationParameters]
    context: NotRequired[OperationContext]


class BackupRequest(TypedDict):
    """`POST …/applications/:id/backup`."""

    backup_type: NotRequired[Literal["automated", "manual"]]
    reason: NotRequired[str]
    retention_policy: NotRequired[Literal["short", "standard", "long"]]
    include_volumes: NotRequired[bool]
    notification_channels: NotRequired[Sequence[str]]


class RestoreRequest(TypedDict):
    """`POST …/backups/:id/restore`."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    existing: NotRequired[Literal["keep", "replace"]]
    reason: NotRequired[str | None]


class MetricsSourceRequest(TypedDict):
    """A Prometheus, or what speaks its API (Thanos, Mimir, VictoriaMetrics)."""

    url: str
    headers: NotRequired[Mapping[str, Any]]
    verify_tls: NotRequired[bool]
    queries: NotRequired[Mapping[str, str]]
    namespace_queries: NotRequired[Mapping[str, Any]]


class LogSourceRequest(TypedDict):
    """A log engine that has the cluster's logs already (docs/logs.md)."""

    engine: Literal["kubernetes", "victorialogs", "opensearch", "elasticsearch", "clickhouse", "loki"]
    url: NotRequired[str | None]
    headers: NotRequired[Mapping[str, Any]]
    verify_tls: NotRequired[bool]
    index: NotRequired[str | None]
    fields: NotRequired[Mapping[str, str]]
    selector: NotRequired[Mapping[str, str]]


class ClusterRequest(TypedDict):
    """A cluster to register. Kubeconfigs must be self-contained: no file references, no exec plugins."""

    id: str
    name: NotRequired[str | None]
    kubeconfig: str
    context: NotRequired[str | None]
    writer_kubeconfig: NotRequired[str | None]
    writer_context: NotRequired[str | None]
    metrics_source: NotRequired[MetricsSourceRequest | None]
    log_source: NotRequired[LogSourceRequest | None]


class AccountRequest(TypedDict):
    """A new service account."""

    expires_in_days: NotRequired[float | None]
    name: str
    scopes: Sequence[str]
    workspace_ids: NotRequired[Sequence[str] | None]


class AccountChange(TypedDict):
    """Disable or enable an account."""

    disabled: bool


class TokenRequest(TypedDict):
    """A further token."""

    expires_in_days: NotRequired[float | None]


class Feedback(TypedDict):
    """What somebody noticed."""

    issue: str
    component: str


class InsightsContext(TypedDict):
    """What else is known, or wanted."""

    recent_changes: NotRequired[bool]
    user_feedback: NotRequired[Sequence[Feedback]]


class InternalInsightsRequest(TypedDict):
    """`POST …/workspaces/:id/insights`."""

    analysis_type: NotRequired[Literal["performance", "cost", "security", "reliability", "comprehensive"]]
    time_range: NotRequired[str]
    focus_areas: NotRequired[
        Sequence[Literal["resource_optimization", "cost_analysis", "security_posture", "performance_bottlenecks"]]
        | None
    ]
    include_recommendations: NotRequired[bool]
    context: NotRequired[InsightsContext]


class TimeRange(TypedDict):
    """From `start` until just before `end`."""

    start: str
    end: str


class Filters(TypedDict):
    """Filters applied in addition to the text."""

    workspace_id: NotRequired[str | None]
    log_level: NotRequired[Sequence[str]]
    components: NotRequired[Sequence[str]]


class LogQueryText(TypedDict):
    """What to search for; the default time range is the last hour."""

    text: NotRequired[str]
    time_range: NotRequired[TimeRange | None]
    filters: NotRequired[Filters]


class LogQueryOptions(TypedDict):
    """Options for the result."""

    limit: NotRequired[int]
    sort: NotRequired[Literal["timestamp desc", "timestamp asc"]]
    highlight: NotRequired[bool]
    aggregate: NotRequired[bool]
    cursor: NotRequired[str | None]


class LogQueryRequest(TypedDict):
    """The body of a log query."""

    query: NotRequired[LogQueryText]
    options: NotRequired[LogQueryOptions]
