"""Builds dashboards."""

from __future__ import annotations

from hexaops.features.applications.service import ApplicationService
from hexaops.features.dashboards.service import DashboardService, DashboardWork
from hexaops.features.runs.work import Work
from hexaops.process import Process
from hexaops.runbooks.readings import GenerateDashboard


def wire(process: Process) -> dict[str, Work]:
    """Offer the service; returns the work of the action."""
    process.provider.add(DashboardService(process.provider.get(ApplicationService)))
    return {GenerateDashboard.name: DashboardWork()}
