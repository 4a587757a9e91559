"""Views of plans, shared by both APIs and chat."""

from __future__ import annotations

from typing import Any

from hexaops.features.changes.plan import BlastRadius, plan_of, total_seconds
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.redaction import redact_fields
from hexaops.responses import View
from hexaops.runbooks.model import Draft, FieldChange, RecordChange, Risk, Subject, TargetRef, Write
from hexaops.storage.tables import PlanRow


class SubjectView(View, frozen=True, kw_only=True):
    """What a plan is about: an application, a project or an alert."""

    id: str
    name: str


class FieldChangeView(View, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """A changed field; null means not set."""

    object: str
    """Kind/namespace/name; of a row of our own Kind/id."""
    path: str
    before: Any
    after: Any


class PlannedWriteView(View, frozen=True, kw_only=True):
    """One call that the plan makes."""

    object: str
    verb: str
    """patch, scale, create, delete or evict."""
    reversible: bool
    """Whether it can be undone."""


class PlannedStepView(View, frozen=True, kw_only=True):
    """A step with its expected duration."""

    step: str
    estimated_duration: str


class PlanView(View, frozen=True, kw_only=True):
    """A plan: exactly what confirming it does."""

    plan_id: str
    plan_hash: str
    """Confirms the plan, together with its id."""
    expires_at: str
    action: str
    application: SubjectView
    """The first of `applications`."""
    applications: list[SubjectView]
    parameters: dict[str, Any]
    description: str
    target: TargetRef
    """The first of `targets`."""
    targets: list[TargetRef]
    changes: list[FieldChangeView]
    writes: list[PlannedWriteView]
    diff: str
    """Diff of the API server's dry runs."""
    blast_radius: BlastRadius
    risk: Risk
    warnings: list[str]
    steps: list[PlannedStepView]
    estimated_duration: str
    estimate_basis: str


def plan_view(row: PlanRow) -> PlanView:
    """`data.plan` of both the chat's attachment and the actions' answer."""
    plan = plan_of(row)
    subjects = [_subject_view(subject) for subject in plan.subjects]
    targets = [draft.target for draft in plan.drafts]
    return PlanView(
        plan_id=row.id,
        plan_hash=row.hash,
        expires_at=format_time(row.expires_at),
        action=row.action,
        application=subjects[0],
        applications=subjects,
        parameters=row.parameters,
        description=plan.description,
        target=targets[0],
        targets=targets,
        changes=[
            *(_change_view(str(write.target), one) for write in _writes(plan.drafts) for one in write.changes),
            *(_change_view(f"{own.kind}/{own.id}", one) for own in _records(plan.drafts) for one in own.changes),
        ],
        writes=[_write_view(write) for write in _writes(plan.drafts)],
        diff=plan.diff,
        blast_radius=plan.blast_radius,
        risk=plan.risk,
        warnings=list(plan.warnings),
        steps=[PlannedStepView(step=one.step, estimated_duration=format_duration(one.seconds)) for one in plan.steps],
        estimated_duration=format_duration(total_seconds(plan.steps)),
        estimate_basis=plan.estimate_basis,
    )


def _writes(drafts: tuple[Draft, ...]) -> list[Write]:
    return [write for draft in drafts for write in draft.writes]


def _subject_view(subject: Subject) -> SubjectView:
    return SubjectView(id=subject.id, name=subject.name)


def _records(drafts: tuple[Draft, ...]) -> list[RecordChange]:
    return [record for draft in drafts for record in draft.records]


def _change_view(changed: str, change: FieldChange) -> FieldChangeView:
    name = change.path.rpartition("/")[2]
    before, after = redact_fields(change.before, name), redact_fields(change.after, name)
    return FieldChangeView(object=changed, path=change.path, before=before, after=after)


def _write_view(write: Write) -> PlannedWriteView:
    return PlannedWriteView(object=str(write.target), verb=write.call.verb, reversible=write.undo is not None)
