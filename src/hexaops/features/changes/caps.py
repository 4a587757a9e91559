"""Rules 10 and 13: at most so many changes per window, and of one kind per target; rollbacks are not capped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hexaops.analysis.applications.status import counted
from hexaops.config import Settings
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.kit.durations import format_duration, format_time


def check_caps(
    settings: Settings, workspace_cap: int | None, in_workspace: Sequence[datetime], on_cluster: Sequence[datetime]
) -> None:
    """Raise GuardrailRefusedError that says when the next change may start. Times are of starts, the oldest first."""
    window = timedelta(seconds=settings.change_window_seconds)
    own = settings.changes_per_workspace if workspace_cap is None else workspace_cap
    for started, cap, where in (
        (in_workspace, own, "workspace"),
        (on_cluster, settings.changes_per_cluster, "cluster"),
    ):
        if len(started) < cap:
            continue
        spelled = format_duration(settings.change_window_seconds)
        reason = f"{len(started)} changes were started in this {where} within {spelled}; the cap is {cap}"
        free_at = format_time(started[len(started) - cap] + window) if cap else None
        possible = f"wait until {free_at}" if free_at else f"raise the {where}'s cap"
        raise GuardrailRefusedError(10, reason, possible=possible)


def check_repeats(settings: Settings, workspace_cap: int | None, name: str, started: Sequence[datetime]) -> None:
    """Rule 13: a change that is made again and again mends nothing. Times of the same kind on one target, in order."""
    own = settings.changes_per_workspace if workspace_cap is None else workspace_cap
    cap = own if settings.repeats_per_target is None else settings.repeats_per_target
    if not cap or len(started) < cap:
        return
    window = timedelta(seconds=settings.repeat_window_seconds)
    spelled = format_duration(settings.repeat_window_seconds)
    reason = f"The same change was made {counted(len(started), 'time')} to {name} within {spelled}: look for the cause"
    possible = f"from {format_time(started[len(started) - cap] + window)}"
    raise GuardrailRefusedError(13, reason, possible=possible)
