"""Rate limits that replicas share: one row for each window in PostgreSQL, counted by one statement for each call.

A window is 60 buckets and the one that is filling, so a counted call is forgotten at most a sixtieth of the period late
and never early: in no period do more calls pass than the limit says. The row's lock puts concurrent calls in order.
The table is not logged: counting waits for no disk, and after a crash of the database the windows begin anew.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BigInteger, Integer, bindparam, delete, text

from hexaops.kit.clock import Clock
from hexaops.kit.rates import Rate
from hexaops.storage.database import Database, DatabaseUnavailableError
from hexaops.storage.tables import RateWindowRow

BUCKETS = 60
MOST_CLOSED = 10_000
"""Windows that are known to be exhausted until a certain time; they are refused without asking."""
PURGE_SECONDS = 3600.0
ATTEMPTS = 2
"""The first may find that its connection has died since the last call."""
_SHIFTED = "(w.counts || array_fill(0, ARRAY[d.n]))[d.n + 1 : d.n + :size]"
"""The buckets after `d.n` have passed: as many leave on the left as come, empty, on the right."""
_ADDED = f"({_SHIFTED})[1 : :size - 1] || (({_SHIFTED})[:size] + 1)"
_STEPS = "(SELECT least(greatest(:slot - w.newest, 0), :size)::int AS n) AS d"
COUNT = text(
    f"""
    WITH hit AS (
        INSERT INTO rate_windows AS w (key, newest, counts, expires_at)
        VALUES (:key, :slot, array_fill(0, ARRAY[:size - 1]) || 1, :expires)
        ON CONFLICT (key) DO UPDATE SET
            newest = greatest(:slot, w.newest),
            counts = (SELECT {_ADDED} FROM {_STEPS}),
            expires_at = :expires
        WHERE (SELECT sum(one) FROM {_STEPS}, unnest({_SHIFTED}) AS one) < :amount
        RETURNING w.newest, w.counts
    )
    SELECT true AS allowed, newest, counts FROM hit
    UNION ALL
    SELECT false, newest, counts FROM rate_windows WHERE key = :key AND NOT EXISTS (SELECT 1 FROM hit)
    """  # noqa: S608 # made of constants only
).bindparams(bindparam("slot", type_=BigInteger), bindparam("size", type_=Integer), bindparam("amount", type_=Integer))
PURGE = delete(RateWindowRow).where(RateWindowRow.expires_at < bindparam("now"))


class Counted(Struct, frozen=True):
    """One call, counted or refused."""

    allowed: bool
    used: int
    wait_seconds: float
    """Until the oldest counted call is forgotten."""


class SharedWindows:
    """Counts the calls of every replica together."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._closed: dict[str, float] = {}

    async def hit(self, rate: Rate, key: Sequence[str]) -> Counted:
        """Count one call; a refused one does not count."""
        named, now = _key(key), self._clock.now().timestamp()
        if (until := self._closed.get(named, 0.0)) > now:
            return Counted(allowed=False, used=rate.amount, wait_seconds=until - now)
        width = rate.window_seconds / BUCKETS
        given = {
            "key": named, "slot": int(now // width), "size": BUCKETS + 1, "amount": rate.amount,
            "expires": math.ceil(now + rate.window_seconds + width),
        }  # fmt: skip
        counted = _counted(await self._ask(given), width, now)
        if not counted.allowed:
            self._close(named, now + counted.wait_seconds, now)
        return counted

    async def purge(self) -> None:
        """Forget windows that hold nothing any more."""
        async with self._database.transaction() as session:
            await session.execute(PURGE, {"now": self._clock.now().timestamp()})

    async def _ask(self, given: dict[str, object]) -> tuple[bool, int, list[int]]:
        for attempt in range(ATTEMPTS):
            try:
                async with self._database.counting() as connection:
                    row = (await connection.execute(COUNT, given)).first()
            except DatabaseUnavailableError:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            # A row that another replica made after this statement began cannot be read by it: ask once more.
            if row is not None:
                return row.allowed, row.newest, row.counts
        message = "The database does not answer: a window changes faster than it can be read"
        raise DatabaseUnavailableError(message, details={"source": "database"})

    def _close(self, key: str, until: float, now: float) -> None:
        """Until then no replica can let a call pass, so none has to be asked."""
        if len(self._closed) >= MOST_CLOSED:
            self._closed = {one: end for one, end in self._closed.items() if end > now}
        if len(self._closed) < MOST_CLOSED:
            self._closed[key] = until


def _counted(found: tuple[bool, int, list[int]], width: float, now: float) -> Counted:
    allowed, newest, counts = found
    oldest = next((place for place, count in enumerate(counts) if count), len(counts) - 1)
    forgotten = (newest - (len(counts) - 1) + oldest + len(counts)) * width
    return Counted(allowed, sum(counts), max(0.0, forgotten - now))


def _key(parts: Sequence[str]) -> str:
    """Of one length, whatever the caller's id is."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=20).hexdigest()
