"""Builds the incidents feature."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.alertmanager import AlertReceiver
from hexaops.features.incidents.opening import IncidentDesk
from hexaops.features.incidents.remediation import RUN, RemediationParts, RemediationRun
from hexaops.features.incidents.service import IncidentService
from hexaops.features.incidents.upkeep import SWEEP_SECONDS, IncidentUpkeep
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    database, engine, clock, get = process.database, process.engine, process.clock, process.provider.get
    confirmation = get(Confirmation)
    applications, directory, audit = get(ApplicationService), get(WorkspaceDirectory), get(AuditLog)
    parts = RemediationParts(
        database=database,
        engine=engine,
        applications=applications,
        directory=directory,
        plans=confirmation.plans,
        confirmation=confirmation,
        outbox=get(WebhookOutbox),
        audit=audit,
        clock=clock,
    )
    run = RemediationRun(parts)
    engine.register(RUN, run.run)
    desk = IncidentDesk(database, get(DiagnosisService), audit, clock)
    locator, authorizer, automation = get(ApplicationLocator), get(Authorizer), get(AutomationSwitch)
    upkeep = IncidentUpkeep(database, engine, run)
    for service in (
        IncidentService(database, locator, authorizer, desk, run, automation, audit, clock),
        AlertReceiver(directory, applications, desk),
        desk,
        run,
        upkeep,
    ):
        process.provider.add(service)
    process.background.add(Periodic("incident-upkeep", upkeep.go_on, SWEEP_SECONDS))
