"""Builds the operations feature."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.changes.parts import PlannedParts
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.operations.cleaning import Cleanup
from hexaops.features.operations.healing import AutoHeal
from hexaops.features.operations.scanning import SecurityScan
from hexaops.features.operations.service import OperationService
from hexaops.features.operations.sizing import Sizing
from hexaops.features.operations.work import WorkspaceWork
from hexaops.features.runs.starting import OperationStarter
from hexaops.features.runs.work import Work
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.process import Process

WORKS: tuple[type[WorkspaceWork], ...] = (AutoHeal, SecurityScan, Cleanup, Sizing)
"""Every operation of this feature."""


def wire(process: Process) -> dict[str, Work]:
    """Offer the feature's service; returns its works."""
    get, clock = process.provider.get, process.clock
    applications, directory, diagnosis = get(ApplicationService), get(WorkspaceDirectory), get(DiagnosisService)
    confirmation, starter = get(Confirmation), get(OperationStarter)
    parts = PlannedParts(confirmation, starter.store, clock)
    built: tuple[WorkspaceWork, ...] = (
        AutoHeal(applications, diagnosis, directory, parts, lambda: get(AlertGate)),
        SecurityScan(diagnosis, directory),
        Cleanup(applications, directory, process.clusters, parts, clock),
        Sizing(applications, directory, lambda: get(MetricSources), parts, clock),
    )
    works = {work.name: work for work in built}
    process.provider.add(parts)
    process.provider.add(OperationService(starter, works, parts, applications, get(Authorizer), get(AutomationSwitch)))
    return {**works}
