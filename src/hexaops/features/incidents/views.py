"""Incidents as both APIs show them. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, UnsetType

from hexaops.features.incidents.chain import ACTIONS, Remediation, Step, StepChange, read
from hexaops.kit.durations import format_duration, format_time
from hexaops.responses import View
from hexaops.storage.tables import IncidentEntryRow, IncidentRow

WAITS = "it waits for a person's confirmation"
NOT_STARTED = "no remediation has been started"


class RemediationStepView(View, frozen=True, kw_only=True):
    """One step: `duration` once it has ended, `estimated_duration` before."""

    step: str
    status: str
    """pending, awaiting_confirmation, in_progress, completed, skipped or failed."""
    duration: str | UnsetType = UNSET
    estimated_duration: str | UnsetType = UNSET
    operation_ids: list[str] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    confirm: list[ConfirmStepView] | UnsetType = UNSET
    """While it awaits confirmation: the changes that a person makes; then the chain goes on."""


class ConfirmStepView(View, frozen=True, kw_only=True):
    """What a person with `execute_actions` sends to `POST …/aiops/actions`."""

    action: str
    parameters: dict[str, Any]


class ManagedIncidentView(View, frozen=True, kw_only=True):
    """What an action on an incident has led to; with the steps of its remediation, where one was started."""

    incident_id: str
    action: str
    status: str
    """Of the incident; auto_remediate: of the remediation (in_progress, awaiting_confirmation, completed, failed)."""
    started_at: str
    remediation_steps: list[RemediationStepView]
    estimated_completion: str | None
    reasons: dict[str, str]


class IncidentView(View, frozen=True, kw_only=True):
    """One incident."""

    incident_id: str
    workspace_id: str
    status: str
    """open, acknowledged, escalated, remediating or resolved."""
    source: str
    type: str
    severity: str
    title: str
    affected_applications: list[str]
    symptoms: list[str]
    reports: int
    """How many reports it stands for."""
    reopened: int
    opened_at: str
    updated_at: str
    resolved_at: str | None
    reasons: dict[str, str]


class EntryView(View, frozen=True, kw_only=True):
    """One line of the timeline."""

    timestamp: str
    kind: str
    actor: str
    text: str


class IncidentDetailView(IncidentView, frozen=True, kw_only=True):
    """One incident with its diagnosis, remediation and timeline."""

    diagnosis: list[dict[str, Any]]
    """Findings when it was opened: rule, severity, subject, finding and cause."""
    remediation_status: str | None
    remediation_steps: list[RemediationStepView]
    timeline: list[EntryView]


class ReceivedView(View, frozen=True, kw_only=True):
    """What became of the alerts of one notification."""

    incidents: list[str]
    unmatched: int
    """Alerts that name no application of a workspace that the account may enter."""


def incident_view(row: IncidentRow) -> IncidentView:
    """One entry of the list."""
    return IncidentView(**_fields(row))


def incident_detail_view(row: IncidentRow, entries: Sequence[IncidentEntryRow]) -> IncidentDetailView:
    """One incident, whole."""
    remediation, fields = read(row.remediation), _fields(row)
    if remediation is None:
        fields["reasons"]["remediation_status"] = NOT_STARTED
    return IncidentDetailView(
        **fields,
        diagnosis=row.diagnosis,
        remediation_status=remediation.status if remediation else None,
        remediation_steps=_steps(remediation),
        timeline=[
            EntryView(timestamp=format_time(one.at), kind=one.kind, actor=one.actor, text=one.text) for one in entries
        ],
    )


def managed_view(row: IncidentRow, action: str) -> ManagedIncidentView:
    """The documents' answer to an action."""
    remediation, asked = read(row.remediation), action == "auto_remediate"
    end, reason = _end(remediation)
    return ManagedIncidentView(
        incident_id=row.id,
        action=action,
        status=remediation.status if remediation and asked else row.status,
        started_at=_moment(remediation.started_at) if remediation and asked else format_time(row.updated_at),
        remediation_steps=_steps(remediation),
        estimated_completion=None if end is None else _moment(end),
        reasons={} if reason is None else {"estimated_completion": reason},
    )


def _fields(row: IncidentRow) -> dict[str, Any]:
    return {
        "incident_id": row.id,
        "workspace_id": row.workspace_id,
        "status": row.status,
        "source": row.source,
        "type": row.type,
        "severity": row.severity,
        "title": row.title,
        "affected_applications": row.affected,
        "symptoms": row.symptoms,
        "reports": row.reports,
        "reopened": row.reopened,
        "opened_at": format_time(row.opened_at),
        "updated_at": format_time(row.updated_at),
        "resolved_at": format_time(row.resolved_at) if row.resolved_at else None,
        "reasons": {} if row.resolved_at else {"resolved_at": "it is not resolved"},
    }


def _steps(remediation: Remediation | None) -> list[RemediationStepView]:
    return [_step_view(step) for step in remediation.steps] if remediation else []


def _step_view(step: Step) -> RemediationStepView:
    ended = step.started_at is not None and step.finished_at is not None
    waits = step.status == "awaiting_confirmation"
    changes = step.changes or ()
    return RemediationStepView(
        step=step.step,
        status=step.status,
        duration=format_duration((step.finished_at or 0) - (step.started_at or 0)) if ended else UNSET,
        estimated_duration=UNSET if ended else format_duration(step.estimated_seconds),
        operation_ids=[one.operation_id for one in changes if one.operation_id] or UNSET,
        reason=step.reason or UNSET,
        confirm=[_confirm_view(step, one) for one in changes if one.operation_id is None] if waits else UNSET,
    )


def _confirm_view(step: Step, change: StepChange) -> ConfirmStepView:
    parameters = {"application_id": change.application_id, **change.parameters}
    return ConfirmStepView(action=ACTIONS[step.step], parameters=parameters)


def _end(remediation: Remediation | None) -> tuple[float | None, str | None]:
    if remediation is None:
        return None, NOT_STARTED
    if remediation.finished_at is not None:
        return remediation.finished_at, None
    if remediation.status == "awaiting_confirmation":
        return None, WAITS
    return remediation.started_at + sum(step.estimated_seconds for step in remediation.steps), None


def _moment(seconds: float) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))
