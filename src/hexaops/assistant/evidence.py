"""What an answer rests on: every number and state in it comes from an item that says where it was read, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import UNSET, Struct, UnsetType

from hexaops.kit.durations import format_time
from hexaops.kit.ids import new_id
from hexaops.kit.text import plain
from hexaops.responses import View

KUBERNETES = "kubernetes"
METRICS = "metrics.k8s.io"
STORE = "hexaops"
"""The service's own rows: actions, plans, sessions."""
TEXT_LIMIT = 300

Value = str | int | float | None


class EvidenceView(View, frozen=True, kw_only=True):
    """One measured item: of an object, or of what a query found."""

    id: str
    source: str
    query: str | UnsetType = UNSET
    object: str | UnsetType = UNSET
    value: Value
    unit: str | None
    measured_at: str | None


class Evidence(Struct, frozen=True):
    """One measured item. `subject` names an object or, with `is_query`, what was asked of many."""

    id: str
    source: str
    subject: str
    is_query: bool
    value: Value
    unit: str | None
    measured_at: datetime | None

    def view(self) -> EvidenceView:
        """As the API shows it."""
        return EvidenceView(
            id=self.id,
            source=self.source,
            query=self.subject if self.is_query else UNSET,
            object=UNSET if self.is_query else self.subject,
            value=self.value,
            unit=self.unit,
            measured_at=format_time(self.measured_at) if self.measured_at else None,
        )


class EvidenceLog:
    """Collects the items of one answer; the same item is kept once."""

    def __init__(self) -> None:
        self._items: dict[tuple[object, ...], Evidence] = {}
        self._id = new_id("ev_")  # and each item its number: making an id for each took longer than noting it

    @property
    def items(self) -> list[Evidence]:
        """In the order in which they were noted."""
        return [*self._items.values()]

    def note(
        self,
        source: str,
        subject: str,
        value: Value,
        *,
        unit: str | None = None,
        at: datetime | float | None,
        is_query: bool = False,
    ) -> str:
        """Keep an item and return its id; `at` is a time or seconds since 1970."""
        moment = datetime.fromtimestamp(at, UTC) if isinstance(at, float) else at
        shown = plain(value, TEXT_LIMIT) if isinstance(value, str) else value
        key = (source, subject, shown, unit, moment, is_query)
        found = self._items.get(key)
        if found is None:
            id_ = f"{self._id}{len(self._items):04}"
            found = Evidence(id_, source, plain(subject, TEXT_LIMIT), is_query, shown, unit, moment)
            self._items[key] = found
        return found.id
