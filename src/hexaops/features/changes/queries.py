"""Queries about plans for other features."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from hexaops.features.access.caller import Caller
from hexaops.features.changes.views import plan_view
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import OperationRow, PlanRow, WriteIntentRow


class PlanQueries(Struct, frozen=True):
    """Reads only."""

    database: Database
    clock: Clock

    async def list_open(self, caller: Caller, session_id: str, plan_ids: Collection[str]) -> list[dict[str, Any]]:
        """Those of the named plans of this caller and conversation that can still be confirmed, the oldest first."""
        query = select(PlanRow).where(
            PlanRow.id.in_(plan_ids),
            PlanRow.user_id == caller.principal.id,
            PlanRow.workspace_id == caller.get_workspace().id,
            PlanRow.session_id == session_id,
            PlanRow.operation_id.is_(None),
            PlanRow.expires_at > self.clock.now(),
        )
        async with self.database.reading() as session:
            return [msgspec.to_builtins(plan_view(row)) for row in await session.scalars(query.order_by(PlanRow.id))]


async def uids_written(session: AsyncSession, kind: str, *, workspace_id: str, subject_id: str) -> frozenset[str]:
    """Uids of the objects that changes of a kind have written for a subject."""
    query = (
        select(WriteIntentRow.response)
        .join(OperationRow, OperationRow.id == WriteIntentRow.operation_id)
        .where(
            OperationRow.kind == kind,
            OperationRow.workspace_id == workspace_id,
            OperationRow.resource_id == subject_id,
            WriteIntentRow.purpose == "apply",
        )
    )
    return frozenset(uid for found in await session.scalars(query) if (uid := found.get("uid")))


def has_written(operation_id: InstrumentedAttribute[str]) -> Exists:
    """The condition that an operation has begun a write."""
    return (
        select(WriteIntentRow.id)
        .where(WriteIntentRow.operation_id == operation_id, WriteIntentRow.purpose == "apply")
        .exists()
    )
