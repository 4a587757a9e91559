"""The audit chain: appended in order on both engines, and every tampering is found."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, select, text, update

from hexaops.features.audit.chain import GENESIS, canonical, link
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.audit.reader import Anchor, AuditReader
from hexaops.kit.clock import ManualClock
from hexaops.logs import Redactor
from hexaops.storage.database import Database
from hexaops.storage.tables import AuditRow
from tests.pages import page
from tests.serving import START

EVENTS = 12
TAMPERINGS = [60, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
Tamper = Callable[[Database], Awaitable[None]]


class Chain:
    """A log, its reader, and the words that must not stand in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.redactor = Redactor()
        self.clock = ManualClock(START)
        self.log = AuditLog(database, clock=self.clock, redactor=self.redactor)
        self.reader = AuditReader(database)

    async def fill(self, count: int = EVENTS) -> None:
        """Events of two workspaces."""
        for number in range(count):
            self.clock.advance(0.001234)
            await self.log.append(event(number))


def event(number: int) -> AuditEvent:
    details = {"number": number, "ratio": 1e20}
    return AuditEvent("change.completed", "user", "alice", f"ws-{number % 2}", f"app-{number}", details=details)


@pytest.fixture
def chain(database: Database) -> Chain:
    return Chain(database)


async def _change(database: Database, at_seq: int, **values: object) -> None:
    async with database.transaction() as session:
        await session.execute(update(AuditRow).where(AuditRow.seq == at_seq).values(**values))


async def test_an_empty_chain_is_whole(chain: Chain) -> None:
    found = await chain.reader.verify()
    assert (found.whole, found.events, found.head) == (True, 0, Anchor(0, GENESIS))


async def test_a_filled_chain_is_whole(chain: Chain) -> None:
    await chain.fill()
    found = await chain.reader.verify(await chain.reader.head())
    assert (found.whole, found.events, found.head.seq) == (True, EVENTS, EVENTS)


FIELDS = {
    "action": "change.failed",
    "actor_kind": "service",
    "actor_id": "bob",
    "workspace_id": "ws-9",
    "resource": "app-other",
    "outcome": "refused",
    "request_id": "req_other",
    "client_address": "10.0.0.1",
    "details": '{"number":5}',
    "at": START,
    "hash": "f" * 64,
    "previous_hash": "f" * 64,
}


@pytest.mark.parametrize("field", FIELDS)
async def test_an_altered_field_is_found(chain: Chain, field: str) -> None:
    await chain.fill()
    await _change(chain.database, 6, **{field: FIELDS[field]})
    found = await chain.reader.verify()
    assert (found.whole, found.broken_seq, found.events) == (False, 6, 5)


async def test_a_deleted_event_is_found(chain: Chain) -> None:
    await chain.fill()
    async with chain.database.transaction() as session:
        await session.execute(delete(AuditRow).where(AuditRow.seq == 6))
    found = await chain.reader.verify()
    assert (found.broken_seq, found.reason) == (6, "the event is missing")


async def test_swapped_events_are_found(chain: Chain) -> None:
    await chain.fill()
    for old, new in ((6, 1000), (7, 6), (1000, 7)):
        await _change(chain.database, old, seq=new)
    assert (await chain.reader.verify()).broken_seq == 6


async def test_an_inserted_event_is_found(chain: Chain) -> None:
    await chain.fill()
    async with chain.database.transaction() as session:
        for seq in range(EVENTS, 5, -1):
            await session.execute(update(AuditRow).where(AuditRow.seq == seq).values(seq=seq + 1))
        row = (await session.scalars(select(AuditRow).where(AuditRow.seq == 5))).one()
        values = {column.name: getattr(row, column.name) for column in AuditRow.__table__.columns}
        session.add(AuditRow(**{**values, "seq": 6}))
    assert (await chain.reader.verify()).broken_seq == 6


async def test_a_rewritten_tail_is_found_by_the_anchor_only(chain: Chain) -> None:
    await chain.fill()
    anchor = await chain.reader.head()
    async with chain.database.transaction() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.seq >= 10).order_by(AuditRow.seq))).all()
        rows[0].actor_id = "bob"
        previous = rows[0].previous_hash
        for row in rows:
            row.previous_hash, row.hash = previous, link(previous, canonical(row))
            previous = row.hash
    assert (await chain.reader.verify()).whole
    found = await chain.reader.verify(anchor)
    assert (found.whole, found.reason) == (False, "differs from the anchor")


