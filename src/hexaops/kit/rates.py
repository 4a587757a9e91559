"""The notation of rates: `100/hour`, `5 per minute`, `10/2 days`."""

from __future__ import annotations

import re

from msgspec import Struct

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "month": 30 * 86_400, "year": 360 * 86_400}
_NOTATION = re.compile(r"(\d{1,9}) ?(?:/|per) ?(\d{1,9})? ?([a-z]+?)s?", re.ASCII | re.IGNORECASE)


class Rate(Struct, frozen=True):
    """So many calls in a window of so many seconds."""

    amount: int
    window_seconds: int
    period: str
    """`hour`, `2 days`."""


def parse_rate(text: str) -> Rate:
    """Raises ValueError."""
    found = _NOTATION.fullmatch(" ".join(text.split()))
    unit = found[3].lower() if found else ""
    if found is None or unit not in SECONDS:
        message = f"not a rate such as 100/hour or 5/2 minutes: {text[:40]!r}"
        raise ValueError(message)
    amount, count = int(found[1]), int(found[2] or 1)
    if not count:
        message = f"a rate with a window of nothing: {text[:40]!r}"
        raise ValueError(message)
    return Rate(amount, count * SECONDS[unit], unit if count == 1 else f"{count} {unit}s")
