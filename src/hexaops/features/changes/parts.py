"""Changes that are parts of something larger: of an operation on a workspace, or of an incident's remediation.

Each is an ordinary plan, confirmed where the owner's policy allows it unattended. A part belongs to its owner by its
session: after a crash it is found again instead of being started twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from hexaops.analysis.applications.status import counted
from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.errors import PlanNotFoundError
from hexaops.features.changes.plan import plan_of
from hexaops.features.changes.request import Bounds, ChangeRequest, Requester, service_requester
from hexaops.features.runs.queries import OperationSummary, parts_of
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Run
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.runbooks.model import RISK_ORDER, Fields, Subject
from hexaops.storage.tables import OperationRow, PlanRow

LOOK_SECONDS = 0.5
ENDED = frozenset({"completed", "failed", "cancelled"})
SURFACE, ID_PREFIX = "operation", "op-"


class Owner(Struct, frozen=True, kw_only=True):
    """What the changes are parts of."""

    id: str
    workspace: Workspace
    actor_kind: Literal["user", "service", "system"]
    actor_id: str
    request_id: str | None = None
    noted: Mapping[str, Any] = field(default_factory=dict)
    """Kept with each audit event."""


class WantedChange(msgspec.Struct, frozen=True):
    """A change that an owner needs."""

    action: str
    subject: Subject
    parameters: Fields = {}


class MadePart(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was started, and what became of it."""

    operation_id: str
    action: str
    application_id: str
    status: str
    error: str | None


class AwaitingPart(msgspec.Struct, frozen=True, kw_only=True):
    """A planned change that a person confirms."""

    action: str
    application_id: str
    """The subject's id: an application's, or a project's name."""
    application: str
    plan_id: str
    plan_hash: str
    expires_at: str
    risk: str


class RefusedPart(msgspec.Struct, frozen=True, kw_only=True):
    """A change that a rule or the cluster refuses."""

    application_id: str
    application: str
    code: str
    reason: str


class CarriedOut(msgspec.Struct, frozen=True):
    """What became of all the changes that were wanted."""

    made: list[MadePart]
    awaiting: list[AwaitingPart]
    refused: list[RefusedPart]

    @property
    def summary(self) -> str:
        """In words."""
        said = []
        if self.made:
            done = sum(part.status == "completed" for part in self.made)
            said.append(f"{done} of {counted(len(self.made), 'change')} completed")
        if self.awaiting:
            said.append(f"{len(self.awaiting)} awaiting confirmation")
        if self.refused:
            said.append(f"{len(self.refused)} refused")
        return ", ".join(said) or "nothing to change"


