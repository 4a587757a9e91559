"""Creates, changes and deletes workspaces and members. Each change is audited in its own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.errors import ConflictError, NotFoundError, ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import BoundAccountError, WorkspaceNotFoundError
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES, Role, Workspace
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.workspaces.automation import PolicyChanges
from hexaops.features.workspaces.bounds import check_bound
from hexaops.features.workspaces.claiming import Claims, Taken
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.schemas import WorkspaceChange, WorkspaceCreation
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.tables import WorkspaceMemberRow, WorkspaceNamespaceRow, WorkspaceRow

FindActive = Callable[[AsyncSession, str], Awaitable[str | None]]
"""The id of an operation that runs in a workspace; operations belong to a feature above this one."""


class NamespaceTakenError(ConflictError):
    """Another workspace of the cluster owns one of the namespaces."""

    code = "NAMESPACE_TAKEN"


class WorkspaceInUseError(ConflictError):
    """The workspace has a running change, or is the default one."""

    code = "WORKSPACE_IN_USE"


class LastAdminError(ConflictError):
    """The change would leave the workspace without an admin."""

    code = "LAST_ADMIN"


class MemberNotFoundError(NotFoundError):
    """The user is not a member of the workspace."""

    code = "MEMBER_NOT_FOUND"


class DefaultWorkspaceExistsError(ConflictError):
    """The cluster already has a workspace for unclaimed namespaces."""

    code = "DEFAULT_WORKSPACE_EXISTS"

    def __init__(self, workspace_id: str | None) -> None:
        message = "The cluster already has a default workspace"
        super().__init__(message, details={"workspace_id": workspace_id})


class ClaimedWorkspace(Struct, frozen=True):
    """A workspace, and the applications its new namespaces took from the default one."""

    workspace: Workspace
    taken: Taken | None
    """None where no namespaces were given."""


class Member(Struct, frozen=True):
    """One member as it is shown."""

    user_id: str
    role: str
    added_at: Any


class WorkspaceService:
    """Changes of workspaces."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        directory: WorkspaceDirectory,
        clusters: Clusters,
        *,
        audit: AuditLog,
        clock: Clock,
        find_active: FindActive,
    ) -> None:
        self._settings = settings
        self._database = database
        self._directory = directory
        self._clusters = clusters
        self._claims = Claims(clusters)
        self._audit = audit
        self._clock = clock
        self._find_active = find_active
        self._policy_changes = PolicyChanges(database, clock)

    async def ensure_default(self, cluster_id: str) -> Workspace:
        """The workspace of all unclaimed namespaces, created at the first start."""
        query = _default_of(cluster_id)
        async with self._database.transaction() as session:
            found = await session.scalar(query)
        return await self._directory.get(found or await self._make_default(cluster_id, query))

    async def _make_default(self, cluster_id: str, query: Any) -> str:
        body = WorkspaceCreation(name=self._settings.default_workspace_name, plan="dedicated", namespaces=[])
        event = AuditEvent("workspace.created", "system", "hexaops")
        try:
            async with self._database.transaction() as session:
                row = self._new_row(body, cluster_id, is_default=True)
                session.add(row)
                await session.flush()
                await self._audit.append(_placed(event, row.id, {"name": row.name}), session)
                return row.id
        except IntegrityError:  # another replica made it at the same moment
            async with self._database.reading() as session:
                return str(await session.scalar(query))

    @property
    def default_cluster_id(self) -> str:
        """The cluster of a new workspace that names none."""
        return self._clusters.default_id

    async def create(self, caller: Caller, body: WorkspaceCreation) -> ClaimedWorkspace:
        """Create a workspace from given namespaces, or from all unclaimed ones.

        Raises NamespaceTakenError, DefaultWorkspaceExistsError, and as `Claims.check_exist` does.
        """
        cluster_id = body.cluster or self._clusters.default_id
        if not self._clusters.is_registered(cluster_id):
            raise ValidationFailedError("The request is not valid", details={"cluster": "no such cluster"})
        namespaces = body.namespaces or []
        self._check_claimable(cluster_id, namespaces, expect_missing=body.expect_missing)
        async with self._database.transaction() as session:
            default_id = await session.scalar(_default_of(cluster_id))
            if body.namespaces is None and default_id is not None:
                raise DefaultWorkspaceExistsError(default_id)
            row = self._new_row(body, cluster_id, is_default=body.namespaces is None)
            session.add(row)
            try:
                await session.flush()
            except IntegrityError as error:  # another request made the default one at the same moment
                raise DefaultWorkspaceExistsError(None) from error
            await self._claim(session, row, namespaces)
            event = caller.event("workspace.created", workspace_id=row.id, details=body.model_dump(mode="json"))
            await self._audit.append(event, session)
            if body.admin is not None:
                session.add(self._member(row.id, body.admin, "admin"))
        taken = self._claims.taken(cluster_id, namespaces, default_id=default_id)
        return ClaimedWorkspace(await self._directory.get(row.id), taken)

    async def change(self, caller: Caller, workspace_id: str, body: WorkspaceChange) -> ClaimedWorkspace:
        """Set what the body names; raises NamespaceTakenError, WorkspaceInUseError, and as `check_bound` does."""
        added: set[str] = set()
        async with self._database.transaction() as session:
            row = await _get(session, workspace_id)
            held = set((await session.scalars(_namespaces_of(row.id))).all())
            check_bound(caller, row, body, held)
            for name in body.model_fields_set & {"name", "plan", "status", "timezone"}:
                setattr(row, name, getattr(body, name))
            if body.policy is not None:
                given = body.policy.model_dump(exclude_unset=True)
                row.policy = {**row.policy, **given}
                if given.keys() & {"autopilot", "autopilot_classes"}:
                    await self._policy_changes.record(session, caller, row.id, reason=None)
            if body.namespaces is not None and (body.namespaces or not row.is_default):
                await self._check_idle(session, row.id, held - set(body.namespaces))
                added = set(body.namespaces) - held
                if not row.is_default:
                    self._check_claimable(row.cluster_id, added, expect_missing=body.expect_missing)
                await self._replace_namespaces(session, row, body.namespaces)
            row.updated_at = self._clock.now()
            default_id = await session.scalar(_default_of(row.cluster_id))
            details = body.model_dump(mode="json", exclude_unset=True)
            await self._audit.append(caller.event("workspace.changed", workspace_id=row.id, details=details), session)
        claimed = body.namespaces is not None
        taken = self._claims.taken(row.cluster_id, added, default_id=default_id) if claimed else None
        return ClaimedWorkspace(await self._directory.get(workspace_id), taken)

    async def delete(self, caller: Caller, workspace_id: str) -> None:
        """Delete the workspace and its memberships; its namespaces return to the default one.

        Raises WorkspaceInUseError, and BoundAccountError for an account that could not claim them again.
        """
        if caller.principal.is_bound:
            raise BoundAccountError(["namespaces"])
        async with self._database.transaction() as session:
            row = await _get(session, workspace_id)
            if row.is_default and row.cluster_id == self._clusters.default_id:
                raise WorkspaceInUseError("The default workspace holds what no other claims and cannot be removed")
            await self._check_idle(session, row.id, {"all"})
            await session.delete(row)
            await self._audit.append(caller.event("workspace.deleted", workspace_id=workspace_id), session)

    async def _check_idle(self, session: AsyncSession, workspace_id: str, lost: Collection[str]) -> None:
        """A running change must not lose its namespace; raises WorkspaceInUseError."""
        if lost and (running := await self._find_active(session, workspace_id)):
            message = "A change is running in the workspace"
            raise WorkspaceInUseError(message, details={"operation_id": running})

    async def list_members(self, workspace_id: str) -> list[Member]:
        """The members, by id."""
        query = select(WorkspaceMemberRow).where(WorkspaceMemberRow.workspace_id == workspace_id)
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(WorkspaceMemberRow.user_id))).all()
        return [Member(row.user_id, row.role, row.added_at) for row in rows]

    async def check_other_admin(self, workspace_id: str, user_id: str) -> None:
        """Raise LastAdminError if this user is the only admin: nobody could manage the workspace without them."""
        admins = [member.user_id for member in await self.list_members(workspace_id) if member.role == "admin"]
        if admins == [user_id]:
            raise LastAdminError("The user is the workspace's only admin; make somebody else an admin first")

    async def put_member(self, workspace_id: str, user_id: str, role: Role, *, caller: Caller | None) -> Member:
        """Add a member or change its role; without a caller the service itself does it."""
        event = _event(caller, "workspace.member_put")
        async with self._database.transaction() as session:
            await _get(session, workspace_id)
            row = await session.get(WorkspaceMemberRow, (workspace_id, user_id))
            if row is None:
                row = self._member(workspace_id, user_id, role)
                session.add(row)
            elif row.role == role:
                return Member(row.user_id, row.role, row.added_at)
            row.role = role
            await self._audit.append(_placed(event, workspace_id, {"user_id": user_id, "role": role}), session)
        return Member(user_id, role, row.added_at)

    async def remove_member(self, caller: Caller, workspace_id: str, user_id: str) -> None:
        """Remove a member; raises MemberNotFoundError."""
        async with self._database.transaction() as session:
            row = await session.get(WorkspaceMemberRow, (workspace_id, user_id))
            if row is None:
                raise MemberNotFoundError("The user is no member of the workspace")
            await session.delete(row)
            event = caller.event("workspace.member_removed", workspace_id=workspace_id, details={"user_id": user_id})
            await self._audit.append(event, session)

    def _new_row(self, body: WorkspaceCreation, cluster_id: str, *, is_default: bool) -> WorkspaceRow:
        now = self._clock.now()
        return WorkspaceRow(
            id=new_id("ws-"),
            name=body.name,
            plan=body.plan,
            cluster_id=cluster_id,
            is_default=is_default,
            status="active",
            policy=body.policy.model_dump(exclude_unset=True) if body.policy else {},
            timezone=body.timezone,
            created_at=now,
            updated_at=now,
        )

    def _member(self, workspace_id: str, user_id: str, role: Role) -> WorkspaceMemberRow:
        now = self._clock.now()
        return WorkspaceMemberRow(workspace_id=workspace_id, user_id=user_id, role=role, added_at=now)

    def _check_claimable(self, cluster_id: str, namespaces: Collection[str], *, expect_missing: bool) -> None:
        own = self._settings.service_namespace
        if found := sorted(name for name in set(namespaces) if name in SYSTEM_NAMESPACES or name == own):
            details = {"namespaces": f"{', '.join(found)}: belongs to the system"}
            raise ValidationFailedError("The request is not valid", details=details)
        if namespaces and not expect_missing:
            self._claims.check_exist(cluster_id, namespaces)

    async def _replace_namespaces(self, session: AsyncSession, row: WorkspaceRow, namespaces: list[str]) -> None:
        if row.is_default:
            details = {"namespaces": "the default workspace holds what no other claims"}
            raise ValidationFailedError("The request is not valid", details=details)
        await session.execute(delete(WorkspaceNamespaceRow).where(WorkspaceNamespaceRow.workspace_id == row.id))
        await self._claim(session, row, namespaces)

    async def _claim(self, session: AsyncSession, row: WorkspaceRow, namespaces: Collection[str]) -> None:
        wanted = sorted(set(namespaces))
        session.add_all(
            WorkspaceNamespaceRow(cluster_id=row.cluster_id, namespace=name, workspace_id=row.id) for name in wanted
        )
        try:
            await session.flush()
        except IntegrityError as error:
            # which one, and whose, is not said: that would tell about other tenants
            message = "A namespace belongs to another workspace"
            raise NamespaceTakenError(message, details={"namespaces": wanted}) from error


def _default_of(cluster_id: str) -> Select[str]:
    return select(WorkspaceRow.id).where(WorkspaceRow.cluster_id == cluster_id, WorkspaceRow.is_default)


def _namespaces_of(workspace_id: str) -> Select[str]:
    return select(WorkspaceNamespaceRow.namespace).where(WorkspaceNamespaceRow.workspace_id == workspace_id)


async def _get(session: AsyncSession, workspace_id: str) -> WorkspaceRow:
    row = await session.get(WorkspaceRow, workspace_id, with_for_update=True)
    if row is None:
        raise WorkspaceNotFoundError
    return row


def _event(caller: Caller | None, action: str) -> AuditEvent:
    return caller.event(action) if caller else AuditEvent(action, "system", "hexaops")


def _placed(event: AuditEvent, workspace_id: str, details: dict[str, Any]) -> AuditEvent:
    return replace(event, workspace_id=workspace_id, details=details)
