"""How many applications the autopilot may touch within a while, counted in the database for all processes together."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.autopilot.breaker import AUTOPILOT
from hexaops.features.incidents.chain import read
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentRow


async def touched(
    session: AsyncSession, database: Database, workspace_id: str, *, now: datetime, window_seconds: float
) -> int:
    """Incidents whose remediation the autopilot has started within the window.

    Other processes wait until this transaction ends, or two could both take the last place; SQLite has one writer.
    """
    if not database.is_sqlite:
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"autopilot {workspace_id}"}
        )
    since = now - timedelta(seconds=window_seconds)
    query = select(IncidentRow).where(IncidentRow.workspace_id == workspace_id, IncidentRow.updated_at >= since)
    found = [read(row.remediation) for row in await session.scalars(query.execution_options(populate_existing=True))]
    return sum(one is not None and one.actor_id == AUTOPILOT and one.started_at >= since.timestamp() for one in found)