class PlannedParts(Struct, frozen=True):
    """One for the process."""

    confirmation: Confirmation
    store: OperationStore
    clock: Clock

    async def started(self, owner_id: str) -> list[OperationSummary]:
        """The parts of an owner, whatever became of them."""
        async with self.store.database.reading() as session:
            return await parts_of(session, owner_id)

    async def plan(self, owner: Owner, wanted: WantedChange) -> PlanRow:
        """The plan of one change; raises whatever refuses it."""
        request = ChangeRequest(_requester(owner), wanted.action, (wanted.subject,), dict(wanted.parameters))
        details = {"action": wanted.action, **wanted.parameters}
        event = _event(owner, "change.planned", wanted.subject.id, details)
        return await self.confirmation.plans.make(request, event)

    async def start(self, owner: Owner, plan: PlanRow) -> str:
        """Carry the plan out as a part; returns the part's id."""
        details = {"plan_id": plan.id, "plan_hash": plan.hash, "action": plan.action}
        actor = _event(owner, "change.confirmed", plan_of(plan).subjects[0].id, details)
        acceptance = Acceptance(surface=SURFACE, id_prefix=ID_PREFIX, actor=actor, requester=_requester(owner))
        return await self.confirmation.confirm(plan, plan.hash, plan.parameters, acceptance)

    async def carry_out(
        self, run: Run, owner: Owner, wanted: Sequence[WantedChange], may_start: Callable[[PlanRow], bool]
    ) -> CarriedOut:
        """Plan each change, start those that may start, and wait for all of them to end."""
        started = {(part.kind, part.resource_id, _key(part.parameters)) for part in await self.started(owner.id)}
        awaiting: list[AwaitingPart] = []
        refused: list[RefusedPart] = []
        for one in wanted:
            if (one.action, one.subject.id, _key(one.parameters)) in started:
                continue
            await run.check()
            try:
                plan = await self.plan(owner, one)
                if may_start(plan):
                    await self.start(owner, plan)
                else:
                    awaiting.append(awaiting_of(plan))
            except HexaopsError as error:
                subject = one.subject
                refused.append(
                    RefusedPart(
                        application_id=subject.id, application=subject.name, code=error.code, reason=error.message
                    )
                )
        ids = {part.id for part in await self.started(owner.id)}
        return CarriedOut([_made(part) for part in await self.wait(run, ids)], awaiting, refused)

    async def wait(self, run: Run, ids: Collection[str]) -> Sequence[OperationSummary]:
        """The parts once all of them have ended; raises FencedError or CancelledByUserError meanwhile."""
        while True:
            parts = [part for part in await self.started(run.operation.id) if part.id in ids]
            if all(part.status in ENDED for part in parts):
                return parts
            await run.check()
            await run.note("; ".join(part.description for part in parts if part.status not in ENDED))
            await self.clock.sleep(LOOK_SECONDS)

    async def stop(self, owner_id: str) -> Sequence[OperationSummary]:
        """Cancel the parts that still run and wait until what they changed is put back."""
        while True:
            parts = await self.started(owner_id)
            running = [part for part in parts if part.status not in ENDED]
            if not running:
                return parts
            for part in running:
                await self.store.request_cancel(part.id)
            await self.clock.sleep(LOOK_SECONDS)

    async def confirm(self, caller: Caller, plan_id: str, plan_hash: str) -> str:
        """Carry out a plan that an operation has left to be confirmed, for the account that started it."""
        requester = service_requester(caller, await self._session_of(plan_id))
        row = await self.confirmation.plans.get(plan_id, requester)
        details = {"plan_id": row.id, "plan_hash": row.hash, "action": row.action, **row.parameters}
        actor = caller.event("change.confirmed", resource=plan_of(row).subjects[0].id, details=details)
        acceptance = Acceptance(surface=SURFACE, id_prefix=ID_PREFIX, actor=actor, requester=requester)
        return await self.confirmation.confirm(row, plan_hash, row.parameters, acceptance)

    async def _session_of(self, plan_id: str) -> str | None:
        async with self.store.database.reading() as session:
            row = await session.get(PlanRow, plan_id)
        if row is None or row.session_id is None or not row.session_id.startswith(ID_PREFIX):
            details = {"parameters.plan_id": "no plan of an operation of yours in this workspace"}
            raise PlanNotFoundError("Plan not found", details=details)
        return row.session_id


def owner_of(operation: OperationRow, workspace: Workspace) -> Owner:
    """An operation as the owner of its parts: they are its starter's."""
    return Owner(
        id=operation.id, workspace=workspace, actor_kind="service", actor_id=operation.requested_by,
        request_id=operation.request_id, noted={"part_of": operation.id},
    )  # fmt: skip


def allowed_by_risk(workspace: Workspace, plan: PlanRow) -> bool:
    """Whether the workspace's policy lets a plan of this risk start without a person."""
    return RISK_ORDER[plan_of(plan).risk] <= RISK_ORDER[workspace.policy.single_call_risk]


def awaiting_of(plan: PlanRow) -> AwaitingPart:
    """What somebody needs to confirm the plan."""
    planned = plan_of(plan)
    subject = planned.subjects[0]
    return AwaitingPart(
        action=plan.action, application_id=subject.id, application=subject.name, plan_id=plan.id,
        plan_hash=plan.hash, expires_at=format_time(plan.expires_at), risk=planned.risk,
    )  # fmt: skip


def _made(part: OperationSummary) -> MadePart:
    return MadePart(
        operation_id=part.id, action=part.kind, application_id=part.resource_id, status=part.status, error=part.error
    )


def _key(parameters: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(parameters, order="sorted")


def _requester(owner: Owner) -> Requester:
    workspace = owner.workspace
    bounds = Bounds.of(workspace)
    return Requester(workspace.id, workspace.cluster_id, owner.actor_id, owner.id, bounds)


def _event(owner: Owner, action: str, resource: str, details: Mapping[str, Any]) -> AuditEvent:
    return AuditEvent(
        action=action, actor_kind=owner.actor_kind, actor_id=owner.actor_id, workspace_id=owner.workspace.id,
        resource=resource, request_id=owner.request_id, details={**details, **owner.noted},
    )  # fmt: skip
