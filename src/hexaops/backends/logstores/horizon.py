"""From when on an engine has its lines, and what an answer says of a range that begins before that."""

from __future__ import annotations

from msgspec import Struct

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.lines import MICROSECONDS, time_text
from hexaops.kit.durations import format_duration


class Horizon(Struct, frozen=True):
    """There are no older lines."""

    start_us: int
    reason: str


def shortened(query: LogQuery, horizon: Horizon, *, has_older: bool) -> str | None:
    """What an answer says of a range that begins before the horizon; None when the range is whole."""
    if query.start_us >= horizon.start_us:
        return None
    if has_older:
        return f"Lines before {time_text(horizon.start_us)} are not all there: {horizon.reason}"
    if query.end_us <= horizon.start_us:
        return (
            f"Nothing of the time range is covered, which ends before {time_text(horizon.start_us)}: {horizon.reason}"
        )
    length, whole = _length(query.end_us - horizon.start_us), _length(query.end_us - query.start_us)
    return f"Only the time since {time_text(horizon.start_us)} is covered, {length} of {whole}: {horizon.reason}"


def _length(microseconds: int) -> str:
    return format_duration(microseconds / MICROSECONDS)
