"""Routes of the public API's actions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from hexaops.backends.kubernetes.errors import (
    KubernetesConflictError,
    KubernetesForbiddenError,
    KubernetesInvalidError,
    KubernetesUnavailableError,
)
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.actions.schemas import STATUSES, ActionRequest, RollbackRequest, confirms_plan
from hexaops.features.actions.service import ActionService
from hexaops.features.actions.views import ActionView
from hexaops.features.applications.errors import (
    ApplicationNameAmbiguousError,
    ApplicationNotFoundError,
    ClusterUnreadError,
)
from hexaops.features.backups.errors import BackupNotFoundError
from hexaops.features.changes.errors import (
    GuardrailRefusedError,
    NotReversibleError,
    PlanExpiredError,
    PlanMismatchError,
    PlanNotFoundError,
    PlanStaleError,
)
from hexaops.features.conversations.errors import SessionNotFoundError
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.features.runs.errors import NotCancellableError, OperationInProgressError, OperationNotFoundError
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, refuses
from hexaops.runbooks.runbook import NotApplicableError

Page = Annotated[PageRequest, paged(most=100)]
Actions = Annotated[ActionService, provided(ActionService)]
PLANNING = (
    SessionNotFoundError,
    ApplicationNotFoundError,
    ApplicationNameAmbiguousError,
    ClusterUnreadError,
    NotApplicableError,
    GuardrailRefusedError,
    PlanStaleError,
    KubernetesInvalidError,
    KubernetesForbiddenError,
    KubernetesConflictError,
    KubernetesUnavailableError,
)
"""Errors before there is a plan."""
CONFIRMING = (PlanNotFoundError, PlanMismatchError, PlanExpiredError, OperationInProgressError)
"""Errors of a confirmation."""
ActionId = Annotated[str, Path(max_length=64)]


@refuses(BackupNotFoundError, *PLANNING, *CONFIRMING)
async def execute_action(caller: AnyCaller, service: Actions, body: ActionRequest) -> Data[ActionView]:
    """Plan an action, or confirm its plan and start it."""
    return Data(await service.execute(caller, body))


async def list_actions(
    caller: AnyCaller,
    service: Actions,
    page: Page,
    status: STATUSES | None = None,
    session_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Listing[ActionView]:
    """The workspace's actions, newest first."""
    return await service.list(caller, status=status, session_id=session_id, page=page)


@refuses(OperationNotFoundError)
async def get_action(caller: AnyCaller, service: Actions, action_id: ActionId) -> Data[ActionView]:
    """One action with its steps and, when it has ended, its result."""
    return Data(await service.get(caller, action_id))


@refuses(OperationNotFoundError, NotCancellableError)
async def cancel_action(caller: AnyCaller, service: Actions, action_id: ActionId) -> Data[ActionView]:
    """Cancel a running action and undo what it changed."""
    return Data(await service.cancel(caller, action_id))


@refuses(OperationNotFoundError, NotReversibleError, BackupNotFoundError, *PLANNING, *CONFIRMING)
async def rollback_action(
    caller: AnyCaller, service: Actions, action_id: ActionId, body: RollbackRequest | None = None
) -> Data[ActionView]:
    """Roll back a completed action: returns a plan, or starts the rollback if the plan is confirmed."""
    return Data(await service.rollback(caller, action_id, body or RollbackRequest()))


ROUTES = (
    Entry(
        "POST", f"{WORKSPACE}/aiops/actions", execute_action, user("execute_actions"), idempotent=True,
        repeatable=confirms_plan,
    ),
    Entry("GET", f"{WORKSPACE}/aiops/actions", list_actions, user("read_actions")),
    Entry("GET", f"{WORKSPACE}/aiops/actions/{{action_id}}", get_action, user("read_actions")),
    Entry(
        "POST", f"{WORKSPACE}/aiops/actions/{{action_id}}/cancel", cancel_action, user("execute_actions"),
        idempotent=True,
    ),
    Entry(
        "POST", f"{WORKSPACE}/aiops/actions/{{action_id}}/rollback", rollback_action, user("execute_actions"),
        idempotent=True,
    ),
)  # fmt: skip
