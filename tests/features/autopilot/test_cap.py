"""The cap holds for all processes together: a second one waits until the first has counted what it starts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.autopilot.breaker import AUTOPILOT
from hexaops.features.autopilot.cap import touched
from hexaops.features.incidents.chain import begun, written
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentRow
from tests.serving import AccessWorld

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def started(workspace_id: str) -> IncidentRow:
    """An incident that the autopilot is remediating."""
    remediation = begun("restart", confirm_always=False, kind="system", actor=AUTOPILOT, now=NOW.timestamp())
    return IncidentRow(
        id="inc-1", workspace_id=workspace_id, fingerprint="f", status="remediating", source="detection", type="t",
        severity="high", title="t", affected=[], symptoms=[], alerts={}, diagnosis=[], reports=1, reopened=0,
        remediation=written(remediation), remediations=[], turn=1, opened_at=NOW, updated_at=NOW, resolved_at=None,
    )  # fmt: skip


async def count(session: AsyncSession, access: AccessWorld) -> int:
    database = access.context.database
    return await touched(session, database, access.workspace_id, now=NOW, window_seconds=300.0)


async def in_another_process(access: AccessWorld) -> int:
    async with access.context.database.transaction() as session:
        return await count(session, access)


async def waiting(database: Database) -> None:
    """Until somebody waits for an advisory lock."""
    async with asyncio.timeout(30), database.reading() as session:
        while not await session.scalar(WAITING):
            pass


async def test_what_was_started_in_the_window_is_counted(access: AccessWorld) -> None:
    assert await in_another_process(access) == 0
    async with access.context.database.transaction() as session:
        session.add(started(access.workspace_id))
    assert await in_another_process(access) == 1
    async with access.context.database.transaction() as session:
        row = await session.get_one(IncidentRow, "inc-1")
        row.remediation = {**row.remediation, "started_at": NOW.timestamp() - 301}
    assert await in_another_process(access) == 0


@ON_POSTGRESQL
async def test_two_processes_do_not_take_the_last_place(access: AccessWorld) -> None:
    database = access.context.database
    async with database.transaction() as session:
        assert await count(session, access) == 0
        other = asyncio.create_task(in_another_process(access))
        await waiting(database)
        session.add(started(access.workspace_id))
    assert await other == 1
