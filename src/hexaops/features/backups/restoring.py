"""Restores a backup for service accounts: a plan first, carried out once it is confirmed by its hash."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.backups.errors import BackupNotFoundError
from hexaops.features.backups.schemas import RestoreRequest
from hexaops.features.changes.views import PlanView
from hexaops.features.scaling.changing import Asked, Carried, ServiceChanges
from hexaops.features.scaling.views import progress_of
from hexaops.responses import View
from hexaops.runbooks.model import Subject
from hexaops.runbooks.restore import RestoreBackup
from hexaops.storage.database import Database
from hexaops.storage.tables import BackupRow

Status = Literal["restoring", "completed", "failed", "cancelled", "awaiting_confirmation"]


class RestoreView(View, frozen=True, kw_only=True):
    """A restoring that was planned or started."""

    backup_id: str
    application_id: str
    workspace_id: str
    status: Status
    operation_id: str | None
    """Follow it under /internal/v1/operations/:id."""
    started_at: str | None
    estimated_completion: str | None
    plan: PlanView | UnsetType = UNSET
    reasons: dict[str, str]


class RestoreService(Struct, frozen=True):
    """One for the process."""

    database: Database
    authorizer: Authorizer
    changes: ServiceChanges

    async def restore(self, caller: Caller, backup_id: str, body: RestoreRequest) -> RestoreView:
        """Plan it, or start what a plan has named; raises BackupNotFoundError for absent and foreign alike."""
        async with self.database.reading() as session:
            row = await session.get(BackupRow, backup_id)
        if row is None:
            raise BackupNotFoundError
        try:
            inside = await self.authorizer.authorize(caller, "application:write", row.workspace_id)
        except WorkspaceNotFoundError:
            raise BackupNotFoundError from None
        source = row.source
        subject = Subject(
            id=row.application_id, kind=source["kind"], namespace=source["namespace"], name=source["name"]
        )
        parameters = {"backup_id": backup_id, "existing": body.existing}
        if body.reason is not None:
            parameters["reason"] = body.reason
        asked = Asked(subject, RestoreBackup.name, parameters)
        return _view(row, await self.changes.carry_out(inside, asked, body))


def _view(row: BackupRow, carried: Carried) -> RestoreView:
    shown = progress_of(carried)
    return RestoreView(
        backup_id=row.id,
        application_id=row.application_id,
        workspace_id=row.workspace_id,
        status="restoring" if shown.status == "scaling" else shown.status,
        operation_id=shown.operation_id,
        started_at=shown.started_at,
        estimated_completion=shown.estimated_completion,
        plan=shown.plan,
        reasons=shown.reasons,
    )
