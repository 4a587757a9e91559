"""The audit log: appended serially, each event hashed with its predecessor's hash.

Altering, removing or swapping rows breaks the chain. Cutting its tail does not: the head's hash, kept outside
(`hexaops audit head`), shows that. Append last in a transaction: the chain's head is held until its commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.chain import GENESIS, canonical, details_text, link
from hexaops.features.audit.event import AuditEvent, AuditRecord
from hexaops.kit.clock import Clock
from hexaops.kit.redaction import redact, redact_fields
from hexaops.logs import Redactor
from hexaops.storage.core import connection_of, insert_rows
from hexaops.storage.database import Database
from hexaops.storage.tables import AuditRow

APPEND_LOCK = 0x68657861_61756474
"""PostgreSQL advisory lock that serialises appends; SQLite has one writer anyway."""

_events = AuditRow.__table__
HEAD = select(_events.c.seq, _events.c.hash).order_by(_events.c.seq.desc()).limit(1)
"""Prepared once, without the ORM, because almost every request runs it."""


class AuditLog:
    """Appends events, inside another transaction or in one of its own."""

    def __init__(self, database: Database, *, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._clock = clock
        self._redactor = redactor

    async def append(self, event: AuditEvent, session: AsyncSession | None = None) -> AuditRecord:
        """Chain the event; without a session it is committed when this returns."""
        if session is not None:
            return await self._append(session, event)
        async with self._database.transaction() as own:
            return await self._append(own, event)

    async def _append(self, session: AsyncSession, event: AuditEvent) -> AuditRecord:
        if not self._database.is_sqlite:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
        if session.new or session.dirty or session.deleted:
            await session.flush()
        head = (await (await connection_of(session)).execute(HEAD)).first()
        seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
        row = self._row(event, seq=seq, at=self._clock.now())
        row.previous_hash = previous
        row.hash = link(previous, canonical(row))
        await insert_rows(session, row)
        return AuditRecord(seq, row.at, event, previous, row.hash)

    def _row(self, event: AuditEvent, *, seq: int, at: datetime) -> AuditRow:
        return AuditRow(
            seq=seq,
            at=at,
            action=event.action,
            actor_kind=event.actor_kind,
            actor_id=self._fit(event.actor_id, 255),
            workspace_id=event.workspace_id,
            resource=self._fit(event.resource, 512),
            outcome=event.outcome,
            request_id=event.request_id,
            client_address=self._fit(event.client_address, 64),
            details=self._redactor.redact(details_text(redact_fields(event.details))),
        )

    def _fit(self, value: str | None, length: int) -> Any:
        if value is None:
            return None
        storable = value.encode("utf-8", "replace").decode().replace("\x00", "")
        return self._redactor.redact(redact(storable))[:length]
