"""Each operation of the internal API as a call. Written by `make docs` from the table of routes; change it there."""

from __future__ import annotations

from typing import Literal

from hexaops.client.call import Call, delete, get, post, put, segment, send
from hexaops.client.generated import service_models
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
from hexaops.responses import Data, Items, Listing


def get_health() -> Call[Data[SystemHealthView]]:
    """Every part of the system, measured now: this service, its database, clusters and queue."""
    return get("/internal/v1/health", Data[SystemHealthView])


def list_incidents(
    *,
    status: Literal["open", "acknowledged", "escalated", "remediating", "resolved"] | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Listing[IncidentView]]:
    """Incidents, newest first."""
    return get("/internal/v1/incidents", Listing[IncidentView], status=status, cursor=cursor, limit=limit)


def open_incident(body: service_models.IncidentCreation) -> Call[Data[IncidentDetailView]]:
    """Open an incident; one that is open for the same, or was resolved within the hour, takes the report."""
    return post("/internal/v1/incidents", Data[IncidentDetailView], body)


def receive_alerts(body: service_models.AlertmanagerBody) -> Call[Data[ReceivedView]]:
    """Take a notification of Alertmanager: its webhook, version 4."""
    return post("/internal/v1/incidents/alertmanager", Data[ReceivedView], body)


def get_incident(incident_id: str) -> Call[Data[IncidentDetailView]]:
    """One incident with its diagnosis, remediation and timeline."""
    return get(f"/internal/v1/incidents/{segment(incident_id)}", Data[IncidentDetailView])


def manage_incident(incident_id: str, body: service_models.IncidentAction) -> Call[Data[ManagedIncidentView]]:
    """Acknowledge, escalate or resolve an incident, or remediate it within the workspace's policy."""
    return post(f"/internal/v1/incidents/{segment(incident_id)}", Data[ManagedIncidentView], body)


def get_autopilot(workspace_id: str) -> Call[Data[AutopilotView]]:
    """The workspace's policy for detections, and whether the breaker has tripped."""
    return get(f"/internal/v1/workspaces/{segment(workspace_id)}/autopilot", Data[AutopilotView])


def list_workspaces() -> Call[Items[WorkspaceView]]:
    """The workspaces visible to the account."""
    return get("/internal/v1/workspaces", Items[WorkspaceView])


def create_workspace(body: service_models.WorkspaceCreation) -> Call[Data[ClaimedWorkspaceView]]:
    """Create a workspace from unclaimed namespaces."""
    return post("/internal/v1/workspaces", Data[ClaimedWorkspaceView], body)


def get_workspace(workspace_id: str) -> Call[Data[WorkspaceView]]:
    """One workspace with its namespaces and policy."""
    return get(f"/internal/v1/workspaces/{segment(workspace_id)}", Data[WorkspaceView])


def change_workspace(workspace_id: str, body: service_models.WorkspaceChange) -> Call[Data[ClaimedWorkspaceView]]:
    """Set a workspace's name, plan, status, time zone, namespaces or policy."""
    return send("PATCH", f"/internal/v1/workspaces/{segment(workspace_id)}", Data[ClaimedWorkspaceView], body)


def delete_workspace(workspace_id: str) -> Call[None]:
    """Delete a workspace; refused while a change is running in it."""
    return delete(f"/internal/v1/workspaces/{segment(workspace_id)}")


def list_members(workspace_id: str) -> Call[Items[MemberView]]:
    """The members of a workspace and their roles."""
    return get(f"/internal/v1/workspaces/{segment(workspace_id)}/members", Items[MemberView])


def put_member(workspace_id: str, user_id: str, body: service_models.MemberBody) -> Call[Data[MemberView]]:
    """Add a member or change their role."""
    return put(f"/internal/v1/workspaces/{segment(workspace_id)}/members/{segment(user_id)}", Data[MemberView], body)


def remove_member(workspace_id: str, user_id: str) -> Call[None]:
    """Remove a member."""
    return delete(f"/internal/v1/workspaces/{segment(workspace_id)}/members/{segment(user_id)}")


def get_automation() -> Call[Data[AutomationView]]:
    """The automation switch: globally, and per workspace visible to the account."""
    return get("/internal/v1/automation", Data[AutomationView])


