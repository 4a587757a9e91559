"""Views of operations and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import Row

from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.redaction import redact_fields
from hexaops.responses import View
from hexaops.storage.tables import OperationRow, OperationStepRow

PUBLIC_STATUS = {"queued": "executing", "running": "executing", "undoing": "rolling_back"}
"""Stored status → public one, where they differ."""


class StepView(View, frozen=True, kw_only=True):
    """One step: `duration` once it has ended, `estimated_duration` before."""

    step: str
    status: str
    """pending, in_progress, completed, failed, skipped or cancelled."""
    duration: str | UnsetType = UNSET
    estimated_duration: str | UnsetType = UNSET
    started_at: str | UnsetType = UNSET
    elapsed: str | UnsetType = UNSET
    """How long it has been running."""
    waiting_for: str | UnsetType = UNSET
    error: str | UnsetType = UNSET


class ResultView(View, frozen=True, kw_only=True):
    """Result of an operation."""

    success: bool
    message: str
    details: dict[str, Any]
    """Depends on the action: see docs/actions.md."""
    rolled_back: bool | UnsetType = UNSET
    """If it did not succeed: whether everything is as before."""


class FailureView(View, frozen=True, kw_only=True):
    """Why an operation did not succeed."""

    code: str
    message: str | None


class OperationView(View, frozen=True, kw_only=True):
    """An operation, running or ended."""

    action_id: str
    action: str
    application_id: str
    """The first subject: an application's id, or a project's name."""
    status: str
    """executing, cancelling, rolling_back, completed, failed or cancelled."""
    description: str
    started_at: str
    estimated_duration: str
    parameters: dict[str, Any]
    requested_by: str
    plan_id: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    rollback_of: str | UnsetType = UNSET
    completed_at: str | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    result: ResultView | UnsetType = UNSET
    error: FailureView | UnsetType = UNSET
    steps: list[StepView]


def public_status(row: OperationRow | Row[Any]) -> str:
    """executing, cancelling, rolling_back, completed, failed or cancelled."""
    return PUBLIC_STATUS.get(row.status, row.status)


def step_view(step: OperationStepRow, now: datetime) -> StepView:
    """One step as it is now."""
    ended = step.started_at is not None and step.finished_at is not None
    running = step.status == "in_progress"
    return StepView(
        step=step.name,
        status=step.status,
        duration=_between(step.started_at, step.finished_at),
        estimated_duration=UNSET if ended else _duration(step.estimated_seconds),
        started_at=format_time(step.started_at) if step.started_at else UNSET,
        elapsed=_between(step.started_at, now) if running else UNSET,
        waiting_for=step.progress or UNSET,
        error=step.error_message or UNSET,
    )


def operation_view(row: OperationRow, steps: Sequence[OperationStepRow], now: datetime) -> OperationView:
    """The documents' action object."""
    return OperationView(
        action_id=row.id,
        action=row.kind,
        application_id=row.resource_id,
        status=public_status(row),
        description=row.description,
        started_at=format_time(row.started_at),
        estimated_duration=format_duration(sum(step.estimated_seconds or 0 for step in steps)),
        parameters=redact_fields(row.parameters),
        requested_by=row.requested_by,
        plan_id=row.plan_id or UNSET,
        session_id=row.session_id or UNSET,
        rollback_of=row.rollback_of or UNSET,
        completed_at=format_time(row.completed_at) if row.completed_at else UNSET,
        duration=_between(row.started_at, row.completed_at),
        result=_result_view(row.result) if row.completed_at else UNSET,
        error=FailureView(code=row.error_code, message=row.error_message) if row.error_code else UNSET,
        steps=[step_view(step, now) for step in steps],
    )


def _result_view(result: Mapping[str, Any]) -> ResultView:
    return ResultView(
        success=result["success"],
        message=result["message"],
        details=result["details"],
        rolled_back=result.get("rolled_back", UNSET),
    )


def _between(begin: datetime | None, end: datetime | None) -> str | UnsetType:
    return format_duration((end - begin).total_seconds()) if begin and end else UNSET


def _duration(seconds: float | None) -> str | UnsetType:
    return UNSET if seconds is None else format_duration(seconds)