async def test_a_cut_tail_is_found_by_the_anchor(chain: Chain) -> None:
    await chain.fill()
    anchor = await chain.reader.head()
    async with chain.database.transaction() as session:
        await session.execute(delete(AuditRow).where(AuditRow.seq > 9))
    assert (await chain.reader.verify()).whole
    found = await chain.reader.verify(anchor)
    assert (found.whole, found.broken_seq) == (False, 10)
    await chain.fill(5)
    assert not (await chain.reader.verify(anchor)).whole


async def test_an_old_anchor_still_holds_when_the_chain_has_grown(chain: Chain) -> None:
    await chain.fill(3)
    anchor = await chain.reader.head()
    await chain.fill(3)
    assert (await chain.reader.verify(anchor)).whole


@pytest.mark.parametrize("count", TAMPERINGS)
async def test_random_tamperings_are_all_found(chain: Chain, count: int) -> None:
    await chain.fill(30)
    anchor = await chain.reader.head()
    chance = random.Random(7)
    async with chain.database.reading() as session:
        before = {row.seq: row for row in (await session.scalars(select(AuditRow))).all()}
    for _ in range(count):
        seq, field = chance.randint(1, 30), chance.choice(["actor_id", "details", "resource", "hash", "previous_hash"])
        old = str(getattr(before[seq], field))
        place = chance.randrange(len(old))
        new = old[:place] + chr((ord(old[place]) + 1) % 127 or 33) + old[place + 1 :]
        await _change(chain.database, seq, **{field: new})
        assert not (await chain.reader.verify(anchor)).whole, (seq, field, old, new)
        await _change(chain.database, seq, **{field: old})
    assert (await chain.reader.verify(anchor)).whole


async def test_concurrent_appends_make_one_chain(chain: Chain) -> None:
    await asyncio.gather(*(chain.log.append(event(number)) for number in range(40)))
    found = await chain.reader.verify()
    assert (found.whole, found.events) == (True, 40)


async def test_an_event_shares_its_transaction_s_fate(chain: Chain) -> None:
    await chain.fill(1)

    async def failing() -> None:
        async with chain.database.transaction() as session:
            await chain.log.append(event(1), session)
            await chain.log.append(event(2), session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    async with chain.database.transaction() as session:
        first = await chain.log.append(event(3), session)
        second = await chain.log.append(event(4), session)
    assert (first.seq, second.seq, second.previous_hash) == (2, 3, first.hash)
    assert (await chain.reader.verify()).events == 3


async def test_no_secret_gets_in(chain: Chain) -> None:
    chain.redactor.add("hunter2hunter2")
    await chain.log.append(
        AuditEvent("x", "user", "hunter2hunter2", resource="a/hunter2hunter2", details={"token": ["hunter2hunter2"]})
    )
    async with chain.database.reading() as session:
        rows = (await session.execute(text("SELECT * FROM audit_events"))).all()
    assert "hunter2hunter2" not in repr(rows)
    assert (await chain.reader.verify()).whole


async def test_odd_values_are_chained_as_they_are_stored(chain: Chain) -> None:
    details = {"a": "\x00", "b": [1.0, None], "c": "\ud800"}
    await chain.log.append(AuditEvent("x", "anonymous", "nul\x00 é ☃ 😀 \ud800", resource="x" * 2000, details=details))
    assert (await chain.reader.verify()).whole
    (shown,), _ = await chain.reader.list_events(page())
    assert shown.details == details
    assert len(shown.resource or "") == 512


async def test_pages_go_back_in_time(chain: Chain) -> None:
    await chain.fill(7)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        events, cursor = await chain.reader.list_events(page(3, cursor))
        seen += [one.seq for one in events]
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    events, cursor = await chain.reader.list_events(page(3), workspace_ids=["ws-1"])
    assert ([one.seq for one in events], cursor) == ([6, 4, 2], None)
