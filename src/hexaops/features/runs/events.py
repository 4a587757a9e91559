"""Audit events and webhooks of operations, written in the operation's own transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.event import AuditEvent, Outcome
from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.channels import Notice
from hexaops.features.notifications.sending import Notifications
from hexaops.features.runs.views import public_status
from hexaops.features.webhooks import events
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.ownership import find_name
from hexaops.metrics import Metrics
from hexaops.storage.tables import OperationRow
from hexaops.storage.tables.operations import BACKUP


class _Names(Struct, frozen=True):
    """What a subscriber is told, and the word that the event's body says it with."""

    subject: str
    started: str
    completed: str
    failed: str


ACTION = _Names("action", events.ACTION_STARTED, events.ACTION_COMPLETED, events.ACTION_FAILED)
OPERATION = _Names("operation", events.OPERATION_STARTED, events.OPERATION_COMPLETED, events.OPERATION_FAILED)
BACKUPS = _Names("backup", events.BACKUP_COMPLETED, events.BACKUP_COMPLETED, events.BACKUP_COMPLETED)
"""The documents name one event for backups: its result says whether the backup succeeded. None is sent at the start."""


def _names(operation: OperationRow) -> _Names:
    if operation.surface == BACKUP:
        return BACKUPS
    return ACTION if operation.surface == "action" else OPERATION


class Announcement(Struct, frozen=True):
    """A further event about an operation that starts, told in the transaction that accepts it."""

    event: str
    data: Mapping[str, Any]
    """The operation's id is added to it."""


class OperationEvents(Struct, frozen=True):
    """Called by the operations' own transactions; the audit append comes last in each."""

    audit: AuditLog
    outbox: WebhookOutbox
    metrics: Metrics
    notifications: Notifications

    async def started(
        self, session: AsyncSession, operation: OperationRow, actor: AuditEvent, also: Announcement | None = None
    ) -> None:
        """It was confirmed and will run."""
        await self._emit(session, operation, _names(operation).started, success=None, affected=0)
        if also is not None:
            data = {**also.data, "operation_id": operation.id}
            await self.outbox.emit(session, operation.workspace_id, also.event, data, resource_id=operation.id)
        await self.audit.append(actor, session)

    async def ended(self, session: AsyncSession, operation: OperationRow, *, affected: int) -> None:
        """It has its result."""
        success, names = operation.status == "completed", _names(operation)
        event = names.completed if success else names.failed
        await self._emit(session, operation, event, success=success, affected=affected)
        if operation.surface == BACKUP:
            await self.notifications.send(session, operation.parameters["notification_channels"], _notice(operation))
        details = {"status": operation.status, "error": operation.error_code, "result": operation.result}
        noun = "backup" if operation.surface == BACKUP else "change"
        await self.record(session, operation, f"{noun}.{operation.status}", "ok" if success else "failed", details)
        self.metrics.operations.labels(operation.kind, operation.status).inc()

    async def record(
        self, session: AsyncSession, operation: OperationRow, action: str, outcome: Outcome, details: Mapping[str, Any]
    ) -> None:
        """An audit event of something that the operation does, by the account that asked for it."""
        kind: Literal["user", "service", "system"] = "user" if operation.surface == "action" else "service"
        event = AuditEvent(
            action=action,
            actor_kind=kind,
            actor_id=operation.requested_by,
            workspace_id=operation.workspace_id,
            resource=operation.id,
            outcome=outcome,
            request_id=operation.request_id,
            details={"kind": operation.kind, "application": operation.resource_id, **details},
        )
        await self.audit.append(event, session)

    async def _emit(
        self, session: AsyncSession, operation: OperationRow, event: str, *, success: bool | None, affected: int
    ) -> None:
        data: dict[str, Any] = {
            **_subject(operation),
            "workspace": {"id": operation.workspace_id, "name": await find_name(session, operation.workspace_id)},
            "result": {"success": success, "resources_affected": affected},
        }
        if operation.error_code:
            data["result"]["error"] = {"code": operation.error_code, "message": operation.error_message}
        await self.outbox.emit(session, operation.workspace_id, event, data, resource_id=operation.id)


def _notice(operation: OperationRow) -> Notice:
    title = f"{operation.description}: {operation.status}"
    return Notice(
        event=BACKUPS.completed, title=title, text=operation.result["message"], workspace_id=operation.workspace_id,
        resource_id=operation.id,
    )  # fmt: skip


def _subject(operation: OperationRow) -> dict[str, Any]:
    shown = {"id": operation.id, "type": operation.kind, "status": public_status(operation)}
    if operation.surface != BACKUP:
        return {_names(operation).subject: shown}
    channels = operation.parameters["notification_channels"]
    return {"backup": {**shown, "application_id": operation.resource_id}, "notification_channels": channels}
