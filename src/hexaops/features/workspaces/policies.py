"""A part of a workspace's policy set by the feature that it belongs to, within that feature's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.storage.tables import WorkspaceRow


async def set_policy(session: AsyncSession, workspace_id: str, values: Mapping[str, Any], *, at: datetime) -> None:
    """Set these fields of the policy; raises WorkspaceNotFoundError for one that was deleted meanwhile."""
    row = await session.get(WorkspaceRow, workspace_id, with_for_update=True)
    if row is None:
        raise WorkspaceNotFoundError
    row.policy = {**row.policy, **values}
    row.updated_at = at
