"""Executes actions: a plan first, then the change for whoever confirms that plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import ValidationError

from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.actions.schemas import ActionRequest, ConfirmationFields, RollbackRequest
from hexaops.features.actions.subjects import Subjects
from hexaops.features.actions.views import ActionView, accepted_view, action_view, awaiting_view
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.errors import NotReversibleError, PlanStaleError
from hexaops.features.changes.plan import plan_of
from hexaops.features.changes.planner import unknown_action
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.request import CONFIRMATION_FIELDS, Bounds, ChangeRequest, Requester
from hexaops.features.changes.views import plan_view
from hexaops.features.changes.work import drafts_of
from hexaops.features.conversations.queries import Conversations
from hexaops.features.runs.errors import NotCancellableError, OperationNotFoundError
from hexaops.features.runs.store import OperationFilter, OperationStore, steps_by_operation
from hexaops.features.runs.views import operation_view
from hexaops.kit.clock import Clock
from hexaops.kit.paging import PageRequest
from hexaops.kit.paths import field_path
from hexaops.responses import Listing, pagination
from hexaops.runbooks.catalog import ASKED_FOR, RUNBOOKS
from hexaops.runbooks.model import RISK_ORDER, Draft, Subject
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.tables import OperationRow, PlanRow

PERMISSION = "execute_actions"


class Given(Struct, frozen=True):
    """How to handle a request, besides what it asks for."""

    confirmation: ConfirmationFields
    message_id: str | None = None


class ActionService(Struct, frozen=True):
    """One per process."""

    subjects: Subjects
    plans: Plans
    confirmation: Confirmation
    store: OperationStore
    conversations: Conversations
    clock: Clock

    async def propose(
        self, caller: Caller, *, action: str, parameters: Mapping[str, Any], session_id: str | None
    ) -> dict[str, Any]:
        """Plan a change requested in chat; raises the error that refuses it."""
        plan = await self._make_plan(caller, await self._request(caller, action, parameters, session_id))
        view: dict[str, Any] = msgspec.to_builtins(plan_view(plan))
        return view

    async def execute(self, caller: Caller, body: ActionRequest) -> ActionView:
        """Return a plan, or confirm one and return the running action."""
        given = Given(_confirmation(body.parameters), body.message_id)
        own = {key: value for key, value in body.parameters.items() if key not in CONFIRMATION_FIELDS}
        await self.conversations.check(caller, body.session_id)
        return await self._carry_out(caller, await self._request(caller, body.action, own, body.session_id), given)

    async def rollback(self, caller: Caller, action_id: str, body: RollbackRequest) -> ActionView:
        """Roll back a completed action with a plan of its own."""
        row = await self._row(caller, action_id)
        await self.conversations.check(caller, body.session_id)
        _check_completed(row)
        drafts = drafts_of(row)
        inverses = _inverses(row, drafts)
        action = inverses[0][0]
        own = [parameters for _, parameters in inverses]
        named = self.subjects.naming(RUNBOOKS[action], [draft.subject for draft in drafts])
        parameters = {**named, **(own[0] if len(own) == 1 else {})}
        subjects = await self.subjects.of(caller, RUNBOOKS[action], parameters)
        request = ChangeRequest(
            requester=_requester(caller, body.session_id), action=action, subjects=subjects, parameters=parameters,
            own=own, undoes=drafts, undoes_id=row.id,
        )  # fmt: skip
        return await self._carry_out(caller, request, Given(body.parameters))

    async def get(self, caller: Caller, action_id: str) -> ActionView:
        """One action with its steps as they are now."""
        row = await self._row(caller, action_id)
        return action_view(operation_view(row, await self.store.steps(row.id), self.clock.now()))

    async def list(
        self, caller: Caller, *, status: str | None, session_id: str | None, page: PageRequest
    ) -> Listing[ActionView]:
        """The workspace's actions, newest first, and how to go on."""
        wanted = OperationFilter(caller.get_workspace().id, "action", status=status, session_id=session_id)
        rows, cursor = await self.store.list(wanted, page)
        async with self.store.database.reading() as session:
            steps = await steps_by_operation(session, [row.id for row in rows])
        now = self.clock.now()
        shown = [action_view(operation_view(row, steps[row.id], now)) for row in rows]
        return Listing(data=shown, pagination=pagination(cursor))

    async def cancel(self, caller: Caller, action_id: str) -> ActionView:
        """Request cancellation of a running action; its changes are undone."""
        row = await self._row(caller, action_id)
        if not await self.store.request_cancel(row.id):
            current = await self._row(caller, action_id)
            message = f"The action cannot be cancelled: it is {current.status}"
            raise NotCancellableError(message, details={"status": current.status})
        return await self.get(caller, action_id)

    async def _request(
        self, caller: Caller, action: str, parameters: Mapping[str, Any], session_id: str | None
    ) -> ChangeRequest:
        book = ASKED_FOR.get(action)
        if book is None:
            raise unknown_action()
        subjects: Sequence[Subject] = await self.subjects.of(caller, book, parameters)
        return ChangeRequest(_requester(caller, session_id), action, subjects, parameters)

    async def _carry_out(self, caller: Caller, request: ChangeRequest, given: Given) -> ActionView:
        confirmed = given.confirmation
        if confirmed.plan_hash and not confirmed.plan_id:
            details = {"parameters.plan_id": "a hash confirms a plan together with its id"}
            raise ValidationFailedError("The action's parameters are not valid", details=details)
        if confirmed.confirmation and confirmed.plan_id:
            plan = await self.plans.get(confirmed.plan_id, request.requester)
            return await self._confirm(caller, request, plan, confirmed.plan_hash or "", given.message_id)
        plan = await self._make_plan(caller, request)
        allowed = RISK_ORDER[caller.get_workspace().policy.single_call_risk]
        if confirmed.confirmation and RISK_ORDER[plan_of(plan).risk] <= allowed:
            return await self._confirm(caller, request, plan, plan.hash, given.message_id)
        return awaiting_view(plan, plan_view(plan))

    async def _make_plan(self, caller: Caller, request: ChangeRequest) -> PlanRow:
        event = caller.event("change.planned", details={"action": request.action, **request.parameters})
        return await self.plans.make(request, event)

    async def _confirm(
        self, caller: Caller, request: ChangeRequest, plan: PlanRow, plan_hash: str, message_id: str | None
    ) -> ActionView:
        if plan.action != request.action:
            raise ValidationFailedError(
                "The plan is of another action", details={"action": f"the plan's is {plan.action}"}
            )
        if plan_of(plan).subjects != tuple(request.subjects):
            # The same plain name may meanwhile mean another application, and the planned one be another workspace's.
            raise PlanStaleError("its application's name now means another one", field="parameters.application_id")
        details = {"plan_id": plan.id, "plan_hash": plan.hash, "action": plan.action, **plan.parameters}
        acceptance = Acceptance(
            surface="action",
            id_prefix="action_",
            actor=caller.event("change.confirmed", resource=request.subjects[0].id, details=details),
            requester=request.requester,
            message_id=message_id,
            undoes=tuple(request.undoes),
        )
        operation_id = await self.confirmation.confirm(plan, plan_hash, request.parameters, acceptance)
        try:
            return await self.get(caller, operation_id)
        except DatabaseUnavailableError:  # it will run: an error would say that it does not
            return accepted_view(operation_id, plan, plan_view(plan))

    async def _row(self, caller: Caller, action_id: str) -> OperationRow:
        row = await self.store.find(action_id)
        if row is None or row.workspace_id != caller.get_workspace().id or row.surface != "action":
            raise OperationNotFoundError("Action not found")
        return row


