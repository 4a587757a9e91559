"""A pushed line as it was read, before anything of it is trusted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from hexaops.backends.logstores.lines import MICROSECONDS, Metadata

EPOCH_SECONDS_END = 100_000_000_000
"""Larger numbers are no seconds: nobody pushes lines of the year 5138."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS = 86_400


class UnreadableLineError(Exception):
    """This line cannot be taken; the text says why."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """What a sender says of a line; what it did not say is None or empty."""

    message: str
    time_us: int | None = None
    level: str | None = None
    component: str | None = None
    pod: str | None = None
    workspace_id: str | None = None
    trace_id: str | None = None
    metadata: Metadata | None = None


class Drafts(Struct, frozen=True):
    """What a body held: drafts and refusals, both by line number from 1."""

    read: list[tuple[int, Draft]]
    refused: list[tuple[int, str]]


def read_time(value: object) -> int:
    """Microseconds from an RFC 3339 text with an offset, or from seconds or milliseconds since 1970.

    Raises UnreadableLineError.
    """
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise UnreadableLineError("timestamp: not an RFC 3339 time") from None
        if found.tzinfo is None:
            raise UnreadableLineError("timestamp: without an offset from UTC")
        since = found - _EPOCH
        return (since.days * _DAY_SECONDS + since.seconds) * MICROSECONDS + since.microseconds
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < EPOCH_SECONDS_END * 1000:
        return round(value * (MICROSECONDS if value < EPOCH_SECONDS_END else MICROSECONDS // 1000))
    raise UnreadableLineError("timestamp: not an RFC 3339 time")
