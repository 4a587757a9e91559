"""A method for each operation of the public API. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal, TypeVar, Unpack

from hexaops.client.call import Call
from hexaops.client.generated import calls, models
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
from hexaops.responses import Listing

T = TypeVar("T")


class Operations(ABC):
    """Every operation under its own name; `send` is what the client adds."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """Send a call; returns its whole answer."""

    def list_incidents(
        self,
        *,
        status: Literal["open", "acknowledged", "escalated", "remediating", "resolved"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[IncidentView]:
        """The workspace's incidents, newest first."""
        return self.send(calls.list_incidents(status=status, cursor=cursor, limit=limit))

    def get_incident(self, incident_id: str) -> IncidentDetailView:
        """One of the workspace's incidents with its diagnosis, remediation and timeline."""
        return self.send(calls.get_incident(incident_id)).data

    def get_autopilot(self) -> AutopilotView:
        """The policy for detections in the user's workspace, and whether the breaker has tripped."""
        return self.send(calls.get_autopilot()).data

    def put_autopilot(self, **body: Unpack[models.AutopilotBody]) -> AutopilotView:
        """Set the policy for detections in the user's workspace; it acts within the bounds that the operator set."""
        return self.send(calls.put_autopilot(body)).data

    def reset_autopilot(self) -> AutopilotView:
        """Reset the breaker: detections are remediated again, within the policy. Only a person can (rule 14)."""
        return self.send(calls.reset_autopilot()).data

    def list_workspaces(self) -> list[MembershipView]:
        """The user's workspaces."""
        return self.send(calls.list_workspaces()).data

    def list_members(self) -> list[MemberView]:
        """The members of the user's workspace and their roles."""
        return self.send(calls.list_members()).data

    def put_member(self, user_id: str, **body: Unpack[models.MemberBody]) -> MemberView:
        """Add a member to the user's workspace or change their role."""
        return self.send(calls.put_member(user_id, body)).data

    def remove_member(self, user_id: str) -> None:
        """Remove a member from the user's workspace."""
        self.send(calls.remove_member(user_id))

    def get_automation(self) -> AutomationView:
        """The automation switch: globally, and in the user's workspace."""
        return self.send(calls.get_automation()).data

    def put_automation(self, **body: Unpack[models.OwnAutomationBody]) -> AutomationView:
        """Switch automation in the user's workspace off or on; effective immediately."""
        return self.send(calls.put_automation(body)).data

    def list_changes(
        self, *, since: str | None = None, application: str | None = None, limit: int | None = None
    ) -> ChangesView:
        """What changed in the workspace, the newest first: releases, scalings, nodes and actions of this service."""
        return self.send(calls.list_changes(since=since, application=application, limit=limit)).data

    def get_overview(self) -> OverviewView:
        """The workspace at one glance, for its members."""
        return self.send(calls.get_overview()).data

    def list_nodes(self) -> NodesView:
        """Nodes of the workspace's cluster, for its members."""
        return self.send(calls.list_nodes()).data

    def list_audit_events(self, *, cursor: str | None = None, limit: int | None = None) -> Listing[AuditEventView]:
        """The workspace's audit events, newest first."""
        return self.send(calls.list_audit_events(cursor=cursor, limit=limit))

    def list_applications(
        self,
        *,
        status: str | None = None,
        project: str | None = None,
        name: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ApplicationPageView:
        """The workspace's applications with status, replicas and usage."""
        return self.send(
            calls.list_applications(status=status, project=project, name=name, cursor=cursor, limit=limit)
        ).data

    def get_application(self, application_id: str) -> ApplicationDetailView:
        """One application, by id or unambiguous name, with its pods, problems and related objects."""
        return self.send(calls.get_application(application_id)).data

    def list_events(
        self,
        *,
        type: Literal["Normal", "Warning"] | None = None,
        project: str | None = None,
        application: str | None = None,
        limit: int | None = None,
    ) -> EventListView:
        """Kubernetes events of the workspace in the last 24 hours, newest first."""
        return self.send(calls.list_events(type=type, project=project, application=application, limit=limit)).data

    def get_diagnosis(self, *, application: str | None = None, severity: str | None = None) -> DiagnosisView:
        """What is wrong in the workspace, or with one application: ranked findings, each with its cause and evidence."""
        return self.send(calls.get_diagnosis(application=application, severity=severity)).data

    def get_snapshot(self) -> SnapshotView:
        """What a diagnosis of the workspace looks at, secrets redacted, for `hexaops diagnose --snapshot`."""
        return self.send(calls.get_snapshot()).data

    def get_capabilities(self) -> CapabilitiesView:
        """What the caller is offered in the workspace now, and why the rest is not."""
        return self.send(calls.get_capabilities()).data

    def generate_insights(self, **body: Unpack[models.InsightsRequest]) -> InsightsView:
        """What is worth knowing about the workspace or one application: trouble, security, use, cost, and what to do."""
        return self.send(calls.generate_insights(body)).data

    def send_message(self, **body: Unpack[models.ChatRequest]) -> ChatAnswerView:
        """Answer a message: as JSON, or as server-sent events with `Accept: text/event-stream`."""
        return self.send(calls.send_message(body)).data

    def ask_guide(self, **body: Unpack[models.GuideRequest]) -> GuideAnswerView:
        """Answer a how-to question that concerns no workspace in particular."""
        return self.send(calls.ask_guide(body)).data

    def run_quick_action(self, **body: Unpack[models.QuickActionRequest]) -> QuickActionResultView:
        """Do what a quick action's label says."""
        return self.send(calls.run_quick_action(body)).data

    def create_session(self, **body: Unpack[models.SessionRequest]) -> CreatedSessionView:
        """Open a session."""
        return self.send(calls.create_session(body)).data

    def list_sessions(
        self, *, status: Literal["active", "ended"] | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Listing[SessionView]:
        """The caller's sessions in the workspace, newest first."""
        return self.send(calls.list_sessions(status=status, cursor=cursor, limit=limit))

    def get_session(self, session_id: str) -> SessionDetailView:
        """One session."""
        return self.send(calls.get_session(session_id)).data

    def get_history(self, session_id: str, *, limit: int | None = None, before: str | None = None) -> HistoryView:
        """A page of the session's messages, oldest first."""
        return self.send(calls.get_history(session_id, limit=limit, before=before)).data

    def end_session(self, session_id: str, **body: Unpack[models.EndRequest]) -> EndedSessionView:
        """End a session with a counted summary."""
        return self.send(calls.end_session(session_id, body)).data

    def execute_action(self, **body: Unpack[models.ActionRequest]) -> ActionView:
        """Plan an action, or confirm its plan and start it."""
        return self.send(calls.execute_action(body)).data

    def list_actions(
        self,
        *,
        status: Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"] | None = None,
        session_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[ActionView]:
        """The workspace's actions, newest first."""
        return self.send(calls.list_actions(status=status, session_id=session_id, cursor=cursor, limit=limit))

    def get_action(self, action_id: str) -> ActionView:
        """One action with its steps and, when it has ended, its result."""
        return self.send(calls.get_action(action_id)).data

    def cancel_action(self, action_id: str) -> ActionView:
        """Cancel a running action and undo what it changed."""
        return self.send(calls.cancel_action(action_id)).data

    def rollback_action(self, action_id: str, **body: Unpack[models.RollbackRequest]) -> ActionView:
        """Roll back a completed action: returns a plan, or starts the rollback if the plan is confirmed."""
        return self.send(calls.rollback_action(action_id, body)).data

    def list_alerts(self) -> AlertsView:
        """Open alerts, and every rule with what its measurements say now."""
        return self.send(calls.list_alerts()).data

    def create_alert(self, **body: Unpack[models.AlertCreation]) -> ActionView:
        """Plan a new rule, or confirm its plan."""
        return self.send(calls.create_alert(body)).data

    def list_alert_history(
        self,
        *,
        status: Literal["firing", "acknowledged", "silenced", "resolved"] | None = None,
        rule_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[AlertView]:
        """Alerts of any status, newest first."""
        return self.send(calls.list_alert_history(status=status, rule_id=rule_id, cursor=cursor, limit=limit))

    def export_alerts(self) -> PrometheusRuleView:
        """The workspace's rules as a PrometheusRule of the Prometheus operator."""
        return self.send(calls.export_alerts()).data

    def get_alert(self, alert_id: str) -> AlertDetailView:
        """An alert, or a rule with its latest alert: state, history and earlier alerts."""
        return self.send(calls.get_alert(alert_id)).data

    def acknowledge_alert(self, alert_id: str, **body: Unpack[models.Acknowledgement]) -> ActionView:
        """Plan the acknowledgement of an alert, or confirm its plan."""
        return self.send(calls.acknowledge_alert(alert_id, body)).data

    def silence_alert(self, alert_id: str, **body: Unpack[models.Silence]) -> ActionView:
        """Plan a silence of a rule, or confirm its plan."""
        return self.send(calls.silence_alert(alert_id, body)).data

    def generate_dashboard(self, **body: Unpack[models.DashboardRequest]) -> DashboardView:
        """Generate a Grafana dashboard of an application or of the workspace; nothing is kept."""
        return self.send(calls.generate_dashboard(body)).data

    def get_bundle(self, action_id: str) -> BundleView:
        """The bundle that a `collect_diagnostics` action made."""
        return self.send(calls.get_bundle(action_id)).data

    def create_webhook(self, **body: Unpack[models.NewWebhook]) -> WebhookSecretView:
        """Create a subscription; the signing secret is only in this response."""
        return self.send(calls.create_webhook(body)).data

    def list_webhooks(self) -> WebhookListView:
        """The workspace's subscriptions."""
        return self.send(calls.list_webhooks()).data

    def list_deliveries(
        self,
        *,
        status: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
        event: str | None = None,
        resource_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DeliveryPageView:
        """Deliveries of all subscriptions, newest first."""
        return self.send(
            calls.list_deliveries(status=status, event=event, resource_id=resource_id, cursor=cursor, limit=limit)
        ).data

    def get_delivery(self, delivery_id: str) -> DeliveryDetailView:
        """One delivery with its body and every attempt."""
        return self.send(calls.get_delivery(delivery_id)).data

    def redeliver(self, delivery_id: str) -> DeliveryView:
        """Resend a delivery now."""
        return self.send(calls.redeliver(delivery_id)).data

    def get_webhook(self, webhook_id: str) -> WebhookView:
        """One subscription."""
        return self.send(calls.get_webhook(webhook_id)).data

    def update_webhook(self, webhook_id: str, **body: Unpack[models.WebhookChange]) -> WebhookView:
        """Change target, events or description, or enable or disable it."""
        return self.send(calls.update_webhook(webhook_id, body)).data

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a subscription and its history."""
        self.send(calls.delete_webhook(webhook_id))

    def rotate_webhook_secret(self, webhook_id: str, **body: Unpack[models.Rotation]) -> WebhookSecretView:
        """Rotate the signing secret; the old one stays valid for a while."""
        return self.send(calls.rotate_webhook_secret(webhook_id, body)).data

    def test_webhook(self, webhook_id: str) -> DeliveryAttemptsView:
        """Send a signed test event now and return the receiver's response."""
        return self.send(calls.test_webhook(webhook_id)).data

    def list_webhook_deliveries(
        self,
        webhook_id: str,
        *,
        status: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
        event: str | None = None,
        resource_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DeliveryPageView:
        """Deliveries of one subscription, newest first."""
        return self.send(
            calls.list_webhook_deliveries(
                webhook_id, status=status, event=event, resource_id=resource_id, cursor=cursor, limit=limit
            )
        ).data

    def create_notification_channel(self, **body: Unpack[models.NewChannel]) -> ChannelView:
        """Create a notification channel; its target is never shown again."""
        return self.send(calls.create_notification_channel(body)).data

    def list_notification_channels(self, *, cursor: str | None = None, limit: int | None = None) -> ChannelPageView:
        """The workspace's notification channels, and those of the settings."""
        return self.send(calls.list_notification_channels(cursor=cursor, limit=limit)).data

    def get_notification_channel(self, channel_id: str) -> ChannelView:
        """One notification channel."""
        return self.send(calls.get_notification_channel(channel_id)).data

    def update_notification_channel(self, channel_id: str, **body: Unpack[models.ChannelChange]) -> ChannelView:
        """Change a channel's target, or whether escalated incidents are sent to it."""
        return self.send(calls.update_notification_channel(channel_id, body)).data

    def delete_notification_channel(self, channel_id: str) -> None:
        """Delete a notification channel; what is queued for it is dropped."""
        self.send(calls.delete_notification_channel(channel_id))

    def test_notification_channel(self, channel_id: str) -> ChannelTestView:
        """Send a test message now and return whether the receiver took it."""
        return self.send(calls.test_notification_channel(channel_id)).data

    def query_logs(self, **body: Unpack[models.LogQueryRequest]) -> LogAnswerView:
        """Search the workspace's log lines: rows, exact total, counts and patterns over all hits."""
        return self.send(calls.query_logs(body)).data

    def get_log_query(self, query_id: str) -> LogAnswerView:
        """The result of an earlier query by the same caller, available for an hour."""
        return self.send(calls.get_log_query(query_id)).data

    def read_metrics(
        self,
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
    ) -> MeasurementsView:
        """Measurements of applications over time: `signal` and `application` may be repeated, `time_range` is like 1h."""
        return self.send(
            calls.read_metrics(signal=signal, application=application, time_range=time_range, points=points)
        ).data

    def open_browser_session(self) -> BrowserSessionView:
        """Exchange the request's token, or `Authorization: Code …` of a sign-in link, for a browser's session."""
        return self.send(calls.open_browser_session()).data

    def get_browser_session(self) -> BrowserSessionView:
        """Who is signed in, and until when."""
        return self.send(calls.get_browser_session()).data

    def close_browser_session(self) -> None:
        """Sign the browser out."""
        self.send(calls.close_browser_session())

    def create_sign_in_link(self) -> SignInLinkView:
        """Make a link that opens the console as the caller, once, within ten minutes."""
        return self.send(calls.create_sign_in_link()).data
