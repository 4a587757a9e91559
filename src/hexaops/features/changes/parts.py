"""Changes that an operation makes: each an ordinary plan, confirmed where the workspace's policy allows it unattended.

A part belongs to its operation by its session: after a crash it is found again instead of being started twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.errors import PlanNotFoundError
from hexaops.features.changes.plan import plan_of
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.request import Bounds, ChangeRequest, Requester, service_requester
from hexaops.features.runs.queries import OperationSummary, parts_of
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Run
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.runbooks.model import RISK_ORDER, Subject
from hexaops.storage.tables import OperationRow, PlanRow

LOOK_SECONDS = 0.5
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class PlannedParts:
    """One for the process."""

    plans: Plans
    confirmation: Confirmation
    store: OperationStore
    clock: Clock

    async def started(self, operation_id: str) -> list[OperationSummary]:
        """The parts of an operation, whatever became of them."""
        async with self.store.database.reading() as session:
            return await parts_of(session, operation_id)

    async def plan(
        self, parent: OperationRow, workspace: Workspace, action: str, subject: Subject, parameters: Mapping[str, Any]
    ) -> PlanRow:
        """The plan of one change; raises whatever refuses it."""
        request = ChangeRequest(_requester(parent, workspace), action, (subject,), dict(parameters))
        details = {"action": action, "part_of": parent.id, **parameters}
        return await self.plans.make(request, _event(parent, "change.planned", subject.id, details))

    def may_start(self, workspace: Workspace, plan: PlanRow) -> bool:
        """Whether the workspace's policy lets this plan start without a person."""
        return RISK_ORDER[plan_of(plan).risk] <= RISK_ORDER[workspace.policy.single_call_risk]

    async def start(self, parent: OperationRow, workspace: Workspace, plan: PlanRow) -> str:
        """Carry the plan out as a part of the operation; returns the part's id."""
        details = {"plan_id": plan.id, "plan_hash": plan.hash, "action": plan.action, "part_of": parent.id}
        subject = plan_of(plan).subjects[0]
        acceptance = Acceptance(
            surface="operation",
            id_prefix="op-",
            actor=_event(parent, "change.confirmed", subject.id, details),
            requester=_requester(parent, workspace),
        )
        return await self.confirmation.confirm(plan, plan.hash, plan.parameters, acceptance)

    async def wait(self, run: Run, ids: Collection[str]) -> Sequence[OperationSummary]:
        """The parts once all of them have ended; raises FencedError or CancelledByUserError meanwhile."""
        while True:
            parts = [part for part in await self.started(run.operation.id) if part.id in ids]
            if all(part.status in ENDED for part in parts):
                return parts
            await run.check()
            running = [part.description for part in parts if part.status not in ENDED]
            await run.note("; ".join(running))
            await self.clock.sleep(LOOK_SECONDS)

    async def stop(self, operation_id: str) -> Sequence[OperationSummary]:
        """Cancel the parts that still run and wait until what they changed is put back."""
        while True:
            parts = await self.started(operation_id)
            running = [part for part in parts if part.status not in ENDED]
            if not running:
                return parts
            for part in running:
                await self.store.request_cancel(part.id)
            await self.clock.sleep(LOOK_SECONDS)

    async def confirm(self, caller: Caller, plan_id: str, plan_hash: str) -> str:
        """Carry out a plan that an operation has left to be confirmed, for the account that started it."""
        requester = service_requester(caller, await self._session_of(plan_id))
        row = await self.plans.get(plan_id, requester)
        details = {"plan_id": row.id, "plan_hash": row.hash, "action": row.action, **row.parameters}
        subject = plan_of(row).subjects[0]
        acceptance = Acceptance(
            surface="operation",
            id_prefix="op-",
            actor=caller.event("change.confirmed", resource=subject.id, details=details),
            requester=requester,
        )
        return await self.confirmation.confirm(row, plan_hash, row.parameters, acceptance)

    async def _session_of(self, plan_id: str) -> str | None:
        async with self.store.database.reading() as session:
            row = await session.get(PlanRow, plan_id)
        if row is None or row.session_id is None or not row.session_id.startswith("op-"):
            details = {"parameters.plan_id": "no plan of an operation of yours in this workspace"}
            raise PlanNotFoundError("Plan not found", details=details)
        return row.session_id


def awaiting_of(plan: PlanRow) -> dict[str, Any]:
    """What somebody needs to confirm the plan."""
    subject = plan_of(plan).subjects[0]
    return {
        "action": plan.action, "application_id": subject.id, "application": subject.name, "plan_id": plan.id,
        "plan_hash": plan.hash, "expires_at": format_time(plan.expires_at), "risk": plan_of(plan).risk,
    }  # fmt: skip


def _requester(parent: OperationRow, workspace: Workspace) -> Requester:
    bounds = Bounds(workspace.policy.changes_per_window)
    return Requester(workspace.id, workspace.cluster_id, parent.requested_by, parent.id, bounds)


def _event(parent: OperationRow, action: str, resource: str, details: Mapping[str, Any]) -> AuditEvent:
    return AuditEvent(
        action=action, actor_kind="service", actor_id=parent.requested_by, workspace_id=parent.workspace_id,
        resource=resource, request_id=parent.request_id, details=dict(details),
    )  # fmt: skip
