"""Builds what trusted services read of workspaces and applications."""

from __future__ import annotations

from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.application import ApplicationDetails
from hexaops.features.overview.changes import ChangesService
from hexaops.features.overview.workspace import OverviewService
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    get = process.provider.get
    applications, clock = get(ApplicationService), process.clock
    process.provider.add(OverviewService(applications, get(DiagnosisService), process.database, clock))
    process.provider.add(ChangesService(applications, process.database, clock))
    process.provider.add(ApplicationDetails(get(ApplicationLocator), applications, get(MetricSources), clock))
