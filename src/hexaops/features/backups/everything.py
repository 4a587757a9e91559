"""backup_all: every application of a workspace backed up, one after the other, each by a backup of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from hexaops.analysis.applications.status import counted
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.event import AuditEvent
from hexaops.features.backups.schemas import BackupRequest
from hexaops.features.backups.service import BackupService, Wanted
from hexaops.features.operations.work import Takes, WorkspaceWork
from hexaops.features.runs.errors import NotVerifiedError
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.runbooks.model import Fields
from hexaops.storage.tables import OperationRow
from hexaops.storage.tables.operations import ACTIVE, BACKUP

CHECK = "check_backups"
LOOK_SECONDS = 0.5
SECONDS_EACH = 5.0


@dataclass(frozen=True)
class BackupAll(WorkspaceWork):
    """One step an application, by its id; a backup that was started before a crash is found by its parent."""

    name: ClassVar[str] = "backup_all"
    description: ClassVar[str] = "Backing up every application"
    changes: ClassVar[bool] = False
    steps: ClassVar[Sequence[tuple[str, float]]] = ((CHECK, 1.0),)
    takes: ClassVar[Takes] = frozenset({"retention_policy", "include_volumes", "notification_channels"})

    backups: BackupService
    applications: ApplicationService
    directory: WorkspaceDirectory
    clock: Clock

    async def check(self, workspace_id: str, parameters: Fields) -> None:
        """Raise ValidationFailedError for a channel that is not allowed."""
        await self.backups.check_channels(workspace_id, _body(parameters))

    def steps_in(self, workspace: Workspace) -> Sequence[tuple[str, float]]:
        """Its applications as they are when it starts."""
        ids = [(one.id, SECONDS_EACH) for one in self.applications.list(workspace)]
        return (*ids, *self.steps)

    async def perform(self, run: Run, step: str) -> Found:
        """Back one application up, or look at what became of all of them."""
        return self._check(run) if step == CHECK else await self._back_up(run, step)

    async def undo(self, run: Run) -> Undone:
        """Stop the backup that is under way; completed ones stay."""
        while running := [one for one in await self._parts(run) if one.status in ACTIVE]:
            for one in running:
                await self.backups.store.request_cancel(one.id)
            await self.clock.sleep(LOOK_SECONDS)
        kept = [one.id for one in await self._parts(run) if one.status == "completed"]
        if not kept:
            return Undone(rolled_back=True, note="No backup was kept")
        return Undone(rolled_back=False, note=f"Completed backups stay: {', '.join(kept)}")

    def message(self, run: Run) -> str:
        """How many there are."""
        return str(run.found[CHECK]["summary"])

    async def _back_up(self, run: Run, application_id: str) -> Found:
        """An application that cannot be backed up does not keep the others from it."""
        workspace = await self.directory.get(run.operation.workspace_id)
        try:
            part = await self._find(run, application_id) or await self._start(run, workspace, application_id)
        except ApplicationNotFoundError:
            return {"summary": "It was removed meanwhile", "backup": None}
        except HexaopsError as error:
            return _failed(application_id, None, error.message)
        while part.status in ACTIVE:
            await run.check()
            await run.note(part.description)
            await self.clock.sleep(LOOK_SECONDS)
            part = await self._find(run, application_id) or part
        if part.status != "completed":
            return _failed(application_id, part.id, part.error_message or part.status)
        return {"summary": f"{part.description}: {part.result['message']}", "backup": part.id}

    async def _start(self, run: Run, workspace: Workspace, application_id: str) -> OperationRow:
        operation = run.operation
        application = self.applications.get(workspace, application_id)
        actor = AuditEvent(
            "backup.started", "service", operation.requested_by, workspace.id, request_id=operation.request_id
        )
        await run.check()
        wanted = Wanted(workspace, application, actor, parent_id=operation.id)
        started = await self.backups.start_wanted(wanted, _body(operation.parameters))
        found = await self.backups.store.find(started.backup_id)
        assert found is not None
        return found

    def _check(self, run: Run) -> Found:
        """Raises NotVerifiedError when one failed."""
        found = [one for step, one in run.found.items() if step != CHECK]
        failed = [one for one in found if one.get("failure")]
        made = [one["backup"] for one in found if one.get("backup")]
        if failed:
            why = "; ".join(one["summary"] for one in failed)
            raise NotVerifiedError(f"{len(failed)} of {counted(len(found), 'application')} not backed up: {why}")
        details = {"backups": made, "resources_affected": len(made)}
        return {"summary": f"{counted(len(made), 'application')} backed up and read back", "details": details}

    async def _find(self, run: Run, application_id: str) -> OperationRow | None:
        return next((one for one in await self._parts(run) if one.resource_id == application_id), None)

    async def _parts(self, run: Run) -> Sequence[OperationRow]:
        query = select(OperationRow).where(
            OperationRow.surface == BACKUP, OperationRow.session_id == run.operation.id
        )  # fmt: skip
        async with self.backups.store.database.reading() as session:
            return (await session.scalars(query.order_by(OperationRow.id))).all()


def _body(parameters: Fields) -> BackupRequest:
    own = {name: value for name, value in parameters.items() if name in BackupRequest.model_fields}
    return BackupRequest.model_validate({"backup_type": "automated", **own})


def _failed(application_id: str, backup_id: str | None, why: str) -> Found:
    return {"summary": f"{application_id}: {why}", "backup": backup_id, "failure": why}
