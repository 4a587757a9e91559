"""Questions about workspaces inside another feature's transaction.

A plan is made for a workspace that owns its target. Until the write, the namespace may have moved to another workspace,
and the workspace may have been suspended or removed: its row is locked until the commit, so neither can happen between.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.storage.tables import WorkspaceNamespaceRow, WorkspaceRow


async def why_not_owned(session: AsyncSession, *, workspace_id: str, cluster_id: str, namespace: str) -> str | None:
    """Why the workspace may not change anything in the namespace; None when it is active and owns it."""
    workspace = await session.get(WorkspaceRow, workspace_id, with_for_update={"read": True})
    if workspace is None or workspace.status != "active":
        return "its workspace was suspended or removed"
    claim = await session.get(WorkspaceNamespaceRow, (cluster_id, namespace))
    owner = claim.workspace_id if claim else workspace.id if workspace.is_default else None
    if owner != workspace.id or workspace.cluster_id != cluster_id:
        return "the application is not in this workspace any more"
    return None


async def find_name(session: AsyncSession, workspace_id: str) -> str | None:
    """The workspace's name; None when it was removed."""
    return await session.scalar(select(WorkspaceRow.name).where(WorkspaceRow.id == workspace_id))
