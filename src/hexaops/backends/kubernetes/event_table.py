"""Events, kept for 24 hours and bounded, although the API server forgets them after one hour.

The server's own deletions are therefore ignored; age and the caps below decide what goes, oldest first.
"""

from __future__ import annotations

from msgspec import structs

from hexaops.backends.kubernetes.rows import EventRow
from hexaops.backends.kubernetes.table import Change, Table
from hexaops.kit.clock import Clock

KEPT_SECONDS = 24 * 3600.0
PER_OBJECT = 50
PER_NAMESPACE = 2000
TOTAL = 20_000
SWEEP_EVERY = 200
"""Events taken between two sweeps: by so many may the last two caps be exceeded for a moment."""


def _involved_uid(row: EventRow) -> str:
    return row.involved_uid


class EventTable(Table[EventRow]):
    """A Table of events that forgets by age and number, not when the server does."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__("Event", _involved_uid)
        self._clock = clock
        self._puts = 0

    def put(self, row: EventRow) -> Change | None:
        """Add or replace; too old ones are not taken."""
        if row.last_seen < self._clock.now().timestamp() - KEPT_SECONDS:
            return None
        change = super().put(self._sharing(row))
        about_same = self.keyed(row.involved_uid)
        if len(about_same) > PER_OBJECT:
            self._forget([min(about_same, key=lambda event: event.last_seen)])
        self._puts += 1
        if self._puts % SWEEP_EVERY == 0:
            self.sweep()
        return change

    def _sharing(self, row: EventRow) -> EventRow:
        """The row with name and uid of the object as its earlier event has them: several events have them once."""
        earlier = self._index.get(row.involved_uid)
        if isinstance(earlier, dict):
            earlier = next(iter(earlier.values()))
        if earlier is None or earlier.involved_name != row.involved_name:
            return row
        return structs.replace(row, involved_name=earlier.involved_name, involved_uid=earlier.involved_uid)

    def remove(self, namespace: str, name: str, last: EventRow | None = None) -> Change | None:  # noqa: ARG002
        """Nothing: that the server forgot an event does not make it untrue."""
        return None

    def sweep(self) -> None:
        """Forget what is too old, then what is above the caps, the oldest first."""
        oldest = self._clock.now().timestamp() - KEPT_SECONDS
        self._forget([row for row in self.all() if row.last_seen < oldest])
        for namespace in (*self._rows,):
            self._trim(self.all(namespace), PER_NAMESPACE)
        self._trim(self.all(), TOTAL)

    def _trim(self, rows: list[EventRow], kept: int) -> None:
        if len(rows) > kept:
            rows.sort(key=lambda row: row.last_seen)
            self._forget(rows[: len(rows) - kept])

    def _forget(self, rows: list[EventRow]) -> None:
        for row in rows:
            super().remove(row.namespace, row.name)
