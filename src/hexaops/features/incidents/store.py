"""Rows of incidents and their timelines; callers bring the transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.kit.paging import PageRequest
from hexaops.kit.text import plain
from hexaops.storage.tables import IncidentEntryRow, IncidentRow

TEXT_LIMIT = 1000
SEVERITIES = ("low", "medium", "high", "critical")


async def find_incidents(
    session: AsyncSession, page: PageRequest, *, workspace_ids: Collection[str] | None, status: str | None = None
) -> tuple[Sequence[IncidentRow], str | None]:
    """One page of the rows of these workspaces (None: of all), newest first, and the next page's cursor."""
    query = select(IncidentRow).order_by(IncidentRow.id.desc()).limit(page.fetch)
    if workspace_ids is not None:
        query = query.where(IncidentRow.workspace_id.in_([*workspace_ids]))
    if status is not None:
        query = query.where(IncidentRow.status == status)
    if page.after is not None:
        query = query.where(IncidentRow.id < page.after[0])
    return page.split((await session.scalars(query)).all(), lambda row: (row.id,))


async def latest_incidents(session: AsyncSession, workspace_id: str, limit: int) -> Sequence[IncidentRow]:
    """The workspace's newest ones, resolved or not."""
    query = select(IncidentRow).where(IncidentRow.workspace_id == workspace_id)
    return (await session.scalars(query.order_by(IncidentRow.id.desc()).limit(limit))).all()


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


async def find_about(session: AsyncSession, workspace_id: str, application_ids: Collection[str]) -> list[IncidentRow]:
    """Those of a workspace that are not resolved and affect one of the applications, the oldest first."""
    query = select(IncidentRow).where(IncidentRow.workspace_id == workspace_id, IncidentRow.status != "resolved")
    rows = await session.scalars(query.order_by(IncidentRow.id))
    return [row for row in rows if not set(row.affected).isdisjoint(application_ids)]


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