def put_automation(body: service_models.AutomationBody) -> Call[Data[AutomationView]]:
    """Switch automation off or on, globally or in one workspace; effective immediately."""
    return put("/internal/v1/automation", Data[AutomationView], body)


def get_overview(workspace_id: str) -> Call[Data[OverviewView]]:
    """The workspace at one glance: what is in it, what it uses, how it is doing, what happened lately."""
    return get(f"/internal/v1/workspaces/{segment(workspace_id)}/overview", Data[OverviewView])


def list_nodes(workspace_id: str) -> Call[Data[NodesView]]:
    """Nodes of the workspace's cluster: room, usage, conditions, taints and labels."""
    return get(f"/internal/v1/workspaces/{segment(workspace_id)}/nodes", Data[NodesView])


def get_application_details(application_id: str) -> Call[Data[ApplicationDetailsView]]:
    """One application, by id: its workload, pods, services, checks and present usage."""
    return get(f"/internal/v1/applications/{segment(application_id)}/details", Data[ApplicationDetailsView])


def scale_deployment(
    workspace_id: str, deployment_name: str, body: service_models.ScaleRequest
) -> Call[Data[ScaleView]]:
    """Set the replicas of a deployment; where the workspace's policy asks for a confirmation, answer with its plan."""
    return post(
        f"/internal/v1/workspaces/{segment(workspace_id)}/deployments/{segment(deployment_name)}/scale",
        Data[ScaleView],
        body,
    )


def autoscale_application(application_id: str, body: service_models.AutoscaleRequest) -> Call[Data[AutoscaleView]]:
    """Scale an application, named by id, if its measured load asks for it, and say why or why not."""
    return post(f"/internal/v1/applications/{segment(application_id)}/autoscale", Data[AutoscaleView], body)


def analyse_performance(
    application_id: str, *, time_range: str | None = None, metrics: str | None = None
) -> Call[Data[PerformanceView]]:
    """How an application performed in a time range, and what held it back."""
    return get(
        f"/internal/v1/applications/{segment(application_id)}/performance",
        Data[PerformanceView],
        time_range=time_range,
        metrics=metrics,
    )


def start_operation(workspace_id: str, body: service_models.OperationRequest) -> Call[Data[WorkspaceOperationView]]:
    """Start an operation on the workspace, or confirm a plan that one of them has left."""
    return post(f"/internal/v1/workspaces/{segment(workspace_id)}/operations", Data[WorkspaceOperationView], body)


def list_operations(
    *,
    workspace_id: str | None = None,
    status: Literal["running", "cancelling", "rolling_back", "completed", "failed", "cancelled"] | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Listing[WorkspaceOperationView]]:
    """Operations of one workspace, or of all that the account may enter, newest first."""
    return get(
        "/internal/v1/operations",
        Listing[WorkspaceOperationView],
        workspace_id=workspace_id,
        status=status,
        cursor=cursor,
        limit=limit,
    )


def get_operation(operation_id: str) -> Call[Data[WorkspaceOperationView]]:
    """One operation with its steps and, once it has ended, its result."""
    return get(f"/internal/v1/operations/{segment(operation_id)}", Data[WorkspaceOperationView])


def cancel_operation(operation_id: str) -> Call[Data[WorkspaceOperationView]]:
    """Stop a running operation; what it was changing is put back."""
    return post(f"/internal/v1/operations/{segment(operation_id)}/cancel", Data[WorkspaceOperationView], {})


def start_backup(application_id: str, body: service_models.BackupRequest) -> Call[Data[BackupView]]:
    """Start a backup of an application; `GET /internal/v1/backups/:id` follows it."""
    return post(f"/internal/v1/applications/{segment(application_id)}/backup", Data[BackupView], body)


def list_backups(
    *, application_id: str | None = None, cursor: str | None = None, limit: int | None = None
) -> Call[Listing[BackupView]]:
    """Backups of every workspace that the account may see, newest first."""
    return get("/internal/v1/backups", Listing[BackupView], application_id=application_id, cursor=cursor, limit=limit)


def get_backup(backup_id: str) -> Call[Data[BackupDetailView]]:
    """One backup with its steps."""
    return get(f"/internal/v1/backups/{segment(backup_id)}", Data[BackupDetailView])


