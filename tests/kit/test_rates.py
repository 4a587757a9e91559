"""The notation of rates."""

from __future__ import annotations

import pytest

from hexaops.kit.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/hour", Rate(100, 3600, "hour")),
        ("0/hour", Rate(0, 3600, "hour")),
        (" 5 per  minute", Rate(5, 60, "minute")),
        ("10/2 days", Rate(10, 2 * 86_400, "2 days")),
        ("1 / 30Seconds", Rate(1, 30, "30 seconds")),
        ("7 per 1 MONTH", Rate(7, 30 * 86_400, "month")),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    ["", "100", "/hour", "100/fortnight", "1/second; 5/minute", "-1/hour", "1.5/hour", "٣/hour", "9/0 days"],
)
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)
