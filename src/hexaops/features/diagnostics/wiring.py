"""Builds diagnostics."""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.work import ChangeWork
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.diagnostics.probing import ProbeWork
from hexaops.features.diagnostics.reading import DiagnosticReader
from hexaops.features.diagnostics.routes import Bundles
from hexaops.features.diagnostics.work import DiagnosticWork
from hexaops.features.runs.work import Work
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.process import Process
from hexaops.runbooks.probe import ProbeConnectivity
from hexaops.runbooks.readings import CollectDiagnostics, RunHealthCheck, TestConnectivity

KINDS = (RunHealthCheck, TestConnectivity, CollectDiagnostics)


def wire(process: Process, changes: ChangeWork) -> Mapping[str, Work]:
    """Offer the bundles; returns the work of the diagnostic actions."""
    get = process.provider.get
    reader = DiagnosticReader(get(WorkspaceDirectory), get(ApplicationService), get(DiagnosisService))
    process.provider.add(Bundles(process.database, process.clock))
    process.provider.add(reader)
    work: Work = DiagnosticWork(process.database, reader, process.clock)
    return {**{kind.name: work for kind in KINDS}, ProbeConnectivity.name: ProbeWork(changes, reader)}
