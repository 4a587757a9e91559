"""Cron schedules: five fields of numbers, ranges, steps and lists, and the usual `@daily` names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_SEARCH_DAYS = 366 * 4


@dataclass(frozen=True, slots=True)
class Schedule:
    """The allowed values of each field."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both kinds of day are restricted: then one of them suffices, as cron has it."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first matching minute later than `moment`, in its zone; None when there is none in four years."""
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(_SEARCH_DAYS):
            if self._day_matches(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        candidate = day.replace(hour=hour, minute=minute)
                        if candidate > moment:
                            return candidate
            day += timedelta(days=1)
        return None

    def _day_matches(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        by_date = day.day in self.days
        by_week = (day.weekday() + 1) % 7 in self.weekdays
        return by_date or by_week if self.either_day else by_date and by_week


def parse_schedule(text: str) -> Schedule:
    """A schedule; raises ValueError on anything else."""
    fields = _NAMED.get(text.strip(), text).split()
    if len(fields) != len(_BOUNDS):
        raise ValueError(f"expected exactly 5 fields, found {len(fields)}: {text[:40]}")
    minutes, hours, days, months, weekdays = (
        _field(field, low, high) for field, (low, high) in zip(fields, _BOUNDS, strict=True)
    )
    either = fields[2] != "*" and fields[4] != "*"
    return Schedule(minutes, hours, days, months, frozenset(value % 7 for value in weekdays), either)


def _field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span in ("*", "?"):
            start, end = low, high
        else:
            start = int(first)
            end = int(last) if last else (high if step else start)
        values.update(range(start, end + 1, int(step or 1)))
    if not values or min(values) < low or max(values) > high:
        raise ValueError(f"value out of range in schedule field {text[:20]}")
    return frozenset(values)
