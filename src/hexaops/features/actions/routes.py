"""Routes of the public API's actions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.actions.schemas import STATUSES, ActionRequest, RollbackRequest
from hexaops.features.actions.service import ActionService
from hexaops.provide import provided

Actions = Annotated[ActionService, provided(ActionService)]
ActionId = Annotated[str, Path(max_length=64)]


async def execute_action(caller: AnyCaller, service: Actions, body: ActionRequest) -> dict[str, Any]:
    """Plan an action, or confirm its plan and start it."""
    return {"data": await service.execute(caller, body)}


async def list_actions(
    caller: AnyCaller,
    service: Actions,
    status: STATUSES | None = None,
    session_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """The workspace's actions, newest first."""
    found, paging = await service.list(caller, status=status, session_id=session_id, limit=limit, before=before)
    return {"data": found, "pagination": paging}


async def get_action(caller: AnyCaller, service: Actions, action_id: ActionId) -> dict[str, Any]:
    """One action with its steps and, once it has ended, its result."""
    return {"data": await service.get(caller, action_id)}


async def cancel_action(caller: AnyCaller, service: Actions, action_id: ActionId) -> dict[str, Any]:
    """Stop a running action and put back what it changed."""
    return {"data": await service.cancel(caller, action_id)}


async def rollback_action(
    caller: AnyCaller, service: Actions, action_id: ActionId, body: RollbackRequest | None = None
) -> dict[str, Any]:
    """Undo a completed action: answers with a plan, or starts it when that plan is confirmed."""
    return {"data": await service.rollback(caller, action_id, body or RollbackRequest())}
