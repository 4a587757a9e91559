"""Builds the clusters feature."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from hexaops.errors import HexaopsError
from hexaops.features.audit.log import AuditLog
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.features.clusters.sealing import KubeconfigSeal
from hexaops.features.clusters.service import ClusterService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the registrar, to be refreshed before the clusters are started, and the routes' service."""
    settings, database, clusters, clock = process.settings, process.database, process.clusters, process.clock
    seal = KubeconfigSeal(process.key)
    registrar = ClusterRegistrar(settings, database, clusters, seal=seal, redactor=process.redactor, clock=clock)
    get = process.provider.get
    service = ClusterService(database, clusters, registrar, get(WorkspaceDirectory), seal, get(AuditLog), clock)
    process.provider.add(registrar)
    process.provider.add(service)
    if not (database.is_sqlite and settings.config_file is None):  # else nobody but this process changes the sources
        process.background.add(
            Periodic(
                "cluster-registrar",
                registrar.refresh,
                settings.cluster_refresh_seconds,
                waits_first=True,
                expected=(SQLAlchemyError, HexaopsError, OSError),
            )
        )
