"""Reads the audit log, and proves that its chain is whole."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hexaops.features.audit.chain import GENESIS, canonical, link
from hexaops.kit.durations import format_time
from hexaops.storage.database import Database
from hexaops.storage.tables import AuditRow

BATCH = 1000
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Anchor:
    """The head of the chain, to be kept outside of the database."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """What walking the chain found."""

    whole: bool
    events: int
    head: Anchor
    broken_seq: int | None = None
    """The first event at which the chain does not hold."""
    reason: str | None = None


class AuditReader:
    """Reads; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_events(
        self, *, workspace_ids: Collection[str] | None = None, limit: int = 50, before: int | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Events newest first, of these workspaces or all, and the `before` of the next page."""
        query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(min(limit, LARGEST_PAGE) + 1)
        if workspace_ids is not None:
            query = query.where(AuditRow.workspace_id.in_(workspace_ids))
        if before is not None:
            query = query.where(AuditRow.seq < before)
        async with self._database.reading() as session:
            rows = list((await session.scalars(query)).all())
        shown = rows[:limit]
        return [_shown(row) for row in shown], shown[-1].seq if len(rows) > limit else None

    async def head(self) -> Anchor:
        """The newest event's number and hash."""
        query = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
        async with self._database.reading() as session:
            found = (await session.execute(query)).first()
        return Anchor(found.seq, found.hash) if found else Anchor(0, GENESIS)

    async def verify(self, anchor: Anchor | None = None) -> Verification:
        """Walk the whole chain; an anchor kept outside also shows a tail that was cut off or rewritten."""
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


def _shown(row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "timestamp": format_time(row.at),
        "action": row.action,
        "actor": {"kind": row.actor_kind, "id": row.actor_id},
        "workspace_id": row.workspace_id,
        "resource": row.resource,
        "outcome": row.outcome,
        "request_id": row.request_id,
        "client_address": row.client_address,
        "details": json.loads(row.details),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }
