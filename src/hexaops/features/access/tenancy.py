"""What a caller may be inside of: a workspace, as the rest of the service sees it.

The rows belong to the workspaces feature; the guard before the routes stands below it and knows this view only.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Role = Literal["viewer", "operator", "admin"]
Risk = Literal["none", "low", "medium", "high"]

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""Never part of a workspace: watched, but nobody's application."""


@dataclass(frozen=True)
class WorkspacePolicy:
    """What a workspace allows beyond its members' permissions."""

    single_call_risk: Risk = "low"
    """Highest risk that `confirmation: true` without a plan may execute in one call."""
    changes_per_window: int | None = None
    """Changes started within the cap window; None: the service's setting."""
    kubernetes_user: str | None = None
    """The Kubernetes user of a member, with `{user}` for the member's id; None: only our own roles decide."""


@dataclass(frozen=True)
class Workspace:
    """A set of namespaces on one cluster."""

    id: str
    name: str
    plan: Literal["shared", "dedicated"]
    cluster_id: str
    status: Literal["active", "suspended"]
    namespaces: Set[str] | None
    """Its namespaces; None: every one of the cluster except `excluded`."""
    excluded: Set[str]
    """System namespaces and what other workspaces of the cluster hold."""
    policy: WorkspacePolicy
    timezone: str
    created_at: datetime

    def owns(self, namespace: str) -> bool:
        """Whether a namespace is the workspace's."""
        if namespace in self.excluded or not namespace:
            return False
        return self.namespaces is None or namespace in self.namespaces


@dataclass(frozen=True)
class Membership:
    """A workspace and the role that a user has in it; no role: a service account's view."""

    workspace: Workspace
    role: Role | None


class Tenancy(Protocol):
    """What the guard asks the workspaces feature; both say None for absent and foreign alike."""

    async def find(self, workspace_id: str) -> Workspace | None:
        """The workspace."""

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """The workspace, if the user is a member."""
