"""Rows behind idempotency keys: claim, mark, answer and release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.errors import ConflictError
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import IdempotencyRow

PURGE_SECONDS = 3600.0


class ClaimLostError(ConflictError):
    """Another process took over this request; this attempt must not take effect."""


@dataclass
class Claim:
    """One attempt at a request with a key."""

    row_id: str
    claim_id: str
    fingerprint: str
    effective: bool = False


class Answer(Struct, frozen=True):
    """A response, its body encrypted."""

    status: int
    media_type: str
    body: bytes


class StoredAnswer(Struct, frozen=True):
    """State of a claimed key."""

    fingerprint: str
    alive: bool
    """Whether the claiming process is still working on it."""
    answer: Answer | None = None
    """None until the request has been answered."""


class ClaimMarker:
    """The database's `before_commit` hook: marks the current claim within the transaction."""

    def __init__(self) -> None:
        self.working: set[str] = set()
        """Ids of this process's active claims."""
        self._current: ContextVar[Claim | None] = ContextVar("idempotency_claim", default=None)

    @contextmanager
    def binding(self, claim: Claim) -> Iterator[None]:
        """Commits within the block belong to the claim."""
        self._current.set(claim)
        try:
            yield
        finally:
            self._current.set(None)

    async def mark(self, session: AsyncSession) -> None:
        """Before a transaction commits: the claim under which it works has taken effect."""
        claim = self._current.get()
        if claim is None or claim.effective or claim.claim_id not in self.working:
            return
        if not await _changed(session, _mine(update(IdempotencyRow), claim).values(state="effective")):
            raise ClaimLostError("The request was taken over by another process")
        claim.effective = True


class IdempotencyStore:
    """All claims of this process, and the rows of everybody's."""

    def __init__(self, database: Database, engine: DurableEngine, marker: ClaimMarker, *, clock: Clock) -> None:
        """`marker` must be the database's `before_commit`, or nothing is known of a request that was killed."""
        self._database = database
        self._engine = engine
        self._marker = marker
        self._clock = clock

    async def take(
        self, row_id: str, *, fingerprint: str, lifetime: timedelta, again: bool = False
    ) -> Claim | StoredAnswer:
        """Claim the key, or return its state. A claim must be released.

        With `again`, a request that took effect and was never answered is claimed anew.
        """
        claim = Claim(row_id, new_id("claim_"), fingerprint)
        self._marker.working.add(claim.claim_id)  # before others can see the row, or they would think its process dead
        found: StoredAnswer | None = None
        try:
            async with self._database.transaction() as session:
                found = await self._take(session, claim, lifetime, again)
        except BaseException:
            self.release(claim)
            raise
        if found is not None:
            self.release(claim)
        return found or claim

    async def _take(self, session: AsyncSession, claim: Claim, lifetime: timedelta, again: bool) -> StoredAnswer | None:
        now = self._clock.now()
        values: dict[str, Any] = {
            "id": claim.row_id,
            "fingerprint": claim.fingerprint,
            "state": "claimed",
            "claim_id": claim.claim_id,
            "executor_id": self._engine.executor_id,
            "status_code": None,
            "media_type": None,
            "body": None,
            "created_at": now,
            "expires_at": now + lifetime,
        }
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        if await _changed(session, insert(IdempotencyRow).values(values).on_conflict_do_nothing()):
            return None
        row = await session.get(IdempotencyRow, claim.row_id, with_for_update=True)
        if row is None:  # given back at this very moment: the caller's retry finds it free
            return StoredAnswer(claim.fingerprint, alive=True)
        answer = _answer_of(row)
        alive = answer is None and await self._is_alive(session, row)
        abandoned = (
            (row.state == "claimed" or (again and row.state == "effective"))
            and not alive
            and row.fingerprint == claim.fingerprint
        )
        if abandoned or (row.expires_at <= now and not alive):
            for name, value in values.items():
                setattr(row, name, value)
            return None
        return StoredAnswer(row.fingerprint, alive, answer)

    @contextmanager
    def binding(self, claim: Claim) -> Iterator[None]:
        """Commits within the block belong to the claim."""
        with self._marker.binding(claim):
            yield

    def release(self, claim: Claim) -> None:
        """Stop working on it, whatever the outcome."""
        self._marker.working.discard(claim.claim_id)

    async def answer(self, claim: Claim, answer: Answer) -> None:
        """Store the response."""
        statement = _mine(update(IdempotencyRow), claim).values(
            state="answered", status_code=answer.status, media_type=answer.media_type, body=answer.body
        )
        async with self._database.transaction() as session:
            await session.execute(statement)

    async def give_back(self, claim: Claim) -> None:
        """Delete the claim: nothing was done under it."""
        async with self._database.transaction() as session:
            await session.execute(_mine(delete(IdempotencyRow), claim))

    async def purge(self) -> int:
        """Delete what has expired; returns how many."""
        async with self._database.transaction() as session:
            done = await session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires_at <= self._clock.now()))
            assert isinstance(done, CursorResult)
            return done.rowcount

    async def _is_alive(self, session: AsyncSession, row: IdempotencyRow) -> bool:
        if row.executor_id == self._engine.executor_id:
            return row.claim_id in self._marker.working
        return await self._engine.is_alive(session, row.executor_id)


async def _changed(session: AsyncSession, statement: Any) -> bool:
    done = await session.execute(statement)
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def _mine(statement: Any, claim: Claim) -> Any:
    return statement.where(IdempotencyRow.id == claim.row_id, IdempotencyRow.claim_id == claim.claim_id)


def _answer_of(row: IdempotencyRow) -> Answer | None:
    if row.state != "answered":
        return None
    assert row.status_code is not None
    assert row.media_type is not None
    assert row.body is not None
    return Answer(row.status_code, row.media_type, row.body)
