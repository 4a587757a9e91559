"""Times for people: how long ago, or in how long. Pipes get the exact time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from hexaops.kit.durations import parse_time

JUST_NOW_SECONDS = 2
UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


def when(text: Any) -> Any:
    """A time of the API as it is shown: relative on a terminal, exact elsewhere."""
    if not isinstance(text, str) or not sys.stdout.isatty():
        return text
    return relative(text, datetime.now(UTC))


def relative(text: str, now: datetime) -> str:
    """`4m ago`, `in 9m`, `just now`; what is no time stays as it is."""
    try:
        seconds = (now - parse_time(text)).total_seconds()
    except ValueError:
        return text
    distance = abs(round(seconds))
    if distance < JUST_NOW_SECONDS:
        return "just now"
    size, unit = next(one for one in UNITS if distance >= one[0])
    shown = f"{distance // size}{unit}"
    return f"in {shown}" if seconds < 0 else f"{shown} ago"
