"""Finds workspaces by id, namespace or member. Reads the database on every call, so changes apply immediately."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, TypeVar, cast

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

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

_workspaces, _members, _claims = WorkspaceRow.__table__, WorkspaceMemberRow.__table__, WorkspaceNamespaceRow.__table__
# Made once and without the ORM: making a statement costs more than asking it, and every request asks for a membership.
OLDEST_FIRST = (_workspaces.c.created_at, _workspaces.c.id)
ALL = select(_workspaces).order_by(*OLDEST_FIRST)
ONE = select(_workspaces).where(_workspaces.c.id == bindparam("workspace_id"))
OF_CLUSTER = select(_workspaces).where(_workspaces.c.cluster_id == bindparam("cluster_id"))
MEMBERSHIPS = (
    select(_workspaces, _members.c.role)
    .join(_members, _members.c.workspace_id == _workspaces.c.id)
    .where(_members.c.user_id == bindparam("user_id"))
    .order_by(_workspaces.c.created_at, _workspaces.c.id)
)
CLAIMS = select(_claims).where(_claims.c.cluster_id.in_(bindparam("clusters", expanding=True)))
ENTERED = (
    select(_workspaces, _members.c.role, _claims.c.namespace, _claims.c.workspace_id)
    .join(_members, _members.c.workspace_id == _workspaces.c.id)
    .outerjoin(_claims, _claims.c.cluster_id == _workspaces.c.cluster_id)
    .where(_members.c.user_id == bindparam("user_id"), _workspaces.c.id == bindparam("workspace_id"))
)
"""One membership: the workspace and the role again in each line, beside a namespace that is claimed, by whichever."""


_USUAL = WorkspacePolicy()
T = TypeVar("T")
"""The defaults of what a workspace has not set."""


class WorkspaceDirectory:
    """Reads workspaces for the rest of the service."""

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
        return next(iter(await self._found(ONE, workspace_id=workspace_id)), None)

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """The workspace and the user's role in it, if the user is a member."""
        given = {"user_id": user_id, "workspace_id": workspace_id}
        async with self._database.viewing() as connection:
            rows = (await connection.execute(ENTERED, given)).all()
        claims = [row for row in rows if row.namespace is not None]
        return Membership(self._view(rows[0], claims), cast("Role", rows[0].role)) if rows else None

    async def list_for(self, user_id: str) -> list[Membership]:
        """The workspaces of which the user is a member, oldest first."""
        async with self._database.viewing() as connection:
            rows = (await connection.execute(MEMBERSHIPS, {"user_id": user_id})).all()
            views = await self._views(connection, rows)
        return [Membership(view, cast("Role", row.role)) for view, row in zip(views, rows, strict=True)]

    async def list_all(self) -> list[Workspace]:
        """Every workspace, oldest first."""
        return await self._found(ALL)

    async def for_namespace(self, cluster_id: str, namespace: str) -> Workspace | None:
        """The one workspace that owns the namespace; None for system namespaces and unclaimed ones."""
        found = await self._found(OF_CLUSTER, cluster_id=cluster_id)
        return next((workspace for workspace in found if workspace.owns(namespace)), None)

    async def ids_on(self, cluster_id: str, session: AsyncSession) -> list[str]:
        """The workspaces on a cluster, oldest first."""
        found = await session.execute(OF_CLUSTER.order_by(*OLDEST_FIRST), {"cluster_id": cluster_id})
        return [row.id for row in found]

    async def _found(self, query: Select[Any], **given: str) -> list[Workspace]:
        async with self._database.viewing() as connection:
            return await self._views(connection, (await connection.execute(query, given)).all())

    async def _views(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Workspace]:
        clusters = sorted({row.cluster_id for row in rows})
        claims = (await connection.execute(CLAIMS, {"clusters": clusters})).all() if rows else ()
        return [self._view(row, claims) for row in rows]

    def _view(self, row: Row[Any], claims: Sequence[Row[Any]]) -> Workspace:
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
        return WorkspacePolicy(
            risk,
            stored.get("changes_per_window"),
            stored.get("kubernetes_user"),
            unattended_actions=tuple(stored.get("unattended_actions") or ()),
            unattended_severity=stored.get("unattended_severity") or _USUAL.unattended_severity,
            unattended_pods=_or(stored.get("unattended_pods"), _USUAL.unattended_pods),
            autopilot=stored.get("autopilot") or _USUAL.autopilot,
            autopilot_classes=tuple(stored.get("autopilot_classes") or ()),
            change_windows=tuple(stored.get("change_windows") or ()),
            change_freezes=tuple(stored.get("change_freezes") or ()),
            probe_image=_or(stored.get("probe_image"), self._settings.probe_image) or None,
        )


def _or(value: T | None, default: T) -> T:
    return default if value is None else value
