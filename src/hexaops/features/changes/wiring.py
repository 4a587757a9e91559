"""Builds what plans, confirms and makes changes."""

from __future__ import annotations

from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.changes.owndata import OwnData
from hexaops.features.changes.planner import Planner
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.work import ChangeWork
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import OperationStore
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.process import Process


def wire(process: Process, writer_class: type[GuardedWriter], own: OwnData) -> ChangeWork:
    """Offer plans and their confirmation; returns the work of the kinds of change."""
    settings, clusters, clock, get = process.settings, process.clusters, process.clock, process.provider.get
    events, automation = get(OperationEvents), get(AutomationSwitch)
    planner = Planner(clusters, get(OperationStore), automation, settings, clock, get(WorkspaceDirectory), own)
    plans = Plans(planner, get(AuditLog), settings, clock)
    process.provider.add(plans)
    process.provider.add(Confirmation(plans, events, process.engine, process.failpoints))
    writer = writer_class(
        process.database,
        clusters,
        events,
        automation=automation,
        clock=clock,
        failpoints=process.failpoints,
        unseal=own.unseal,
    )
    process.provider.add(writer, GuardedWriter)
    return ChangeWork(clusters, planner, writer, settings, clock)
