"""Executes actions for users: a plan first, and the change only for whoever confirms that very plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.actions.errors import SessionNotFoundError
from hexaops.features.actions.schemas import ActionRequest, ConfirmationFields, RollbackRequest
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.errors import (
    NotCancellableError,
    NotReversibleError,
    OperationNotFoundError,
    PlanStaleError,
)
from hexaops.features.changes.planner import Bounds
from hexaops.features.changes.plans import CONFIRMATION_FIELDS, Plans, Requester, Subject, shown_plan
from hexaops.features.runs.store import OperationFilter, OperationStore
from hexaops.features.runs.views import action_view
from hexaops.kit.durations import format_time
from hexaops.runbooks.catalog import INVERSE
from hexaops.runbooks.model import RISK_ORDER
from hexaops.storage.tables import ChatSessionRow, OperationRow, PlanRow

PERMISSION = "execute_actions"


@dataclass(frozen=True)
class Wish:
    """What a caller asks for, read from either request."""

    action: str
    subject: Subject
    parameters: dict[str, Any]
    """The action's own, `application_id` included, confirmation fields taken out."""
    confirmation: ConfirmationFields
    session_id: str | None
    message_id: str | None = None
    rollback_of: str | None = None


@dataclass(frozen=True)
class ActionService:
    """One for the process."""

    applications: ApplicationService
    plans: Plans
    confirmation: Confirmation
    store: OperationStore

    async def propose(
        self,
        caller: Caller,
        *,
        action: str,
        application_id: str,
        parameters: Mapping[str, Any],
        session_id: str | None,
    ) -> dict[str, Any]:
        """The plan document for a change that was asked for in chat; raises whatever refuses it."""
        own = {"application_id": application_id, **parameters}
        wish = Wish(action, self._subject(caller, own), own, ConfirmationFields(), session_id)
        return shown_plan(await self._make_plan(caller, wish))

    async def execute(self, caller: Caller, request: ActionRequest) -> dict[str, Any]:
        """Answer with a plan, or confirm one and answer with the running action."""
        confirmation = _confirmation(request.parameters)
        own = {key: value for key, value in request.parameters.items() if key not in CONFIRMATION_FIELDS}
        await self._check_session(caller, request.session_id)
        wish = Wish(
            request.action, self._subject(caller, own), own, confirmation, request.session_id, request.message_id
        )
        return await self._carry_out(caller, wish)

    async def rollback(self, caller: Caller, action_id: str, request: RollbackRequest) -> dict[str, Any]:
        """Undo a completed action by its inverse, with a plan of its own."""
        row = await self._row(caller, action_id)
        await self._check_session(caller, request.session_id)
        inverse = INVERSE.get(row.kind)
        if row.status != "completed" or inverse is None:
            reason = (
                "a restart replaced pods by the same pods: there is nothing to put back"
                if row.kind == "restart_application" and row.status == "completed"
                else f"it is {row.status}: only a completed action can be rolled back"
            )
            raise NotReversibleError(f"The action cannot be rolled back: {reason}", details={"reason": reason})
        own: dict[str, Any] = {"application_id": row.resource_id}
        if inverse == "scale_application":
            own["replicas"] = row.prior["replicas"]
        subject = self._subject(caller, own)
        wish = Wish(inverse, subject, own, request.parameters, request.session_id, rollback_of=row.id)
        return await self._carry_out(caller, wish)

    async def get(self, caller: Caller, action_id: str) -> dict[str, Any]:
        """One action with its steps as they are now."""
        row = await self._row(caller, action_id)
        return action_view(row, await self.store.steps(row.id), self.plans.clock.now())

    async def list(
        self, caller: Caller, *, status: str | None, session_id: str | None, limit: int, before: str | None
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The workspace's actions, newest first, and how to go on."""
        wanted = OperationFilter(
            caller.get_workspace().id, "action", status=status, session_id=session_id, before=before, limit=limit + 1
        )
        rows = list(await self.store.list(wanted))
        more, rows = len(rows) > limit, rows[:limit]
        now = self.plans.clock.now()
        shown = [action_view(row, await self.store.steps(row.id), now) for row in rows]
        return shown, {"has_more": more, "next_cursor": rows[-1].id if more else None}

    async def cancel(self, caller: Caller, action_id: str) -> dict[str, Any]:
        """Ask a running action to stop; what it changed is put back."""
        row = await self._row(caller, action_id)
        if not await self.store.request_cancel(row.id):
            current = await self._row(caller, action_id)
            message = f"The action cannot be cancelled: it is {current.status}"
            raise NotCancellableError(message, details={"status": current.status})
        return await self.get(caller, action_id)

    async def _carry_out(self, caller: Caller, wish: Wish) -> dict[str, Any]:
        given = wish.confirmation
        if given.plan_hash and not given.plan_id:
            details = {"parameters.plan_id": "a hash confirms a plan together with its id"}
            raise ValidationFailedError("The action's parameters are not valid", details=details)
        if given.confirmation and given.plan_id:
            plan = await self.plans.get(given.plan_id, _requester(caller, wish.session_id))
            return await self._confirm(caller, wish, plan, given.plan_hash or "")
        plan = await self._make_plan(caller, wish)
        allowed = RISK_ORDER[caller.get_workspace().policy.single_call_risk]
        if given.confirmation and RISK_ORDER[plan.document["draft"]["risk"]] <= allowed:
            return await self._confirm(caller, wish, plan, plan.hash)
        return _awaiting(plan)

    async def _make_plan(self, caller: Caller, wish: Wish) -> PlanRow:
        requester = _requester(caller, wish.session_id)
        plan = await self.plans.make(requester, wish.subject, wish.action, wish.parameters)
        event = caller.event("change.planned", resource=plan.id, details={"action": wish.action, **wish.parameters})
        await self.confirmation.events.audit.append(event)
        return plan

    async def _confirm(self, caller: Caller, wish: Wish, plan: PlanRow, plan_hash: str) -> dict[str, Any]:
        if plan.action != wish.action:
            raise ValidationFailedError(
                "The plan is of another action", details={"action": f"the plan's is {plan.action}"}
            )
        planned = plan.document["subject"]
        if (planned["kind"], planned["namespace"], planned["name"]) != (
            wish.subject.kind, wish.subject.namespace, wish.subject.name,
        ):  # fmt: skip
            # The same plain name may meanwhile mean another application, and the planned one be another workspace's.
            raise PlanStaleError("its application's name now means another one", field="parameters.application_id")
        details = {"plan_id": plan.id, "plan_hash": plan.hash, "action": plan.action, **plan.parameters}
        acceptance = Acceptance(
            surface="action",
            id_prefix="action_",
            actor=caller.event("change.confirmed", resource=wish.subject.id, details=details),
            message_id=wish.message_id,
            rollback_of=wish.rollback_of,
            bounds=_bounds(caller),
        )
        operation_id = await self.confirmation.confirm(plan, plan_hash, wish.parameters, acceptance)
        return await self.get(caller, operation_id)

    def _subject(self, caller: Caller, parameters: Mapping[str, Any]) -> Subject:
        given = parameters.get("application_id")
        if not isinstance(given, str) or not given:
            details = {"parameters.application_id": "an application's id or name is required"}
            raise ValidationFailedError("The action's parameters are not valid", details=details)
        application = self.applications.get(caller.get_workspace(), given)
        return Subject(application.id, application.kind, application.project, application.name)

    async def _row(self, caller: Caller, action_id: str) -> OperationRow:
        row = await self.store.find(action_id)
        if row is None or row.workspace_id != caller.get_workspace().id or row.surface != "action":
            raise OperationNotFoundError("Action not found")
        return row

    async def _check_session(self, caller: Caller, session_id: str | None) -> None:
        if session_id is None:
            return
        async with self.store.database.reading() as session:
            row = await session.get(ChatSessionRow, session_id)
        if row is None or (row.workspace_id, row.user_id) != (caller.get_workspace().id, caller.principal.id):
            raise SessionNotFoundError


def _requester(caller: Caller, session_id: str | None) -> Requester:
    return Requester(caller.get_workspace().id, caller.principal.id, session_id, _bounds(caller))


def _bounds(caller: Caller) -> Bounds:
    policy = caller.get_workspace().policy
    mapped = policy.kubernetes_user and policy.kubernetes_user.replace("{user}", caller.principal.id)
    return Bounds(policy.changes_per_window, mapped)


def _confirmation(parameters: Mapping[str, Any]) -> ConfirmationFields:
    given = {key: parameters[key] for key in CONFIRMATION_FIELDS if key in parameters}
    try:
        return ConfirmationFields.model_validate(given, strict=True)
    except ValidationError as error:
        details = {f"parameters.{problem['loc'][0]}": problem["msg"] for problem in error.errors()}
        raise ValidationFailedError("The action's parameters are not valid", details=details) from None


def _awaiting(plan: PlanRow) -> dict[str, Any]:
    shown = shown_plan(plan)
    return {
        "action_id": None,
        "status": "awaiting_confirmation",
        "description": shown["description"],
        "started_at": None,
        "estimated_duration": shown["estimated_duration"],
        "steps": [{**step, "status": "pending"} for step in shown["steps"]],
        "plan": shown,
        "confirm": {
            "parameters": {"confirmation": True, "plan_id": plan.id, "plan_hash": plan.hash},
            "before": format_time(plan.expires_at),
        },
        "reasons": {
            "action_id": "an action exists once its plan is confirmed",
            "started_at": "nothing has been started",
        },
    }
