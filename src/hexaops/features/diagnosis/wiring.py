"""Builds the diagnosis feature."""

from __future__ import annotations

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.reporting import DiagnosisReports
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.kit.clock import Clock
from hexaops.provide import Provider


def build_diagnosis(
    provider: Provider, clusters: Clusters, applications: ApplicationService, clock: Clock
) -> DiagnosisService:
    """Build it once, and offer its services."""
    service = DiagnosisService(clusters, applications, clock)
    provider.add(service)
    provider.add(DiagnosisReports(service, applications))
    return service
