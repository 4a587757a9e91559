"""The rows of one kind with their indexes, and what is known about how fresh they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

from hexaops.backends.kubernetes.rows import ObjectRow
from hexaops.kit.clock import Clock

R = TypeVar("R", bound=ObjectRow)

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One change of the cache. For DELETED, `row` is the last known state."""

    kind: str
    type: ChangeType
    row: ObjectRow
    previous: ObjectRow | None


class KindStatus(Struct, frozen=True):
    """How far one kind can be trusted."""

    kind: str
    synced: bool
    """Listed completely at least once."""
    as_of: datetime | None
    """Last confirmed contact: a list, an event or a bookmark. The rows are at least as new as this."""
    resource_version: str
    count: int
    error: str | None
    """Why it is not up to date now; None when it is."""
    available: bool
    """False when the kind is forbidden or does not exist on this cluster; `error` says which."""
    revision: int = 0
    """Grows with every change of the rows; `resource_version` also grows when others change."""
    age_seconds: float | None = None
    """Since `as_of`, by the clock that says more: a clock that stands still or is set back makes nothing newer."""


@dataclass
class Table(Generic[R]):
    """Rows by namespace and name. `key_of` adds an index, such as the owner's uid."""

    kind: str
    key_of: Callable[[R], str] | None = None
    synced: bool = False
    available: bool = True
    as_of: datetime | None = None
    confirmed_at: float = 0.0
    """`as_of` on the monotonic clock."""
    resource_version: str = ""
    error: str | None = None
    count: int = 0
    revision: int = 0
    _rows: dict[str, dict[str, R]] = field(default_factory=dict)
    _index: dict[str, R | dict[str, R]] = field(default_factory=dict)
    """A row by itself where it is the only one of its key, as of most events: a dict takes more than a row."""

    def find(self, namespace: str, name: str) -> R | None:
        """One row, or None."""
        found = self._rows.get(namespace)
        return found.get(name) if found else None

    def all(self, namespace: str | None = None) -> list[R]:
        """Rows of one namespace, or all."""
        if namespace is not None:
            return [*self._rows.get(namespace, {}).values()]
        return [row for rows in self._rows.values() for row in rows.values()]

    def keyed(self, key: str) -> list[R]:
        """Rows whose index key is this."""
        held = self._index.get(key)
        if held is None:
            return []
        return [*held.values()] if isinstance(held, dict) else [held]

    def put(self, row: R) -> Change | None:
        """Add or replace; None when the same version is held already."""
        rows = self._rows.setdefault(row.namespace, {})
        previous = rows.get(row.name)
        if previous is not None and _same_version(previous, row):
            return None
        rows[row.name] = row
        self.revision += 1
        if previous is None:
            self.count += 1
        self._reindex(previous, row)
        return Change(self.kind, "ADDED" if previous is None else "MODIFIED", row, previous)

    def remove(self, namespace: str, name: str, last: R | None = None) -> Change | None:
        """Drop a row; `last` is its final state where the server told it. None when it was not held."""
        rows = self._rows.get(namespace)
        previous = rows.pop(name, None) if rows else None
        if previous is None:
            return None
        if not rows:
            del self._rows[namespace]
        self.count -= 1
        self.revision += 1
        self._reindex(previous, None)
        return Change(self.kind, "DELETED", last or previous, previous)

    def replace(self, rows: Iterable[R]) -> Iterator[Change]:
        """Take over a complete list: yields what was added, changed and (not seen any more) deleted."""
        seen: set[tuple[str, str]] = set()
        for row in rows:
            seen.add((row.namespace, row.name))
            if change := self.put(row):
                yield change
        for row in self.all():
            if (row.namespace, row.name) not in seen and (change := self.remove(row.namespace, row.name)):
                yield change

    def age_seconds(self, clock: Clock) -> float | None:
        """Since the last confirmed contact; None before the first."""
        if self.as_of is None:
            return None
        return max((clock.now() - self.as_of).total_seconds(), clock.monotonic() - self.confirmed_at)

    def status(self, clock: Clock) -> KindStatus:
        """A snapshot of how fresh this is."""
        return KindStatus(
            kind=self.kind,
            synced=self.synced,
            as_of=self.as_of,
            resource_version=self.resource_version,
            count=self.count,
            error=self.error,
            available=self.available,
            revision=self.revision,
            age_seconds=self.age_seconds(clock),
        )

    def _reindex(self, previous: R | None, row: R | None) -> None:
        if self.key_of is None:
            return
        before = self.key_of(previous) if previous else ""
        after = self.key_of(row) if row else ""
        if previous and before and before != after:
            self._leave(before, previous.name)
        if row and after:
            self._enter(after, row)

    def _enter(self, key: str, row: R) -> None:
        held = self._index.get(key)
        if isinstance(held, dict):
            held[row.name] = row
        elif held is None or held.name == row.name:
            self._index[key] = row
        else:
            self._index[key] = {held.name: held, row.name: row}

    def _leave(self, key: str, name: str) -> None:
        held = self._index.get(key)
        if isinstance(held, dict):
            held.pop(name, None)
        elif held is not None and held.name == name:
            held = None
        if not held:
            self._index.pop(key, None)


def _same_version(left: ObjectRow, right: ObjectRow) -> bool:
    return left.resource_version == right.resource_version and left.uid == right.uid
