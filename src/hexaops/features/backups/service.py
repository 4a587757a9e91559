"""Starts backups, and shows them."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.applications.model import Application
from hexaops.config import Settings
from hexaops.errors import ValidationFailedError
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.backups.archive import Archives
from hexaops.features.backups.collecting import Collected, Collector, Source
from hexaops.features.backups.errors import ApplicationGoneError, BackupNotFoundError
from hexaops.features.backups.schemas import BackupRequest
from hexaops.features.backups.views import BackupDetailView, BackupView, backup_detail_view, backup_view
from hexaops.features.backups.work import KIND, STEPS, STEPS_WITH_VOLUMES
from hexaops.features.notifications.directory import ChannelDirectory
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import OperationStore, estimated_end, hold, holder_of, steps_of
from hexaops.features.workspaces.ownership import why_not_owned
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.kit.paging import PageRequest
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import BackupRow, OperationRow, OperationStepRow
from hexaops.storage.tables.operations import BACKUP

UNKNOWN_STEP_SECONDS = 1.0
"""Taken for a step of which no backup has completed yet."""


class Wanted(Struct, frozen=True):
    """An application to back up, and who wants it."""

    workspace: Workspace
    application: Application
    actor: AuditEvent
    """Of the start."""
    parent_id: str | None = None
    """The operation that it is a part of."""


class _Draft(Struct, frozen=True):
    """A backup about to be accepted."""

    id: str
    wanted: Wanted
    source: Source
    body: BackupRequest
    collected: Collected
    estimated_bytes: int
    seconds: dict[str, float]

    @property
    def resource(self) -> str:
        """What a running backup holds: one at a time of an application, beside any change of it."""
        return _resource(self.source)


class BackupService(Struct, frozen=True):
    """One for the process."""

    settings: Settings
    channels: ChannelDirectory
    locator: ApplicationLocator
    authorizer: Authorizer
    collector: Collector
    archives: Archives
    store: OperationStore
    engine: DurableEngine
    audit: AuditLog
    failpoints: Failpoints
    clock: Clock

    async def start(self, caller: Caller, application_id: str, body: BackupRequest) -> BackupView:
        """Start one; raises ApplicationNotFoundError, ValidationFailedError or OperationInProgressError."""
        placed = await self.locator.locate(caller, application_id, "application:write")
        await self.check_channels(placed.workspace.id, body)
        return await self.start_wanted(
            Wanted(placed.workspace, placed.application, placed.caller.event("backup.started")), body
        )

    async def start_wanted(self, wanted: Wanted, body: BackupRequest) -> BackupView:
        """Start one; raises ApplicationNotFoundError or OperationInProgressError."""
        draft = await self._draft(wanted, body)
        try:
            async with self.store.database.transaction() as session:
                row, operation = await self._accept(session, draft)
        except IntegrityError as error:
            raise await self._busy(draft) from error
        self.failpoints.reach("backup.accepted")
        return backup_view(row, operation)

    async def list(
        self, caller: Caller, page: PageRequest, application_id: str | None
    ) -> tuple[list[BackupView], str | None]:
        """Backups of the workspaces that the account may enter, newest first, and the next page's cursor."""
        query = select(BackupRow, OperationRow).join(OperationRow, OperationRow.id == BackupRow.id)
        bound = caller.principal.workspace_ids
        if bound is not None:
            query = query.where(BackupRow.workspace_id.in_(bound))
        if application_id is not None:
            query = query.where(BackupRow.application_id == application_id)
        if page.after is not None:
            query = query.where(BackupRow.id < page.after[0])
        async with self.store.database.reading() as session:
            found = (await session.execute(query.order_by(BackupRow.id.desc()).limit(page.fetch))).all()
        rows, cursor = page.split([(one[0], one[1]) for one in found], lambda one: (one[0].id,))
        return [backup_view(row, operation) for row, operation in rows], cursor

    async def get(self, caller: Caller, backup_id: str) -> BackupDetailView:
        """One with its steps; raises BackupNotFoundError for absent and foreign alike."""
        async with self.store.database.reading() as session:
            row = await session.get(BackupRow, backup_id)
            if row is None:
                raise BackupNotFoundError
            operation = await session.get_one(OperationRow, backup_id)
            steps = await steps_of(session, backup_id)
        try:
            await self.authorizer.authorize(caller, "application:read", row.workspace_id)
        except WorkspaceNotFoundError:
            raise BackupNotFoundError from None
        return backup_detail_view(row, operation, steps, self.clock.now())

    async def check_channels(self, workspace_id: str, body: BackupRequest) -> None:
        """Raise ValidationFailedError for each channel that is not allowed."""
        if not body.notification_channels:
            return
        async with self.store.database.reading() as session:
            allowed = {*self.settings.backup_channels, *await self.channels.names(session, workspace_id)}
        details = {
            f"notification_channels[{number}]": "not a channel of this workspace or of the settings"
            for number, channel in enumerate(body.notification_channels)
            if channel not in allowed
        }
        if details:
            raise ValidationFailedError("The request is not valid", details=details)

    async def _draft(self, wanted: Wanted, body: BackupRequest) -> _Draft:
        """What it will hold is collected once before it is accepted, for the estimate of its size."""
        workload = wanted.application.workload
        source = Source(
            wanted.workspace.cluster_id, workload.kind, workload.namespace, workload.name, workload.uid
        )  # fmt: skip
        try:
            collected = await self.collector.collect(source, volumes=body.include_volumes)
        except ApplicationGoneError:  # a moment ago, as the watch cache does not know yet
            raise ApplicationNotFoundError from None
        backup_id = new_id("backup-")
        document = await asyncio.to_thread(self.archives.encode, backup_id, source, collected)
        usual = await self.store.usual_seconds(KIND, _resource(source))
        seconds = {
            step: usual.get(step, UNKNOWN_STEP_SECONDS)
            for step in (STEPS_WITH_VOLUMES if body.include_volumes else STEPS)
        }
        estimated = len(document) + collected.volume_bytes
        return _Draft(backup_id, wanted, source, body, collected, estimated, seconds)

    async def _accept(self, session: AsyncSession, draft: _Draft) -> tuple[BackupRow, OperationRow]:
        now, source, workspace = self.clock.now(), draft.source, draft.wanted.workspace
        if await why_not_owned(
            session, workspace_id=workspace.id, cluster_id=source.cluster_id, namespace=source.namespace
        ):
            raise ApplicationNotFoundError
        operation, row = _operation(draft, now), self._row(draft, now)
        session.add(operation)
        await session.flush()
        await hold(session, draft.id, [draft.resource])
        session.add(row)
        session.add_all(
            OperationStepRow(
                operation_id=draft.id, seq=seq, name=name, status="pending", estimated_seconds=draft.seconds[name],
                started_at=None, finished_at=None, result={}, progress=None, error_message=None,
            )
            for seq, name in enumerate(draft.seconds)
        )  # fmt: skip
        await session.flush()
        await self.engine.enqueue(session, RUN, run_id=draft.id, argument=draft.id)
        details = {"application": row.application_id, "reason": row.reason, "retention_policy": row.retention_policy}
        await self.audit.append(replace(draft.wanted.actor, resource=draft.id, details=details), session)
        return row, operation

    def _row(self, draft: _Draft, now: datetime) -> BackupRow:
        body, days = draft.body, getattr(self.settings, f"backup_retention_{draft.body.retention_policy}_days")
        return BackupRow(
            id=draft.id,
            workspace_id=draft.wanted.workspace.id,
            application_id=draft.wanted.application.id,
            source=asdict(draft.source),
            backup_type=body.backup_type,
            reason=body.reason,
            retention_policy=body.retention_policy,
            include_volumes=body.include_volumes,
            channels=body.notification_channels,
            estimated_bytes=draft.estimated_bytes,
            started_at=now,
            estimated_completion=now + timedelta(seconds=math.ceil(sum(draft.seconds.values()))),
            expires_at=now + timedelta(days=days),
            missing=dict(draft.collected.missing),
            objects=None,
            size_bytes=None,
            sha256=None,
            removed_at=None,
        )

    async def _busy(self, draft: _Draft) -> OperationInProgressError:
        async with self.store.database.reading() as session:
            holder = await holder_of(session, [draft.resource])
            end = estimated_end(holder, await steps_of(session, holder.id)) if holder else None
        return OperationInProgressError(draft.wanted.application.id, KIND, format_time(end) if end else None)


def _resource(source: Source) -> str:
    return f"{source.cluster_id}/backup/{source.kind}/{source.namespace}/{source.name}"


def _operation(draft: _Draft, now: datetime) -> OperationRow:
    actor, application = draft.wanted.actor, draft.wanted.application
    return OperationRow(
        id=draft.id,
        surface=BACKUP,
        kind=KIND,
        workspace_id=draft.wanted.workspace.id,
        cluster_id=draft.source.cluster_id,
        resource=draft.resource,
        resource_id=application.id,
        status="queued",
        parameters=draft.body.model_dump(),
        plan={},
        plan_id=None,
        description=f"Backing up {application.name}"[:512],
        requested_by=actor.actor_id,
        session_id=draft.wanted.parent_id,
        message_id=None,
        request_id=actor.request_id,
        fence=0,
        prior={},
        result={},
        error_code=None,
        error_message=None,
        rollback_of=None,
        started_at=now,
        updated_at=now,
        completed_at=None,
    )
