"""Reads what an answer needs, and no more than the caller and the message may read."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import causes_of
from hexaops.assistant.answers.facts import Causes, Facts, Operation
from hexaops.assistant.answers.lines import names_of
from hexaops.assistant.intents.spec import Need
from hexaops.assistant.understanding import KnownEntity, Understanding
from hexaops.assistant.understanding.model import Resolved
from hexaops.backends.kubernetes.clusters import ClusterUnavailableError
from hexaops.backends.kubernetes.rows import IngressRow, NodeRow, ObjectRow
from hexaops.backends.metrics.samples import Samples
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.names import behind
from hexaops.features.chat.schemas import ChatContext
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.runs.queries import OperationSummary, latest_actions
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.kit.durations import parse_duration
from hexaops.storage.database import Database


class Known(Struct, frozen=True):
    """What the understanding and every answer need: read from memory and one short query."""

    applications: Sequence[Application] | None
    projects: Sequence[str]
    nodes: Sequence[NodeRow]
    operations: Sequence[Operation]
    changes_off: str | None


@dataclass(frozen=True)
class Gatherer:
    """One for the process."""

    database: Database
    applications: ApplicationService
    diagnoses: DiagnosisService
    automation: AutomationSwitch
    clock: Clock

    async def known(self, caller: Caller, capabilities: Set[str]) -> Known:
        """What can be named, and whether anything may be changed now."""
        workspace = caller.get_workspace()
        applications = self._list(workspace)
        async with self.database.viewing() as connection:
            stop = await self.automation.find_stop(workspace.id, connection)
            reads_actions = "read_actions" in capabilities
            found = await latest_actions(connection, workspace.id) if reads_actions else []
        return Known(
            applications=applications if "read_applications" in capabilities or applications is None else (),
            projects=self._projects(workspace) if "read_applications" in capabilities else (),
            nodes=self._nodes(workspace, applications or ()) if _reads_nodes(capabilities) else (),
            operations=[_operation(one, caller) for one in found],
            changes_off=None if stop is None else f"automation is off: {stop.reason or 'no reason was given'}",
        )

    async def facts(
        self, caller: Caller, known: Known, needs: Set[Need], *, context: ChatContext, capabilities: Set[str]
    ) -> Facts:
        """Everything that answers with these needs are based on."""
        workspace = caller.get_workspace()
        freshness = self.applications.freshness(workspace)
        reason = _no_metrics(context, capabilities)
        if reason is None and freshness.stale:
            reason = "the cluster cannot be read right now"
        usage = node_usage = None
        if reason is None and known.applications is not None:
            usage = await self._usage(workspace, needs)
            node_usage = await self.applications.node_usage(workspace) if Need.NODE_USAGE in needs else None
        causes = await self._causes(caller, known, needs, capabilities)
        return Facts(
            workspace_name=workspace.name,
            now=self.clock.now(),
            freshness=freshness,
            permissions=caller.permissions,
            capabilities=capabilities,
            applications=known.applications,
            projects=known.projects,
            usage=usage,
            usage_reason=reason or "usage was not read for this answer",
            nodes=known.nodes,
            node_usage=node_usage,
            node_freshness=self.applications.freshness(workspace, "Node"),
            whole_cluster=_sees_all_nodes(workspace),
            warnings=partial(self.applications.events, workspace),
            objects=partial(self.applications.objects_called, workspace),
            no_warnings=self.applications.freshness(workspace, "Event").missing.get("Event"),
            causes=causes if isinstance(causes, Causes) else None,
            no_causes=causes if isinstance(causes, str) else "",
            operations=known.operations,
            time_range_seconds=parse_duration(context.time_range),
            changes_off=known.changes_off,
            names=names_of(known.applications or ()),
        )

    def led_to(self, caller: Caller, message: str, asked: Understanding, facts: Facts) -> Understanding:
        """A question for trouble or logs of a Service or an Ingress as one for what is behind it."""
        rows, workspace = [*behind(message, asked, facts)], caller.get_workspace()
        names = {(row.namespace, name) for row in rows for name in _services_of(row)}
        found = [
            one
            for one in (facts.applications or () if rows else ())
            if any((one.project, each.name) in names for each in self.applications.services(workspace, one))
        ]
        entities = [KnownEntity(one.id, "application", one.name, one.project, one.kind) for one in found]
        targets = tuple(Resolved(entity, row.name, 1.0) for entity in entities for row in rows[:1])
        return replace(asked, targets=targets, unknown_names=(), ambiguous=()) if targets else asked

    async def _causes(self, caller: Caller, known: Known, needs: Set[Need], capabilities: Set[str]) -> Causes | str:
        """What is wrong and why, or why that cannot be told."""
        if Need.CAUSES not in needs or known.applications is None or "read_applications" not in capabilities:
            return "causes were not looked for"
        workspace, applications = caller.get_workspace(), known.applications
        try:
            made = await self.diagnoses.get(workspace, logs="read_logs" in caller.permissions)
        except UpstreamUnavailableError as error:
            return error.message
        return Causes(
            found=causes_of(made.findings, applications),
            about=lambda one: causes_of(self.diagnoses.about(workspace, one, made), applications),
            taken_at=made.taken_at,
            objects=made.objects,
            refused=made.refused,
        )

    async def _usage(self, workspace: Workspace, needs: Set[Need]) -> Samples | None:
        return await self.applications.usage(workspace) if Need.USAGE in needs else None

    def _list(self, workspace: Workspace) -> list[Application] | None:
        try:
            return self.applications.list(workspace)
        except UpstreamUnavailableError:  # `Facts.freshness` says why
            return None

    def _projects(self, workspace: Workspace) -> Sequence[str]:
        try:
            return self.applications.projects(workspace)
        except ClusterUnavailableError:
            return ()

    def _nodes(self, workspace: Workspace, applications: Sequence[Application]) -> Sequence[NodeRow]:
        """All nodes for a workspace that has the cluster to itself, else those that run its pods."""
        try:
            nodes = self.applications.nodes(workspace)
        except ClusterUnavailableError:
            return []
        if _sees_all_nodes(workspace):
            return nodes
        used = {pod.node for application in applications for pod in application.pods}
        return [node for node in nodes if node.name in used]


def _services_of(row: ObjectRow) -> set[str]:
    return {rule.service for rule in row.rules} if isinstance(row, IngressRow) else {row.name}


def _operation(found: OperationSummary, caller: Caller) -> Operation:
    return Operation(
        id=found.id,
        kind=found.kind,
        description=found.description,
        status=found.status,
        requested_by=found.requested_by,
        application_id=found.resource_id,
        started_at=found.started_at,
        completed_at=found.completed_at,
        error=found.error,
        own=found.requested_by == caller.principal.id,
    )


def _no_metrics(context: ChatContext, capabilities: Set[str]) -> str | None:
    if not context.include_metrics:
        return "metrics were not asked for (include_metrics is false)"
    if "read_metrics" not in capabilities:
        return "this message may not read metrics (capability read_metrics)"
    return None


def _reads_nodes(capabilities: Set[str]) -> bool:
    return bool({"read_workspace", "read_applications"} & capabilities)


def _sees_all_nodes(workspace: Workspace) -> bool:
    return workspace.plan == "dedicated" or workspace.namespaces is None
