"""The autopilot's state as the internal API shows it."""

from __future__ import annotations

from hexaops.features.access.tenancy import AutopilotClass, AutopilotMode, Workspace
from hexaops.features.workspaces.automation import AutomationState
from hexaops.kit.durations import format_time
from hexaops.responses import View


class AutopilotView(View, frozen=True, kw_only=True):
    """What becomes of detections in a workspace."""

    workspace_id: str
    mode: AutopilotMode
    classes: tuple[AutopilotClass, ...]
    """Classes that `act` may remediate without a person."""
    tripped: bool
    """Whether the breaker has tripped: nothing is remediated until it is reset."""
    tripped_at: str | None
    reason: str | None
    reasons: dict[str, str]


def autopilot_view(workspace: Workspace, tripped: AutomationState | None) -> AutopilotView:
    """The policy and the breaker."""
    at = tripped.changed_at if tripped is not None else None
    nulls = {} if tripped else dict.fromkeys(("tripped_at", "reason"), "the breaker has not tripped")
    return AutopilotView(
        workspace_id=workspace.id,
        mode=workspace.policy.autopilot,
        classes=workspace.policy.autopilot_classes,
        tripped=tripped is not None,
        tripped_at=format_time(at) if at is not None else None,
        reason=tripped.reason if tripped is not None else None,
        reasons=nulls,
    )
