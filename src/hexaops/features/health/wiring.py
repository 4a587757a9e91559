"""Builds what reports on the process and on the whole system."""

from __future__ import annotations

from hexaops.features.applications.cluster_views import ClusterViews
from hexaops.features.applications.service import ApplicationService
from hexaops.features.health.service import HealthService
from hexaops.features.health.sources import SourceProbes
from hexaops.features.health.system import SystemHealth, SystemParts
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer both."""
    get, probes = process.provider.get, SourceProbes()
    process.provider.add(probes)
    parts = SystemParts(
        database=process.database,
        engine=process.engine,
        metrics=process.metrics,
        clusters=process.clusters,
        views=get(ClusterViews),
        applications=get(ApplicationService),
        directory=get(WorkspaceDirectory),
        clock=process.clock,
        probes=probes,
    )
    process.provider.add(SystemHealth(parts))
    process.provider.add(
        HealthService(process.settings, process.clock, process.database, process.clusters, process.metrics)
    )
