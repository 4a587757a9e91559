"""Cron schedules as Kubernetes reads them (robfig/cron): whether one is valid, how often and when it comes due."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES: tuple[dict[str, int], ...] = (
    {},
    {},
    {},
    {name: at + 1 for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())},  # noqa: SIM905 # readable
    {name: at for at, name in enumerate("sun mon tue wed thu fri sat".split())},  # noqa: SIM905 # readable
)
_FIELDS = ("minute", "hour", "day of month", "month", "day of week")
_MACROS = {
    "@yearly": ("0 0 1 1 *", 525600),
    "@annually": ("0 0 1 1 *", 525600),
    "@monthly": ("0 0 1 * *", 43200),
    "@weekly": ("0 0 * * 0", 10080),
    "@daily": ("0 0 * * *", 1440),
    "@midnight": ("0 0 * * *", 1440),
    "@hourly": ("0 * * * *", 60),
}
"""What each stands for, and about how many minutes pass between two starts."""
_EVERY = re.compile(r"^@every (?:\d{1,6}(?:\.\d{1,3})?(?:h|m|s|ms)){1,4}$")


def schedule_error(schedule: str) -> str:
    """What is wrong with the schedule; empty when it is valid."""
    schedule = schedule.strip()
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return "it sets TZ, which Kubernetes does not allow (use spec.timeZone)"
    if schedule.startswith("@"):
        return "" if schedule in _MACROS or _EVERY.match(schedule) else f"{schedule} is no known descriptor"
    fields = schedule.split()
    if len(fields) != 5:
        return f"it has {len(fields)} fields instead of 5"
    for text, bounds, names, label in zip(fields, _BOUNDS, _NAMES, _FIELDS, strict=True):
        if _values(text, bounds, names) is None:
            return f"{text} is no valid {label} ({bounds[0]}–{bounds[1]})"
    return ""


def period_minutes(schedule: str) -> float | None:
    """About how many minutes pass between two starts; None where that cannot be told."""
    schedule = schedule.strip()
    if schedule in _MACROS:
        return float(_MACROS[schedule][1])
    if schedule_error(schedule) or schedule.startswith("@"):
        return None
    minute, hour, day, month, weekday = (
        _values(*part) or set() for part in zip(schedule.split(), _BOUNDS, _NAMES, strict=True)
    )
    days = (
        365.0
        * len(month)
        / 12
        * (len(day) / 31 if len(weekday) >= 7 else min(1.0, len(weekday) / 7 + (len(day) / 31 if len(day) < 31 else 0)))
    )
    return 525600.0 / max(1.0, days * len(hour) * len(minute))


LOOK_AHEAD_DAYS = 5 * 366
"""Far enough for 29 February."""


def next_time(schedule: str, after: datetime, zone: str = "") -> datetime | None:
    """When it comes due next, in UTC; None where that cannot be told (`@every`, an invalid schedule or zone).

    Without a zone UTC, which the controller manager runs in as a rule. Where both days are restricted, either fits.
    """
    schedule = schedule.strip()
    schedule, _ = _MACROS.get(schedule, (schedule, 0))
    if schedule_error(schedule) or schedule.startswith("@") or (zone and not is_time_zone(zone)):
        return None
    texts = schedule.split()
    minutes, hours, days, months, weekdays = (
        _values(*part) or set() for part in zip(texts, _BOUNDS, _NAMES, strict=True)
    )
    weekdays = {day % 7 for day in weekdays}
    either = not texts[2].startswith(("*", "?")) and not texts[4].startswith(("*", "?"))
    place = ZoneInfo(zone) if zone else UTC
    start = after.astimezone(place)
    for ahead in range(LOOK_AHEAD_DAYS):
        date = start.date() + timedelta(days=ahead)
        of_month, of_week = date.day in days, date.isoweekday() % 7 in weekdays
        if date.month not in months or not ((of_month or of_week) if either else (of_month and of_week)):
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                found = datetime(date.year, date.month, date.day, hour, minute, tzinfo=place).astimezone(UTC)
                if found > after:
                    return found
    return None


def _values(text: str, bounds: tuple[int, int], names: dict[str, int]) -> set[int] | None:
    """The values that a field stands for, or None when it is invalid."""
    found: set[int] = set()
    low, high = bounds
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = int(step_text) if step_text.isdigit() else 0 if slash else 1
        if step < 1:
            return None
        if span in {"*", "?"}:
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first_value = names.get(begin.lower(), int(begin) if begin.isdigit() else None)
            last_value = (
                names.get(end.lower(), int(end) if end.isdigit() else None)
                if dash
                else (high if slash else first_value)
            )
            if first_value is None or last_value is None:
                return None
            first, last = first_value, last_value
        if not low <= first <= last <= high:
            return None
        found.update(range(first, last + 1, step))
    return found


def is_time_zone(name: str) -> bool:
    """Whether the IANA data base knows the zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
