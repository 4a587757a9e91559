"""The closed set of runbooks. Everything that depends on the kinds of change is derived from this tuple."""

from __future__ import annotations

from typing import Any

from hexaops.runbooks.alerts import AcknowledgeAlert, CreateAlert, DeleteAlert, SilenceAlert
from hexaops.runbooks.autoscaling import SetAutoscaling
from hexaops.runbooks.cleanup import DeleteUnused
from hexaops.runbooks.configuration import UpdateConfiguration
from hexaops.runbooks.failing_pods import RestartFailingPods
from hexaops.runbooks.probe import ProbeConnectivity
from hexaops.runbooks.quota import UpdateQuota
from hexaops.runbooks.readings import CollectDiagnostics, GenerateDashboard, RunHealthCheck, TestConnectivity
from hexaops.runbooks.restart import RestartApplication
from hexaops.runbooks.restore import RestoreBackup
from hexaops.runbooks.revision import RollbackRevision
from hexaops.runbooks.runbook import Runbook
from hexaops.runbooks.scale import ScaleApplication, StartApplication, StopApplication

CATALOG: tuple[Runbook[Any], ...] = (
    RestartApplication(),
    RestartFailingPods(),
    ScaleApplication(),
    StopApplication(),
    StartApplication(),
    UpdateConfiguration(),
    RollbackRevision(),
    SetAutoscaling(),
    UpdateQuota(),
    CreateAlert(),
    AcknowledgeAlert(),
    SilenceAlert(),
    DeleteAlert(),
    RunHealthCheck(),
    TestConnectivity(),
    ProbeConnectivity(),
    CollectDiagnostics(),
    GenerateDashboard(),
    RestoreBackup(),
)
"""What users and services can ask for."""
OPERATIONS_OWN: tuple[Runbook[Any], ...] = (DeleteUnused(),)
"""What operations alone plan, for reasons that they have made sure of."""
ASKED_FOR: dict[str, Runbook[Any]] = {book.name: book for book in CATALOG}
RUNBOOKS: dict[str, Runbook[Any]] = {book.name: book for book in (*CATALOG, *OPERATIONS_OWN)}
"""All of them by action name."""
UNCOUNTED = frozenset(book.name for book in CATALOG if not book.changes_cluster)
"""Actions that the caps do not count."""
