"""Builds the autopilot."""

from __future__ import annotations

from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.autopilot.breaker import Breaker
from hexaops.features.autopilot.deciding import Autopilot
from hexaops.features.autopilot.detecting import Detector
from hexaops.features.autopilot.policy import AutopilotPolicy
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.incidents.opening import IncidentDesk
from hexaops.features.incidents.remediation import RemediationRun
from hexaops.features.workspaces.automation import AutomationSwitch, PolicyChanges
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the breaker, and look at the applications in the background where detection is on."""
    database, clock, get = process.database, process.clock, process.provider.get
    audit = get(AuditLog)
    breaker = Breaker(database, audit, clock)
    process.provider.add(breaker)
    changes = PolicyChanges(database, clock)
    process.provider.add(AutopilotPolicy(database, get(WorkspaceDirectory), changes, audit, clock))
    autopilot = Autopilot(
        database,
        get(DiagnosisService),
        breaker,
        get(AutomationSwitch),
        get(RemediationRun),
        get(Escalation),
        get(AlertGate),
        audit,
        clock,
    )
    detector = Detector(
        process.clusters, get(WorkspaceDirectory), get(ApplicationService), get(IncidentDesk), autopilot, clock
    )
    process.provider.add(detector)
    if process.settings.detection:
        process.background.add(Periodic("detection", detector.round, 0.0))
