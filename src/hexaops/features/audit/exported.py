"""An export of the audit log as JSON lines, and its verification without the service.

The first line says what was asked for and where the chain's head was; every other line is an event as it is hashed.
Only an export without filters has every event: in one with filters each event is verified, and each pair of neighbours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexaops.features.audit.chain import FIELDS, GENESIS, Anchor, details_text, link

if TYPE_CHECKING:
    from hexaops.storage.tables import AuditRow

FORMAT = "hexaops-audit/1"
HASHES = ("previous_hash", "hash")


class FileVerification(Struct, frozen=True):
    """What an export holds, and the first line that is wrong."""

    whole: bool
    events: int
    gaps: int
    """Places at which filters left events out."""
    last: Anchor
    line: int | None = None
    """The first broken line, counted from 1."""
    reason: str | None = None


def header_line(filters: Mapping[str, Any], head: Anchor) -> str:
    """The first line."""
    return details_text({"format": FORMAT, "filters": dict(filters), "head": {"seq": head.seq, "hash": head.hash}})


def event_line(row: AuditRow) -> str:
    """An event with everything that its hash is made of; `details` is the very text that was hashed."""
    fields = {name: getattr(row, name) for name in (*FIELDS, *HASHES)}
    return details_text({**fields, "at": row.at.isoformat(timespec="microseconds")})


def verify_lines(lines: Iterable[str], anchor: Anchor | None = None) -> FileVerification:
    """Verify an export line by line; an anchor kept elsewhere also reveals a chain that was made anew."""
    reading = _Reading(anchor)
    number = 0
    for number, line in enumerate(lines, start=1):
        problem = reading.header(line) if number == 1 else reading.event(line)
        if problem:
            return reading.result(number, problem)
    problem = "it is empty" if number == 0 else reading.end()
    return reading.result(number + 1, problem) if problem else reading.result()


class _Reading:
    """What was seen so far."""

    def __init__(self, anchor: Anchor | None) -> None:
        self._anchor = anchor
        self._anchored = anchor is None or anchor.seq == 0
        self._filtered = False
        self._head = Anchor(0, GENESIS)
        self._last = Anchor(0, GENESIS)
        self._events = 0
        self._gaps = 0

    def header(self, line: str) -> str:
        """What is wrong with the first line."""
        try:
            found = json.loads(line)
            head = Anchor(int(found["head"]["seq"]), str(found["head"]["hash"]))
            known, filters = found["format"] == FORMAT, found["filters"]
        except (ValueError, KeyError, TypeError):
            return "it is not the first line of an export"
        self._head, self._filtered = head, bool(filters)
        return "" if known else "it is an export of another format"

    def event(self, line: str) -> str:
        """What is wrong with an event's line."""
        try:
            found = json.loads(line)
            seq, previous, digest = int(found["seq"]), str(found["previous_hash"]), str(found["hash"])
            fields = {name: found[name] for name in (*FIELDS, "at")}
            strange = found.keys() - {*FIELDS, *HASHES, "at"}
        except (ValueError, KeyError, TypeError):
            return "it is not an event"
        if strange:
            return "it has more fields than an event"
        if problem := self._order(seq, previous):
            return problem
        if digest != link(previous, details_text(fields)):
            return "the event was altered"
        self._last, self._events = Anchor(seq, digest), self._events + 1
        if self._anchor is not None and seq == self._anchor.seq:
            self._anchored = True
            return "" if digest == self._anchor.hash else "the event differs from the anchor"
        return ""

    def _order(self, seq: int, previous: str) -> str:
        if seq <= self._last.seq:
            return "the event is out of order"
        if seq == self._last.seq + 1:
            return "" if previous == self._last.hash else "the event does not follow its predecessor"
        if not self._filtered:
            return f"events {self._last.seq + 1} to {seq - 1} before it are missing"
        self._gaps += 1
        return ""

    def end(self) -> str:
        """What is missing once all lines were read."""
        if not self._filtered and self._last != self._head:
            return f"events up to {self._head.seq} are missing"
        return "" if self._anchored else "the anchor's event is not in it"

    def result(self, line: int | None = None, reason: str | None = None) -> FileVerification:
        """So far; with the first line that is wrong."""
        return FileVerification(line is None, self._events, self._gaps, self._last, line, reason)
