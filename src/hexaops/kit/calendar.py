"""Weekly windows and freezes in a time zone, as people write them: `mon-fri 09:00-17:00`, `2026-12-20/2027-01-03`.

Wall times are local: a window from 09:00 begins at 09:00 before and after a change of summer time. A window that ends
at or before its start ends on the next day. A freeze's bounds are local dates (the last one included) or local times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"([a-z]{3}(?:[-,][a-z]{3})*|daily) ((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)")
_SEARCHED_DAYS = 9
"""From any moment on, a weekly window begins within so many days."""
_LAST_YEAR = 9998
"""A freeze ends so early that the window after it is still a date."""


class Window(Struct, frozen=True):
    """A time of some days of the week."""

    days: frozenset[int]
    start: time
    length: timedelta

    def holds(self, local: datetime) -> bool:
        """Whether this local wall time is within it."""
        return any(
            day.weekday() in self.days and timedelta(0) <= local - datetime.combine(day, self.start) < self.length
            for day in (local.date(), local.date() - timedelta(days=1))
        )

    def starts(self, after: datetime) -> Iterator[datetime]:
        """Its next local starts, at most those of one week."""
        for ahead in range(_SEARCHED_DAYS):
            start = datetime.combine(after.date() + timedelta(days=ahead), self.start)
            if start.weekday() in self.days and start > after:
                yield start


class Freeze(Struct, frozen=True):
    """A span of local wall time."""

    start: datetime
    end: datetime

    def holds(self, local: datetime) -> bool:
        """Whether this local wall time is within it."""
        return self.start <= local < self.end


class Closed(Struct, frozen=True):
    """Why nothing may begin now, and when it may again."""

    reason: str
    opens_at: datetime | None
    """None: not within the time that is looked ahead."""


class Calendar(Struct, frozen=True):
    """Open within a window (always, where there is none) and outside of every freeze."""

    zone: str = "UTC"
    windows: tuple[str, ...] = ()
    freezes: tuple[str, ...] = ()

    def closed(self, now: datetime) -> Closed | None:
        """Why it is closed at an aware time, or None."""
        zone = ZoneInfo(self.zone)
        local = now.astimezone(zone).replace(tzinfo=None)
        windows = [parse_window(one) for one in self.windows]
        freezes = [parse_freeze(one) for one in self.freezes]
        frozen = next((text for text, one in zip(self.freezes, freezes, strict=True) if one.holds(local)), None)
        if frozen is None and _within(windows, local):
            return None
        reason = f"frozen {frozen}" if frozen else f"outside of {', '.join(self.windows)}"
        opens = _next_open(windows, freezes, local)
        return Closed(f"{reason} ({self.zone})", opens and opens.replace(tzinfo=zone).astimezone(UTC))


def parse_window(text: str) -> Window:
    """`mon-fri 09:00-17:00`, `sat,sun 22:00-02:00`, `daily 00:00-24:00`; raises ValueError."""
    found = _WINDOW.fullmatch(text)
    if found is None:
        message = "write a window as in mon-fri 09:00-17:00, sat,sun 22:00-02:00 or daily 01:00-05:00"
        raise ValueError(message)
    days, start, end = _days(found[1]), _minutes(found[2]), _minutes(found[3])
    length = end - start if end > start else end - start + timedelta(days=1)
    return Window(days, time.fromisoformat(found[2]), length)


def parse_freeze(text: str) -> Freeze:
    """`2026-12-20/2027-01-03` or with times, `2026-12-20T18:00/2026-12-21T08:00`; raises ValueError."""
    first, slash, last = text.partition("/")
    try:
        start, end = _moment(first, last=False), _moment(last, last=True)
    except (ValueError, OverflowError):
        slash = ""
    if not slash or start >= end or end.year > _LAST_YEAR:
        message = (
            "write a freeze as in 2026-12-20/2027-01-03 or 2026-12-20T18:00/2026-12-21T08:00, its end after its start "
            f"and not after {_LAST_YEAR}"
        )
        raise ValueError(message)
    return Freeze(start, end)


def _days(text: str) -> frozenset[int]:
    if text == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or not {*ends} <= {*DAYS}:
            message = f"no such days: {part}; days are {', '.join(DAYS)}"
            raise ValueError(message)
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found |= {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
    return frozenset(found)


def _minutes(text: str) -> timedelta:
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def _moment(text: str, *, last: bool) -> datetime:
    if "T" in text:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            message = "the zone is the workspace's"
            raise ValueError(message)
        return moment
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1 if last else 0), time())


def _within(windows: Sequence[Window], local: datetime) -> bool:
    return not windows or any(window.holds(local) for window in windows)


def _next_open(windows: Sequence[Window], freezes: Sequence[Freeze], local: datetime) -> datetime | None:
    ends = [freeze.end for freeze in freezes if freeze.end > local]
    found = {*ends, *(start for moment in (local, *ends) for window in windows for start in window.starts(moment))}
    usable = (
        moment
        for moment in sorted(found)
        if _within(windows, moment) and not any(freeze.holds(moment) for freeze in freezes)
    )
    return next(usable, None)
