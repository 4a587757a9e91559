"""The autopilot's state."""

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
    """Why it has tripped."""
    reset_by: str | None
    """Who reset it last."""
    reset_at: str | None
    changed_by: str | None
    """Who set the policy last."""
    changed_at: str | None
    change_reason: str | None
    reasons: dict[str, str]


def autopilot_view(
    workspace: Workspace, breaker: AutomationState | None, change: AutomationState | None
) -> AutopilotView:
    """The policy and the breaker."""
    tripped = breaker if breaker is not None and not breaker.enabled else None
    reset = breaker if breaker is not None and breaker.enabled else None
    nulls = {
        **({} if tripped else dict.fromkeys(("tripped_at", "reason"), "the breaker has not tripped")),
        **(
            {}
            if reset
            else dict.fromkeys(
                ("reset_by", "reset_at"), "not reset since it tripped" if tripped else "the breaker has never tripped"
            )
        ),
        **({} if change else dict.fromkeys(("changed_by", "changed_at"), "the policy is as it was made")),
    }
    if change is None or change.reason is None:
        nulls["change_reason"] = "none was given"
    return AutopilotView(
        workspace_id=workspace.id,
        mode=workspace.policy.autopilot,
        classes=workspace.policy.autopilot_classes,
        tripped=tripped is not None,
        tripped_at=_at(tripped),
        reason=tripped.reason if tripped is not None else None,
        reset_by=reset.changed_by if reset is not None else None,
        reset_at=_at(reset),
        changed_by=change.changed_by if change is not None else None,
        changed_at=_at(change),
        change_reason=change.reason if change is not None else None,
        reasons=nulls,
    )


def _at(state: AutomationState | None) -> str | None:
    return format_time(state.changed_at) if state is not None and state.changed_at is not None else None
