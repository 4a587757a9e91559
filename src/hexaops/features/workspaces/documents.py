"""How workspaces, members and the automation switch are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hexaops.features.access.permissions import ROLES
from hexaops.features.access.tenancy import Membership, Workspace
from hexaops.features.workspaces.automation import AutomationState
from hexaops.features.workspaces.service import Member
from hexaops.kit.durations import format_time


def workspace_document(workspace: Workspace) -> dict[str, Any]:
    """All of a workspace, for administrators."""
    return {
        **_summary(workspace),
        "cluster": workspace.cluster_id,
        "default": workspace.namespaces is None,
        "namespaces": None if workspace.namespaces is None else sorted(workspace.namespaces),
        "timezone": workspace.timezone,
        "policy": asdict(workspace.policy),
    }


def membership_document(membership: Membership) -> dict[str, Any]:
    """A workspace as its member sees it."""
    permissions = sorted(ROLES[membership.role]) if membership.role else []
    return {**_summary(membership.workspace), "role": membership.role, "permissions": permissions}


def member_document(member: Member) -> dict[str, Any]:
    """One member."""
    return {"user_id": member.user_id, "role": member.role, "added_at": format_time(member.added_at)}


def automation_document(states: Sequence[AutomationState]) -> dict[str, Any]:
    """The switch's positions; `enabled` is the global one."""
    everywhere, *rest = states
    return {**_state(everywhere), "workspaces": [{"workspace_id": state.scope, **_state(state)} for state in rest]}


def _summary(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.id,
        "name": workspace.name,
        "plan": workspace.plan,
        "status": workspace.status,
        "created_at": format_time(workspace.created_at),
    }


def _state(state: AutomationState) -> dict[str, Any]:
    return {
        "enabled": state.enabled,
        "reason": state.reason,
        "changed_by": state.changed_by,
        "changed_at": format_time(state.changed_at) if state.changed_at else None,
    }
