"""Each operation of the public API as a call. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hexaops.client.call import Call, delete, get, post, put, segment, send
from hexaops.client.generated import models
from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.views import AlertDetailView, AlertsView, AlertView, PrometheusRuleView
from hexaops.features.applications.views import ApplicationDetailView, ApplicationPageView, EventListView
from hexaops.features.audit.views import AuditEventView
from hexaops.features.autopilot.views import AutopilotView
from hexaops.features.chat.guide_views import GuideAnswerView, QuickActionResultView
from hexaops.features.chat.views import (
    ChatAnswerView,
    CreatedSessionView,
    EndedSessionView,
    HistoryView,
    SessionDetailView,
    SessionView,
)
from hexaops.features.dashboards.service import DashboardView
from hexaops.features.diagnosis.views import DiagnosisView, SnapshotView
from hexaops.features.diagnostics.views import BundleView
from hexaops.features.incidents.views import IncidentDetailView, IncidentView
from hexaops.features.insights.insight_views import InsightsView
from hexaops.features.insights.views import CapabilitiesView
from hexaops.features.logs.views import LogAnswerView
from hexaops.features.metrics.views import MeasurementsView
from hexaops.features.notifications.views import ChannelPageView, ChannelTestView, ChannelView
from hexaops.features.overview.changes import ChangesView
from hexaops.features.overview.views import NodesView, OverviewView
from hexaops.features.signin.views import BrowserSessionView, SignInLinkView
from hexaops.features.webhooks.views import (
    DeliveryAttemptsView,
    DeliveryDetailView,
    DeliveryPageView,
    DeliveryView,
    WebhookListView,
    WebhookSecretView,
    WebhookView,
)
from hexaops.features.workspaces.views import AutomationView, MembershipView, MemberView
from hexaops.responses import Data, Items, Listing


def list_incidents(
    *,
    status: Literal["open", "acknowledged", "escalated", "remediating", "resolved"] | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Listing[IncidentView]]:
    """The workspace's incidents, newest first."""
    return get("/aiops/incidents", Listing[IncidentView], status=status, cursor=cursor, limit=limit)


def get_incident(incident_id: str) -> Call[Data[IncidentDetailView]]:
    """One of the workspace's incidents with its diagnosis, remediation and timeline."""
    return get(f"/aiops/incidents/{segment(incident_id)}", Data[IncidentDetailView])


def get_autopilot() -> Call[Data[AutopilotView]]:
    """The policy for detections in the user's workspace, and whether the breaker has tripped."""
    return get("/aiops/autopilot", Data[AutopilotView])


def put_autopilot(body: models.AutopilotBody) -> Call[Data[AutopilotView]]:
    """Set the policy for detections in the user's workspace; it acts within the bounds that the operator set."""
    return put("/aiops/autopilot", Data[AutopilotView], body)


def reset_autopilot() -> Call[Data[AutopilotView]]:
    """Reset the breaker: detections are remediated again, within the policy. Only a person can (rule 14)."""
    return post("/aiops/autopilot/reset", Data[AutopilotView], {})


def list_workspaces() -> Call[Items[MembershipView]]:
    """The user's workspaces."""
    return get("/api/v1/workspaces", Items[MembershipView])


def list_members() -> Call[Items[MemberView]]:
    """The members of the user's workspace and their roles."""
    return get("/members", Items[MemberView])


def put_member(user_id: str, body: models.MemberBody) -> Call[Data[MemberView]]:
    """Add a member to the user's workspace or change their role."""
    return put(f"/members/{segment(user_id)}", Data[MemberView], body)


def remove_member(user_id: str) -> Call[None]:
    """Remove a member from the user's workspace."""
    return delete(f"/members/{segment(user_id)}")


def get_automation() -> Call[Data[AutomationView]]:
    """The automation switch: globally, and in the user's workspace."""
    return get("/aiops/automation", Data[AutomationView])


def put_automation(body: models.OwnAutomationBody) -> Call[Data[AutomationView]]:
    """Switch automation in the user's workspace off or on; effective immediately."""
    return put("/aiops/automation", Data[AutomationView], body)


def list_changes(
    *, since: str | None = None, application: str | None = None, limit: int | None = None
) -> Call[Data[ChangesView]]:
    """What changed in the workspace, the newest first: releases, scalings, nodes and actions of this service."""
    return get("/aiops/changes", Data[ChangesView], since=since, application=application, limit=limit)


def get_overview() -> Call[Data[OverviewView]]:
    """The workspace at one glance, for its members."""
    return get("/overview", Data[OverviewView])


def list_nodes() -> Call[Data[NodesView]]:
    """Nodes of the workspace's cluster, for its members."""
    return get("/nodes", Data[NodesView])


