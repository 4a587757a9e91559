"""Answers of the scaling routes. A null has its reason under `reasons`."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from msgspec import UNSET, UnsetType

from hexaops.analysis.scaling import Direction
from hexaops.features.changes.views import PlanView
from hexaops.features.scaling.changing import Carried
from hexaops.kit.durations import format_time, parse_duration
from hexaops.responses import View

Status = Literal["scaling", "completed", "failed", "cancelled", "awaiting_confirmation"]
NOT_STARTED = "nothing has been started: confirm the plan with plan_id and plan_hash"
NOTHING_TO_DO = "nothing is changed"
_STATUSES: dict[str, Status] = {"completed": "completed", "failed": "failed", "cancelled": "cancelled"}


class ScaleView(View, frozen=True, kw_only=True):
    """A deployment that is being scaled, or the plan for it."""

    deployment_name: str
    workspace_id: str
    application_id: str
    previous_replicas: int
    new_replicas: int
    status: Status
    operation_id: str | None
    """Follow it under /internal/v1/operations/:id."""
    started_at: str | None
    estimated_completion: str | None
    plan: PlanView | UnsetType = UNSET
    reasons: dict[str, str]


class MeasuredLoadView(View, frozen=True, kw_only=True):
    """What the decision rests on."""

    metric: Literal["cpu_percentage", "memory_percentage"]
    measured: float | None
    """Percent of the pods' limits, else of their requests, over all measured pods."""
    measured_at: str | None
    basis: str | None
    reported: float | None
    mismatch: float | None
    """Reported minus measured, in percentage points, where it is more than 10."""
    used: Literal["measured", "reported"]
    target: float
    """Midway between the thresholds."""
    formula: str


class AutoscaleView(View, frozen=True, kw_only=True):
    """What was decided, and why."""

    application_id: str
    scaling_action: Direction
    status: Status | Literal["unchanged"]
    previous_replicas: int
    new_replicas: int
    reason: str
    triggered_at: str
    operation_id: str | None
    estimated_completion: str | None
    evidence: MeasuredLoadView
    plan: PlanView | UnsetType = UNSET
    reasons: dict[str, str]


class Progress(View, frozen=True, kw_only=True):
    """What answers about a planned or started change share."""

    status: Status
    operation_id: str | None
    started_at: str | None
    estimated_completion: str | None
    plan: PlanView | UnsetType
    reasons: dict[str, str]


def progress_of(carried: Carried) -> Progress:
    """How far it is."""
    operation = carried.operation
    if operation is None:
        fields = ("operation_id", "started_at", "estimated_completion")
        return Progress(
            status="awaiting_confirmation", operation_id=None, started_at=None, estimated_completion=None,
            plan=carried.plan, reasons=dict.fromkeys(fields, NOT_STARTED),
        )  # fmt: skip
    expected = carried.started_at + timedelta(seconds=parse_duration(operation.estimated_duration))
    return Progress(
        status=_STATUSES.get(operation.status, "scaling"),
        operation_id=operation.action_id,
        started_at=operation.started_at,
        estimated_completion=format_time(expected),
        plan=UNSET,
        reasons={},
    )
