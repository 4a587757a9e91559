"""Builds the operations feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.operations.cleaning import CleanupReport
from hexaops.features.operations.healing import AutoHeal
from hexaops.features.operations.parts import PlannedParts
from hexaops.features.operations.scanning import SecurityScan
from hexaops.features.operations.service import OperationService
from hexaops.features.operations.sizing import SizingReport
from hexaops.features.operations.work import WorkspaceWork
from hexaops.features.runs.starting import OperationStarter
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.provide import Provider


@dataclass(frozen=True)
class OperationFeature:
    """What the feature gives to the runner."""

    works: Mapping[str, WorkspaceWork]


def build_operations(provider: Provider, confirmation: Confirmation, starter: OperationStarter) -> OperationFeature:
    """Build it once, and offer its service."""
    get = provider.get
    applications, directory, diagnosis = get(ApplicationService), get(WorkspaceDirectory), get(DiagnosisService)
    parts = PlannedParts(confirmation.plans, confirmation, starter.store, starter.clock)
    built: tuple[WorkspaceWork, ...] = (
        AutoHeal(applications, diagnosis, directory, parts),
        SecurityScan(applications, diagnosis, directory),
        CleanupReport(applications, directory, starter.clock),
        # The history of measurements is opened after the services are built.
        SizingReport(applications, directory, lambda: get(MetricSources), starter.clock),
    )
    works = {work.name: work for work in built}
    provider.add(OperationService(starter, works, parts, applications, get(Authorizer), get(AutomationSwitch)))
    return OperationFeature(works)
