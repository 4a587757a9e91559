"""A method for each operation of the internal API. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, TypeVar, Unpack

from hexaops.client.call import Call
from hexaops.client.generated import service_calls, service_models
from hexaops.features.access.views import IssuedTokenView, ServiceAccountDetailView
from hexaops.features.audit.views import AnchorView, ChainedEventView, VerificationView
from hexaops.features.autopilot.views import AutopilotView
from hexaops.features.backups.restoring import RestoreView
from hexaops.features.backups.views import BackupDetailView, BackupView
from hexaops.features.clusters.views import ClusterTestView, ClusterView
from hexaops.features.health.system_views import SystemHealthView
from hexaops.features.incidents.views import IncidentDetailView, IncidentView, ManagedIncidentView, ReceivedView
from hexaops.features.insights.insight_views import InternalInsightsView
from hexaops.features.logs.views import LogAnswerView
from hexaops.features.operations.views import WorkspaceOperationView
from hexaops.features.overview.application_views import ApplicationDetailsView
from hexaops.features.overview.views import NodesView, OverviewView
from hexaops.features.performance.views import PerformanceView
from hexaops.features.scaling.views import AutoscaleView, ScaleView
from hexaops.features.workspaces.views import AutomationView, ClaimedWorkspaceView, MemberView, WorkspaceView
from hexaops.responses import Listing

T = TypeVar("T")


class AsyncServiceOperations(ABC):
    """Every operation under its own name; `send` is what the client adds."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Send a call; returns its whole answer."""

    async def get_health(self) -> SystemHealthView:
        """Every part of the system, measured now: this service, its database, clusters and queue."""
        return (await self.send(service_calls.get_health())).data

    async def list_incidents(
        self,
        *,
        status: Literal["open", "acknowledged", "escalated", "remediating", "resolved"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[IncidentView]:
        """Incidents, newest first."""
        return await self.send(service_calls.list_incidents(status=status, cursor=cursor, limit=limit))

    async def open_incident(self, **body: Unpack[service_models.IncidentCreation]) -> IncidentDetailView:
        """Open an incident; one that is open for the same, or was resolved within the hour, takes the report."""
        return (await self.send(service_calls.open_incident(body))).data

    async def receive_alerts(self, **body: Unpack[service_models.AlertmanagerBody]) -> ReceivedView:
        """Take a notification of Alertmanager: its webhook, version 4."""
        return (await self.send(service_calls.receive_alerts(body))).data

    async def get_incident(self, incident_id: str) -> IncidentDetailView:
        """One incident with its diagnosis, remediation and timeline."""
        return (await self.send(service_calls.get_incident(incident_id))).data

    async def manage_incident(
        self, incident_id: str, **body: Unpack[service_models.IncidentAction]
    ) -> ManagedIncidentView:
        """Acknowledge, escalate or resolve an incident, or remediate it within the workspace's policy."""
        return (await self.send(service_calls.manage_incident(incident_id, body))).data

    async def get_autopilot(self, workspace_id: str) -> AutopilotView:
        """The workspace's policy for detections, and whether the breaker has tripped."""
        return (await self.send(service_calls.get_autopilot(workspace_id))).data

    async def list_workspaces(self) -> list[WorkspaceView]:
        """The workspaces visible to the account."""
        return (await self.send(service_calls.list_workspaces())).data

    async def create_workspace(self, **body: Unpack[service_models.WorkspaceCreation]) -> ClaimedWorkspaceView:
        """Create a workspace from unclaimed namespaces."""
        return (await self.send(service_calls.create_workspace(body))).data

    async def get_workspace(self, workspace_id: str) -> WorkspaceView:
        """One workspace with its namespaces and policy."""
        return (await self.send(service_calls.get_workspace(workspace_id))).data

    async def change_workspace(
        self, workspace_id: str, **body: Unpack[service_models.WorkspaceChange]
    ) -> ClaimedWorkspaceView:
        """Set a workspace's name, plan, status, time zone, namespaces or policy."""
        return (await self.send(service_calls.change_workspace(workspace_id, body))).data

    async def delete_workspace(self, workspace_id: str) -> None:
        """Delete a workspace; refused while a change is running in it."""
        await self.send(service_calls.delete_workspace(workspace_id))

    async def list_members(self, workspace_id: str) -> list[MemberView]:
        """The members of a workspace and their roles."""
        return (await self.send(service_calls.list_members(workspace_id))).data

    async def put_member(
        self, workspace_id: str, user_id: str, **body: Unpack[service_models.MemberBody]
    ) -> MemberView:
        """Add a member or change their role."""
        return (await self.send(service_calls.put_member(workspace_id, user_id, body))).data

    async def remove_member(self, workspace_id: str, user_id: str) -> None:
        """Remove a member."""
        await self.send(service_calls.remove_member(workspace_id, user_id))

    async def get_automation(self) -> AutomationView:
        """The automation switch: globally, and per workspace visible to the account."""
        return (await self.send(service_calls.get_automation())).data

    async def put_automation(self, **body: Unpack[service_models.AutomationBody]) -> AutomationView:
        """Switch automation off or on, globally or in one workspace; effective immediately."""
        return (await self.send(service_calls.put_automation(body))).data

    async def get_overview(self, workspace_id: str) -> OverviewView:
        """The workspace at one glance: what is in it, what it uses, how it is doing, what happened lately."""
        return (await self.send(service_calls.get_overview(workspace_id))).data

    async def list_nodes(self, workspace_id: str) -> NodesView:
        """Nodes of the workspace's cluster: room, usage, conditions, taints and labels."""
        return (await self.send(service_calls.list_nodes(workspace_id))).data

    async def get_application_details(self, application_id: str) -> ApplicationDetailsView:
        """One application, by id: its workload, pods, services, checks and present usage."""
        return (await self.send(service_calls.get_application_details(application_id))).data

    async def scale_deployment(
        self, workspace_id: str, deployment_name: str, **body: Unpack[service_models.ScaleRequest]
    ) -> ScaleView:
        """Set the replicas of a deployment; where the workspace's policy asks for a confirmation, answer with its plan."""
        return (await self.send(service_calls.scale_deployment(workspace_id, deployment_name, body))).data

    async def autoscale_application(
        self, application_id: str, **body: Unpack[service_models.AutoscaleRequest]
    ) -> AutoscaleView:
        """Scale an application, named by id, if its measured load asks for it, and say why or why not."""
        return (await self.send(service_calls.autoscale_application(application_id, body))).data

    async def analyse_performance(
        self, application_id: str, *, time_range: str | None = None, metrics: str | None = None
    ) -> PerformanceView:
        """How an application performed in a time range, and what held it back."""
        return (
            await self.send(service_calls.analyse_performance(application_id, time_range=time_range, metrics=metrics))
        ).data

    async def start_operation(
        self, workspace_id: str, **body: Unpack[service_models.OperationRequest]
    ) -> WorkspaceOperationView:
        """Start an operation on the workspace, or confirm a plan that one of them has left."""
        return (await self.send(service_calls.start_operation(workspace_id, body))).data

    async def list_operations(
        self,
        *,
        workspace_id: str | None = None,
        status: Literal["running", "cancelling", "rolling_back", "completed", "failed", "cancelled"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Listing[WorkspaceOperationView]:
        """Operations of one workspace, or of all that the account may enter, newest first."""
        return await self.send(
            service_calls.list_operations(workspace_id=workspace_id, status=status, cursor=cursor, limit=limit)
        )

    async def get_operation(self, operation_id: str) -> WorkspaceOperationView:
        """One operation with its steps and, once it has ended, its result."""
        return (await self.send(service_calls.get_operation(operation_id))).data

    async def cancel_operation(self, operation_id: str) -> WorkspaceOperationView:
        """Stop a running operation; what it was changing is put back."""
        return (await self.send(service_calls.cancel_operation(operation_id))).data

    async def start_backup(self, application_id: str, **body: Unpack[service_models.BackupRequest]) -> BackupView:
        """Start a backup of an application; `GET /internal/v1/backups/:id` follows it."""
        return (await self.send(service_calls.start_backup(application_id, body))).data

    async def list_backups(
        self, *, application_id: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Listing[BackupView]:
        """Backups of every workspace that the account may see, newest first."""
        return await self.send(service_calls.list_backups(application_id=application_id, cursor=cursor, limit=limit))

    async def get_backup(self, backup_id: str) -> BackupDetailView:
        """One backup with its steps."""
        return (await self.send(service_calls.get_backup(backup_id))).data

    async def restore_backup(self, backup_id: str, **body: Unpack[service_models.RestoreRequest]) -> RestoreView:
        """Plan the restoring of a backup, or carry the plan out; `GET /internal/v1/operations/:id` follows it."""
        return (await self.send(service_calls.restore_backup(backup_id, body))).data

    async def list_clusters(self) -> list[ClusterView]:
        """Every registered cluster, as seen by the responding process."""
        return (await self.send(service_calls.list_clusters())).data

    async def add_cluster(self, **body: Unpack[service_models.ClusterRequest]) -> ClusterView:
        """Register a cluster; every process serves it within seconds, without a restart."""
        return (await self.send(service_calls.add_cluster(body))).data

    async def remove_cluster(self, cluster_id: str) -> None:
        """Remove a cluster that was registered over the API and has no workspaces."""
        await self.send(service_calls.remove_cluster(cluster_id))

    async def test_cluster(self, cluster_id: str) -> ClusterTestView:
        """Test a cluster now: whether it answers, under which identities, and what they may read and change."""
        return (await self.send(service_calls.test_cluster(cluster_id))).data

    async def list_accounts(self) -> list[ServiceAccountDetailView]:
        """Every service account with its tokens (without their text)."""
        return (await self.send(service_calls.list_accounts())).data

    async def create_account(self, **body: Unpack[service_models.AccountRequest]) -> IssuedTokenView:
        """Create a service account; the response contains its first token, once."""
        return (await self.send(service_calls.create_account(body))).data

    async def change_account(
        self, account_id: str, **body: Unpack[service_models.AccountChange]
    ) -> ServiceAccountDetailView:
        """Disable or enable a service account."""
        return (await self.send(service_calls.change_account(account_id, body))).data

    async def rotate_token(self, account_id: str, **body: Unpack[service_models.TokenRequest]) -> IssuedTokenView:
        """Issue a second token; the first stays valid until revoked."""
        return (await self.send(service_calls.rotate_token(account_id, body))).data

    async def revoke_token(self, account_id: str, token_id: str) -> None:
        """Revoke a token immediately."""
        await self.send(service_calls.revoke_token(account_id, token_id))

    async def list_audit_events(
        self, *, workspace_id: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Listing[ChainedEventView]:
        """Audit events of every workspace visible to the account, newest first."""
        return await self.send(service_calls.list_audit_events(workspace_id=workspace_id, cursor=cursor, limit=limit))

    async def get_audit_head(self) -> AnchorView:
        """The newest number and hash of the chain. Kept elsewhere, it later reveals a truncated log."""
        return (await self.send(service_calls.get_audit_head())).data

    async def verify_audit(self, *, seq: int | None = None, hash: str | None = None) -> VerificationView:
        """Verify the whole chain, including the anchor if one is given."""
        return (await self.send(service_calls.verify_audit(seq=seq, hash=hash))).data

    async def generate_insights(
        self, workspace_id: str, **body: Unpack[service_models.InternalInsightsRequest]
    ) -> InternalInsightsView:
        """The same for trusted services, with scores, trends and an action plan."""
        return (await self.send(service_calls.generate_insights(workspace_id, body))).data

    async def query_logs(self, **body: Unpack[service_models.LogQueryRequest]) -> LogAnswerView:
        """Search the log lines visible to the caller: rows, exact total, counts and patterns over all hits."""
        return (await self.send(service_calls.query_logs(body))).data

    async def get_log_query(self, query_id: str) -> LogAnswerView:
        """The result of an earlier query by the same caller, available for an hour."""
        return (await self.send(service_calls.get_log_query(query_id))).data
