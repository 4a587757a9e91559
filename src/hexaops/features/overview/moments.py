"""Times of the watch cache as answers write them."""

from __future__ import annotations

from datetime import UTC, datetime

from hexaops.kit.durations import format_time


def moment(seconds: float) -> str:
    """RFC 3339 of seconds since 1970."""
    return format_time(datetime.fromtimestamp(seconds, UTC))
