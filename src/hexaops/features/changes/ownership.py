"""Whether the workspace may still make a change: checked on acceptance and before each write.

A plan is made for a workspace that owns its target. Until the write, the namespace may have moved to another workspace,
and the workspace may have been suspended or removed: the row is held until the commit, so that neither happens between.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.changes.errors import PlanStaleError
from hexaops.storage.tables import WorkspaceNamespaceRow, WorkspaceRow


async def check_owned(session: AsyncSession, *, workspace_id: str, cluster_id: str, namespace: str) -> None:
    """Raise PlanStaleError unless the workspace is active and owns the namespace."""
    workspace = await session.get(WorkspaceRow, workspace_id, with_for_update={"read": True})
    if workspace is None or workspace.status != "active":
        raise PlanStaleError("its workspace was suspended or removed", field="workspace")
    claim = await session.get(WorkspaceNamespaceRow, (cluster_id, namespace))
    owner = claim.workspace_id if claim else workspace.id if workspace.is_default else None
    if owner != workspace.id or workspace.cluster_id != cluster_id:
        raise PlanStaleError("the application is not in this workspace any more", field="workspace")
