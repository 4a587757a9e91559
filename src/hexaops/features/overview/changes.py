"""What changed in a workspace, on one timeline: releases, scalings, nodes and our own actions; who, when, what."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import NAME_LIMIT, TEXT_LIMIT
from hexaops.features.overview.activity import Activity, recent_activity
from hexaops.features.overview.moments import moment
from hexaops.features.runs.queries import latest_actions
from hexaops.kit.clock import Clock
from hexaops.kit.text import plain
from hexaops.responses import View
from hexaops.storage.database import Database

MOST = 200


class ChangeQuery(Struct, frozen=True):
    """What is asked for."""

    seconds: float
    application: str | None
    limit: int


class ChangeEntryView(View, frozen=True, kw_only=True):
    """One change."""

    timestamp: str
    type: str
    """deployment (a release or a scaling), node, or operation (an action of this service)."""
    resource: str
    action: str
    details: str
    by: str | UnsetType = UNSET
    """Who asked for it, of actions of this service: the cluster does not say who made the others."""


class ChangesView(View, frozen=True, kw_only=True):
    """The newest first."""

    changes: list[ChangeEntryView]
    truncated: bool
    """Whether there are more than were asked for."""


class ChangesService(Struct, frozen=True):
    """One for the process."""

    applications: ApplicationService
    database: Database
    clock: Clock

    async def list(self, caller: Caller, query: ChangeQuery) -> ChangesView:
        """Raises ApplicationNotFoundError and its kind, and UpstreamUnavailableError."""
        workspace, service = caller.get_workspace(), self.applications
        only = None if query.application is None else service.get(workspace, query.application)
        operations = []
        if "read_actions" in caller.permissions:
            async with self.database.viewing() as connection:
                operations = await latest_actions(connection, workspace.id, (only.id,) if only else ())
        found = recent_activity(
            [only] if only else service.list(workspace),
            replica_sets=service.rows(workspace, "ReplicaSet"),
            events=service.rows(workspace, "Event"),
            operations=operations,
            nodes=() if only else service.nodes(workspace),
            now=self.clock.now().timestamp(),
            window_seconds=query.seconds,
            most=MOST,
        )
        changes = [one for one in found if one.type != "warning"]
        return ChangesView(
            changes=[_entry(one) for one in changes[: query.limit]], truncated=len(changes) > query.limit
        )


def _entry(one: Activity) -> ChangeEntryView:
    return ChangeEntryView(
        timestamp=moment(one.at),
        type=one.type,
        resource=plain(one.resource, NAME_LIMIT),
        action=one.action,
        details=plain(one.details, TEXT_LIMIT),
        by=plain(one.by, NAME_LIMIT) if one.by else UNSET,
    )
