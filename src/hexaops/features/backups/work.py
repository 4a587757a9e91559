"""Carries a backup through its steps. Each may be started again from its first line, in this process or the next."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import Struct

from hexaops.analysis.applications.status import counted
from hexaops.features.backups.archive import Archives, Written
from hexaops.features.backups.collecting import Collector, Source
from hexaops.features.backups.errors import ArchiveBrokenError
from hexaops.features.backups.expiring import SnapshotExpiry
from hexaops.features.backups.retention import Retention
from hexaops.features.backups.volumes import SNAPSHOT_VOLUMES, VolumeBackups
from hexaops.features.runs.store import lock_if_owner
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.failpoints import Failpoints
from hexaops.storage.database import Database
from hexaops.storage.tables import BackupRow

KIND = "backup_application"
CLAIM = "PersistentVolumeClaim"
COLLECT, WRITE, VERIFY, RETAIN = "collect_manifests", "write_archive", "verify_archive", "apply_retention"
STEPS = (COLLECT, WRITE, VERIFY, RETAIN)
STEPS_WITH_VOLUMES = (COLLECT, SNAPSHOT_VOLUMES, WRITE, VERIFY, RETAIN)


class BackupWork(Struct, frozen=True):
    """The work of every backup. It writes into the store of archives and, for contents of volumes, snapshots."""

    database: Database
    collector: Collector
    archives: Archives
    volumes: VolumeBackups
    retention: Retention
    expiry: SnapshotExpiry
    failpoints: Failpoints

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        backup = await self._row(run)
        if step == COLLECT:
            objects, claims = await self._collect(run, backup)
            return {"objects": objects, "claims": claims}
        if step == SNAPSHOT_VOLUMES:
            return await self._take(run, backup)
        if step == WRITE:
            return await self._write(run, backup)
        if step == VERIFY:
            return await self._verify(run, backup)
        removed = await self.retention.apply()
        return {"removed": removed, "expiring": await self.expiry.apply()}

    async def undo(self, run: Run) -> Undone:
        """Remove what was written so far."""
        await self.volumes.discard(run)
        await asyncio.to_thread(self.archives.remove, run.operation.id)
        return Undone(rolled_back=True, note="No archive was kept")

    def message(self, run: Run) -> str:
        """The sentence of a completed backup."""
        volumes = len(run.found.get(SNAPSHOT_VOLUMES, {}).get("volumes", ()))
        more = f", and the contents of {counted(volumes, 'volume')}" if volumes else ""
        return f"{counted(run.found[WRITE]['objects'], 'object')} backed up and read back{more}"

    async def _collect(self, run: Run, backup: BackupRow) -> tuple[int, list[str]]:
        source = msgspec.convert(backup.source, Source)
        collected = await self.collector.collect(source, volumes=backup.include_volumes)
        document = await asyncio.to_thread(self.archives.encode, backup.id, source, collected)
        await run.check()
        await asyncio.to_thread(self.archives.keep, backup.id, document)
        self.failpoints.reach("backup.collected")
        async with self.database.transaction() as session:
            await lock_if_owner(session, run.operation)
            row = await session.get_one(BackupRow, backup.id)
            row.missing = {**collected.missing, **run.found.get(SNAPSHOT_VOLUMES, {}).get("missing", {})}
        claims = [one["metadata"]["name"] for one in collected.objects if one["kind"] == CLAIM]
        return len(collected.objects), claims

    async def _take(self, run: Run, backup: BackupRow) -> Found:
        source = msgspec.convert(backup.source, Source)
        found = await self.volumes.take(run, backup, source, run.found[COLLECT]["claims"])
        self.failpoints.reach("backup.snapshots_taken")
        if found["missing"]:
            async with self.database.transaction() as session:
                await lock_if_owner(session, run.operation)
                row = await session.get_one(BackupRow, backup.id)
                row.missing = {**row.missing, **found["missing"]}
        return found

    async def _write(self, run: Run, backup: BackupRow) -> Found:
        if not await asyncio.to_thread(self.archives.is_kept, backup.id):  # another process collected it elsewhere
            await self._collect(run, backup)
        await run.check()
        written = await asyncio.to_thread(self.archives.write, backup.id)
        self.failpoints.reach("backup.written")
        async with self.database.transaction() as session:
            await lock_if_owner(session, run.operation)
            row = await session.get_one(BackupRow, backup.id)
            row.sha256, row.size_bytes, row.objects = written.sha256, written.size_bytes, written.objects
        return _found(written)

    async def _verify(self, run: Run, backup: BackupRow) -> Found:
        if backup.sha256 is None:
            raise ArchiveBrokenError("No archive was written")
        objects = await asyncio.to_thread(self.archives.read, backup.id, backup.sha256)
        if len(objects) != backup.objects:
            raise ArchiveBrokenError(f"The archive holds {len(objects)} objects instead of {backup.objects}")
        await run.check()
        await asyncio.to_thread(self.archives.settle, backup.id)
        return {"objects": len(objects)}

    async def _row(self, run: Run) -> BackupRow:
        async with self.database.reading() as session:
            return await session.get_one(BackupRow, run.operation.id)


def _found(written: Written) -> Found:
    details = {"objects": written.objects, "size_bytes": written.size_bytes, "sha256": written.sha256}
    return {"objects": written.objects, "details": details}
