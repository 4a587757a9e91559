"""Builds the incidents feature."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.parts import PlannedParts
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.alertmanager import AlertReceiver
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.incidents.opening import IncidentDesk
from hexaops.features.incidents.remediation import RUN, RemediationParts, RemediationRun
from hexaops.features.incidents.service import IncidentService
from hexaops.features.incidents.upkeep import REMIND_SECONDS, SWEEP_SECONDS, IncidentUpkeep
from hexaops.features.notifications.sending import Notifications
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    database, engine, clock, get = process.database, process.engine, process.clock, process.provider.get
    applications, directory, audit = get(ApplicationService), get(WorkspaceDirectory), get(AuditLog)
    escalation = Escalation(get(Notifications), process.settings.escalation_channels)
    gate = AlertGate(database)
    parts = RemediationParts(
        database=database,
        engine=engine,
        applications=applications,
        directory=directory,
        parts=get(PlannedParts),
        outbox=get(WebhookOutbox),
        audit=audit,
        escalation=escalation,
        gate=gate,
        clock=clock,
    )
    run = RemediationRun(parts)
    engine.register(RUN, run.run)
    desk = IncidentDesk(database, get(DiagnosisService), audit, clock)
    locator, authorizer, automation = get(ApplicationLocator), get(Authorizer), get(AutomationSwitch)
    upkeep = IncidentUpkeep(database, engine, run, escalation, clock, process.settings.escalation_repeat_seconds)
    for service in (
        IncidentService(database, locator, authorizer, desk, run, automation, audit, escalation, clock),
        AlertReceiver(directory, applications, desk),
        desk,
        run,
        escalation,
        gate,
        upkeep,
    ):
        process.provider.add(service)
    process.background.add(Periodic("incident-upkeep", upkeep.go_on, SWEEP_SECONDS))
    process.background.add(Periodic("incident-reminders", upkeep.remind, REMIND_SECONDS, waits_first=True))
