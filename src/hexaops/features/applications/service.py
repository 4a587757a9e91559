"""Applications of a workspace: lists and lookups, restricted to its namespaces, with live usage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.freshness import APPLICATION_SOURCES, Freshness, freshness_of, unreadable
from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.clusters import ClusterUnavailableError
from hexaops.backends.kubernetes.extensions import Extensions
from hexaops.backends.kubernetes.kinds import WatchedKind
from hexaops.backends.kubernetes.rows import EventRow, NodeRow, ObjectRow, PodRow, ServiceRow
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.cluster_views import ClusterView, ClusterViews
from hexaops.features.applications.errors import (
    ApplicationNameAmbiguousError,
    ApplicationNotFoundError,
    ClusterUnreadError,
)

NAMED_KINDS: tuple[WatchedKind, ...] = (
    "Service", "Ingress", "PersistentVolumeClaim", "CronJob", "Job", "HorizontalPodAutoscaler", "PodDisruptionBudget",
    "ResourceQuota",
)  # fmt: skip
"""What can be asked about by its own name, besides applications and pods."""


class Related(Struct, frozen=True):
    """Names of objects that belong to an application."""

    services: tuple[str, ...]
    ingresses: tuple[str, ...]
    autoscalers: tuple[str, ...]
    disruption_budgets: tuple[str, ...]
    volume_claims: tuple[str, ...]


class Located(Struct, frozen=True):
    """An application and the cluster that it is on."""

    cluster_id: str
    application: Application


class ApplicationService:
    """Reads only, from the workspace's cluster. Everything but `usage` answers from memory at once.

    Raises ClusterUnavailableError when that cluster is not registered or cannot be used (`freshness` says it instead).
    """

    def __init__(self, views: ClusterViews) -> None:
        self._views = views

    def find_anywhere(self, application_id: str) -> Located | None:
        """The application with this id on any usable cluster, or None."""
        for view in self._views:
            found = view.index.find(application_id)
            if found is not None:
                return Located(view.cluster.id, found)
        return None

    def check_every_cluster_read(self) -> None:
        """Raise ClusterUnreadError while an application may exist that is not cached yet."""
        for view in self._views:
            freshness = freshness_of(view.cluster.cache.status(*APPLICATION_SOURCES), APPLICATION_SOURCES)
            if freshness.unread:
                raise ClusterUnreadError(freshness.unread, freshness.problem)

    def list(self, workspace: Workspace) -> list[Application]:
        """The workspace's applications by project and name; raises ClusterUnreadError before the first read."""
        return self._read_view(workspace).index.owned(workspace.owns)

    def get(self, workspace: Workspace, id_or_name: str) -> Application:
        """One by id, by plain name, or by `project/name`.

        Raises ApplicationNotFoundError when the workspace has none, ApplicationNameAmbiguousError when it has several.
        """
        known = self._read_view(workspace).index.find(id_or_name)
        if known is not None:
            if workspace.owns(known.project):
                return known
            raise ApplicationNotFoundError
        project, _, name = id_or_name.rpartition("/")
        named = [a for a in self.list(workspace) if a.name == name and project in {"", a.project}]
        if not named:
            raise ApplicationNotFoundError
        if len(named) > 1:
            raise ApplicationNameAmbiguousError([_candidate(application) for application in named])
        return named[0]

    def projects(self, workspace: Workspace) -> Sequence[str]:
        """The workspace's namespaces that exist, by name."""
        view = self._view(workspace)
        names = {row.name for row in view.cluster.cache.namespaces()} | {*view.index.namespaces()}
        return sorted(name for name in names if workspace.owns(name))

    def nodes(self, workspace: Workspace) -> Sequence[NodeRow]:
        """All nodes of the workspace's cluster, by name; the caller decides which of them may be shown."""
        return sorted(self._view(workspace).cluster.cache.nodes(), key=lambda node: node.name)

    def all_pods(self, workspace: Workspace) -> Sequence[PodRow]:
        """Every pod of the workspace's cluster, in any namespace: for counting, never for showing."""
        return self._view(workspace).cluster.cache.pods()

    def rows(self, workspace: Workspace, kind: WatchedKind) -> Sequence[Any]:
        """Every row of a namespaced kind, or of Namespace, that is the workspace's, in no particular order."""
        cache = self._view(workspace).cluster.cache
        if kind == "Namespace":
            return [row for row in cache.namespaces() if workspace.owns(row.name)]
        if workspace.namespaces is not None:
            owned = [name for name in workspace.namespaces if workspace.owns(name)]
            return [row for name in owned for row in cache.rows(kind, name)]
        return [row for row in cache.rows(kind) if workspace.owns(row.namespace)]

    async def extensions(self, workspace: Workspace) -> Extensions:
        """Functions and pipeline runs in the workspace's namespaces."""
        found = await self._view(workspace).extensions.current()
        return replace(
            found,
            functions=[one for one in found.functions if workspace.owns(one.namespace)],
            pipeline_runs=[one for one in found.pipeline_runs if workspace.owns(one.namespace)],
        )

    def find_pod(self, workspace: Workspace, project: str, name: str) -> PodRow | None:
        """A pod of one of the workspace's namespaces, or None."""
        return self._view(workspace).cluster.cache.find("Pod", project, name) if workspace.owns(project) else None

    def objects_called(self, workspace: Workspace, name: str) -> Sequence[ObjectRow]:
        """What belongs to applications and has this name, in any of the workspace's namespaces."""
        cache = self._view(workspace).cluster.cache
        found = (cache.find(kind, project, name) for kind in NAMED_KINDS for project in self.projects(workspace))
        return [row for row in found if row is not None]

    def related(self, workspace: Workspace, application: Application) -> Related:
        """Names of its Services, Ingresses, autoscalers, budgets and claims."""
        cache, workload = self._view(workspace).cluster.cache, application.workload
        return Related(
            services=_names(cache.services_of(workload)),
            ingresses=_names(cache.ingresses_of(workload)),
            autoscalers=_names(cache.hpas_of(workload)),
            disruption_budgets=_names(cache.pdbs_of(workload)),
            volume_claims=_names(cache.pvcs_of(workload)),
        )

    def events(self, workspace: Workspace, application: Application) -> Sequence[EventRow]:
        """Warnings about it and its pods, newest first."""
        cache = self._view(workspace).cluster.cache
        uids = [application.workload.uid, *(pod.uid for pod in application.pods)]
        uids += [row.uid for row in cache.replica_sets_of(application.workload.uid)]
        found = [event for uid in uids for event in cache.events_for(uid) if event.type == "Warning"]
        return sorted(found, key=lambda event: event.last_seen, reverse=True)

    def all_events(self, workspace: Workspace) -> Sequence[EventRow]:
        """Events of the workspace's namespaces in the last 24 hours, newest first."""
        found = self._view(workspace).cluster.cache.events()
        return [event for event in found if workspace.owns(event.namespace)]

    def services(self, workspace: Workspace, application: Application) -> Sequence[ServiceRow]:
        """The Services that select its pods, by name."""
        found = self._view(workspace).cluster.cache.services_of(application.workload)
        return sorted(found, key=lambda row: row.name)

    async def usage(self, workspace: Workspace) -> Samples:
        """Current usage of all measured pods of the workspace's cluster; see `shares_of_application`."""
        return await self._view(workspace).usage.pods()

    async def node_usage(self, workspace: Workspace) -> Samples:
        """Current usage of the cluster's nodes."""
        return await self._view(workspace).usage.nodes()

    def freshness(self, workspace: Workspace, *kinds: str) -> Freshness:
        """How current these kinds are (by default, those that make up applications); never raises."""
        wanted = kinds or APPLICATION_SOURCES
        try:
            return freshness_of(self._view(workspace).cluster.cache.status(*wanted), wanted)
        except ClusterUnavailableError as error:
            return unreadable(wanted, error.message)

    def _view(self, workspace: Workspace) -> ClusterView:
        return self._views.get(workspace.cluster_id)

    def _read_view(self, workspace: Workspace) -> ClusterView:
        view = self._view(workspace)
        freshness = self.freshness(workspace)
        if freshness.unread:
            raise ClusterUnreadError(freshness.unread, freshness.problem)
        return view


def _names(rows: Sequence[object]) -> tuple[str, ...]:
    return tuple(sorted(str(getattr(row, "name", "")) for row in rows))


def _candidate(application: Application) -> dict[str, str]:
    return {"id": application.id, "name": application.name, "project": application.project, "kind": application.kind}
