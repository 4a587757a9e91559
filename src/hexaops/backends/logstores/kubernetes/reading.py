"""The API server's form of a container's log → lines."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from hexaops.backends.logstores.cleaning import clean_line
from hexaops.backends.logstores.joining import Entry
from hexaops.backends.logstores.kubernetes.containers import Source
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.parsing import parse_line

Mark: TypeAlias = tuple[int, int]
"""How far a log was read: nanoseconds, and how many lines of that time."""


def new_lines(body: bytes, mark: Mark | None, *, cut: bool) -> list[tuple[int, str]]:
    """Lines beyond a mark with their times in nanoseconds; the last line of a truncated log is incomplete."""
    lines = body.decode(errors="replace").split("\n")
    found, skipped = [], 0
    for line in lines[:-1] if cut else lines:
        time, _, text = line.partition(" ")
        time_ns = nanoseconds(time)
        if time_ns is None or (mark is not None and time_ns < mark[0]):
            continue
        if mark is not None and time_ns == mark[0] and skipped < mark[1]:
            skipped += 1
            continue
        found.append((time_ns, text.rstrip("\r")))
    return found


def nanoseconds(time: str) -> int | None:
    """From the container runtime's own form, RFC 3339 with up to nine digits; None for something else."""
    whole, _, rest = time.partition(".")
    digits = rest.rstrip("Z")
    try:
        if not rest:
            return int(datetime.fromisoformat(time).timestamp()) * 1_000_000_000
        if not digits.isdigit():
            return round(datetime.fromisoformat(time).timestamp() * 1e6) * 1000
        seconds = int(datetime.fromisoformat(f"{whole}Z").timestamp())
    except ValueError:
        return None
    return seconds * 1_000_000_000 + int(digits[:9].ljust(9, "0"))


def line_of(source: Source, entry: Entry) -> LogLine:
    """The stored line of an entry."""
    parsed = parse_line(entry.text)
    where = {"namespace": source.pod.namespace, "container": source.container}
    return clean_line(
        LogLine(
            time_us=entry.first_ns // 1000,
            level=parsed.level,
            message=parsed.message,
            component=source.component,
            pod=source.pod.name,
            workspace_id=source.workspace_id,
            trace_id=parsed.trace_id,
            metadata={**parsed.metadata, **where},
        )
    )