def list_audit_events(*, cursor: str | None = None, limit: int | None = None) -> Call[Listing[AuditEventView]]:
    """The workspace's audit events, newest first."""
    return get("/aiops/audit", Listing[AuditEventView], cursor=cursor, limit=limit)


def list_applications(
    *,
    status: str | None = None,
    project: str | None = None,
    name: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Data[ApplicationPageView]]:
    """The workspace's applications with status, replicas and usage."""
    return get(
        "/applications",
        Data[ApplicationPageView],
        status=status,
        project=project,
        name=name,
        cursor=cursor,
        limit=limit,
    )


def get_application(application_id: str) -> Call[Data[ApplicationDetailView]]:
    """One application, by id or unambiguous name, with its pods, problems and related objects."""
    return get(f"/applications/{segment(application_id)}", Data[ApplicationDetailView])


def list_events(
    *,
    type: Literal["Normal", "Warning"] | None = None,
    project: str | None = None,
    application: str | None = None,
    limit: int | None = None,
) -> Call[Data[EventListView]]:
    """Kubernetes events of the workspace in the last 24 hours, newest first."""
    return get("/events", Data[EventListView], type=type, project=project, application=application, limit=limit)


def get_diagnosis(*, application: str | None = None, severity: str | None = None) -> Call[Data[DiagnosisView]]:
    """What is wrong in the workspace, or with one application: ranked findings, each with its cause and evidence."""
    return get("/aiops/diagnosis", Data[DiagnosisView], application=application, severity=severity)


def get_snapshot() -> Call[Data[SnapshotView]]:
    """What a diagnosis of the workspace looks at, secrets redacted, for `hexaops diagnose --snapshot`."""
    return get("/aiops/diagnosis/snapshot", Data[SnapshotView])


def get_capabilities() -> Call[Data[CapabilitiesView]]:
    """What the caller is offered in the workspace now, and why the rest is not."""
    return get("/aiops/capabilities", Data[CapabilitiesView])


def generate_insights(body: models.InsightsRequest) -> Call[Data[InsightsView]]:
    """What is worth knowing about the workspace or one application: trouble, security, use, cost, and what to do."""
    return post("/aiops/insights", Data[InsightsView], body)


def send_message(body: models.ChatRequest) -> Call[Data[ChatAnswerView]]:
    """Answer a message: as JSON, or as server-sent events with `Accept: text/event-stream`."""
    return post("/aiops/chat", Data[ChatAnswerView], body)


def ask_guide(body: models.GuideRequest) -> Call[Data[GuideAnswerView]]:
    """Answer a how-to question that concerns no workspace in particular."""
    return post("/api/v1/ai/chat", Data[GuideAnswerView], body)


def run_quick_action(body: models.QuickActionRequest) -> Call[Data[QuickActionResultView]]:
    """Do what a quick action's label says."""
    return post("/api/v1/ai/actions", Data[QuickActionResultView], body)


def create_session(body: models.SessionRequest) -> Call[Data[CreatedSessionView]]:
    """Open a session."""
    return post("/aiops/sessions", Data[CreatedSessionView], body)


def list_sessions(
    *, status: Literal["active", "ended"] | None = None, cursor: str | None = None, limit: int | None = None
) -> Call[Listing[SessionView]]:
    """The caller's sessions in the workspace, newest first."""
    return get("/aiops/sessions", Listing[SessionView], status=status, cursor=cursor, limit=limit)


def get_session(session_id: str) -> Call[Data[SessionDetailView]]:
    """One session."""
    return get(f"/aiops/sessions/{segment(session_id)}", Data[SessionDetailView])


def get_history(session_id: str, *, limit: int | None = None, before: str | None = None) -> Call[Data[HistoryView]]:
    """A page of the session's messages, oldest first."""
    return get(f"/aiops/sessions/{segment(session_id)}/history", Data[HistoryView], limit=limit, before=before)


def end_session(session_id: str, body: models.EndRequest) -> Call[Data[EndedSessionView]]:
    """End a session with a counted summary."""
    return post(f"/aiops/sessions/{segment(session_id)}/end", Data[EndedSessionView], body)


def execute_action(body: models.ActionRequest) -> Call[Data[ActionView]]:
    """Plan an action, or confirm its plan and start it."""
    return post("/aiops/actions", Data[ActionView], body)


def list_actions(
    *,
    status: Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"] | None = None,
    session_id: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Listing[ActionView]]:
    """The workspace's actions, newest first."""
    return get("/aiops/actions", Listing[ActionView], status=status, session_id=session_id, cursor=cursor, limit=limit)


