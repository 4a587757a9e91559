"""Carries a remediation out, step by step, and never beyond the workspace's policy.

A step is a change of an existing kind on each application that needs it, planned, examined and confirmed as every
change is. Where the policy does not allow it unattended, the chain stops; a person makes the change, and it goes on.
The run may be killed at any line: a change that was confirmed is found again by its incident (the session of its plan).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.applications.model import UNHEALTHY, Application, ProblemKind
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.parts import Owner, PlannedParts, WantedChange
from hexaops.features.changes.plan import plan_of
from hexaops.features.incidents.chain import ACTIONS, VERIFY_SECONDS, Remediation, Step, StepChange, read, written
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.incidents.store import SEVERITIES, hold_incident, note
from hexaops.features.webhooks.events import INCIDENT_REMEDIATED
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.model import Subject
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import IncidentRow, OperationRow
from hexaops.storage.tables.operations import ACTIVE

RUN = "incident_remediation"
POLL_SECONDS = 1.0
SYSTEM = "system:hexaops"

logger = logging.getLogger(__name__)


class RemediationParts(Struct, frozen=True):
    """What a remediation works with."""

    database: Database
    engine: DurableEngine
    applications: ApplicationService
    directory: WorkspaceDirectory
    parts: PlannedParts
    outbox: WebhookOutbox
    audit: AuditLog
    escalation: Escalation
    gate: AlertGate
    clock: Clock


class _At(Struct, frozen=True):
    """Where a run is: its incident, the workspace, and what is stored of the remediation."""

    incident_id: str
    turn: int
    severity: str
    affected: Sequence[str]
    workspace: Workspace
    remediation: Remediation


class RemediationRun:
    """The durable run of one remediation, from where it stands to its end or to the next confirmation."""

    def __init__(self, parts: RemediationParts) -> None:
        self._parts = parts

    async def start(self, session: AsyncSession, row: IncidentRow) -> None:
        """Go on with the incident's remediation once the transaction commits; any older run stops."""
        row.turn += 1
        run_id = f"{row.id}.{row.turn}"
        await self._parts.engine.enqueue(session, RUN, run_id=run_id, argument=run_id)

    async def run(self, argument: str) -> None:
        """Take the steps that can be taken."""
        incident_id, _, turn = argument.rpartition(".")
        while (at := await self._load(incident_id, int(turn))) is not None:
            number = at.remediation.current
            if number is None:
                await self._finish(at, "completed", "Every affected application is healthy")
                return
            try:
                going_on = await self._take(at, number)
            except HexaopsError as error:
                await self._fail(at, number, error.message)
                return
            if not going_on:
                return

    async def _take(self, at: _At, number: int) -> bool:
        """Take one step; False when the run has nothing more to do."""
        step = at.remediation.steps[number]
        if step.step not in ACTIONS:
            return await self._verify(at, number)
        if step.changes is None:
            changes = self._needed(at, step)
            if not changes:
                skipped = "no application needs it"
                return await self._save(at, number, status="skipped", changes=(), reason=skipped)
            return await self._save(at, number, changes=changes, status="in_progress", started_at=self._now())
        return await self._change(at, number, step)

    async def _change(self, at: _At, number: int, step: Step) -> bool:
        """Make the step's changes that were not made yet, then wait for all of them."""
        changes = list(step.changes or ())
        for index, change in enumerate(changes):
            if change.operation_id is None:
                operation_id = await self._find_made(at, step, change) or await self._make(at, number, step, change)
                if operation_id is None:
                    return False
                changes[index] = msgspec.structs.replace(change, operation_id=operation_id)
                return await self._save(at, number, changes=tuple(changes), status="in_progress", reason=None)
        for change in changes:
            operation = await self._ended(at, change.operation_id or "")
            if operation is None:
                return False
            if operation.status != "completed":
                reason = operation.error_message or f"the change was {operation.status}"
                await self._fail(at, number, reason)
                return False
        return await self._save(at, number, status="completed", finished_at=self._now())

    async def _make(self, at: _At, number: int, step: Step, change: StepChange) -> str | None:
        """Plan the change, and confirm it where the policy allows it; None: it waits for a person."""
        application = self._parts.applications.get(at.workspace, change.application_id)
        remediation, kind, parts = at.remediation, ACTIONS[step.step], self._parts.parts
        subject = Subject(
            id=application.id, kind=application.kind, namespace=application.project, name=application.name
        )
        parameters = {"application_id": application.id, **change.parameters}
        owner = Owner(
            id=at.incident_id, workspace=at.workspace, actor_kind=remediation.actor_kind,
            actor_id=remediation.actor_id, noted={"incident": at.incident_id},
        )  # fmt: skip
        plan = await parts.plan(owner, WantedChange(kind, subject, parameters))
        refusal = unattended_refusal(
            at.workspace, kind, at.severity, plan_of(plan).blast_radius.pods_affected,
            always=remediation.confirm_always, allowed=remediation.allowed,
        )  # fmt: skip
        if refusal is None:
            gate = self._parts.gate
            refusal = await gate.refusal(at.workspace, at.incident_id, besides=frozenset(at.affected))
        if refusal is not None:
            await self._await_person(at, number, refusal)
            return None
        return await parts.start(owner, plan)

    def _needed(self, at: _At, step: Step) -> tuple[StepChange, ...]:
        """The changes of a step, from the applications as they are now."""
        found = []
        for application in self._applications(at):
            failing = [problem for problem in application.problems if problem.kind is ProblemKind.FAILING]
            if step.step == "restart_failed_pods" and failing:
                found.append(StepChange(application_id=application.id, parameters={}))
            if step.step == "roll_back_revision" and application.status in UNHEALTHY:
                found.append(StepChange(application_id=application.id, parameters={}))
            if step.step == "scale_healthy_replicas" and _can_grow(application):
                missing = application.desired - application.ready
                found.append(
                    StepChange(application_id=application.id, parameters={"replicas": application.desired + missing})
                )
        return tuple(found)

    async def _verify(self, at: _At, number: int) -> bool:
        """Wait until no affected application is unhealthy; fail when that takes too long."""
        if at.remediation.steps[number].started_at is None:
            return await self._save(at, number, status="in_progress", started_at=self._now())
        timeout = Timeout(VERIFY_SECONDS, self._parts.clock)
        while unhealthy := [one for one in self._applications(at) if one.status in UNHEALTHY]:
            if timeout.expired:
                names = ", ".join(f"{one.name} ({one.trouble})" for one in unhealthy)
                await self._fail(at, number, f"not healthy after {VERIFY_SECONDS:g} s: {names}")
                return False
            await self._parts.clock.sleep(POLL_SECONDS)
        return await self._save(at, number, status="completed", finished_at=self._now())

    def _applications(self, at: _At) -> list[Application]:
        found = []
        for application_id in at.affected:
            try:
                found.append(self._parts.applications.get(at.workspace, application_id))
            except ApplicationNotFoundError:  # it was removed meanwhile
                continue
        return found

    async def _find_made(self, at: _At, step: Step, change: StepChange) -> str | None:
        """An operation that is this change: our own from before a crash, or a person's while the step waited."""
        async with self._parts.database.reading() as session:
            return await find_made(session, at.workspace.id, step, change)

    async def _ended(self, at: _At, operation_id: str) -> OperationRow | None:
        """The operation once it has ended; None when another run has taken over meanwhile."""
        while True:
            async with self._parts.database.reading() as session:
                operation = await session.get(OperationRow, operation_id)
            if operation is None or operation.status not in ACTIVE:
                return operation
            if await self._load(at.incident_id, at.turn) is None:
                return None
            await self._parts.clock.sleep(POLL_SECONDS)

    async def _load(self, incident_id: str, turn: int) -> _At | None:
        async with self._parts.database.reading() as session:
            row = await session.get(IncidentRow, incident_id)
        remediation = read(row.remediation) if row is not None else None
        if row is None or row.turn != turn or remediation is None or remediation.finished_at is not None:
            return None
        workspace = await self._parts.directory.find(row.workspace_id)
        if workspace is None:
            return None
        return _At(incident_id, turn, row.severity, row.affected, workspace, remediation)

    async def _save(self, at: _At, number: int, **changes: Any) -> bool:
        """Store a step as it is now; False when another run has taken over."""
        remediation = at.remediation.with_step(number, **changes)
        return await self._store(at, msgspec.structs.replace(remediation, status="in_progress"))

    async def _await_person(self, at: _At, number: int, reason: str) -> None:
        remediation = at.remediation.with_step(number, status="awaiting_confirmation", reason=reason)
        text = f"{at.remediation.steps[number].step} awaits confirmation: {reason}"
        await self._store(at, msgspec.structs.replace(remediation, status="awaiting_confirmation"), text=text)

    async def _fail(self, at: _At, number: int, reason: str) -> None:
        """The step has failed: a person must look at it."""
        now = self._now()
        remediation = at.remediation.with_step(number, status="failed", finished_at=now, reason=reason[:1000])
        at = replace(at, remediation=remediation)
        await self._finish(at, "failed", f"{at.remediation.steps[number].step} failed: {reason}")

    async def _finish(self, at: _At, status: Any, text: str) -> None:
        now = self._now()
        remediation = msgspec.structs.replace(at.remediation, status=status, finished_at=now)
        await self._store(at, remediation, text=text, ends=True)

    async def _store(self, at: _At, remediation: Remediation, *, text: str | None = None, ends: bool = False) -> bool:
        async with self._parts.database.transaction() as session:
            row = await hold_incident(session, at.incident_id)
            if row is None or row.turn != at.turn:
                return False
            row.remediation = written(remediation)
            now = self._parts.clock.now()
            if text is not None:
                await note(session, row, "remediation", SYSTEM, text, at=now)
            if ends:
                await self._end(session, at, row, remediation.status, now)
        return True

    async def _end(self, session: AsyncSession, at: _At, row: IncidentRow, status: str, now: datetime) -> None:
        """Resolved where everything is healthy again, else escalated; both are told."""
        row.status = "resolved" if status == "completed" else "escalated"
        row.resolved_at = now if status == "completed" else None
        await note(session, row, row.status, SYSTEM, f"The remediation has {status}", at=now)
        if status != "completed":
            await self._parts.escalation.send(session, row, f"The remediation has {status}")
        data = {
            "incident": {"id": row.id, "type": row.type, "severity": row.severity, "status": row.status},
            "workspace": {"id": at.workspace.id, "name": at.workspace.name},
            "result": {"success": status == "completed", "strategy": at.remediation.strategy},
        }
        await self._parts.outbox.emit(session, at.workspace.id, INCIDENT_REMEDIATED, data, resource_id=row.id)
        await self._parts.audit.append(self._event(at, "incident.remediated", {"status": status}), session)

    def _event(self, at: _At, action: str, details: dict[str, Any]) -> AuditEvent:
        remediation = at.remediation
        return AuditEvent(
            action, remediation.actor_kind, remediation.actor_id, at.workspace.id, at.incident_id, details=details
        )

    def _now(self) -> float:
        return self._parts.clock.now().timestamp()


