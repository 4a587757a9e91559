"""When a CronJob comes due next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.analysis.diagnosis.schedules import next_time

MONDAY = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "expected"),
    [
        ("30 2 * * *", "", "2026-12-01T02:30"),
        ("*/15 * * * *", "", "2026-11-30T14:45"),
        ("30 14 * * *", "", "2026-12-01T14:30"),
        ("0 0 * * 7", "", "2026-12-06T00:00"),
        ("0 9 * * mon-fri", "", "2026-12-01T09:00"),
        ("0 0 29 2 *", "", "2028-02-29T00:00"),
        ("0 0 13 * fri", "", "2026-12-04T00:00"),
        ("0 0 */2 * *", "", "2026-12-01T00:00"),
        ("@monthly", "", "2026-12-01T00:00"),
        ("0 6 * * *", "America/New_York", "2026-12-01T11:00"),
        ("0 16 * * *", "Europe/Berlin", "2026-11-30T15:00"),
    ],
)
def test_the_next_start_is_found(schedule: str, zone: str, expected: str) -> None:
    assert next_time(schedule, MONDAY, zone) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("schedule", "zone"), [("@every 5m", ""), ("61 * * * *", ""), ("0 0 30 2 *", ""), ("0 0 * * *", "Nowhere/At_All")]
)
def test_what_never_or_nobody_knows_when_has_none(schedule: str, zone: str) -> None:
    assert next_time(schedule, MONDAY, zone) is None
