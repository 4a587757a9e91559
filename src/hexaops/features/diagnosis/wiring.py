"""Builds the diagnosis feature."""

from __future__ import annotations

from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.reporting import DiagnosisReports
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    applications = process.provider.get(ApplicationService)
    service = DiagnosisService(process.clusters, applications, process.clock)
    process.provider.add(service)
    process.provider.add(DiagnosisReports(service, applications))