def unattended_refusal(
    workspace: Workspace, kind: str, severity: str, pods: int, *, always: bool, allowed: Sequence[str] | None = None
) -> str | None:
    """Why the policy wants a person's confirmation, or None: the workspace has opted in for exactly this."""
    policy = workspace.policy
    if kind not in (policy.unattended_actions if allowed is None else allowed):
        return f"the workspace's policy does not allow {kind} unattended"
    if SEVERITIES.index(severity) > SEVERITIES.index(policy.unattended_severity):
        return f"the workspace's policy allows nothing unattended for severity {severity}"
    if pods > policy.unattended_pods:
        return f"it may touch {pods} pods, and the workspace's policy allows {policy.unattended_pods} unattended"
    return "the request asks for a confirmation" if always else None


async def find_made(session: AsyncSession, workspace_id: str, step: Step, change: StepChange) -> str | None:
    """The first operation that made a step's change to an application since the step began, whoever confirmed it."""
    if step.started_at is None:
        return None
    query = (
        select(OperationRow.id)
        .where(
            OperationRow.workspace_id == workspace_id,
            OperationRow.kind == ACTIONS[step.step],
            OperationRow.resource_id == change.application_id,
            OperationRow.started_at >= datetime.fromtimestamp(step.started_at, UTC),
        )
        .order_by(OperationRow.id)
        .limit(1)
    )
    found: str | None = await session.scalar(query)
    return found


def _can_grow(application: Application) -> bool:
    return application.kind != "DaemonSet" and 0 < application.ready < application.desired
