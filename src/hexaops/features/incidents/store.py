"""Rows of incidents and their timelines; callers bring the transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.kit.text import plain
from hexaops.storage.tables import IncidentEntryRow, IncidentRow

TEXT_LIMIT = 1000
SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class IncidentFilter:
    """Which incidents to list, the newest first."""

    workspace_ids: Collection[str] | None
    """None: of every workspace."""
    status: str | None = None
    before: str | None = None
    """The id of the last one seen; ids sort by time."""
    limit: int = 50


async def find_incidents(session: AsyncSession, wanted: IncidentFilter) -> Sequence[IncidentRow]:
    """The rows."""
    query = select(IncidentRow).order_by(IncidentRow.id.desc()).limit(wanted.limit)
    if wanted.workspace_ids is not None:
        query = query.where(IncidentRow.workspace_id.in_([*wanted.workspace_ids]))
    if wanted.status is not None:
        query = query.where(IncidentRow.status == wanted.status)
    if wanted.before is not None:
        query = query.where(IncidentRow.id < wanted.before)
    return (await session.scalars(query)).all()


async def hold_incident(session: AsyncSession, incident_id: str) -> IncidentRow | None:
    """The row as it is now, locked until the transaction ends."""
    return await session.get(IncidentRow, incident_id, with_for_update=True, populate_existing=True)


async def find_same(session: AsyncSession, workspace_id: str, fingerprint: str) -> IncidentRow | None:
    """The latest incident of what belongs together, resolved or not."""
    query = (
        select(IncidentRow)
        .where(IncidentRow.workspace_id == workspace_id, IncidentRow.fingerprint == fingerprint)
        .order_by(IncidentRow.id.desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.scalars(query)).first()


async def timeline(session: AsyncSession, incident_id: str) -> Sequence[IncidentEntryRow]:
    """The entries, the oldest first."""
    query = select(IncidentEntryRow).where(IncidentEntryRow.incident_id == incident_id)
    return (await session.scalars(query.order_by(IncidentEntryRow.seq))).all()


async def note(session: AsyncSession, row: IncidentRow, kind: str, actor: str, text: str, *, at: datetime) -> None:
    """Add an entry; the incident's row is held by the transaction."""
    await session.flush()
    query = select(func.max(IncidentEntryRow.seq)).where(IncidentEntryRow.incident_id == row.id)
    last = await session.scalar(query)
    row.updated_at = at
    session.add(
        IncidentEntryRow(
            incident_id=row.id, seq=(last or 0) + 1, at=at, kind=kind, actor=actor, text=plain(text, TEXT_LIMIT)
        )
    )
    await session.flush()
