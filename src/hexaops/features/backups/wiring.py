"""Builds the backups of applications."""

from __future__ import annotations

from hexaops.backends.objects.folder import FolderStore
from hexaops.backends.objects.s3 import Bucket, BucketStore
from hexaops.features.access.authorize import Authorizer
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.backups.archive import Archives
from hexaops.features.backups.collecting import Collector
from hexaops.features.backups.contents import BackupContents
from hexaops.features.backups.everything import BackupAll
from hexaops.features.backups.expiring import KIND as EXPIRE
from hexaops.features.backups.expiring import ExpiryWork, SnapshotExpiry
from hexaops.features.backups.restoring import RestoreService
from hexaops.features.backups.retention import SWEEP_SECONDS, Retention
from hexaops.features.backups.service import BackupService
from hexaops.features.backups.volumes import VolumeBackups
from hexaops.features.backups.work import KIND, BackupWork
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.notifications.directory import ChannelDirectory
from hexaops.features.operations.service import OperationService
from hexaops.features.runs.starting import OperationStarter
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Work
from hexaops.features.scaling.changing import ServiceChanges
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def contents(process: Process) -> BackupContents:
    """What a plan to restore reads."""
    return BackupContents(process.database, archives_of(process))


def archives_of(process: Process) -> Archives:
    """The process's archives, in its folder or bucket."""
    settings = process.settings
    where = settings.backup_bucket
    if where is None:
        return Archives(FolderStore(settings.archive_folder()), process.key)
    name, _, prefix = where.removeprefix("s3://").partition("/")
    secret = settings.backup_s3_secret_key
    bucket = Bucket(
        name=name, prefix=prefix.strip("/"), endpoint=settings.backup_s3_endpoint, region=settings.backup_s3_region,
        access_key=settings.backup_s3_access_key, secret_key=secret.get_secret_value() if secret else None,
    )  # fmt: skip
    return Archives(BucketStore(bucket), process.key)


def wire_restoring(process: Process) -> None:
    """Offer the restoring of backups, which is a change like any other."""
    get, confirmation = process.provider.get, process.provider.get(Confirmation)
    changes = ServiceChanges(confirmation.plans, confirmation, get(OperationStore), process.clock)
    process.provider.add(RestoreService(process.database, get(Authorizer), changes))


def wire(process: Process) -> dict[str, Work]:
    """Offer the feature's services, and the operation over all; returns the works that its runs need."""
    settings, clock, get = process.settings, process.clock, process.provider.get
    database, failpoints, store = process.database, process.failpoints, get(OperationStore)
    archives = archives_of(process)
    collector, retention = Collector(process.clusters, clock), Retention(database, archives, clock)
    process.provider.add(retention)
    process.background.add(Periodic("backup-retention", retention.apply, SWEEP_SECONDS, waits_first=True))
    expiry = SnapshotExpiry(database, get(OperationStarter), clock)
    process.provider.add(expiry)
    process.background.add(Periodic("snapshot-expiry", expiry.apply, SWEEP_SECONDS, waits_first=True))
    writer = get(GuardedWriter)
    volumes = VolumeBackups(process.clusters, writer, settings, clock)
    service = BackupService(
        settings, get(ChannelDirectory), get(ApplicationLocator), get(Authorizer), collector, archives, store,
        process.engine, get(AuditLog), failpoints, clock,
    )  # fmt: skip
    process.provider.add(service)
    everything = BackupAll(service, get(ApplicationService), get(WorkspaceDirectory), clock)
    get(OperationService).add(everything)
    wire_restoring(process)
    work = BackupWork(database, collector, archives, volumes, retention, expiry, failpoints)
    return {KIND: work, EXPIRE: ExpiryWork(writer), everything.name: everything}
