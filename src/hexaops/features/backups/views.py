"""Backups as the internal API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hexaops.features.runs.views import FailureView, StepView, step_view
from hexaops.kit.durations import format_time
from hexaops.kit.quantities import format_bytes
from hexaops.kit.text import plain
from hexaops.responses import View
from hexaops.storage.tables import BackupRow, OperationRow, OperationStepRow

TEXT_LIMIT = 512
RUNNING = "it is still running"
NOT_WRITTEN = "no archive was kept"


class BackupView(View, frozen=True, kw_only=True):
    """One backup."""

    backup_id: str
    application_id: str
    status: str
    """started, completed, failed, cancelled or expired (its archive was removed)."""
    started_at: str
    estimated_completion: str
    backup_size_estimate: str
    """Size of the manifests before they are compressed, and of the claims whose contents are taken along."""
    workspace_id: str
    application: str
    project: str
    backup_type: str
    reason: str
    retention_policy: str
    expires_at: str
    include_volumes: bool
    notification_channels: list[str]
    completed_at: str | None
    objects: int | None
    size_bytes: int | None
    sha256: str | None
    """Of the archive."""
    reasons: dict[str, str]
    """Why a value is null, and by `Kind/name` why an object, or the contents of a volume, are not included."""


class BackupDetailView(BackupView, frozen=True, kw_only=True):
    """One backup with its steps."""

    steps: list[StepView]
    error: FailureView | None


def backup_view(row: BackupRow, operation: OperationRow) -> BackupView:
    """One backup as a list shows it."""
    return BackupView(**_fields(row, operation))  # type: ignore[arg-type] # by name


def backup_detail_view(
    row: BackupRow, operation: OperationRow, steps: Sequence[OperationStepRow], now: datetime
) -> BackupDetailView:
    """One backup with its steps as they are now."""
    fields = _fields(row, operation)
    error = None
    if operation.error_code:
        error = FailureView(code=operation.error_code, message=operation.error_message)
    else:
        fields["reasons"] = {**_reasons(row, operation), "error": "nothing has gone wrong"}
    return BackupDetailView(**fields, steps=[step_view(step, now) for step in steps], error=error)  # type: ignore[arg-type] # by name


def status_of(row: BackupRow, operation: OperationRow) -> str:
    """The public status."""
    if operation.status == "completed":
        return "expired" if row.removed_at else "completed"
    return operation.status if operation.status in {"failed", "cancelled"} else "started"


def _fields(row: BackupRow, operation: OperationRow) -> dict[str, object]:
    ended = operation.completed_at
    kept = operation.status == "completed" or not ended
    return {
        "backup_id": row.id,
        "application_id": row.application_id,
        "status": status_of(row, operation),
        "started_at": format_time(row.started_at),
        "estimated_completion": format_time(row.estimated_completion),
        "backup_size_estimate": format_bytes(row.estimated_bytes),
        "workspace_id": row.workspace_id,
        "application": plain(row.source["name"], TEXT_LIMIT),
        "project": plain(row.source["namespace"], TEXT_LIMIT),
        "backup_type": row.backup_type,
        "reason": plain(row.reason, TEXT_LIMIT),
        "retention_policy": row.retention_policy,
        "expires_at": format_time(row.expires_at),
        "include_volumes": row.include_volumes,
        "notification_channels": row.channels,
        "completed_at": format_time(ended) if ended else None,
        "objects": row.objects if kept else None,
        "size_bytes": row.size_bytes if kept else None,
        "sha256": row.sha256 if kept else None,
        "reasons": _reasons(row, operation),
    }


def _reasons(row: BackupRow, operation: OperationRow) -> dict[str, str]:
    reasons = {plain(key, TEXT_LIMIT): plain(why, TEXT_LIMIT) for key, why in row.missing.items()}
    if operation.completed_at is None:
        reasons["completed_at"] = RUNNING
    if operation.status != "completed" and (operation.completed_at or row.sha256 is None):
        why = NOT_WRITTEN if operation.completed_at else RUNNING
        reasons |= dict.fromkeys(("objects", "size_bytes", "sha256"), why)
    return reasons
