"""Rule 11: changes begin within the workspace's windows and outside of its freezes; undoing one is always allowed."""

from __future__ import annotations

from datetime import datetime

from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.kit.calendar import Calendar
from hexaops.kit.durations import format_time


def check_schedule(calendar: Calendar, now: datetime) -> None:
    """Raise GuardrailRefusedError that says when changes may begin again."""
    closed = calendar.closed(now)
    if closed is None:
        return
    possible = (
        f"from {format_time(closed.opens_at)}" if closed.opens_at else "change the workspace's windows or freezes"
    )
    raise GuardrailRefusedError(11, f"Changes may not begin now: {closed.reason}", possible=possible)