def get_action(action_id: str) -> Call[Data[ActionView]]:
    """One action with its steps and, when it has ended, its result."""
    return get(f"/aiops/actions/{segment(action_id)}", Data[ActionView])


def cancel_action(action_id: str) -> Call[Data[ActionView]]:
    """Cancel a running action and undo what it changed."""
    return post(f"/aiops/actions/{segment(action_id)}/cancel", Data[ActionView], {})


def rollback_action(action_id: str, body: models.RollbackRequest) -> Call[Data[ActionView]]:
    """Roll back a completed action: returns a plan, or starts the rollback if the plan is confirmed."""
    return post(f"/aiops/actions/{segment(action_id)}/rollback", Data[ActionView], body)


def list_alerts() -> Call[Data[AlertsView]]:
    """Open alerts, and every rule with what its measurements say now."""
    return get("/aiops/alerts", Data[AlertsView])


def create_alert(body: models.AlertCreation) -> Call[Data[ActionView]]:
    """Plan a new rule, or confirm its plan."""
    return post("/aiops/alerts", Data[ActionView], body)


def list_alert_history(
    *,
    status: Literal["firing", "acknowledged", "silenced", "resolved"] | None = None,
    rule_id: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Listing[AlertView]]:
    """Alerts of any status, newest first."""
    return get("/aiops/alerts/history", Listing[AlertView], status=status, rule_id=rule_id, cursor=cursor, limit=limit)


def export_alerts() -> Call[Data[PrometheusRuleView]]:
    """The workspace's rules as a PrometheusRule of the Prometheus operator."""
    return get("/aiops/alerts/prometheus-rule", Data[PrometheusRuleView])


def get_alert(alert_id: str) -> Call[Data[AlertDetailView]]:
    """An alert, or a rule with its latest alert: state, history and earlier alerts."""
    return get(f"/aiops/alerts/{segment(alert_id)}", Data[AlertDetailView])


def acknowledge_alert(alert_id: str, body: models.Acknowledgement) -> Call[Data[ActionView]]:
    """Plan the acknowledgement of an alert, or confirm its plan."""
    return post(f"/aiops/alerts/{segment(alert_id)}/acknowledge", Data[ActionView], body)


def silence_alert(alert_id: str, body: models.Silence) -> Call[Data[ActionView]]:
    """Plan a silence of a rule, or confirm its plan."""
    return post(f"/aiops/alerts/{segment(alert_id)}/silence", Data[ActionView], body)


def generate_dashboard(body: models.DashboardRequest) -> Call[Data[DashboardView]]:
    """Generate a Grafana dashboard of an application or of the workspace; nothing is kept."""
    return post("/aiops/dashboards", Data[DashboardView], body)


def get_bundle(action_id: str) -> Call[Data[BundleView]]:
    """The bundle that a `collect_diagnostics` action made."""
    return get(f"/aiops/diagnostics/{segment(action_id)}", Data[BundleView])


def create_webhook(body: models.NewWebhook) -> Call[Data[WebhookSecretView]]:
    """Create a subscription; the signing secret is only in this response."""
    return post("/aiops/webhooks", Data[WebhookSecretView], body)


def list_webhooks() -> Call[Data[WebhookListView]]:
    """The workspace's subscriptions."""
    return get("/aiops/webhooks", Data[WebhookListView])


def list_deliveries(
    *,
    status: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
    event: str | None = None,
    resource_id: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Data[DeliveryPageView]]:
    """Deliveries of all subscriptions, newest first."""
    return get(
        "/aiops/webhooks/deliveries",
        Data[DeliveryPageView],
        status=status,
        event=event,
        resource_id=resource_id,
        cursor=cursor,
        limit=limit,
    )


def get_delivery(delivery_id: str) -> Call[Data[DeliveryDetailView]]:
    """One delivery with its body and every attempt."""
    return get(f"/aiops/webhooks/deliveries/{segment(delivery_id)}", Data[DeliveryDetailView])


def redeliver(delivery_id: str) -> Call[Data[DeliveryView]]:
    """Resend a delivery now."""
    return post(f"/aiops/webhooks/deliveries/{segment(delivery_id)}/redeliver", Data[DeliveryView], {})


def get_webhook(webhook_id: str) -> Call[Data[WebhookView]]:
    """One subscription."""
    return get(f"/aiops/webhooks/{segment(webhook_id)}", Data[WebhookView])


def update_webhook(webhook_id: str, body: models.WebhookChange) -> Call[Data[WebhookView]]:
    """Change target, events or description, or enable or disable it."""
    return send("PATCH", f"/aiops/webhooks/{segment(webhook_id)}", Data[WebhookView], body)