def restore_backup(backup_id: str, body: service_models.RestoreRequest) -> Call[Data[RestoreView]]:
    """Plan the restoring of a backup, or carry the plan out; `GET /internal/v1/operations/:id` follows it."""
    return post(f"/internal/v1/backups/{segment(backup_id)}/restore", Data[RestoreView], body)


def list_clusters() -> Call[Items[ClusterView]]:
    """Every registered cluster, as seen by the responding process."""
    return get("/internal/v1/clusters", Items[ClusterView])


def add_cluster(body: service_models.ClusterRequest) -> Call[Data[ClusterView]]:
    """Register a cluster; every process serves it within seconds, without a restart."""
    return post("/internal/v1/clusters", Data[ClusterView], body)


def remove_cluster(cluster_id: str) -> Call[None]:
    """Remove a cluster that was registered over the API and has no workspaces."""
    return delete(f"/internal/v1/clusters/{segment(cluster_id)}")


def test_cluster(cluster_id: str) -> Call[Data[ClusterTestView]]:
    """Test a cluster now: whether it answers, under which identities, and what they may read and change."""
    return post(f"/internal/v1/clusters/{segment(cluster_id)}/test", Data[ClusterTestView], {})


def list_accounts() -> Call[Items[ServiceAccountDetailView]]:
    """Every service account with its tokens (without their text)."""
    return get("/internal/v1/service-accounts", Items[ServiceAccountDetailView])


def create_account(body: service_models.AccountRequest) -> Call[Data[IssuedTokenView]]:
    """Create a service account; the response contains its first token, once."""
    return post("/internal/v1/service-accounts", Data[IssuedTokenView], body)


def change_account(account_id: str, body: service_models.AccountChange) -> Call[Data[ServiceAccountDetailView]]:
    """Disable or enable a service account."""
    return send("PATCH", f"/internal/v1/service-accounts/{segment(account_id)}", Data[ServiceAccountDetailView], body)


def rotate_token(account_id: str, body: service_models.TokenRequest) -> Call[Data[IssuedTokenView]]:
    """Issue a second token; the first stays valid until revoked."""
    return post(f"/internal/v1/service-accounts/{segment(account_id)}/tokens", Data[IssuedTokenView], body)


def revoke_token(account_id: str, token_id: str) -> Call[None]:
    """Revoke a token immediately."""
    return delete(f"/internal/v1/service-accounts/{segment(account_id)}/tokens/{segment(token_id)}")


def list_audit_events(
    *, workspace_id: str | None = None, cursor: str | None = None, limit: int | None = None
) -> Call[Listing[ChainedEventView]]:
    """Audit events of every workspace visible to the account, newest first."""
    return get("/internal/v1/audit", Listing[ChainedEventView], workspace_id=workspace_id, cursor=cursor, limit=limit)


def get_audit_head() -> Call[Data[AnchorView]]:
    """The newest number and hash of the chain. Kept elsewhere, it later reveals a truncated log."""
    return get("/internal/v1/audit/head", Data[AnchorView])


def verify_audit(*, seq: int | None = None, hash: str | None = None) -> Call[Data[VerificationView]]:
    """Verify the whole chain, including the anchor if one is given."""
    return get("/internal/v1/audit/verification", Data[VerificationView], seq=seq, hash=hash)


def generate_insights(
    workspace_id: str, body: service_models.InternalInsightsRequest
) -> Call[Data[InternalInsightsView]]:
    """The same for trusted services, with scores, trends and an action plan."""
    return post(f"/internal/v1/workspaces/{segment(workspace_id)}/insights", Data[InternalInsightsView], body)


def query_logs(body: service_models.LogQueryRequest) -> Call[Data[LogAnswerView]]:
    """Search the log lines visible to the caller: rows, exact total, counts and patterns over all hits."""
    return post("/internal/v1/logs/query", Data[LogAnswerView], body)


def get_log_query(query_id: str) -> Call[Data[LogAnswerView]]:
    """The result of an earlier query by the same caller, available for an hour."""
    return get(f"/internal/v1/logs/queries/{segment(query_id)}", Data[LogAnswerView])
