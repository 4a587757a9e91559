"""What a change leaves behind for others: audit events and webhooks, each inside the change's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.event import AuditEvent, Outcome
from hexaops.features.audit.log import AuditLog
from hexaops.features.webhooks.events import ACTION_COMPLETED, ACTION_FAILED, ACTION_STARTED
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.metrics import Metrics
from hexaops.storage.tables import OperationRow, WorkspaceRow, WriteIntentRow

if TYPE_CHECKING:
    from hexaops.features.changes.writes import Write

NOT_APPLIED = "not_applied"
"""Outcome of a write that the cluster refused or never got: known only by reading back."""


@dataclass(frozen=True)
class OperationEvents:
    """Called by the operations' own transactions; the audit append comes last in each."""

    audit: AuditLog
    outbox: WebhookOutbox
    metrics: Metrics

    async def started(self, session: AsyncSession, operation: OperationRow, actor: AuditEvent) -> None:
        """The change was confirmed and will run."""
        await self._emit(session, operation, ACTION_STARTED, success=None, affected=0)
        await self.audit.append(actor, session)

    async def ended(self, session: AsyncSession, operation: OperationRow, *, affected: int) -> None:
        """The change has its result."""
        success = operation.status == "completed"
        await self._emit(
            session, operation, ACTION_COMPLETED if success else ACTION_FAILED, success=success, affected=affected
        )
        outcome: Outcome = "ok" if success else "failed"
        details = {"status": operation.status, "error": operation.error_code, "result": operation.result}
        await self.audit.append(_event(operation, f"change.{operation.status}", outcome, details), session)
        self.metrics.operations.labels(operation.kind, operation.status).inc()

    async def write_intended(self, session: AsyncSession, operation: OperationRow, write: Write) -> None:
        """A write to the cluster is about to be sent."""
        details = {
            "purpose": write.purpose,
            "target": f"{write.target.kind}/{write.target.namespace}/{write.target.name}",
            "uid": write.target.uid,
            "subresource": write.call.subresource,
            "body": write.call.body,
        }
        await self.audit.append(_event(operation, "change.write", "intended", details), session)

    async def write_finished(self, session: AsyncSession, operation: OperationRow, intent: WriteIntentRow) -> None:
        """What became of the write."""
        details = {"purpose": intent.purpose, "outcome": intent.outcome, **intent.response}
        outcome: Outcome = "failed" if intent.outcome == NOT_APPLIED else "ok"
        await self.audit.append(_event(operation, "change.write", outcome, details), session)
        self.metrics.cluster_writes.labels(operation.kind, intent.outcome or "").inc()

    async def _emit(
        self, session: AsyncSession, operation: OperationRow, event: str, *, success: bool | None, affected: int
    ) -> None:
        workspace = await session.get(WorkspaceRow, operation.workspace_id)
        status = {"queued": "executing", "running": "executing"}.get(operation.status, operation.status)
        data: dict[str, Any] = {
            "action": {"id": operation.id, "type": operation.kind, "status": status},
            "workspace": {"id": operation.workspace_id, "name": workspace.name if workspace else None},
            "result": {"success": success, "resources_affected": affected},
        }
        if operation.error_code:
            data["result"]["error"] = {"code": operation.error_code, "message": operation.error_message}
        await self.outbox.emit(session, operation.workspace_id, event, data, resource_id=operation.id)


def _event(operation: OperationRow, action: str, outcome: Outcome, details: dict[str, Any]) -> AuditEvent:
    kind: Literal["user", "service", "system"] = "user" if operation.surface == "action" else "service"
    return AuditEvent(
        action=action,
        actor_kind=kind,
        actor_id=operation.requested_by,
        workspace_id=operation.workspace_id,
        resource=operation.id,
        outcome=outcome,
        request_id=operation.request_id,
        details={"kind": operation.kind, "application": operation.resource_id, **details},
    )