def _check_completed(row: OperationRow) -> None:
    if row.status != "completed":
        reason = f"it is {row.status}: only a completed action can be rolled back"
        raise NotReversibleError(f"The action cannot be rolled back: {reason}", details={"reason": reason})


def _inverses(row: OperationRow, drafts: Sequence[Draft]) -> list[tuple[str, dict[str, Any]]]:
    """Action and parameters that undo each part; raises NotReversibleError."""
    book = RUNBOOKS[row.kind]
    inverses = [inverse for draft in drafts if (inverse := book.inverse(draft)) is not None]
    if len(inverses) < len(drafts):
        reason = book.words.undo.removeprefix("not possible: ")
        raise NotReversibleError(f"The action cannot be rolled back: {reason}", details={"reason": reason})
    return inverses


def _requester(caller: Caller, session_id: str | None) -> Requester:
    workspace = caller.get_workspace()
    bounds = Bounds.of(workspace, caller.principal.id)
    return Requester(workspace.id, workspace.cluster_id, caller.principal.id, session_id, bounds)


def _confirmation(parameters: Mapping[str, Any]) -> ConfirmationFields:
    try:
        return ConfirmationFields.model_validate(
            {key: value for key, value in parameters.items() if key in CONFIRMATION_FIELDS}, strict=True
        )
    except ValidationError as error:
        details = {field_path(("parameters", *one["loc"])): str(one["msg"]) for one in error.errors()}
        raise ValidationFailedError("The action's parameters are not valid", details=details) from error
