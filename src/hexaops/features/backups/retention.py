"""Removes the archives of backups whose time is over; their rows stay and say so."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from sqlalchemy import select, update

from hexaops.features.backups.archive import Archives
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import BackupRow

SWEEP_SECONDS = 3600.0
BATCH = 500


class Retention(Struct, frozen=True):
    """Safe to do twice, and by several processes on one folder."""

    database: Database
    archives: Archives
    clock: Clock

    async def apply(self) -> int:
        """Remove what is past its time, in every workspace; returns how many."""
        now = self.clock.now()
        expired = select(BackupRow.id).where(BackupRow.expires_at <= now, BackupRow.removed_at.is_(None)).limit(BATCH)
        async with self.database.reading() as session:
            ids = (await session.scalars(expired)).all()
        for backup_id in ids:
            await asyncio.to_thread(self.archives.remove, backup_id)
        if ids:
            async with self.database.transaction() as session:
                await session.execute(update(BackupRow).where(BackupRow.id.in_(ids)).values(removed_at=now))
        return len(ids)
