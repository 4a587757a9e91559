"""Bodies of the public API's requests. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict


class AutopilotBody(TypedDict):
    """What shall become of detections."""

    mode: Literal["off", "suggest", "act"]
    classes: NotRequired[Sequence[Literal["failing_pods", "bad_rollout"]]]
    reason: NotRequired[str | None]


class MemberBody(TypedDict):
    """A member's role."""

    role: Literal["viewer", "operator", "admin"]


class OwnAutomationBody(TypedDict):
    """The kill switch of the workspace in the path."""

    enabled: bool
    reason: NotRequired[str | None]


class InsightsRequest(TypedDict):
    """`POST …/aiops/insights`."""

    scope: NotRequired[Literal["workspace", "application"]]
    application_id: NotRequired[str | None]
    focus_areas: NotRequired[Sequence[Literal["performance", "cost_optimization", "security", "reliability"]]]
    time_range: NotRequired[str]
    include_recommendations: NotRequired[bool]


class ChatContext(TypedDict):
    """How a message wants to be answered."""

    include_metrics: NotRequired[bool]
    time_range: NotRequired[str]


class ChatRequest(TypedDict):
    """`POST …/aiops/chat`."""

    message: NotRequired[str]
    session_id: NotRequired[str | None]
    context: NotRequired[ChatContext]
    capabilities: NotRequired[Sequence[str] | None]


class GuideContext(TypedDict):
    """The document's `user_context`, and whatever else a client shares: it grants nothing, and is not read."""


class GuideRequest(TypedDict):
    """`POST /api/v1/ai/chat`."""

    message: NotRequired[str]
    session_id: NotRequired[str | None]
    context: NotRequired[GuideContext]


class QuickActionRequest(TypedDict):
    """`POST /api/v1/ai/actions`: a quick action with its parameters."""

    action: str
    parameters: NotRequired[Mapping[str, Any]]


class SessionContext(TypedDict):
    """What a session is about."""

    focus_area: NotRequired[str]
    applications: NotRequired[Sequence[str]]
    time_range: NotRequired[str | None]


class SessionRequest(TypedDict):
    """`POST …/aiops/sessions`."""

    name: NotRequired[str]
    description: NotRequired[str]
    context: NotRequired[SessionContext]
    capabilities: NotRequired[Sequence[str] | None]


class EndRequest(TypedDict):
    """`POST …/aiops/sessions/:id/end`."""

    summary: NotRequired[str | None]
    actions_completed: NotRequired[Sequence[str]]


class ActionRequest(TypedDict):
    """`POST …/aiops/actions`: without a confirmation it answers with a plan."""

    action: str
    parameters: Mapping[str, Any]
    session_id: NotRequired[str | None]
    message_id: NotRequired[str | None]


class ConfirmationFields(TypedDict):
    """Confirmation fields within `parameters`."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]


class RollbackRequest(TypedDict):
    """`POST …/aiops/actions/:id/rollback`: like an action, confirmed by plan."""

    parameters: NotRequired[ConfirmationFields]
    session_id: NotRequired[str | None]


class AlertCreation(TypedDict):
    """`POST …/aiops/alerts`: a rule on one application. Without a confirmation it answers with a plan."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    reason: NotRequired[str | None]
    metric: Literal[
        "cpu_percent",
        "memory_percent",
        "cpu_cores",
        "memory_bytes",
        "cpu_throttled",
        "volume_usage",
        "error_rate",
        "latency_p95",
        "request_rate",
        "ready_replicas",
        "restarts",
    ]
    threshold: float
    comparison: NotRequired[Literal["above", "below"]]
    duration: NotRequired[str]
    severity: NotRequired[Literal["low", "medium", "high", "critical"]]
    name: NotRequired[str | None]
    application_id: str
    session_id: NotRequired[str | None]


class Acknowledgement(TypedDict):
    """`POST …/aiops/alerts/:id/acknowledge`."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    reason: NotRequired[str | None]
    acknowledged: NotRequired[bool]
    session_id: NotRequired[str | None]


class Silence(TypedDict):
    """`POST …/aiops/alerts/:id/silence`: `duration` such as `2h`; null ends the silence."""

    confirmation: NotRequired[bool]
    plan_id: NotRequired[str | None]
    plan_hash: NotRequired[str | None]
    reason: NotRequired[str | None]
    duration: str | None
    session_id: NotRequired[str | None]


class DashboardRequest(TypedDict):
    """`POST …/aiops/dashboards`: of one application, or without one of the whole workspace."""

    application_id: NotRequired[str | None]


class NewWebhook(TypedDict):
    """A new subscription."""

    url: str
    events: NotRequired[Sequence[str]]
    description: NotRequired[str]


class WebhookChange(TypedDict):
    """Fields of a subscription to change; those that are not given stay as they are."""

    url: NotRequired[str]
    events: NotRequired[Sequence[str]]
    description: NotRequired[str]
    enabled: NotRequired[bool]


class Rotation(TypedDict):
    """How long the old secret stays valid beside the new one."""

    overlap_seconds: NotRequired[float]


class NewChannel(TypedDict):
    """A new notification channel."""

    name: str
    kind: Literal["slack", "email", "webhook"]
    target: str
    on_escalation: NotRequired[bool]


class ChannelChange(TypedDict):
    """Fields of a notification channel to change; those that are not given stay as they are."""

    target: NotRequired[str]
    on_escalation: NotRequired[bool]


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
