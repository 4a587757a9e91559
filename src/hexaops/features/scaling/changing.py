"""A change that a service account asks for: its plan, and the operation once the plan may be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from hexaops.features.access.caller import Caller
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.errors import PlanStaleError
from hexaops.features.changes.plan import plan_of
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.request import ChangeRequest, service_requester
from hexaops.features.changes.views import PlanView, plan_view
from hexaops.features.runs.events import Announcement
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.views import OperationView, operation_view
from hexaops.features.scaling.schemas import Confirming
from hexaops.kit.clock import Clock
from hexaops.runbooks.model import RISK_ORDER, Draft, Subject
from hexaops.storage.tables import PlanRow

SURFACE = "operation"


class Asked(Struct, frozen=True):
    """The change that is asked for."""

    subject: Subject
    action: str
    parameters: Mapping[str, Any]
    announcement: Announcement | None = None
    """What is told of it besides its start."""


class Carried(Struct, frozen=True):
    """What became of a request: a plan that waits, or the operation that carries it out."""

    draft: Draft
    plan: PlanView
    operation: OperationView | None
    started_at: datetime


class ServiceChanges(Struct, frozen=True):
    """Plans and confirms in the name of a service account."""

    plans: Plans
    confirmation: Confirmation
    store: OperationStore
    clock: Clock

    async def carry_out(self, caller: Caller, asked: Asked, given: Confirming) -> Carried:
        """Confirm the named plan; else plan, and start what the workspace's policy lets start by a single call."""
        workspace = caller.get_workspace()
        request = ChangeRequest(service_requester(caller), asked.action, (asked.subject,), asked.parameters)
        if given.confirmation and given.plan_id:
            row = await self.plans.get(given.plan_id, request.requester)
            if row.action != asked.action or plan_of(row).subjects != request.subjects:
                raise PlanStaleError("it is a plan for something else", field="plan_id")
            return await self._start(caller, request, row, given.plan_hash or "", asked.announcement)
        event = caller.event("change.planned", details={"action": asked.action, **asked.parameters})
        row = await self.plans.make(request, event)
        allowed = RISK_ORDER[workspace.policy.single_call_risk]
        if given.confirmation and RISK_ORDER[plan_of(row).risk] <= allowed:
            return await self._start(caller, request, row, row.hash, asked.announcement)
        return Carried(plan_of(row).drafts[0], plan_view(row), None, row.created_at)

    async def _start(
        self, caller: Caller, request: ChangeRequest, row: PlanRow, plan_hash: str, also: Announcement | None
    ) -> Carried:
        details = {"plan_id": row.id, "plan_hash": row.hash, "action": row.action, **row.parameters}
        acceptance = Acceptance(
            surface=SURFACE,
            id_prefix="op-",
            actor=caller.event("change.confirmed", resource=request.subjects[0].id, details=details),
            requester=request.requester,
            also=also,
        )
        operation_id = await self.confirmation.confirm(row, plan_hash, request.parameters, acceptance)
        found = await self.store.find(operation_id)
        assert found is not None
        view = operation_view(found, await self.store.steps(found.id), self.clock.now())
        return Carried(plan_of(row).drafts[0], plan_view(row), view, found.started_at)
