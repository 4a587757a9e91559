"""What a kept backup holds, for the plan that restores it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.backups.archive import Archives
from hexaops.features.backups.volumes import SNAPSHOT_VOLUMES
from hexaops.features.backups.work import CLAIM
from hexaops.features.changes.queries import uids_written
from hexaops.features.runs.store import steps_of
from hexaops.features.workspaces.ownership import why_not_owned
from hexaops.runbooks.manifests import creatable
from hexaops.runbooks.model import ArchivedObject, Fields, Sealed
from hexaops.runbooks.restore import RestoreBackup
from hexaops.runbooks.runbook import NotApplicableError
from hexaops.storage.database import Database
from hexaops.storage.tables import BackupRow, OperationRow


class BackupContents(Struct, frozen=True):
    """Reads the archives; a Secret's contents leave it when the Secret is created, and only then."""

    database: Database
    archives: Archives

    async def read(self, workspace_id: str, backup_id: str) -> Sequence[ArchivedObject]:
        """Raises NotApplicableError where the workspace has no such backup any more, or ArchiveBrokenError."""
        async with self.database.reading() as session:
            row, sha256 = await _kept(session, workspace_id, backup_id)
            volumes = await _volumes(session, backup_id)
            created = await uids_written(
                session, RestoreBackup.name, workspace_id=workspace_id, subject_id=row.application_id
            )
        entries = await asyncio.to_thread(self.archives.entries, backup_id, sha256)
        return [
            ArchivedObject(one.document, created | {one.uid}, one.sealed, volumes.get(_claim(one.document), {}))
            for one in entries
        ]

    def unseal(self, sealed: Sealed) -> Fields:
        """The Secret as it is created; raises ArchiveBrokenError."""
        return creatable(self.archives.unseal(sealed))


def _claim(document: Fields) -> str:
    return str(document["metadata"]["name"]) if document["kind"] == CLAIM else ""


async def _volumes(session: AsyncSession, backup_id: str) -> dict[str, Fields]:
    """Claim → where its contents are."""
    found = next((one.result for one in await steps_of(session, backup_id) if one.name == SNAPSHOT_VOLUMES), {})
    return dict(found.get("volumes", {}))


async def _kept(session: AsyncSession, workspace_id: str, backup_id: str) -> tuple[BackupRow, str]:
    row = await session.get(BackupRow, backup_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotApplicableError("The backup is gone", possible=None)
    operation = await session.get_one(OperationRow, backup_id)
    if operation.status != "completed" or row.sha256 is None:
        raise NotApplicableError("The backup is not complete", possible="once it has completed")
    if row.removed_at is not None:
        raise NotApplicableError("The backup has expired: its archive was removed", possible=None)
    lost = await why_not_owned(
        session, workspace_id=workspace_id, cluster_id=row.source["cluster_id"], namespace=row.source["namespace"]
    )
    if lost:
        raise NotApplicableError(lost, possible=None)
    return row, row.sha256
