"""Reads what a workspace's events tell of: applications from memory, the latest actions and incidents from rows."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.clusters import ClusterUnavailableError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ClusterUnreadError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.incidents.store import latest_incidents
from hexaops.features.insights.watching import InsightWatch
from hexaops.features.live.views import (
    Change,
    ChangedActionView,
    ChangedApplicationView,
    ChangedIncidentView,
    ChangedInsightView,
    State,
)
from hexaops.features.runs.queries import latest_actions
from hexaops.kit.durations import format_time
from hexaops.kit.text import plain
from hexaops.storage.database import Database

LATEST_INCIDENTS = 20
TEXT_LIMIT = 300
PERMISSIONS = {
    "application": "read_applications", "action": "read_actions", "incident": "read_alerts",
    "insight": "generate_insights",
}  # fmt: skip
"""Kind of event → what a member must hold to receive it."""


NEVER = ("insight", "")
UNASSESSED: State = {NEVER: ChangedInsightView(insight_id="", category="", title="", severity=None)}
"""What stands for the insights until they are known: the first assessment tells of nothing that is new."""


class WorkspaceReader(Struct, frozen=True):
    """One for the process."""

    applications: ApplicationService
    insights: InsightWatch
    database: Database

    async def read(self, workspace: Workspace, known: State) -> State:
        """The state now; while the cluster cannot be read, its applications are those that were `known`."""
        return {
            **self._applications(workspace, known),
            **await self._actions(workspace),
            **await self._incidents(workspace),
            **self._insights(workspace),
        }

    def _applications(self, workspace: Workspace, known: State) -> State:
        try:
            found = self.applications.list(workspace)
        except (ClusterUnavailableError, ClusterUnreadError):
            return {key: value for key, value in known.items() if key[0] == "application"}
        return {("application", one.id): _application(one) for one in found}

    async def _actions(self, workspace: Workspace) -> State:
        async with self.database.viewing() as connection:
            found = await latest_actions(connection, workspace.id)
        return {
            ("action", one.id): ChangedActionView(
                action_id=one.id, action=one.kind, description=one.description, status=one.status
            )
            for one in found
        }

    async def _incidents(self, workspace: Workspace) -> State:
        async with self.database.reading() as session:
            found = await latest_incidents(session, workspace.id, LATEST_INCIDENTS)
        return {
            ("incident", row.id): ChangedIncidentView(
                incident_id=row.id,
                title=row.title,
                severity=row.severity,
                status=row.status,
                updated_at=format_time(row.updated_at),
            )
            for row in found
        }

    def _insights(self, workspace: Workspace) -> State:
        """Those of the last assessment; before the first there is `UNASSESSED`, so that it is no news."""
        found = self.insights.latest(workspace)
        if found is None:
            return UNASSESSED
        return {
            ("insight", one.id): ChangedInsightView(
                insight_id=one.id, category=one.category, title=one.title, severity=one.severity
            )
            for one in found.values()
        }


def _application(found: Application) -> ChangedApplicationView:
    return ChangedApplicationView(
        id=found.id,
        name=found.name,
        project=found.project,
        status=found.status,
        status_reason=plain(found.trouble, TEXT_LIMIT),
        replicas=found.replicas,
    )


def differences(before: State, now: State) -> Iterator[tuple[str, Change]]:
    """What has changed, by kind of event. What is gone is told of applications and insights; rows only grow old."""
    first = NEVER in before
    for key, value in now.items():
        if before.get(key) != value and key != NEVER and not (first and key[0] == "insight"):
            yield key[0], value
    for key, value in before.items():
        if key in now or key == NEVER:
            continue
        if isinstance(value, ChangedApplicationView):
            yield key[0], msgspec.structs.replace(value, status=None, status_reason="")
        elif isinstance(value, ChangedInsightView):
            yield key[0], msgspec.structs.replace(value, severity=None)
