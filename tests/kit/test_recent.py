"""The window of durations."""

from __future__ import annotations

from hexaops.kit.recent import RecentTimes


def test_only_the_last_five_minutes_count() -> None:
    now = [0.0]
    times = RecentTimes(monotonic=lambda: now[0])
    assert times.summary() is None
    times.note(9.0, failed=True)
    now[0] = 301.0
    assert times.summary() is None
    for seconds in (0.1, 0.2, 0.9):
        times.note(seconds)
    found = times.summary()
    assert found is not None
    assert (found.count, found.median_seconds, round(found.mean_seconds, 3)) == (3, 0.2, 0.4)
    assert (found.slow, found.failed) == (1, 0)


def test_what_was_just_measured_is_counted_and_not_kept() -> None:
    times = RecentTimes(monotonic=lambda: 0.0)
    found = times.summary(0.3)
    assert found is not None
    assert found.count == 1
    assert times.summary() is None
