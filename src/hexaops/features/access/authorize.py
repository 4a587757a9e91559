"""Authorization: which workspaces a principal may enter, and with which permissions."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct
from msgspec.structs import replace

from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.permissions import ADMINISTRATION, ROLES, SCOPES_WHILE_SUSPENDED, WHILE_SUSPENDED
from hexaops.features.access.principal import Principal
from hexaops.features.access.tenancy import Role, Tenancy, Workspace


class Grant(Struct, frozen=True):
    """A principal's workspace and permissions in it."""

    workspace: Workspace | None
    permissions: Set[str]
    role: Role | None = None


class Authorizer:
    """Reads the database on every call, so removing a member takes effect immediately."""

    def __init__(self, tenancy: Tenancy) -> None:
        self._tenancy = tenancy

    async def enter(self, principal: Principal, workspace_id: str | None) -> Grant:
        """Enter a workspace, or none; raises WorkspaceNotFoundError for absent and foreign ones alike."""
        if principal.kind == "service":
            return await self._enter_as_service(principal, workspace_id)
        if workspace_id is None:
            return Grant(None, frozenset())
        membership = await self._tenancy.find_membership(workspace_id, principal.id)
        if membership is None or membership.role is None:
            raise WorkspaceNotFoundError
        permissions = ROLES[membership.role]
        if membership.workspace.status == "suspended":
            permissions = permissions & WHILE_SUSPENDED
        return Grant(membership.workspace, permissions, membership.role)

    async def authorize(self, caller: Caller, permission: str | None, workspace_id: str) -> Caller:
        """For an object that the path does not place: the caller inside of the object's workspace.

        Raises WorkspaceNotFoundError (a route turns it into its own "not found") or the audience's 403.
        """
        grant = await self.enter(caller.principal, workspace_id)
        inside = replace(caller, workspace=grant.workspace, permissions=grant.permissions, role=grant.role)
        if permission is not None:
            inside.require(permission)
        return inside

    async def _enter_as_service(self, principal: Principal, workspace_id: str | None) -> Grant:
        if workspace_id is None:
            return Grant(None, _scopes_outside(principal))
        workspace = await self._tenancy.find(workspace_id) if principal.may_enter(workspace_id) else None
        if workspace is None:
            raise WorkspaceNotFoundError
        suspended = workspace.status == "suspended"
        return Grant(workspace, principal.scopes & SCOPES_WHILE_SUSPENDED if suspended else principal.scopes)


def _scopes_outside(principal: Principal) -> Set[str]:
    """Scopes on routes without a workspace: bound accounts cannot administer anything beyond their workspaces."""
    if principal.workspace_ids is None:
        return principal.scopes
    return principal.scopes - {ADMINISTRATION}
