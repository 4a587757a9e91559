"""Quick actions of the chat without a workspace: each really does what its label says, for whoever may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import ValidationError

from hexaops.assistant.knowledge.search import library
from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import InsufficientPermissionsError
from hexaops.features.chat.guide_views import QuickActionResultView, QuickActionView
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.schemas import WorkspaceCreation
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.features.workspaces.views import claimed_view, membership_view
from hexaops.kit.paths import field_path
from hexaops.kit.text import plain

CREATE = "create_workspace"
PLANS_ARTICLE = "workspace-plans"
LABELS: Mapping[str, str] = {
    CREATE: "Create Workspace Now",
    "show_plans": "View Plans",
    "list_workspaces": "List My Workspaces",
}
TAKES: Mapping[str, tuple[str, ...]] = {CREATE: ("name", "namespaces", "plan", "cluster", "timezone", "expect_missing")}
"""Parameters by action. Of a workspace what a user may set: the policy is a matter of the platform's administrators."""
NAME_LIMIT = 128
INVALID = "The action's parameters are not valid"


class QuickActions(Struct, frozen=True):
    """One for the process."""

    workspaces: WorkspaceService
    directory: WorkspaceDirectory

    async def offered(self, caller: Caller, names: Sequence[str]) -> list[QuickActionView]:
        """Those of the names that this caller may use."""
        may_create = CREATE in names and await self._admin_of_default(caller, None)
        return [
            QuickActionView(
                label=LABELS[name],
                action=name,
                parameters={},
                required=["name", "namespaces"] if name == CREATE else [],
            )
            for name in names
            if name in LABELS and (name != CREATE or may_create)
        ]

    async def execute(self, caller: Caller, action: str, parameters: Mapping[str, Any]) -> QuickActionResultView:
        """Raises ValidationFailedError, InsufficientPermissionsError, and as `WorkspaceService.create` does."""
        actions: Mapping[str, Callable[[Caller, Mapping[str, Any]], Awaitable[QuickActionResultView]]] = {
            CREATE: self._create,
            "show_plans": self._show_plans,
            "list_workspaces": self._list,
        }
        if action not in actions:
            raise ValidationFailedError("Unknown quick action", details={"action": f"one of {', '.join(LABELS)}"})
        _check_taken(action, parameters)
        return await actions[action](caller, parameters)

    async def _create(self, caller: Caller, parameters: Mapping[str, Any]) -> QuickActionResultView:
        """For admins of the cluster's default workspace, from which the namespaces are taken. The creator is admin."""
        if not await self._admin_of_default(caller, parameters.get("cluster")):
            raise InsufficientPermissionsError(CREATE, caller.permissions)
        made = await self.workspaces.create(caller, _creation(caller, parameters))
        workspace = made.workspace
        text = f"The workspace **{plain(workspace.name, NAME_LIMIT)}** (`{workspace.id}`) exists; you are its admin."
        result = msgspec.to_builtins(claimed_view(made))
        return QuickActionResultView(action=CREATE, status="completed", content=text, result=result)

    async def _show_plans(self, _caller: Caller, _parameters: Mapping[str, Any]) -> QuickActionResultView:
        article = library().get(PLANS_ARTICLE)
        content = f"# {article.title}\n\n{article.body}" if article else ""
        return QuickActionResultView(
            action="show_plans", status="completed", content=content, result={"plans": ["shared", "dedicated"]}
        )

    async def _list(self, caller: Caller, _parameters: Mapping[str, Any]) -> QuickActionResultView:
        found = [membership_view(one) for one in await self.directory.list_for(caller.principal.id)]
        lines = [f"- {plain(one.name, NAME_LIMIT)} (`{one.id}`)" for one in found]
        content = "\n".join(lines) or "You are a member of no workspace."
        result = {"workspaces": msgspec.to_builtins(found)}
        return QuickActionResultView(action="list_workspaces", status="completed", content=content, result=result)

    async def _admin_of_default(self, caller: Caller, cluster: object) -> bool:
        found = await self.directory.list_for(caller.principal.id)
        wanted = self.workspaces.default_cluster_id if cluster is None else cluster
        return any(
            one.role == "admin" and one.workspace.namespaces is None and one.workspace.cluster_id == wanted
            for one in found
        )


def _check_taken(action: str, parameters: Mapping[str, Any]) -> None:
    taken = TAKES.get(action, ())
    unknown = f"{action} takes no such parameter; it takes {', '.join(taken) or 'none'}"
    if problems := {f"parameters.{plain(name, NAME_LIMIT)}": unknown for name in parameters if name not in taken}:
        raise ValidationFailedError(INVALID, details=problems)


def _creation(caller: Caller, parameters: Mapping[str, Any]) -> WorkspaceCreation:
    if not isinstance(parameters.get("namespaces"), list) or not parameters["namespaces"]:
        raise ValidationFailedError(INVALID, details={"parameters.namespaces": "a list of namespaces is required"})
    try:
        return WorkspaceCreation.model_validate({**parameters, "admin": caller.principal.id})
    except ValidationError as error:
        details = {field_path(("parameters", *one["loc"])): str(one["msg"]) for one in error.errors()}
        raise ValidationFailedError(INVALID, details=details) from error
