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


class AsyncOperations(ABC):
    """Every operation under its own name; `send` is what the client adds."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Send a call; returns its whole answer."""

    async def list_incidents(
        self,
        *,
        status: Literal["open", "acknowledged", "escalated", "remediating", "resolved"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[IncidentView]:
        """The workspace's incidents, newest first."""
        return await self.send(calls.list_incidents(status=status, cursor=cursor, limit=limit))

    async def get_incident(self, incident_id: str) -> IncidentDetailView:
        """One of the workspace's incidents with its diagnosis, remediation and timeline."""
        return (await self.send(calls.get_incident(incident_id))).data

    async def get_autopilot(self) -> AutopilotView:
        """The policy for detections in the user's workspace, and whether the breaker has tripped."""
        return (await self.send(calls.get_autopilot())).data

    async def put_autopilot(self, **body: Unpack[models.AutopilotBody]) -> AutopilotView:
        """Set the policy for detections in the user's workspace; it acts within the bounds that the operator set."""
        return (await self.send(calls.put_autopilot(body))).data

    async def reset_autopilot(self) -> AutopilotView:
        """Reset the breaker: detections are remediated again, within the policy. Only a person can (rule 14)."""
        return (await self.send(calls.reset_autopilot())).data

    async def list_workspaces(self) -> list[MembershipView]:
        """The user's workspaces."""
        return (await self.send(calls.list_workspaces())).data

    async def list_members(self) -> list[MemberView]:
        """The members of the user's workspace and their roles."""
        return (await self.send(calls.list_members())).data

    async def put_member(self, user_id: str, **body: Unpack[models.MemberBody]) -> MemberView:
        """Add a member to the user's workspace or change their role."""
        return (await self.send(calls.put_member(user_id, body))).data

    async def remove_member(self, user_id: str) -> None:
        """Remove a member from the user's workspace."""
        await self.send(calls.remove_member(user_id))

    async def get_automation(self) -> AutomationView:
        """The automation switch: globally, and in the user's workspace."""
        return (await self.send(calls.get_automation())).data

    async def put_automation(self, **body: Unpack[models.OwnAutomationBody]) -> AutomationView:
        """Switch automation in the user's workspace off or on; effective immediately."""
        return (await self.send(calls.put_automation(body))).data

    async def list_changes(
        self, *, since: str | None = None, application: str | None = None, limit: int | None = None
    ) -> ChangesView:
        """What changed in the workspace, the newest first: releases, scalings, nodes and actions of this service."""
        return (await self.send(calls.list_changes(since=since, application=application, limit=limit))).data

    async def get_overview(self) -> OverviewView:
        """The workspace at one glance, for its members."""
        return (await self.send(calls.get_overview())).data

    async def list_nodes(self) -> NodesView:
        """Nodes of the workspace's cluster, for its members."""
        return (await self.send(calls.list_nodes())).data

    async def list_audit_events(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> Listing[AuditEventView]:
        """The workspace's audit events, newest first."""
        return await self.send(calls.list_audit_events(cursor=cursor, limit=limit))

    async def list_applications(
        self,
        *,
        status: str | None = None,
        project: str | None = None,
        name: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ApplicationPageView:
        """The workspace's applications with status, replicas and usage."""
        return (
            await self.send(
                calls.list_applications(status=status, project=project, name=name, cursor=cursor, limit=limit)
            )
        ).data

    async def get_application(self, application_id: str) -> ApplicationDetailView:
        """One application, by id or unambiguous name, with its pods, problems and related objects."""
        return (await self.send(calls.get_application(application_id))).data

    async def list_events(
        self,
        *,
        type: Literal["Normal", "Warning"] | None = None,
        project: str | None = None,
        application: str | None = None,
        limit: int | None = None,
    ) -> EventListView:
        """Kubernetes events of the workspace in the last 24 hours, newest first."""
        return (
            await self.send(calls.list_events(type=type, project=project, application=application, limit=limit))
        ).data

    async def get_diagnosis(self, *, application: str | None = None, severity: str | None = None) -> DiagnosisView:
        """What is wrong in the workspace, or with one application: ranked findings, each with its cause and evidence."""
        return (await self.send(calls.get_diagnosis(application=application, severity=severity))).data

    async def get_snapshot(self) -> SnapshotView:
        """What a diagnosis of the workspace looks at, secrets redacted, for `hexaops diagnose --snapshot`."""
        return (await self.send(calls.get_snapshot())).data

    async def get_capabilities(self) -> CapabilitiesView:
        """What the caller is offered in the workspace now, and why the rest is not."""
        return (await self.send(calls.get_capabilities())).data

    async def generate_insights(self, **body: Unpack[models.InsightsRequest]) -> InsightsView:
        """What is worth knowing about the workspace or one application: trouble, security, use, cost, and what to do."""
        return (await self.send(calls.generate_insights(body))).data

    async def send_message(self, **body: Unpack[models.ChatRequest]) -> ChatAnswerView:
        """Answer a message: as JSON, or as server-sent events with `Accept: text/event-stream`."""
        return (await self.send(calls.send_message(body))).data

    async def ask_guide(self, **body: Unpack[models.GuideRequest]) -> GuideAnswerView:
        """Answer a how-to question that concerns no workspace in particular."""
        return (await self.send(calls.ask_guide(body))).data

    async def run_quick_action(self, **body: Unpack[models.QuickActionRequest]) -> QuickActionResultView:
        """Do what a quick action's label says."""
        return (await self.send(calls.run_quick_action(body))).data

    async def create_session(self, **body: Unpack[models.SessionRequest]) -> CreatedSessionView:
        """Open a session."""
        return (await self.send(calls.create_session(body))).data

    async def list_sessions(
        self, *, status: Literal["active", "ended"] | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Listing[SessionView]:
        """The caller's sessions in the workspace, newest first."""
        return await self.send(calls.list_sessions(status=status, cursor=cursor, limit=limit))

    async def get_session(self, session_id: str) -> SessionDetailView:
        """One session."""
        return (await self.send(calls.get_session(session_id))).data

    async def get_history(self, session_id: str, *, limit: int | None = None, before: str | None = None) -> HistoryView:
        """A page of the session's messages, oldest first."""
        return (await self.send(calls.get_history(session_id, limit=limit, before=before))).data

    async def end_session(self, session_id: str, **body: Unpack[models.EndRequest]) -> EndedSessionView:
        """End a session with a counted summary."""
        return (await self.send(calls.end_session(session_id, body))).data

    async def execute_action(self, **body: Unpack[models.ActionRequest]) -> ActionView:
        """Plan an action, or confirm its plan and start it."""
        return (await self.send(calls.execute_action(body))).data

    async def list_actions(
        self,
        *,
        status: Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"] | None = None,
        session_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[ActionView]:
        """The workspace's actions, newest first."""
        return await self.send(calls.list_actions(status=status, session_id=session_id, cursor=cursor, limit=limit))

    async def get_action(self, action_id: str) -> ActionView:
        """One action with its steps and, when it has ended, its result."""
        return (await self.send(calls.get_action(action_id))).data

    async def cancel_action(self, action_id: str) -> ActionView:
        """Cancel a running action and undo what it changed."""
        return (await self.send(calls.cancel_action(action_id))).data

    async def rollback_action(self, action_id: str, **body: Unpack[models.RollbackRequest]) -> ActionView:
        """Roll back a completed action: returns a plan, or starts the rollback if the plan is confirmed."""
        return (await self.send(calls.rollback_action(action_id, body))).data

    async def list_alerts(self) -> AlertsView:
        """Open alerts, and every rule with what its measurements say now."""
        return (await self.send(calls.list_alerts())).data

    async def create_alert(self, **body: Unpack[models.AlertCreation]) -> ActionView:
        """Plan a new rule, or confirm its plan."""
        return (await self.send(calls.create_alert(body))).data

    async def list_alert_history(
        self,
        *,
        status: Literal["firing", "acknowledged", "silenced", "resolved"] | None = None,
        rule_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[AlertView]:
        """Alerts of any status, newest first."""
        return await self.send(calls.list_alert_history(status=status, rule_id=rule_id, cursor=cursor, limit=limit))

    async def export_alerts(self) -> PrometheusRuleView:
        """The workspace's rules as a PrometheusRule of the Prometheus operator."""
        return (await self.send(calls.export_alerts())).data

    async def get_alert(self, alert_id: str) -> AlertDetailView:
        """An alert, or a rule with its latest alert: state, history and earlier alerts."""
        return (await self.send(calls.get_alert(alert_id))).data

    async def acknowledge_alert(self, alert_id: str, **body: Unpack[models.Acknowledgement]) -> ActionView:
        """Plan the acknowledgement of an alert, or confirm its plan."""
        return (await self.send(calls.acknowledge_alert(alert_id, body))).data

    async def silence_alert(self, alert_id: str, **body: Unpack[models.Silence]) -> ActionView:
        """Plan a silence of a rule, or confirm its plan."""
        return (await self.send(calls.silence_alert(alert_id, body))).data

    async def generate_dashboard(self, **body: Unpack[models.DashboardRequest]) -> DashboardView:
        """Generate a Grafana dashboard of an application or of the workspace; nothing is kept."""
        return (await self.send(calls.generate_dashboard(body))).data

    async def get_bundle(self, action_id: str) -> BundleView:
        """The bundle that a `collect_diagnostics` action made."""
        return (await self.send(calls.get_bundle(action_id))).data

    async def create_webhook(self, **body: Unpack[models.NewWebhook]) -> WebhookSecretView:
        """Create a subscription; the signing secret is only in this response."""
        return (await self.send(calls.create_webhook(body))).data

    async def list_webhooks(self) -> WebhookListView:
        """The workspace's subscriptions."""
        return (await self.send(calls.list_webhooks())).data

    async def list_deliveries(
        self,
        *,
        status: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
        event: str | None = None,
        resource_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DeliveryPageView:
        """Deliveries of all subscriptions, newest first."""
        return (
            await self.send(
                calls.list_deliveries(status=status, event=event, resource_id=resource_id, cursor=cursor, limit=limit)
            )
        ).data

    async def get_delivery(self, delivery_id: str) -> DeliveryDetailView:
        """One delivery with its body and every attempt."""
        return (await self.send(calls.get_delivery(delivery_id))).data

    async def redeliver(self, delivery_id: str) -> DeliveryView:
        """Resend a delivery now."""
        return (await self.send(calls.redeliver(delivery_id))).data

    async def get_webhook(self, webhook_id: str) -> WebhookView:
        """One subscription."""
        return (await self.send(calls.get_webhook(webhook_id))).data

    async def update_webhook(self, webhook_id: str, **body: Unpack[models.WebhookChange]) -> WebhookView:
        """Change target, events or description, or enable or disable it."""
        return (await self.send(calls.update_webhook(webhook_id, body))).data

    async def delete_webhook(self, webhook_id: str) -> None:
        """Delete a subscription and its history."""
        await self.send(calls.delete_webhook(webhook_id))

    async def rotate_webhook_secret(self, webhook_id: str, **body: Unpack[models.Rotation]) -> WebhookSecretView:
        """Rotate the signing secret; the old one stays valid for a while."""
        return (await self.send(calls.rotate_webhook_secret(webhook_id, body))).data

    async def test_webhook(self, webhook_id: str) -> DeliveryAttemptsView:
        """Send a signed test event now and return the receiver's response."""
        return (await self.send(calls.test_webhook(webhook_id))).data

    async def list_webhook_deliveries(
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
        return (
            await self.send(
                calls.list_webhook_deliveries(
                    webhook_id, status=status, event=event, resource_id=resource_id, cursor=cursor, limit=limit
                )
            )
        ).data

    async def create_notification_channel(self, **body: Unpack[models.NewChannel]) -> ChannelView:
        """Create a notification channel; its target is never shown again."""
        return (await self.send(calls.create_notification_channel(body))).data

    async def list_notification_channels(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> ChannelPageView:
        """The workspace's notification channels, and those of the settings."""
        return (await self.send(calls.list_notification_channels(cursor=cursor, limit=limit))).data

    async def get_notification_channel(self, channel_id: str) -> ChannelView:
        """One notification channel."""
        return (await self.send(calls.get_notification_channel(channel_id))).data

    async def update_notification_channel(self, channel_id: str, **body: Unpack[models.ChannelChange]) -> ChannelView:
        """Change a channel's target, or whether escalated incidents are sent to it."""
        return (await self.send(calls.update_notification_channel(channel_id, body))).data

    async def delete_notification_channel(self, channel_id: str) -> None:
        """Delete a notification channel; what is queued for it is dropped."""
        await self.send(calls.delete_notification_channel(channel_id))

    async def test_notification_channel(self, channel_id: str) -> ChannelTestView:
        """Send a test message now and return whether the receiver took it."""
        return (await self.send(calls.test_notification_channel(channel_id))).data

    async def query_logs(self, **body: Unpack[models.LogQueryRequest]) -> LogAnswerView:
        """Search the workspace's log lines: rows, exact total, counts and patterns over all hits."""
        return (await self.send(calls.query_logs(body))).data

    async def get_log_query(self, query_id: str) -> LogAnswerView:
        """The result of an earlier query by the same caller, available for an hour."""
        return (await self.send(calls.get_log_query(query_id))).data

    async def read_metrics(
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
        return (
            await self.send(
                calls.read_metrics(signal=signal, application=application, time_range=time_range, points=points)
            )
        ).data

    async def open_browser_session(self) -> BrowserSessionView:
        """Exchange the request's token, or `Authorization: Code …` of a sign-in link, for a browser's session."""
        return (await self.send(calls.open_browser_session())).data

    async def get_browser_session(self) -> BrowserSessionView:
        """Who is signed in, and until when."""
        return (await self.send(calls.get_browser_session())).data

    async def close_browser_session(self) -> None:
        """Sign the browser out."""
        await self.send(calls.close_browser_session())

    async def create_sign_in_link(self) -> SignInLinkView:
        """Make a link that opens the console as the caller, once, within ten minutes."""
        return (await self.send(calls.create_sign_in_link())).data
