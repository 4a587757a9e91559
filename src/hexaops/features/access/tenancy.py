"""Workspaces as the rest of the service sees them.

The rows belong to the workspaces feature; the guard before the routes stands below it and knows this view only.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from hexaops.kit.calendar import Calendar

Role = Literal["viewer", "operator", "admin"]
Risk = Literal["none", "low", "medium", "high"]
IncidentSeverity = Literal["low", "medium", "high", "critical"]
AutopilotMode = Literal["off", "suggest", "act"]
AutopilotClass = Literal["failing_pods", "bad_rollout"]

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that never belong to a workspace."""


class WorkspacePolicy(Struct, frozen=True):
    """A workspace's policy."""

    single_call_risk: Risk = "low"
    """Highest risk that `confirmation: true` without a plan may execute in one call."""
    changes_per_window: int | None = None
    """Changes started within the cap window; None: the service's setting."""
    kubernetes_user: str | None = None
    """The Kubernetes user of a member, with `{user}` for the member's id; None: only our own roles decide."""
    unattended_actions: tuple[str, ...] = ()
    """Kinds of changes that the remediation of an incident may make without a person's confirmation."""
    unattended_severity: IncidentSeverity = "high"
    """The highest severity of an incident that may be remediated so: a worse one waits for a person."""
    unattended_pods: int = 5
    """How many pods one such change may touch at most."""
    autopilot: AutopilotMode = "suggest"
    """What becomes of a detection: nothing, a suggestion, or a remediation."""
    autopilot_classes: tuple[AutopilotClass, ...] = ()
    """Classes of detections that may be remediated without a person."""
    change_windows: tuple[str, ...] = ()
    """When changes may begin, in the workspace's time zone; none: at any time."""
    change_freezes: tuple[str, ...] = ()
    """When no change may begin, in the workspace's time zone."""
    probe_image: str | None = None
    """Image of the pods that try connections; None: no such pod is made."""


class Workspace(Struct, frozen=True):
    """A set of namespaces on one cluster."""

    id: str
    name: str
    plan: Literal["shared", "dedicated"]
    cluster_id: str
    status: Literal["active", "suspended"]
    namespaces: Set[str] | None
    """Its namespaces; None: every one of the cluster except `excluded`."""
    excluded: Set[str]
    """System namespaces and those of other workspaces on the cluster."""
    policy: WorkspacePolicy
    timezone: str
    created_at: datetime

    @property
    def calendar(self) -> Calendar:
        """When changes may begin."""
        return Calendar(self.timezone, self.policy.change_windows, self.policy.change_freezes)

    def owns(self, namespace: str) -> bool:
        """Whether the workspace owns the namespace."""
        if namespace in self.excluded or not namespace:
            return False
        return self.namespaces is None or namespace in self.namespaces


class Membership(Struct, frozen=True):
    """A workspace and the role that a user has in it; no role: a service account's view."""

    workspace: Workspace
    role: Role | None


class Tenancy(Protocol):
    """Lookup used by the guard; both methods return None for absent and foreign workspaces alike."""

    async def find(self, workspace_id: str) -> Workspace | None:
        """The workspace."""

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """The workspace, if the user is a member."""
