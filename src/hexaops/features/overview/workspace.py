"""The overview of a workspace: what is in it, what it uses, how it is doing and what happened lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hexaops.analysis.applications.model import Application, Status
from hexaops.analysis.diagnosis.causes import Cause, causes_of
from hexaops.backends.kubernetes.extensions import Extensions
from hexaops.backends.kubernetes.rows import NamespaceRow
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import NAME_LIMIT, TEXT_LIMIT, freshness_view
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.overview.activity import Activity, recent_activity
from hexaops.features.overview.application import running_word
from hexaops.features.overview.issues import Issue
from hexaops.features.overview.moments import moment
from hexaops.features.overview.nodes import visible_nodes
from hexaops.features.overview.scoring import WorkspaceHealth, workspace_health
from hexaops.features.overview.usage import WorkspaceUsage
from hexaops.features.overview.views import (
    ActivityView,
    ApplicationCountsView,
    FunctionCountsView,
    HealthMetricsView,
    IssueView,
    OverviewSummaryView,
    OverviewView,
    OverviewWorkspaceView,
    PipelineCountsView,
    ProjectCountsView,
    ScoreEvidenceView,
)
from hexaops.features.runs.queries import OperationSummary, latest_actions
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import plain
from hexaops.storage.database import Database

SOURCES = (
    "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Node", "Namespace", "ResourceQuota",
    "PersistentVolumeClaim", "Event",
)  # fmt: skip
NO_FUNCTIONS = "the cluster does not serve serving.knative.dev (Knative)"
NO_PIPELINES = "the cluster serves neither tekton.dev (Tekton) nor workflows of argoproj.io (Argo)"
NOT_SINCE = "it is measured now; for how long it has been so is not known"


class OverviewService:
    """Reads what the cluster's cache holds, present usage, and our own operations."""

    def __init__(
        self, applications: ApplicationService, diagnoses: DiagnosisService, database: Database, clock: Clock
    ) -> None:
        self._applications = applications
        self._diagnoses = diagnoses
        self._database = database
        self._clock = clock

    async def overview(self, workspace: Workspace) -> OverviewView:
        """The whole overview; raises ClusterUnreadError before the cluster has been read."""
        service = self._applications
        applications = service.list(workspace)
        samples = await service.usage(workspace)
        extensions = await service.extensions(workspace)
        operations = await self._operations(workspace)
        now = self._clock.now().timestamp()
        nodes = visible_nodes(service, workspace)
        projects = service.rows(workspace, "Namespace")
        usage = WorkspaceUsage(service.projects(workspace), service.rows(workspace, "ResourceQuota"), nodes)
        resource_usage = usage.view(
            service.rows(workspace, "Pod"), service.rows(workspace, "PersistentVolumeClaim"), samples
        )
        reasons = usage.reasons
        causes = await self._causes(workspace, applications, reasons)
        health = workspace_health(applications, samples, nodes, causes)
        activity = recent_activity(
            applications,
            replica_sets=service.rows(workspace, "ReplicaSet"),
            events=service.rows(workspace, "Event"),
            operations=operations,
            now=now,
        )
        return OverviewView(
            workspace=_workspace_view(workspace),
            summary=OverviewSummaryView(
                applications=_application_counts(applications),
                projects=_project_counts(projects, service.projects(workspace)),
                functions=self._function_counts(workspace, extensions, reasons),
                pipelines=_pipeline_counts(extensions, reasons),
            ),
            resource_usage=resource_usage,
            health_metrics=_health_view(health, now, reasons),
            recent_activity=[_activity_view(one) for one in activity],
            freshness=freshness_view(service.freshness(workspace, *SOURCES)),
            reasons=reasons,
        )

    async def _causes(
        self, workspace: Workspace, applications: Sequence[Application], reasons: dict[str, str]
    ) -> Sequence[Cause]:
        """What a diagnosis says; where there is none, issues are based on statuses alone."""
        try:
            diagnosis = await self._diagnoses.get(workspace, logs=False)
        except UpstreamUnavailableError as error:
            reasons["health_metrics.issues"] = f"without their causes: {error.message}"
            return ()
        return causes_of(diagnosis.findings, applications)

    async def _operations(self, workspace: Workspace) -> Sequence[OperationSummary]:
        async with self._database.viewing() as connection:
            return await latest_actions(connection, workspace.id)

    def _function_counts(
        self, workspace: Workspace, extensions: Extensions, reasons: dict[str, str]
    ) -> FunctionCountsView:
        """A function is cold while it has no pod; Knative labels the pods with its name."""
        if extensions.functions_reason is not None:
            reasons |= {f"summary.functions.{key}": extensions.functions_reason for key in ("total", "active", "cold")}
            return FunctionCountsView(total=None, active=None, cold=None)
        if not extensions.functions_served:
            reasons["summary.functions.total"] = NO_FUNCTIONS
        warm = {
            (pod.namespace, pod.labels.get("serving.knative.dev/service"))
            for pod in self._applications.rows(workspace, "Pod")
            if pod.phase not in {"Succeeded", "Failed"} and not pod.deleting
        }
        active = sum((one.namespace, one.name) in warm for one in extensions.functions)
        total = len(extensions.functions)
        return FunctionCountsView(total=total, active=active, cold=total - active)


