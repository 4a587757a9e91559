"""Operations as the internal API shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from hexaops.features.runs.store import estimated_end
from hexaops.features.runs.views import FailureView, ResultView, StepView, step_view
from hexaops.kit.durations import format_duration, format_time
from hexaops.responses import View
from hexaops.storage.tables import OperationRow, OperationStepRow

AWAITING = "awaiting"
"""Key under which a step notes the plans that wait for somebody's confirmation."""
STATUSES: Mapping[str, str] = {"queued": "running", "undoing": "rolling_back"}
NO_ESTIMATE = "a step has no estimate"


class OperationStepView(StepView, frozen=True, kw_only=True):
    """One step; `result` says in words what it found or did."""

    result: str | UnsetType = UNSET


class WorkspaceOperationView(View, frozen=True, kw_only=True):
    """An operation, running or ended."""

    operation_id: str
    operation: str
    workspace_id: str
    resource_id: str
    """The workspace's or application's id."""
    status: str
    """running, awaiting_confirmation, cancelling, rolling_back, completed, failed or cancelled."""
    description: str
    started_at: str
    estimated_completion: str | None
    steps: list[OperationStepView]
    parameters: dict[str, Any]
    context: dict[str, Any]
    requested_by: str
    plan_id: str | UnsetType = UNSET
    part_of: str | UnsetType = UNSET
    """The operation that started it."""
    completed_at: str | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    result: ResultView | UnsetType = UNSET
    error: FailureView | UnsetType = UNSET
    reasons: dict[str, str]


def workspace_operation_view(
    row: OperationRow, steps: Sequence[OperationStepRow], now: datetime
) -> WorkspaceOperationView:
    """The document's operation object."""
    end = estimated_end(row, steps)
    return WorkspaceOperationView(
        operation_id=row.id,
        operation=row.kind,
        workspace_id=row.workspace_id,
        resource_id=row.resource_id,
        status=_status(row, steps),
        description=row.description,
        started_at=format_time(row.started_at),
        estimated_completion=format_time(end) if end else None,
        steps=[_step_view(step, now) for step in steps],
        parameters=row.parameters,
        context=row.plan.get("context") or {},
        requested_by=row.requested_by,
        plan_id=row.plan_id or UNSET,
        part_of=row.session_id or UNSET,
        completed_at=format_time(row.completed_at) if row.completed_at else UNSET,
        duration=format_duration((row.completed_at - row.started_at).total_seconds()) if row.completed_at else UNSET,
        result=_result_view(row.result) if row.completed_at else UNSET,
        error=FailureView(code=row.error_code, message=row.error_message) if row.error_code else UNSET,
        reasons={} if end else {"estimated_completion": NO_ESTIMATE},
    )


def _status(row: OperationRow, steps: Sequence[OperationStepRow]) -> str:
    if row.status == "completed" and any(step.result.get(AWAITING) for step in steps):
        return "awaiting_confirmation"
    return STATUSES.get(row.status, row.status)


def _step_view(step: OperationStepRow, now: datetime) -> OperationStepView:
    shown = step_view(step, now)
    fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
    if step.result.get(AWAITING):
        fields["status"] = "awaiting_confirmation"
    return OperationStepView(**fields, result=step.result.get("summary", UNSET))


def _result_view(result: Mapping[str, Any]) -> ResultView:
    return ResultView(
        success=result["success"],
        message=result["message"],
        details=result["details"],
        rolled_back=result.get("rolled_back", UNSET),
    )
