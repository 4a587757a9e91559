"""Routes of operations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.paging import paged
from hexaops.features.changes.errors import (
    GuardrailRefusedError,
    PlanExpiredError,
    PlanMismatchError,
    PlanNotFoundError,
    PlanStaleError,
)
from hexaops.features.operations.errors import OperationEndedError, WorkspaceOperationNotFoundError
from hexaops.features.operations.schemas import STATUSES, OperationRequest
from hexaops.features.operations.service import OperationService
from hexaops.features.operations.views import WorkspaceOperationView
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, refuses

Page = Annotated[PageRequest, paged(most=100)]
Operations = Annotated[OperationService, provided(OperationService)]
OperationId = Annotated[str, Path(max_length=64)]


@refuses(
    OperationInProgressError,
    GuardrailRefusedError,
    PlanNotFoundError,
    PlanMismatchError,
    PlanExpiredError,
    PlanStaleError,
)
async def start_operation(
    caller: AnyCaller, service: Operations, body: OperationRequest
) -> Data[WorkspaceOperationView]:
    """Start an operation on the workspace, or confirm a plan that one of them has left."""
    return Data(await service.start(caller, body))


@refuses(WorkspaceNotFoundError)
async def list_operations(
    caller: AnyCaller,
    service: Operations,
    page: Page,
    workspace_id: Annotated[str | None, Query(max_length=64)] = None,
    status: STATUSES | None = None,
) -> Listing[WorkspaceOperationView]:
    """Operations of one workspace, or of all that the account may enter, newest first."""
    return await service.list(caller, workspace_id=workspace_id, status=status, page=page)


@refuses(WorkspaceOperationNotFoundError)
async def get_operation(
    caller: AnyCaller, service: Operations, operation_id: OperationId
) -> Data[WorkspaceOperationView]:
    """One operation with its steps and, once it has ended, its result."""
    return Data(await service.get(caller, operation_id))


@refuses(WorkspaceOperationNotFoundError, OperationEndedError)
async def cancel_operation(
    caller: AnyCaller, service: Operations, operation_id: OperationId
) -> Data[WorkspaceOperationView]:
    """Stop a running operation; what it was changing is put back."""
    return Data(await service.cancel(caller, operation_id))


OPERATION = f"{INTERNAL}/operations/{{operation_id}}"
ROUTES = (
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/operations", start_operation,
        service("workspace:admin"), idempotent=True,
    ),
    Entry("GET", f"{INTERNAL}/operations", list_operations, service("workspace:read")),
    Entry("GET", OPERATION, get_operation, service("workspace:read")),
    Entry("POST", f"{OPERATION}/cancel", cancel_operation, service("workspace:admin"), idempotent=True),
)  # fmt: skip
