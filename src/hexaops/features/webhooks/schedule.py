"""Retry schedule of failed deliveries, and when to give up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

JITTER_RATIO = 0.1
THROTTLING = frozenset({429, 502, 503, 504})
"""Statuses whose `Retry-After` is honoured."""
LONGEST_RETRY_AFTER_SECONDS = 86400.0
FAILING_SECONDS = 5 * 86400.0
"""A subscription is disabled after this long without a successful delivery."""


def next_wait_seconds(
    failures: int, waits: Sequence[float], *, chance: float, asked_seconds: float | None = None
) -> float | None:
    """Delay after the n-th failure, at least what the receiver asked for; None: give up.

    `chance` in [0, 1) spreads the wait by ±10 %, so that receivers are not met by all retries at once.
    """
    if failures > len(waits):
        return None
    planned = waits[failures - 1] * (1 - JITTER_RATIO + 2 * JITTER_RATIO * chance)
    return max(planned, asked_seconds or 0.0)


def retry_after_seconds(status_code: int | None, header: str | None, now: datetime) -> float | None:
    """A response's Retry-After (seconds or a date), at most a day; None without one."""
    if header is None or status_code not in THROTTLING:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (at - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
