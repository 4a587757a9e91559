"""Builds the applications feature."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.cluster_views import ClusterViews
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer what the watch caches say of applications, and what finds one by its id."""
    views = ClusterViews(process.clusters, process.clock)
    applications, get = ApplicationService(views), process.provider.get
    locator = ApplicationLocator(applications, get(WorkspaceDirectory), get(Authorizer))
    for service in (views, applications, locator):
        process.provider.add(service)
