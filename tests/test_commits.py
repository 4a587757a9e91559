"""Waiting for commits: those of the look itself do not count."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete

from hexaops.storage.database import Database
from hexaops.storage.tables import WorkspaceRow
from tests.commits import watching_commits


async def test_a_look_that_commits_does_not_wake_itself(sqlite_url: str) -> None:
    database, looks = Database(sqlite_url.replace("sqlite://", "sqlite+aiosqlite://")), 0
    looked = asyncio.Event()

    async def commit() -> None:
        async with database.transaction() as session:
            await session.execute(delete(WorkspaceRow).where(WorkspaceRow.id == "none"))

    async def look() -> int:
        nonlocal looks
        looks += 1
        looked.set()
        await commit()
        return looks

    with watching_commits() as commits:
        waiting = asyncio.create_task(commits.until(look, lambda seen: seen == 2, seconds=30))
        await looked.wait()
        await commit()
        assert await waiting == 2
        assert await commits.until(look, bool) == 3
        await asyncio.sleep(0)  # a wake-up is scheduled on the loop
        assert not commits._happened.is_set()
    await database.close()
