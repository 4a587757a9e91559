"""Builds the clusters feature."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.features.audit.log import AuditLog
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.features.clusters.sealing import KubeconfigSeal
from hexaops.features.clusters.service import ClusterService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey
from hexaops.logs import Redactor
from hexaops.storage.database import Database


@dataclass(frozen=True)
class ClusterParts:
    """What the feature takes from the process."""

    settings: Settings
    database: Database
    clusters: Clusters
    key: SecretKey
    redactor: Redactor
    clock: Clock


@dataclass(frozen=True)
class ClusterFeature:
    """What it gives: a service for its routes, and what must be refreshed before the clusters are started."""

    service: ClusterService
    registrar: ClusterRegistrar


def build_clusters(parts: ClusterParts, *, directory: WorkspaceDirectory, audit: AuditLog) -> ClusterFeature:
    """Build it once."""
    seal = KubeconfigSeal(parts.key)
    registrar = ClusterRegistrar(
        parts.settings, parts.database, parts.clusters, seal=seal, redactor=parts.redactor, clock=parts.clock
    )
    service = ClusterService(parts.database, parts.clusters, registrar, directory, seal, audit, parts.clock)
    return ClusterFeature(service, registrar)
