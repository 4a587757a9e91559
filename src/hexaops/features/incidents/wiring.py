"""Builds the incidents feature."""

from __future__ import annotations

from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.changes.plans import Plans
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.alertmanager import AlertReceiver
from hexaops.features.incidents.opening import IncidentDesk
from hexaops.features.incidents.remediation import RUN, RemediationParts, RemediationRun
from hexaops.features.incidents.service import IncidentService
from hexaops.features.incidents.upkeep import IncidentUpkeep
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.provide import Provider
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine


def build_incidents(
    provider: Provider, database: Database, engine: DurableEngine, clock: Clock, confirmation: Confirmation
) -> IncidentUpkeep:
    """Build it once; returns what must run while the engine is launched."""
    get = provider.get
    plans: Plans = confirmation.plans
    applications, directory, audit = get(ApplicationService), get(WorkspaceDirectory), get(AuditLog)
    parts = RemediationParts(
        database=database,
        engine=engine,
        applications=applications,
        directory=directory,
        plans=plans,
        confirmation=confirmation,
        outbox=get(WebhookOutbox),
        audit=audit,
        clock=clock,
    )
    run = RemediationRun(parts)
    engine.register(RUN, run.run)
    desk = IncidentDesk(database, get(DiagnosisService), audit, clock)
    provider.add(
        IncidentService(
            database, get(ApplicationLocator), get(Authorizer), desk, run, get(AutomationSwitch), audit, clock
        )
    )
    provider.add(AlertReceiver(database, directory, applications, desk))
    return IncidentUpkeep(database, engine, run, clock)
