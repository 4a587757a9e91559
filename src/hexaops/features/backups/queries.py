"""Queries about backups for other features; returns values, not rows."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.backups.views import status_of
from hexaops.runbooks.model import Subject
from hexaops.storage.tables import BackupRow, OperationRow

LATEST = 200
_LATEST = (
    select(BackupRow, OperationRow)
    .join(OperationRow, OperationRow.id == BackupRow.id)
    .where(BackupRow.workspace_id == bindparam("workspace_id"))
    .order_by(BackupRow.id.desc())
    .limit(LATEST)
)


class BackupSummary(Struct, frozen=True):
    """A backup as others speak of it."""

    id: str
    application_id: str
    kind: str
    project: str
    application: str
    status: str
    started_at: datetime
    expires_at: datetime
    objects: int | None


async def latest_backups(session: AsyncSession, workspace_id: str) -> list[BackupSummary]:
    """The workspace's latest 200, the newest first."""
    found = await session.execute(_LATEST, {"workspace_id": workspace_id})
    return [
        BackupSummary(
            row.id,
            row.application_id,
            row.source["kind"],
            row.source["namespace"],
            row.source["name"],
            status_of(row, operation),
            row.started_at,
            row.expires_at,
            row.objects,
        )
        for row, operation in found
    ]


async def find_subject(session: AsyncSession, workspace_id: str, backup_id: str) -> Subject | None:
    """The application that a backup of the workspace is of, or None."""
    row = await session.get(BackupRow, backup_id)
    if row is None or row.workspace_id != workspace_id:
        return None
    source = row.source
    return Subject(id=row.application_id, kind=source["kind"], namespace=source["namespace"], name=source["name"])
