"""Finds workspaces: by id, by namespace, by member; asks the store on every call, so that changes count at once."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.config import Settings
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.tenancy import (
    SYSTEM_NAMESPACES,
    Membership,
    Role,
    Workspace,
    WorkspacePolicy,
)
from hexaops.storage.database import Database
from hexaops.storage.tables import WorkspaceMemberRow, WorkspaceNamespaceRow, WorkspaceRow


class WorkspaceDirectory:
    """Reads workspaces as the rest of the service sees them."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        own = settings.service_namespace
        self._system: Set[str] = SYSTEM_NAMESPACES | ({own} if own else set())

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace; raises WorkspaceNotFoundError."""
        found = await self.find(workspace_id)
        if found is None:
            raise WorkspaceNotFoundError
        return found

    async def find(self, workspace_id: str) -> Workspace | None:
        """The workspace, or None."""
        return next(iter(await self._workspaces(select(WorkspaceRow).where(WorkspaceRow.id == workspace_id))), None)

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """The workspace and the user's role in it, if the user is a member."""
        return next(iter(await self._memberships(user_id, WorkspaceRow.id == workspace_id)), None)

    async def list_for(self, user_id: str) -> list[Membership]:
        """The workspaces of which the user is a member, oldest first."""
        return await self._memberships(user_id)

    async def list_all(self) -> list[Workspace]:
        """Every workspace, oldest first."""
        return await self._workspaces(select(WorkspaceRow).order_by(WorkspaceRow.created_at, WorkspaceRow.id))

    async def for_namespace(self, cluster_id: str, namespace: str) -> Workspace | None:
        """The one workspace that owns the namespace; None for system namespaces and unclaimed ones."""
        found = await self._workspaces(select(WorkspaceRow).where(WorkspaceRow.cluster_id == cluster_id))
        return next((workspace for workspace in found if workspace.owns(namespace)), None)

    async def _memberships(self, user_id: str, *where: Any) -> list[Membership]:
        query = (
            select(WorkspaceRow, WorkspaceMemberRow.role)
            .join(WorkspaceMemberRow, WorkspaceMemberRow.workspace_id == WorkspaceRow.id)
            .where(WorkspaceMemberRow.user_id == user_id, *where)
            .order_by(WorkspaceRow.created_at, WorkspaceRow.id)
        )
        async with self._database.reading() as session:
            found = (await session.execute(query)).all()
            views = await self._views(session, [row for row, _ in found])
        return [Membership(view, cast("Role", role)) for view, (_, role) in zip(views, found, strict=True)]

    async def _workspaces(self, query: Select[WorkspaceRow]) -> list[Workspace]:
        async with self._database.reading() as session:
            return await self._views(session, (await session.scalars(query)).all())

    async def _views(self, session: AsyncSession, rows: Sequence[WorkspaceRow]) -> list[Workspace]:
        clusters = {row.cluster_id for row in rows}
        claimed = select(WorkspaceNamespaceRow).where(WorkspaceNamespaceRow.cluster_id.in_(clusters))
        claims = list((await session.scalars(claimed)).all()) if rows else []
        return [self._view(row, claims) for row in rows]

    def _view(self, row: WorkspaceRow, claims: Sequence[WorkspaceNamespaceRow]) -> Workspace:
        own = {claim.namespace for claim in claims if claim.workspace_id == row.id}
        others = {claim.namespace for claim in claims if claim.cluster_id == row.cluster_id} - own
        return Workspace(
            id=row.id,
            name=row.name,
            plan=cast("Any", row.plan),
            cluster_id=row.cluster_id,
            status=cast("Any", row.status),
            namespaces=None if row.is_default else frozenset(own),
            excluded=frozenset(self._system | others) if row.is_default else frozenset(self._system),
            policy=self._policy(row.policy),
            timezone=row.timezone,
            created_at=row.created_at,
        )

    def _policy(self, stored: dict[str, Any]) -> WorkspacePolicy:
        risk = stored.get("single_call_risk") or self._settings.single_call_risk
        return WorkspacePolicy(risk, stored.get("changes_per_window"), stored.get("kubernetes_user"))
