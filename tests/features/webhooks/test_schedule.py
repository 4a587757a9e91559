"""The waits between attempts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.features.webhooks.schedule import next_wait_seconds, retry_after_seconds

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def test_waits_follow_the_schedule_with_a_tenth_of_jitter() -> None:
    waits = [5.0, 300.0]
    assert next_wait_seconds(1, waits, chance=0.5) == 5.0
    assert next_wait_seconds(2, waits, chance=0.0) == pytest.approx(270.0)
    assert next_wait_seconds(2, waits, chance=0.999999) == pytest.approx(330.0, rel=1e-4)
    assert next_wait_seconds(3, waits, chance=0.5) is None
    assert next_wait_seconds(1, waits, chance=0.5, asked_seconds=60.0) == 60.0
    assert next_wait_seconds(2, waits, chance=0.5, asked_seconds=60.0) == 300.0


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120.0),
        (503, " 7 ", 7.0),
        (429, "Thu, 01 Jan 2026 12:01:00 GMT", 60.0),
        (429, "Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        (429, "Thu, 01 Jan 2026 12:01:00 -0000", 60.0),
        (429, "99999999999999999999", 86400.0),
        (429, "soon", None),
        (429, "-5", None),
        (429, "١٢", None),
        (429, None, None),
        (500, "120", None),
        (None, "120", None),
    ],
)
def test_what_a_receiver_asks_for(status: int | None, header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(status, header, NOW) == seconds
