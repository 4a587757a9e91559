"""Builds what trusted services read of workspaces and applications."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.overview.application import ApplicationDetails
from hexaops.features.overview.workspace import OverviewService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.provide import Provider
from hexaops.storage.database import Database


def build_overview(provider: Provider, applications: ApplicationService, database: Database, clock: Clock) -> None:
    """Build it once."""
    locator = ApplicationLocator(applications, provider.get(WorkspaceDirectory), provider.get(Authorizer))
    for service in (
        locator,
        OverviewService(applications, database, clock),
        ApplicationDetails(locator, applications, clock),
    ):
        provider.add(service)
