"""Times of the Kubernetes API as seconds since 1970."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache


@lru_cache(maxsize=2048)
def parse_moment(text: str | None) -> float | None:
    """Seconds since 1970 of an RFC 3339 time; None for none, and for what is not a time."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
