"""Queries about operations for other features; returns values, not rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from hexaops.features.runs.views import public_status
from hexaops.storage.tables import OperationRow
from hexaops.storage.tables.operations import ACTIVE

LATEST = 20
_operations = OperationRow.__table__
_ACTIONS = (
    select(_operations)
    .where(_operations.c.workspace_id == bindparam("workspace_id"), _operations.c.surface == "action")
    .order_by(_operations.c.id.desc())
)
# Made once, because every message asks it.
_LATEST_ACTIONS = _ACTIONS.limit(LATEST)
_LATEST_ABOUT = _ACTIONS.where(_operations.c.resource_id.in_(bindparam("about", expanding=True))).limit(LATEST)


class OperationSummary(Struct, frozen=True):
    """An operation as others speak of it."""

    id: str
    kind: str
    description: str
    status: str
    """The public status."""
    requested_by: str
    resource_id: str
    started_at: datetime
    completed_at: datetime | None
    error: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)


async def latest_actions(
    connection: AsyncConnection, workspace_id: str, about: Collection[str] = ()
) -> list[OperationSummary]:
    """The workspace's latest actions, the newest first; `about`: only those of these applications."""
    named = {"workspace_id": workspace_id, **({"about": [*about]} if about else {})}
    query = _LATEST_ABOUT if about else _LATEST_ACTIONS
    return [_summary(row) for row in await connection.execute(query, named)]


async def actions_of_session(
    session: AsyncSession, workspace_id: str, session_id: str, *, more: Collection[str] = ()
) -> Sequence[OperationSummary]:
    """Actions that were started in a conversation, and those of the workspace with the ids of `more`."""
    query = _ACTIONS.where((_operations.c.session_id == session_id) | _operations.c.id.in_(more))
    return [_summary(row) for row in await session.execute(query, {"workspace_id": workspace_id})]


async def find_active(session: AsyncSession, workspace_id: str) -> str | None:
    """The id of an operation that is running in the workspace, or None."""
    query = select(OperationRow.id).where(OperationRow.workspace_id == workspace_id, OperationRow.status.in_(ACTIVE))
    found: str | None = await session.scalar(query.limit(1))
    return found


def _summary(row: Row[Any]) -> OperationSummary:
    return OperationSummary(
        id=row.id,
        kind=row.kind,
        description=row.description,
        status=public_status(row),
        requested_by=row.requested_by,
        resource_id=row.resource_id,
        started_at=row.started_at,
        completed_at=row.completed_at,
        error=row.error_message,
        parameters=row.parameters,
    )


async def latest_start(
    session: AsyncSession, cluster_id: str, resource_id: str, *, kinds: Collection[str]
) -> datetime | None:
    """When the latest operation of these kinds on an application was started; None when there was none."""
    query = select(OperationRow.started_at).where(
        OperationRow.cluster_id == cluster_id, OperationRow.resource_id == resource_id, OperationRow.kind.in_(kinds)
    )
    found: datetime | None = await session.scalar(query.order_by(OperationRow.started_at.desc()).limit(1))
    return found


async def parts_of(session: AsyncSession, operation_id: str) -> list[OperationSummary]:
    """The operations that another one has started, the oldest first."""
    query = select(_operations).where(_operations.c.surface == "operation", _operations.c.session_id == operation_id)
    return [_summary(row) for row in await session.execute(query.order_by(_operations.c.id))]


async def latest_result(
    session: AsyncSession, workspace_id: str, kind: str, *, before: str, ended_by: datetime | None = None
) -> tuple[str, dict[str, Any]] | None:
    """Id and result of the workspace's latest completed operation of a kind, older than `before`, ended by a time."""
    query = (
        select(_operations.c.id, _operations.c.result)
        .where(
            _operations.c.workspace_id == workspace_id, _operations.c.kind == kind,
            _operations.c.status == "completed", _operations.c.id < before,
        )
        .order_by(_operations.c.id.desc())
        .limit(1)
    )  # fmt: skip
    if ended_by is not None:
        query = query.where(_operations.c.completed_at <= ended_by)
    found = (await session.execute(query)).first()
    return (found.id, dict(found.result)) if found else None
