"""Views of actions: a plan awaiting confirmation, or the operation executing it."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hexaops.features.changes.views import PlanView
from hexaops.features.runs.views import FailureView, OperationView, ResultView, StepView
from hexaops.kit.durations import format_time
from hexaops.kit.redaction import redact_fields
from hexaops.responses import View
from hexaops.storage.tables import PlanRow


class ConfirmationView(View, frozen=True, kw_only=True):
    """What to add to the same request to execute the plan."""

    parameters: dict[str, Any]
    before: str
    """When the plan expires."""


class ActionView(View, frozen=True, kw_only=True):
    """An action: planned (`plan`, `confirm`), running or ended (`result`, `error`)."""

    action_id: str | None
    status: str
    """awaiting_confirmation, executing, cancelling, rolling_back, completed, failed or cancelled."""
    description: str
    started_at: str | None
    estimated_duration: str
    steps: list[StepView]
    action: str | UnsetType = UNSET
    application_id: str | UnsetType = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    requested_by: str | UnsetType = UNSET
    plan_id: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    rollback_of: str | UnsetType = UNSET
    completed_at: str | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    result: ResultView | UnsetType = UNSET
    error: FailureView | UnsetType = UNSET
    plan: PlanView | UnsetType = UNSET
    confirm: ConfirmationView | UnsetType = UNSET
    reasons: dict[str, str] | UnsetType = UNSET
    """Why a field is null."""


def awaiting_view(row: PlanRow, plan: PlanView) -> ActionView:
    """A plan that nobody has confirmed yet."""
    return ActionView(
        action_id=None,
        status="awaiting_confirmation",
        description=plan.description,
        started_at=None,
        estimated_duration=plan.estimated_duration,
        steps=[
            StepView(step=step.step, status="pending", estimated_duration=step.estimated_duration)
            for step in plan.steps
        ],
        plan=plan,
        confirm=ConfirmationView(
            parameters={"confirmation": True, "plan_id": row.id, "plan_hash": row.hash},
            before=format_time(row.expires_at),
        ),
        reasons={
            "action_id": "an action exists once its plan is confirmed",
            "started_at": "nothing has been started",
        },
    )  # fmt: skip


def accepted_view(operation_id: str, row: PlanRow, plan: PlanView) -> ActionView:
    """An action that was started just now and cannot be read: as it was planned."""
    return replace(
        awaiting_view(row, plan),
        action_id=operation_id,
        status="executing",
        action=row.action,
        parameters=redact_fields(row.parameters),
        requested_by=row.user_id,
        plan_id=row.id,
        session_id=row.session_id or UNSET,
        plan=UNSET,
        confirm=UNSET,
        reasons={"started_at": "the database does not answer at this moment; the action was accepted"},
    )


def action_view(operation: OperationView) -> ActionView:
    """An action that was started."""
    return ActionView(**{name: getattr(operation, name) for name in operation.__struct_fields__})
