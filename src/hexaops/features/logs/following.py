"""A follower's filter as a query without an end."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.lines import Level
from hexaops.backends.logstores.query.parser import parse

NEVER_US = 1 << 62


class TailFilter(Struct, frozen=True):
    """The query parameters of a tail."""

    text: str
    levels: Set[Level]
    components: Set[str]


def following(wanted: TailFilter, fence: Set[str] | None) -> LogQuery:
    """The query of a follower; raises InvalidLogQueryError."""
    return LogQuery(
        expression=parse(wanted.text), start_us=0, end_us=NEVER_US, workspaces=fence,
        levels=wanted.levels, components=wanted.components,
    )  # fmt: skip
