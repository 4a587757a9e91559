"""Builds alerts: the work of their actions before everything that runs, the engine and the service after it."""

from __future__ import annotations

from hexaops.features.actions.service import ActionService
from hexaops.features.alerts.engine import AlertEngine
from hexaops.features.alerts.gating import CriticalRules
from hexaops.features.alerts.service import AlertService
from hexaops.features.alerts.states import AlertStates
from hexaops.features.alerts.store import AlertRecords
from hexaops.features.alerts.work import AlertWork
from hexaops.features.applications.service import ApplicationService
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.runs.work import Work
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process
from hexaops.runbooks.alerts import AcknowledgeAlert, CreateAlert, DeleteAlert, SilenceAlert

KINDS = (CreateAlert, AcknowledgeAlert, SilenceAlert, DeleteAlert)


def wire_work(process: Process) -> dict[str, Work]:
    """The work of the actions on alerts."""
    states = AlertStates(process.provider.get(WebhookOutbox), process.clock)
    work = AlertWork(process.database, AlertRecords(process.database), states)
    return {kind.name: work for kind in KINDS}


def wire(process: Process) -> None:
    """Offer the service, and judge the rules in the background."""
    database, clock, get = process.database, process.clock, process.provider.get
    applications, states = get(ApplicationService), AlertStates(get(WebhookOutbox), clock)
    engine = AlertEngine(
        database, get(WorkspaceDirectory), applications, get(MetricSources).of, states, clock,
        process.settings.alert_interval_seconds,
    )  # fmt: skip
    process.provider.add(engine)
    get(AlertGate).sources.append(CriticalRules(database, engine, clock))
    process.provider.add(AlertService(database, get(ActionService), engine, applications, clock))
    process.background.add(Periodic("alert-engine", engine.evaluate, engine.interval_seconds))
