"""Deletes the VolumeSnapshots of backups whose time is over, by an operation of its own as every write to a cluster."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from hexaops.analysis.applications.status import counted
from hexaops.features.audit.event import AuditEvent
from hexaops.features.backups.volumes import SNAPSHOT, snapshots_made
from hexaops.features.changes.queries import has_written
from hexaops.features.changes.writes import GuardedWriter, NumberedWrite
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.starting import NewOperation, OperationStarter
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.clock import Clock
from hexaops.runbooks.model import Call, TargetRef, Write
from hexaops.storage.database import Database
from hexaops.storage.tables import BackupRow, OperationRow
from hexaops.storage.tables.operations import ACTIVE

KIND = "expire_snapshots"
DELETE = "delete_snapshots"
AGAIN_SECONDS = 86_400.0
"""A deletion that failed is tried again after this time."""
BATCH = 100


class SnapshotExpiry(Struct, frozen=True):
    """Safe to do twice, and by several processes: one operation holds a backup's snapshots at a time."""

    database: Database
    starter: OperationStarter
    clock: Clock

    async def apply(self) -> int:
        """Start the deletion of the snapshots of expired backups; returns of how many backups."""
        return sum([await self._start(*one) for one in await self._due()])

    async def _due(self) -> list[tuple[BackupRow, OperationRow]]:
        earlier = aliased(OperationRow)
        since = self.clock.now() - timedelta(seconds=AGAIN_SECONDS)
        tried = select(earlier.id).where(
            earlier.kind == KIND, earlier.resource_id == BackupRow.id,
            or_(earlier.status == "completed", earlier.status.in_(ACTIVE), earlier.started_at > since),
        )  # fmt: skip
        query = (
            select(BackupRow, OperationRow)
            .join(OperationRow, OperationRow.id == BackupRow.id)
            .where(
                BackupRow.removed_at.is_not(None), BackupRow.include_volumes, has_written(BackupRow.id), ~tried.exists()
            )
            .limit(BATCH)
        )
        async with self.database.reading() as session:
            return [(one[0], one[1]) for one in (await session.execute(query)).all()]

    async def _start(self, backup: BackupRow, operation: OperationRow) -> bool:
        event = AuditEvent("operation.started", "system", "hexaops", backup.workspace_id, backup.id)
        new = NewOperation(
            kind=KIND, run=RUN, workspace_id=backup.workspace_id, cluster_id=operation.cluster_id,
            resource=f"{operation.cluster_id}/snapshots/{backup.id}", resource_id=backup.id,
            description=f"Deleting the snapshots of {backup.id}, whose time is over", parameters={},
            steps=((DELETE, 1.0),), actor=event,
        )  # fmt: skip
        try:
            await self.starter.start(new)
        except OperationInProgressError:
            return False
        return True


class ExpiryWork(Struct, frozen=True):
    """Deletes each snapshot by its uid; one that is gone is none of ours to miss."""

    writer: GuardedWriter

    async def perform(self, run: Run, step: str) -> Found:
        """The one step."""
        del step
        cluster_id, gone = run.operation.cluster_id, list[str]()
        records = await snapshots_made(self.writer, run.operation.resource_id)
        for number, record in enumerate(records.values()):
            metadata = record.call["body"]["metadata"]
            uid = record.response.get("uid", "")
            target = TargetRef(kind=SNAPSHOT.name, namespace=metadata["namespace"], name=metadata["name"], uid=uid)
            live = await self.writer.read(cluster_id, target)
            if live is not None and uid and live.target.uid == uid:
                write = Write(target=target, call=Call(verb="delete"), undo=None, pins_generation=False)
                await run.check()
                await self.writer.write(run.operation, NumberedWrite(number, "apply", write))
            gone.append(target.name)
        return {"summary": f"{counted(len(gone), 'snapshot')} gone", "details": {"snapshots": gone}}

    async def undo(self, run: Run) -> Undone:
        """A deleted snapshot stays deleted."""
        del run
        return Undone(rolled_back=False, note="Deleted snapshots are not put back")

    def message(self, run: Run) -> str:
        """How many are gone."""
        return str(run.found[DELETE]["summary"])
