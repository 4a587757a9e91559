"""What runs in a workspace: lists and single applications, fenced by the workspace's namespaces, with live usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hexaops.analysis.applications.freshness import APPLICATION_SOURCES, Freshness, freshness_of
from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.rows import EventRow
from hexaops.backends.metrics.cluster_usage import ClusterUsage
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import (
    ApplicationNameAmbiguousError,
    ApplicationNotFoundError,
    ClusterUnreadError,
)
from hexaops.features.applications.index import ApplicationIndex


@dataclass(frozen=True)
class Related:
    """Names of what belongs to an application."""

    services: tuple[str, ...]
    ingresses: tuple[str, ...]
    autoscalers: tuple[str, ...]
    disruption_budgets: tuple[str, ...]
    volume_claims: tuple[str, ...]


class ApplicationService:
    """Reads only. Everything but `usage` answers from memory at once."""

    def __init__(self, cluster: Cluster, index: ApplicationIndex, usage: ClusterUsage) -> None:
        self.cluster = cluster
        self._index = index
        self._usage = usage

    def list(self, workspace: Workspace) -> list[Application]:
        """The workspace's applications by project and name; raises ClusterUnreadError before the first read."""
        self._check_read()
        if workspace.cluster_id != self.cluster.id:
            return []
        owned = [name for name in self._index.namespaces() if workspace.owns(name)]
        return [application for name in owned for application in self._index.in_namespace(name)]

    def get(self, workspace: Workspace, id_or_name: str) -> Application:
        """One by id, by plain name, or by `project/name`.

        Raises ApplicationNotFoundError when the workspace has none, ApplicationNameAmbiguousError when it has several.
        """
        self._check_read()
        known = self._index.find(id_or_name)
        if known is not None:
            if workspace.cluster_id == self.cluster.id and workspace.owns(known.project):
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
        names = {row.name for row in self.cluster.cache.namespaces()} | {*self._index.namespaces()}
        return sorted(name for name in names if workspace.owns(name)) if self._holds(workspace) else []

    def related(self, application: Application) -> Related:
        """Names of its Services, Ingresses, autoscalers, budgets and claims."""
        cache, workload = self.cluster.cache, application.workload
        return Related(
            services=_names(cache.services_of(workload)),
            ingresses=_names(cache.ingresses_of(workload)),
            autoscalers=_names(cache.hpas_of(workload)),
            disruption_budgets=_names(cache.pdbs_of(workload)),
            volume_claims=_names(cache.pvcs_of(workload)),
        )

    def events(self, application: Application) -> Sequence[EventRow]:
        """Warnings about it and its pods, newest first."""
        cache = self.cluster.cache
        uids = [application.workload.uid, *(pod.uid for pod in application.pods)]
        uids += [row.uid for row in cache.replica_sets_of(application.workload.uid)]
        found = [event for uid in uids for event in cache.events_for(uid) if event.type == "Warning"]
        return sorted(found, key=lambda event: event.last_seen, reverse=True)

    async def usage(self) -> Samples:
        """Current usage of all measured pods of the cluster; see `shares_of_application`."""
        return await self._usage.pods()

    async def node_usage(self) -> Samples:
        """Current usage of the cluster's nodes."""
        return await self._usage.nodes()

    def freshness(self, *kinds: str) -> Freshness:
        """How far these kinds (those of applications when none is named) can be trusted now."""
        wanted = kinds or APPLICATION_SOURCES
        return freshness_of(self.cluster.cache.status(*wanted), wanted)

    def _holds(self, workspace: Workspace) -> bool:
        return workspace.cluster_id == self.cluster.id

    def _check_read(self) -> None:
        unread = self.freshness().unread
        if unread:
            raise ClusterUnreadError(unread)


def _names(rows: Sequence[object]) -> tuple[str, ...]:
    return tuple(sorted(str(getattr(row, "name", "")) for row in rows))


def _candidate(application: Application) -> dict[str, str]:
    return {"id": application.id, "name": application.name, "project": application.project, "kind": application.kind}
