"""The caller of a request: principal, workspace and permissions.

The guard makes it before the body is read; a route takes it with `caller: AnyCaller`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Any

from fastapi import Depends, Request
from msgspec import Struct

from hexaops.features.access.errors import (
    InsufficientPermissionsError,
    InsufficientScopesError,
    WorkspaceNotFoundError,
)
from hexaops.features.access.principal import Principal
from hexaops.features.access.tenancy import Role, Workspace
from hexaops.features.audit.event import AuditEvent, Outcome


class Caller(Struct, frozen=True):
    """The authenticated and authorized caller of one request."""

    principal: Principal
    workspace: Workspace | None
    """The workspace in the path, which the caller may enter; None on routes without one."""
    permissions: Set[str]
    """What the caller may do in `workspace` (users) or its scopes (service accounts)."""
    request_id: str
    client_address: str
    role: Role | None = None

    def require(self, permission: str) -> None:
        """Raise a 403 naming the permission unless the caller holds it."""
        if permission in self.permissions:
            return
        if self.principal.kind == "user":
            raise InsufficientPermissionsError(permission, self.permissions)
        raise InsufficientScopesError(permission, self.permissions)

    def get_workspace(self) -> Workspace:
        """The path's workspace; raises WorkspaceNotFoundError on a route without one."""
        if self.workspace is None:
            raise WorkspaceNotFoundError
        return self.workspace

    def event(
        self,
        action: str,
        *,
        outcome: Outcome = "ok",
        resource: str | None = None,
        workspace_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> AuditEvent:
        """An audit event of this caller's doing, in the path's workspace unless another is named."""
        return AuditEvent(
            action=action,
            actor_kind=self.principal.kind,
            actor_id=self.principal.id,
            workspace_id=workspace_id or (self.workspace.id if self.workspace else None),
            resource=resource,
            outcome=outcome,
            request_id=self.request_id,
            client_address=self.client_address,
            details=dict(details or {}),
        )


async def caller_of(request: Request) -> Caller:
    """The caller admitted by the guard."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller


AnyCaller = Annotated[Caller, Depends(caller_of)]
"""For a route's parameter."""
