"""Reads the audit log and verifies its chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, select

from hexaops.features.audit.chain import GENESIS, Anchor, Verification, canonical, link
from hexaops.features.audit.exported import event_line, header_line
from hexaops.features.audit.views import ChainedEventView, chained_event_view
from hexaops.kit.durations import format_time
from hexaops.kit.paging import PageRequest
from hexaops.storage.database import Database
from hexaops.storage.tables import AuditRow

__all__ = ["Anchor", "AuditReader", "Verification"]
BATCH = 1000


class AuditFilter(Struct, frozen=True):
    """Which events to export; everything that is None or empty is any."""

    workspace_ids: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    """The action, or what it begins with up to a dot: `change` is every action of a change."""
    actor_id: str | None = None
    outcome: str | None = None

    def shown(self) -> dict[str, Any]:
        """As the first line of an export names them."""
        given = {
            "workspace_ids": None if self.workspace_ids is None else sorted(self.workspace_ids),
            "since": self.since and format_time(self.since), "until": self.until and format_time(self.until),
            "action": self.action, "actor_id": self.actor_id, "outcome": self.outcome,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value is not None}

    def applied(self, query: Select[AuditRow]) -> Select[AuditRow]:
        """The query for these only."""
        if self.workspace_ids is not None:
            query = query.where(AuditRow.workspace_id.in_(self.workspace_ids))
        if self.since is not None:
            query = query.where(AuditRow.at >= self.since)
        if self.until is not None:
            query = query.where(AuditRow.at < self.until)
        if self.action is not None:
            own = AuditRow.action.startswith(f"{self.action}.", autoescape=True)
            query = query.where((AuditRow.action == self.action) | own)
        if self.actor_id is not None:
            query = query.where(AuditRow.actor_id == self.actor_id)
        return query if self.outcome is None else query.where(AuditRow.outcome == self.outcome)


class AuditReader:
    """Reads; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_events(
        self, page: PageRequest, *, workspace_ids: Collection[str] | None = None
    ) -> tuple[list[ChainedEventView], str | None]:
        """Events newest first, of these workspaces or all, and the cursor of the next page."""
        query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(page.fetch)
        if workspace_ids is not None:
            query = query.where(AuditRow.workspace_id.in_(workspace_ids))
        if page.after is not None:
            query = query.where(AuditRow.seq < page.after[0])
        async with self._database.reading() as session:
            rows, cursor = page.split((await session.scalars(query)).all(), lambda row: (row.seq,))
        return [chained_event_view(row) for row in rows], cursor

    async def head(self) -> Anchor:
        """The newest event's number and hash."""
        query = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
        async with self._database.reading() as session:
            found = (await session.execute(query)).first()
        return Anchor(found.seq, found.hash) if found else Anchor(0, GENESIS)

    async def verify(self, anchor: Anchor | None = None) -> Verification:
        """Verify the whole chain; a saved anchor also reveals a truncated or rewritten tail."""
        seq, previous = 0, GENESIS
        anchored = anchor is None or (anchor.seq == 0)
        while rows := await self._batch(seq):
            for row in rows:
                problem = _problem(row, seq + 1, previous)
                if problem:
                    return Verification(False, seq, Anchor(seq, previous), seq + 1, problem)
                seq, previous = row.seq, row.hash
                if anchor is not None and seq == anchor.seq:
                    if previous != anchor.hash:
                        return Verification(False, seq, Anchor(seq, previous), seq, "differs from the anchor")
                    anchored = True
        head = Anchor(seq, previous)
        if not anchored:
            return Verification(False, seq, head, seq + 1, "events up to the anchor are missing")
        return Verification(True, seq, head)

    async def export(self, wanted: AuditFilter) -> AsyncIterator[bytes]:
        """The events up to the present head as JSON lines, the oldest first, a batch at a time."""
        head = await self.head()
        yield f"{header_line(wanted.shown(), head)}\n".encode()
        after = 0
        while True:
            query = select(AuditRow).where(AuditRow.seq > after, AuditRow.seq <= head.seq).order_by(AuditRow.seq)
            async with self._database.reading() as session:
                rows = (await session.scalars(wanted.applied(query).limit(BATCH))).all()
            if not rows:
                return
            yield "".join(f"{event_line(row)}\n" for row in rows).encode()
            after = rows[-1].seq

    async def _batch(self, after: int) -> list[AuditRow]:
        query = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(BATCH)
        async with self._database.reading() as session:
            return list((await session.scalars(query)).all())


def _problem(row: AuditRow, expected_seq: int, previous: str) -> str | None:
    if row.seq != expected_seq:
        return "the event is missing"
    if row.previous_hash != previous:
        return "the event does not follow its predecessor"
    if row.hash != link(previous, canonical(row)):
        return "the event was altered"
    return None
