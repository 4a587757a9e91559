"""Dashboards for users, and the work of the action that makes one."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from hexaops.backends.metrics.base import Subject
from hexaops.bodies import Body
from hexaops.features.access.caller import Caller
from hexaops.features.actions.schemas import Named
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.work import drafts_of
from hexaops.features.dashboards.grafana import application_dashboard, workspace_dashboard
from hexaops.features.runs.errors import StepFailedError
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.responses import View

_KEPT = "build_dashboard"


class DashboardRequest(Body):
    """`POST …/aiops/dashboards`: of one application, or without one of the whole workspace."""

    application_id: Named | None = None
    """Id or name."""


class DashboardView(View, frozen=True, kw_only=True):
    """What Grafana imports is `dashboard`."""

    title: str
    uid: str
    panels: int
    dashboard: dict[str, Any]


class DashboardService(Struct, frozen=True):
    """One for the process."""

    applications: ApplicationService

    async def generate(self, caller: Caller, body: DashboardRequest) -> DashboardView:
        """Raises ApplicationNotFoundError and its kind."""
        workspace = caller.get_workspace()
        if body.application_id is not None:
            one = self.applications.get(workspace, body.application_id)
            return _view(application_dashboard(Subject(workspace.cluster_id, one.kind, one.project, one.name)))
        subjects = [
            Subject(workspace.cluster_id, one.kind, one.project, one.name) for one in self.applications.list(workspace)
        ]
        return _view(workspace_dashboard(workspace.id, workspace.name, subjects))


class DashboardWork(Struct, frozen=True):
    """The work of generate_dashboard: what it makes depends on nothing but the application's name."""

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        if step == _KEPT:
            (draft,) = drafts_of(run.operation)
            target = draft.target
            made = application_dashboard(Subject(run.operation.cluster_id, target.kind, target.namespace, target.name))
            return {"details": {"dashboard": made, "panels": len(made["panels"]), "resources_affected": 0}}
        if step == "check_dashboard":
            made = run.found[_KEPT]["details"]["dashboard"]
            if not made["panels"] or msgspec.json.decode(msgspec.json.encode(made)) != made:
                raise StepFailedError("The dashboard has no panel")
        return {}

    async def undo(self, run: Run) -> Undone:  # noqa: ARG002 # there is nothing to undo
        """Nothing was kept."""
        return Undone(rolled_back=True, note="Nothing had been changed")

    def message(self, run: Run) -> str:
        """The sentence of a completed action."""
        return f"Dashboard with {run.found[_KEPT]['details']['panels']} panels generated"


def _view(made: dict[str, Any]) -> DashboardView:
    return DashboardView(title=made["title"], uid=made["uid"], panels=len(made["panels"]), dashboard=made)
