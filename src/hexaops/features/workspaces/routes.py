"""Routes of workspaces, their members, and the automation switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path

from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import AnyCaller, Caller
from hexaops.features.access.errors import BoundAccountError, WorkspaceNotFoundError
from hexaops.features.routing import ADMIN, INTERNAL, WORKSPACE, Entry, service, user
from hexaops.features.workspaces.automation import EVERYWHERE, AutomationState, AutomationSwitch
from hexaops.features.workspaces.bounds import NamespaceNotFoundError
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.schemas import (
    AutomationBody,
    MemberBody,
    OwnAutomationBody,
    WorkspaceChange,
    WorkspaceCreation,
)
from hexaops.features.workspaces.service import (
    DefaultWorkspaceExistsError,
    LastAdminError,
    MemberNotFoundError,
    NamespaceTakenError,
    WorkspaceInUseError,
    WorkspaceService,
)
from hexaops.features.workspaces.views import (
    AutomationView,
    ClaimedWorkspaceView,
    MembershipView,
    MemberView,
    WorkspaceView,
    automation_view,
    claimed_view,
    member_view,
    membership_view,
    workspace_view,
)
from hexaops.provide import provided
from hexaops.responses import Data, Items, refuses

Directory = Annotated[WorkspaceDirectory, provided(WorkspaceDirectory)]
Workspaces = Annotated[WorkspaceService, provided(WorkspaceService)]
Switch = Annotated[AutomationSwitch, provided(AutomationSwitch)]
Rights = Annotated[Authorizer, provided(Authorizer)]
UserId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]


async def list_own(caller: AnyCaller, directory: Directory) -> Items[MembershipView]:
    """The user's workspaces."""
    return Items([membership_view(found) for found in await directory.list_for(caller.principal.id)])


async def list_all(caller: AnyCaller, directory: Directory) -> Items[WorkspaceView]:
    """The workspaces visible to the account."""
    found = await directory.list_all()
    return Items([workspace_view(one) for one in found if caller.principal.may_enter(one.id)])


async def get_workspace(caller: AnyCaller) -> Data[WorkspaceView]:
    """One workspace with its namespaces and policy."""
    return Data(workspace_view(caller.get_workspace()))


@refuses(NamespaceTakenError, DefaultWorkspaceExistsError)
async def create_workspace(
    caller: AnyCaller, workspaces: Workspaces, body: WorkspaceCreation
) -> Data[ClaimedWorkspaceView]:
    """Create a workspace from unclaimed namespaces."""
    return Data(claimed_view(await workspaces.create(caller, body)))


@refuses(NamespaceTakenError, NamespaceNotFoundError, WorkspaceInUseError, BoundAccountError)
async def change_workspace(
    caller: AnyCaller, workspaces: Workspaces, body: WorkspaceChange
) -> Data[ClaimedWorkspaceView]:
    """Set a workspace's name, plan, status, time zone, namespaces or policy."""
    return Data(claimed_view(await workspaces.change(caller, caller.get_workspace().id, body)))


@refuses(WorkspaceInUseError, BoundAccountError)
async def delete_workspace(caller: AnyCaller, workspaces: Workspaces) -> None:
    """Delete a workspace; refused while a change is running in it."""
    await workspaces.delete(caller, caller.get_workspace().id)


async def list_members(caller: AnyCaller, workspaces: Workspaces) -> Items[MemberView]:
    """The members of a workspace and their roles."""
    found = await workspaces.list_members(caller.get_workspace().id)
    return Items([member_view(member) for member in found])


async def put_member(caller: AnyCaller, workspaces: Workspaces, user_id: UserId, body: MemberBody) -> Data[MemberView]:
    """Add a member or change their role."""
    member = await workspaces.put_member(caller.get_workspace().id, user_id, body.role, caller=caller)
    return Data(member_view(member))


@refuses(MemberNotFoundError)
async def remove_member(caller: AnyCaller, workspaces: Workspaces, user_id: UserId) -> None:
    """Remove a member."""
    await workspaces.remove_member(caller, caller.get_workspace().id, user_id)


async def list_own_members(caller: AnyCaller, workspaces: Workspaces) -> Items[MemberView]:
    """The members of the user's workspace and their roles."""
    return Items([member_view(member) for member in await workspaces.list_members(caller.get_workspace().id)])


