"""Operations and steps as both APIs show them: durations while they run, results when they are done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from hexaops.kit.durations import format_duration, format_time
from hexaops.storage.tables import OperationRow, OperationStepRow

PUBLIC_STATUS = {"queued": "executing", "running": "executing", "undoing": "rolling_back"}
"""Stored status → public one, where they differ."""


def public_status(row: OperationRow | Row[Any]) -> str:
    """executing, cancelling, rolling_back, completed, failed or cancelled."""
    return PUBLIC_STATUS.get(row.status, row.status)


def step_view(step: OperationStepRow, now: datetime) -> dict[str, Any]:
    """One step: `duration` once it has ended, `estimated_duration` before."""
    view: dict[str, Any] = {"step": step.name, "status": step.status}
    if step.finished_at and step.started_at:
        view["duration"] = format_duration((step.finished_at - step.started_at).total_seconds())
    elif step.estimated_seconds is not None:
        view["estimated_duration"] = format_duration(step.estimated_seconds)
    if step.started_at:
        view["started_at"] = format_time(step.started_at)
        if step.progress:
            view["waiting_for"] = step.progress
        if step.status == "in_progress":
            view["elapsed"] = format_duration((now - step.started_at).total_seconds())
    if step.error_message:
        view["error"] = step.error_message
    return view


def action_view(row: OperationRow, steps: Sequence[OperationStepRow], now: datetime) -> dict[str, Any]:
    """The documents' action object, running or ended."""
    view: dict[str, Any] = {
        "action_id": row.id,
        "action": row.kind,
        "application_id": row.resource_id,
        "status": public_status(row),
        "description": row.description,
        "started_at": format_time(row.started_at),
        "estimated_duration": format_duration(sum(step.estimated_seconds or 0 for step in steps)),
        "parameters": row.parameters,
        "requested_by": row.requested_by,
        "plan_id": row.plan_id,
        "session_id": row.session_id,
    }
    if row.rollback_of:
        view["rollback_of"] = row.rollback_of
    if row.completed_at:
        view["completed_at"] = format_time(row.completed_at)
        view["duration"] = format_duration((row.completed_at - row.started_at).total_seconds())
        view["result"] = row.result
    if row.error_code:
        view["error"] = {"code": row.error_code, "message": row.error_message}
    view["steps"] = [step_view(step, now) for step in steps]
    return view