def delete_webhook(webhook_id: str) -> Call[None]:
    """Delete a subscription and its history."""
    return delete(f"/aiops/webhooks/{segment(webhook_id)}")


def rotate_webhook_secret(webhook_id: str, body: models.Rotation) -> Call[Data[WebhookSecretView]]:
    """Rotate the signing secret; the old one stays valid for a while."""
    return post(f"/aiops/webhooks/{segment(webhook_id)}/rotate-secret", Data[WebhookSecretView], body)


def test_webhook(webhook_id: str) -> Call[Data[DeliveryAttemptsView]]:
    """Send a signed test event now and return the receiver's response."""
    return post(f"/aiops/webhooks/{segment(webhook_id)}/test", Data[DeliveryAttemptsView], {})


def list_webhook_deliveries(
    webhook_id: str,
    *,
    status: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
    event: str | None = None,
    resource_id: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Data[DeliveryPageView]]:
    """Deliveries of one subscription, newest first."""
    return get(
        f"/aiops/webhooks/{segment(webhook_id)}/deliveries",
        Data[DeliveryPageView],
        status=status,
        event=event,
        resource_id=resource_id,
        cursor=cursor,
        limit=limit,
    )


def create_notification_channel(body: models.NewChannel) -> Call[Data[ChannelView]]:
    """Create a notification channel; its target is never shown again."""
    return post("/aiops/notification-channels", Data[ChannelView], body)


def list_notification_channels(*, cursor: str | None = None, limit: int | None = None) -> Call[Data[ChannelPageView]]:
    """The workspace's notification channels, and those of the settings."""
    return get("/aiops/notification-channels", Data[ChannelPageView], cursor=cursor, limit=limit)


def get_notification_channel(channel_id: str) -> Call[Data[ChannelView]]:
    """One notification channel."""
    return get(f"/aiops/notification-channels/{segment(channel_id)}", Data[ChannelView])


def update_notification_channel(channel_id: str, body: models.ChannelChange) -> Call[Data[ChannelView]]:
    """Change a channel's target, or whether escalated incidents are sent to it."""
    return send("PATCH", f"/aiops/notification-channels/{segment(channel_id)}", Data[ChannelView], body)


def delete_notification_channel(channel_id: str) -> Call[None]:
    """Delete a notification channel; what is queued for it is dropped."""
    return delete(f"/aiops/notification-channels/{segment(channel_id)}")


def test_notification_channel(channel_id: str) -> Call[Data[ChannelTestView]]:
    """Send a test message now and return whether the receiver took it."""
    return post(f"/aiops/notification-channels/{segment(channel_id)}/test", Data[ChannelTestView], {})


def query_logs(body: models.LogQueryRequest) -> Call[Data[LogAnswerView]]:
    """Search the workspace's log lines: rows, exact total, counts and patterns over all hits."""
    return post("/aiops/logs/query", Data[LogAnswerView], body)


def get_log_query(query_id: str) -> Call[Data[LogAnswerView]]:
    """The result of an earlier query by the same caller, available for an hour."""
    return get(f"/aiops/logs/queries/{segment(query_id)}", Data[LogAnswerView])


def read_metrics(
    *,
    signal: Sequence[
        Literal[
            "cpu",
            "cpu_busiest_pod",
            "cpu_throttled",
            "error_rate",
            "errors",
            "latency_p50",
            "latency_p95",
            "latency_p99",
            "memory",
            "memory_busiest_pod",
            "network",
            "network_loss",
            "replicas",
            "replicas_wanted",
            "request_rate",
            "restarts",
            "storage",
            "volume_usage",
        ]
    ],
    application: Sequence[str] | None = None,
    time_range: str | None = None,
    points: int | None = None,
) -> Call[Data[MeasurementsView]]:
    """Measurements of applications over time: `signal` and `application` may be repeated, `time_range` is like 1h."""
    return get(
        "/metrics", Data[MeasurementsView], signal=signal, application=application, time_range=time_range, points=points
    )


def open_browser_session() -> Call[Data[BrowserSessionView]]:
    """Exchange the request's token, or `Authorization: Code …` of a sign-in link, for a browser's session."""
    return post("/api/v1/session", Data[BrowserSessionView], {})


def get_browser_session() -> Call[Data[BrowserSessionView]]:
    """Who is signed in, and until when."""
    return get("/api/v1/session", Data[BrowserSessionView])


def close_browser_session() -> Call[None]:
    """Sign the browser out."""
    return delete("/api/v1/session")


def create_sign_in_link() -> Call[Data[SignInLinkView]]:
    """Make a link that opens the console as the caller, once, within ten minutes."""
    return post("/api/v1/session/links", Data[SignInLinkView], {})