@refuses(LastAdminError)
async def put_own_member(
    caller: AnyCaller, workspaces: Workspaces, user_id: UserId, body: MemberBody
) -> Data[MemberView]:
    """Add a member to the user's workspace or change their role."""
    if body.role != "admin":
        await workspaces.check_other_admin(caller.get_workspace().id, user_id)
    member = await workspaces.put_member(caller.get_workspace().id, user_id, body.role, caller=caller)
    return Data(member_view(member))


@refuses(MemberNotFoundError, LastAdminError)
async def remove_own_member(caller: AnyCaller, workspaces: Workspaces, user_id: UserId) -> None:
    """Remove a member from the user's workspace."""
    await workspaces.check_other_admin(caller.get_workspace().id, user_id)
    await workspaces.remove_member(caller, caller.get_workspace().id, user_id)


async def get_own_automation(caller: AnyCaller, switch: Switch) -> Data[AutomationView]:
    """The automation switch: globally, and in the user's workspace."""
    return Data(automation_view(_own(caller, await switch.list_states())))


async def put_own_automation(caller: AnyCaller, switch: Switch, body: OwnAutomationBody) -> Data[AutomationView]:
    """Switch automation in the user's workspace off or on; effective immediately."""
    workspace_id = caller.get_workspace().id
    await switch.put(caller, workspace_id=workspace_id, enabled=body.enabled, reason=body.reason)
    return Data(automation_view(_own(caller, await switch.list_states())))


async def get_automation(caller: AnyCaller, switch: Switch) -> Data[AutomationView]:
    """The automation switch: globally, and per workspace visible to the account."""
    return Data(automation_view(_visible(caller, await switch.list_states())))


@refuses(WorkspaceNotFoundError)
async def put_automation(
    caller: AnyCaller, switch: Switch, rights: Rights, body: AutomationBody
) -> Data[AutomationView]:
    """Switch automation off or on, globally or in one workspace; effective immediately."""
    if body.workspace_id is not None:
        await rights.authorize(caller, None, body.workspace_id)
    await switch.put(caller, workspace_id=body.workspace_id, enabled=body.enabled, reason=body.reason)
    return Data(automation_view(_visible(caller, await switch.list_states())))


def _visible(caller: Caller, states: Sequence[AutomationState]) -> list[AutomationState]:
    return [state for state in states if state.scope == EVERYWHERE or caller.principal.may_enter(state.scope)]


def _own(caller: Caller, states: Sequence[AutomationState]) -> list[AutomationState]:
    return [state for state in states if state.scope in {EVERYWHERE, caller.get_workspace().id}]


ROUTES = (
    Entry("GET", "/api/v1/workspaces", list_own, user()),
    Entry("GET", f"{WORKSPACE}/members", list_own_members, user("read_workspace")),
    Entry("PUT", f"{WORKSPACE}/members/{{user_id}}", put_own_member, user("manage_workspace")),
    Entry("DELETE", f"{WORKSPACE}/members/{{user_id}}", remove_own_member, user("manage_workspace"), 204),
    Entry("GET", f"{WORKSPACE}/aiops/automation", get_own_automation, user("read_workspace")),
    Entry("PUT", f"{WORKSPACE}/aiops/automation", put_own_automation, user("manage_workspace")),
    Entry("GET", f"{INTERNAL}/workspaces", list_all, service("workspace:read")),
    Entry("POST", f"{INTERNAL}/workspaces", create_workspace, ADMIN, 201, idempotent=True),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}", get_workspace, service("workspace:read")),
    Entry("PATCH", f"{INTERNAL}/workspaces/{{workspace_id}}", change_workspace, ADMIN),
    Entry("DELETE", f"{INTERNAL}/workspaces/{{workspace_id}}", delete_workspace, ADMIN, 204),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/members", list_members, service("workspace:read")),
    Entry("PUT", f"{INTERNAL}/workspaces/{{workspace_id}}/members/{{user_id}}", put_member, ADMIN),
    Entry("DELETE", f"{INTERNAL}/workspaces/{{workspace_id}}/members/{{user_id}}", remove_member, ADMIN, 204),
    Entry("GET", f"{INTERNAL}/automation", get_automation, service("system:read")),
    Entry("PUT", f"{INTERNAL}/automation", put_automation, ADMIN),
)
