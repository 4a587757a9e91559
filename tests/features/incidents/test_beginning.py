"""Rule 13 for remediations: a cool-down, and a limit to how often; both say from when on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.incidents.beginning import begin
from hexaops.features.incidents.chain import begun
from hexaops.kit.durations import format_time
from hexaops.storage.tables import IncidentRow

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def _started(*minutes_ago: int) -> IncidentRow:
    """An incident that was remediated so long ago."""
    times = [format_time(NOW - timedelta(minutes=minutes)) for minutes in minutes_ago]
    return IncidentRow(id="inc-1", status="open", remediations=times)


def _begin(row: IncidentRow) -> None:
    begin(row, begun("restart", confirm_always=False, kind="user", actor="ada", now=NOW.timestamp()), NOW)


@pytest.mark.parametrize("minutes_ago", [(), (5,), (59, 30), (61, 60, 30, 20)])
def test_it_may_begin(minutes_ago: tuple[int, ...]) -> None:
    row = _started(*minutes_ago)
    _begin(row)
    assert row.status == "remediating"
    assert row.remediations[-1] == format_time(NOW)


@pytest.mark.parametrize(
    ("minutes_ago", "said", "minutes_until"),
    [((4,), "a moment ago", 1), ((50, 40, 30), "3 times within an hour", 10), ((59, 30, 2), "3 times", 1)],
)
def test_it_says_from_when_on(minutes_ago: tuple[int, ...], said: str, minutes_until: int) -> None:
    row = _started(*minutes_ago)
    with pytest.raises(GuardrailRefusedError, match=said) as refused:
        _begin(row)
    assert refused.value.rule == 13
    assert refused.value.details["possible_when"] == f"from {format_time(NOW + timedelta(minutes=minutes_until))}"
    assert row.status == "open"
