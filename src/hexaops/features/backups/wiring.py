"""Builds the backups of applications."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.audit.log import AuditLog
from hexaops.features.backups.archive import Archives
from hexaops.features.backups.collecting import Collector
from hexaops.features.backups.retention import Retention
from hexaops.features.backups.service import BackupService
from hexaops.features.backups.work import KIND, BackupWork
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Work
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.keys import SecretKey
from hexaops.provide import Provider
from hexaops.storage.engine import DurableEngine


@dataclass(frozen=True)
class BackupParts:
    """What the backups stand on."""

    settings: Settings
    clusters: Clusters
    engine: DurableEngine
    store: OperationStore
    key: SecretKey
    failpoints: Failpoints
    clock: Clock


def build_backups(provider: Provider, parts: BackupParts) -> dict[str, Work]:
    """Build it once, and offer its services; returns the works that its runs need."""
    clock, database = parts.clock, parts.store.database
    archives = Archives(parts.settings.archive_folder(), parts.key)
    collector, retention = Collector(parts.clusters, clock), Retention(database, archives, clock)
    provider.add(retention)
    provider.add(
        BackupService(
            parts.settings, provider.get(ApplicationLocator), provider.get(Authorizer), collector, archives,
            parts.store, parts.engine, provider.get(AuditLog), parts.failpoints, clock,
        )
    )  # fmt: skip
    return {KIND: BackupWork(database, collector, archives, retention, parts.failpoints)}