def _workspace_view(workspace: Workspace) -> OverviewWorkspaceView:
    return OverviewWorkspaceView(
        id=workspace.id,
        name=plain(workspace.name, NAME_LIMIT),
        plan=workspace.plan,
        status=workspace.status,
        created_at=format_time(workspace.created_at),
    )


def _application_counts(applications: Sequence[Application]) -> ApplicationCountsView:
    words = Counter(running_word(one.status) for one in applications)
    return ApplicationCountsView(
        total=len(applications),
        running=words["running"],
        stopped=words["stopped"],
        failed=words["failed"],
        degraded=sum(one.status is Status.DEGRADED for one in applications),
    )


def _project_counts(rows: Sequence[NamespaceRow], names: Sequence[str]) -> ProjectCountsView:
    """A namespace whose own object may not be read counts as active while there is something in it."""
    ending = sum(row.phase != "Active" for row in rows)
    return ProjectCountsView(total=len(names), active=len(names) - ending)


def _pipeline_counts(extensions: Extensions, reasons: dict[str, str]) -> PipelineCountsView:
    path = "summary.pipelines"
    if extensions.pipelines_reason is not None:
        reasons |= {f"{path}.{key}": extensions.pipelines_reason for key in ("total", "active", "last_run")}
        return PipelineCountsView(total=None, active=None, last_run=None)
    if not extensions.pipelines_served:
        reasons[f"{path}.total"] = NO_PIPELINES
    runs = extensions.pipeline_runs
    started = [run.started_at for run in runs if run.started_at is not None]
    if not started:
        reasons[f"{path}.last_run"] = "no pipeline has run"
    return PipelineCountsView(
        total=len(runs), active=sum(run.active for run in runs), last_run=moment(max(started)) if started else None
    )


def _health_view(health: WorkspaceHealth, now: float, reasons: dict[str, str]) -> HealthMetricsView:
    if health.availability is None:
        reasons["health_metrics.availability"] = "no application wants a replica"
    if health.performance is None:
        reasons["health_metrics.performance_score"] = "no application's usage is measured against limits or requests"
    for number, issue in enumerate(health.issues):
        if issue.since is None:
            reasons[f"health_metrics.issues[{number}].age"] = NOT_SINCE
    return HealthMetricsView(
        overall_score=health.overall,
        availability=health.availability,
        performance_score=health.performance,
        issues=[_issue_view(issue, now) for issue in health.issues],
        evidence=ScoreEvidenceView(
            ready_replicas=health.ready_replicas,
            desired_replicas=health.desired_replicas,
            measured_applications=health.measured_applications,
            issue_score=health.issue_score,
        ),
    )


def _issue_view(issue: Issue, now: float) -> IssueView:
    return IssueView(
        severity=issue.severity,
        type=issue.type,
        component=plain(issue.component, NAME_LIMIT),
        message=plain(issue.message, TEXT_LIMIT),
        age=None if issue.since is None else format_duration(now - issue.since),
    )


def _activity_view(one: Activity) -> ActivityView:
    return ActivityView(
        timestamp=moment(one.at),
        type=one.type,
        resource=plain(one.resource, NAME_LIMIT),
        action=one.action,
        details=plain(one.details, TEXT_LIMIT),
    )
