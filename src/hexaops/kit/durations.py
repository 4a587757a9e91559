"""Durations and times as both API documents write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def parse_duration(text: str) -> float:
    """Seconds in `"5m"`, `"1h30m"`, `"7d"`; raises ValueError on anything else."""
    compact = text.replace(" ", "")
    parts = _PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        message = f"not a duration: {text[:40]!r} (write it as 30s, 5m, 1h or 7d)"
        raise ValueError(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def format_duration(seconds: float) -> str:
    """`"28s"`, `"5m"`, `"1h"`, `"15d 4h 23m"`: whole units, seconds only below one hour."""
    left = max(0, round(seconds))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "m")]
    if not days and not hours:
        parts.append((left, "s"))
    shown = [f"{count}{unit}" for count, unit in parts if count]
    return " ".join(shown) or "0s"


@lru_cache(maxsize=1024)
def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: `2024-01-20T15:30:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_time(text: str) -> datetime:
    """An aware time from RFC 3339; raises ValueError on anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"time without a zone: {text[:40]!r}"
        raise ValueError(message)
    return moment.astimezone(UTC)
