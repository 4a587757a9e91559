"""Windows and freezes: days, midnight, summer time, and when they open again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.kit.calendar import Calendar, parse_freeze, parse_window

OFFICE = ("mon-fri 09:00-17:00",)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "windows", "now", "opens"),
    [
        ("UTC", OFFICE, "2026-11-27T08:59:59", "2026-11-27T09:00"),  # a Friday
        ("UTC", OFFICE, "2026-11-27T09:00", None),
        ("UTC", OFFICE, "2026-11-27T16:59:59", None),
        ("UTC", OFFICE, "2026-11-27T17:00", "2026-11-30T09:00"),
        ("Asia/Tokyo", OFFICE, "2026-11-27T00:00", None),  # 09:00 there
        ("Asia/Tokyo", OFFICE, "2026-11-27T09:00", "2026-11-30T00:00"),
        ("UTC", ("sat 22:00-02:00",), "2026-11-29T01:59", None),  # begun on Saturday
        ("UTC", ("sat 22:00-02:00",), "2026-11-28T01:59", "2026-11-28T22:00"),
        ("UTC", ("daily 00:00-24:00",), "2026-11-28T23:59:59", None),
        ("UTC", ("fri-mon 10:00-11:00",), "2026-12-01T10:30", "2026-12-04T10:00"),
        ("UTC", ("tue 10:00-11:00", "wed,thu 12:00-13:00"), "2026-12-01T11:00", "2026-12-02T12:00"),
        ("Europe/Berlin", ("sun 03:00-04:00",), "2026-03-29T01:30", None),  # summer time began at 02:00
        ("Europe/Berlin", ("daily 09:00-10:00",), "2026-10-25T08:30", None),  # and ended, 09:30 there
        ("UTC", (), "2026-11-28T23:59:59", None),
    ],
)
def test_windows(zone: str, windows: tuple[str, ...], now: str, opens: str | None) -> None:
    closed = Calendar(zone, windows).closed(at(now))
    assert (closed and closed.opens_at) == (at(opens) if opens else None)
    if closed is not None:
        assert closed.reason == f"outside of {', '.join(windows)} ({zone})"


@pytest.mark.parametrize(
    ("windows", "now", "opens"),
    [
        ((), "2026-12-20T00:00", "2027-01-04T00:00"),
        ((), "2027-01-03T23:59", "2027-01-04T00:00"),
        ((), "2026-12-19T23:59", None),
        ((), "2027-01-04T00:00", None),
        (OFFICE, "2026-12-21T10:00", "2027-01-04T09:00"),
        (("sat 10:00-12:00",), "2026-12-19T13:00", "2027-01-09T10:00"),  # not within the freeze
    ],
)
def test_a_freeze_wins_over_windows(windows: tuple[str, ...], now: str, opens: str | None) -> None:
    closed = Calendar("UTC", windows, ("2026-12-20/2027-01-03",)).closed(at(now))
    assert (closed and closed.opens_at) == (at(opens) if opens else None)


def test_a_freeze_may_have_times() -> None:
    calendar = Calendar("America/New_York", (), ("2026-12-20T18:00/2026-12-21T08:00",))
    closed = calendar.closed(at("2026-12-20T23:00"))
    assert closed is not None
    assert closed.opens_at == at("2026-12-21T13:00")
    assert calendar.closed(at("2026-12-20T22:59")) is None


def test_the_last_freeze_still_has_a_window_after_it() -> None:
    closed = Calendar("Etc/GMT+12", ("fri 23:00-24:00",), ("2026-12-20/9998-12-30",)).closed(at("2026-12-21T12:00"))
    assert closed is not None
    assert closed.opens_at == at("9999-01-02T11:00")


@pytest.mark.parametrize(
    "text",
    ["", "mon", "mon 9:00-17:00", "mon 09:00-25:00", "mon 09:60-17:00", "mom 09:00-17:00", "mon-tue-wed 09:00-17:00",
     "mon 24:00-02:00", "mon 09:00 - 17:00", "mon 09:00-17:00\n"],
)  # fmt: skip
def test_what_is_no_window(text: str) -> None:
    with pytest.raises(ValueError, match=r"window|no such"):
        parse_window(text)


@pytest.mark.parametrize(
    "text",
    ["", "2026-12-20", "2026-12-20/", "2027-01-03/2026-12-20", "2026-02-30/2026-03-01", "soon/later",
     "2026-12-20T18:00Z/2026-12-21T08:00", "2026-12-20T18:00/2026-12-20T18:00",
     "2026-12-20/9999-12-30", "2026-12-20/9999-12-31", "2026-12-20T18:00/9999-12-31T23:59"],
)  # fmt: skip
def test_what_is_no_freeze(text: str) -> None:
    with pytest.raises(ValueError, match="write a freeze"):
        parse_freeze(text)
