"""Views of workspaces, members and the automation switch."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import asdict

from hexaops.features.access.permissions import ROLES
from hexaops.features.access.tenancy import (
    AutopilotClass,
    AutopilotMode,
    IncidentSeverity,
    Membership,
    Risk,
    Role,
    Workspace,
)
from hexaops.features.workspaces.automation import AutomationState
from hexaops.features.workspaces.claiming import Taken
from hexaops.features.workspaces.service import ClaimedWorkspace, Member
from hexaops.kit.durations import format_time
from hexaops.responses import View


class WorkspaceSummaryView(View, frozen=True, kw_only=True):
    """Fields visible to every member."""

    id: str
    name: str
    plan: str
    status: str
    created_at: str


class PolicyView(View, frozen=True, kw_only=True):
    """What a workspace allows."""

    single_call_risk: Risk
    changes_per_window: int | None
    kubernetes_user: str | None
    unattended_actions: tuple[str, ...]
    """Kinds of changes that the remediation of an incident may make without a person's confirmation."""
    unattended_severity: IncidentSeverity
    unattended_pods: int
    autopilot: AutopilotMode
    """What becomes of a detection."""
    autopilot_classes: tuple[AutopilotClass, ...]
    change_windows: tuple[str, ...]
    """When changes may begin, in the workspace's time zone; empty: at any time."""
    change_freezes: tuple[str, ...]
    """When no change may begin."""
    probe_image: str | None
    """Image of the pods that try connections; None: no such pod is made."""


class WorkspaceView(WorkspaceSummaryView, frozen=True, kw_only=True):
    """A workspace in full, for administrators."""

    cluster: str
    default: bool
    namespaces: list[str] | None
    """Its namespaces; None: every one that no other workspace claims."""
    timezone: str
    policy: PolicyView
    reasons: dict[str, str]
    """Why a field is null."""


class TakenApplicationView(View, frozen=True, kw_only=True):
    """An application in a claimed namespace."""

    project: str
    name: str
    kind: str


class TakenView(View, frozen=True, kw_only=True):
    """Applications that were in the cluster's default workspace."""

    workspace_id: str | None
    """The default workspace; None where the cluster has none."""
    applications: list[TakenApplicationView] | None
    """The first hundred by project and name; None when it cannot be told, and `reason` says why."""
    total: int | None
    reason: str | None


class ClaimedWorkspaceView(WorkspaceView, frozen=True, kw_only=True):
    """A workspace that was made or changed."""

    taken: TakenView | None
    """The applications that its new namespaces took; None where no namespaces were given."""


class MembershipView(WorkspaceSummaryView, frozen=True, kw_only=True):
    """A workspace as its member sees it."""

    role: Role | None
    permissions: list[str]


class MemberView(View, frozen=True, kw_only=True):
    """One member."""

    user_id: str
    role: str
    added_at: str


class SwitchView(View, frozen=True, kw_only=True):
    """One position of the automation switch."""

    enabled: bool
    reason: str | None
    changed_by: str | None
    changed_at: str | None


class WorkspaceSwitchView(SwitchView, frozen=True, kw_only=True):
    """The switch of one workspace."""

    workspace_id: str


class AutomationView(SwitchView, frozen=True, kw_only=True):
    """The switch everywhere, and where workspaces have their own."""

    workspaces: list[WorkspaceSwitchView]
    reasons: dict[str, str]
    """Why a field is null."""


def workspace_view(workspace: Workspace) -> WorkspaceView:
    """All of a workspace."""
    return WorkspaceView(
        **asdict(_summary_view(workspace)),
        cluster=workspace.cluster_id,
        default=workspace.namespaces is None,
        namespaces=None if workspace.namespaces is None else sorted(workspace.namespaces),
        timezone=workspace.timezone,
        policy=PolicyView(**asdict(workspace.policy)),
        reasons=_unset_of(workspace),
    )


def _unset_of(workspace: Workspace) -> dict[str, str]:
    """What stands in the place of what the workspace does not set."""
    policy = workspace.policy
    values = {
        "namespaces": (workspace.namespaces, "every namespace that no other workspace claims"),
        "policy.changes_per_window": (policy.changes_per_window, "the setting changes_per_workspace holds"),
        "policy.kubernetes_user": (policy.kubernetes_user, "changes are made as the service's own identity"),
        "policy.probe_image": (policy.probe_image, "no pods that try connections are made"),
    }
    return {name: reason for name, (value, reason) in values.items() if value is None}


def claimed_view(claimed: ClaimedWorkspace) -> ClaimedWorkspaceView:
    """A workspace that was made or changed, with what it took."""
    return ClaimedWorkspaceView(**asdict(workspace_view(claimed.workspace)), taken=_taken_view(claimed.taken))


def membership_view(membership: Membership) -> MembershipView:
    """A workspace as its member sees it."""
    permissions = sorted(ROLES[membership.role]) if membership.role else []
    return MembershipView(**asdict(_summary_view(membership.workspace)), role=membership.role, permissions=permissions)


def member_view(member: Member) -> MemberView:
    """One member."""
    return MemberView(user_id=member.user_id, role=member.role, added_at=format_time(member.added_at))


def automation_view(states: Sequence[AutomationState]) -> AutomationView:
    """The switch's positions, the global one first."""
    everywhere, *rest = states
    own = [WorkspaceSwitchView(workspace_id=state.scope, **asdict(_switch_view(state))) for state in rest]
    reasons = _reasons_of(everywhere, "")
    for place, state in enumerate(rest):
        reasons |= _reasons_of(state, f"workspaces[{place}].")
    return AutomationView(**asdict(_switch_view(everywhere)), workspaces=own, reasons=reasons)


def _taken_view(taken: Taken | None) -> TakenView | None:
    if taken is None:
        return None
    applications = taken.applications
    return TakenView(
        workspace_id=taken.workspace_id,
        applications=None if applications is None else [TakenApplicationView(**asdict(one)) for one in applications],
        total=taken.total,
        reason=taken.reason,
    )


def _summary_view(workspace: Workspace) -> WorkspaceSummaryView:
    return WorkspaceSummaryView(
        id=workspace.id,
        name=workspace.name,
        plan=workspace.plan,
        status=workspace.status,
        created_at=format_time(workspace.created_at),
    )


def _reasons_of(state: AutomationState, at: str) -> dict[str, str]:
    if state.changed_at is None:
        return {f"{at}{name}": "the switch was never used" for name in ("reason", "changed_by", "changed_at")}
    given = {"reason": state.reason, "changed_by": state.changed_by}
    return {f"{at}{name}": "none was given" for name, value in given.items() if value is None}


def _switch_view(state: AutomationState) -> SwitchView:
    return SwitchView(
        enabled=state.enabled,
        reason=state.reason,
        changed_by=state.changed_by,
        changed_at=format_time(state.changed_at) if state.changed_at else None,
    )
