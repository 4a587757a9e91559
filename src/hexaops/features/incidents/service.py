"""Incidents for callers of both APIs: lists, single ones, and what may be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.errors import ValidationFailedError
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.audit.log import AuditLog
from hexaops.features.incidents.beginning import begin
from hexaops.features.incidents.chain import begun, handed_over, read, written
from hexaops.features.incidents.errors import IncidentNotFoundError, IncidentStateError
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.opening import MOST_SYMPTOMS, TEXT_LIMIT, IncidentDesk, Report
from hexaops.features.incidents.remediation import RemediationRun
from hexaops.features.incidents.schemas import IncidentAction, IncidentCreation
from hexaops.features.incidents.store import find_incidents, hold_incident, note, timeline
from hexaops.features.incidents.views import (
    IncidentDetailView,
    IncidentView,
    ManagedIncidentView,
    incident_detail_view,
    incident_view,
    managed_view,
)
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.kit.paging import PageRequest
from hexaops.kit.text import plain
from hexaops.responses import Listing, pagination
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentRow

DONE = {"acknowledge": "acknowledged", "escalate": "escalated", "resolve": "resolved"}


class IncidentService(Struct, frozen=True):
    """One for the process."""

    database: Database
    locator: ApplicationLocator
    authorizer: Authorizer
    desk: IncidentDesk
    run: RemediationRun
    automation: AutomationSwitch
    audit: AuditLog
    escalation: Escalation
    clock: Clock

    async def open(self, caller: Caller, body: IncidentCreation) -> IncidentDetailView:
        """Open an incident, or join the one that is open for the same.

        Raises ApplicationNotFoundError for an absent or foreign application.
        """
        workspace, applications = await self._affected(caller, body.affected_applications)
        report = Report(
            source="api",
            type=body.type,
            severity=body.severity,
            applications=applications,
            symptoms=body.symptoms,
            title=body.title,
            event=caller.event("incident.reported"),
        )
        return await self.get(caller, await self.desk.take(workspace, report))

    async def get(self, caller: Caller, incident_id: str) -> IncidentDetailView:
        """One incident; raises IncidentNotFoundError for absent and foreign alike."""
        await self._enter(caller, incident_id, None)
        async with self.database.reading() as session:
            row = await session.get(IncidentRow, incident_id)
            if row is None:
                raise IncidentNotFoundError
            return incident_detail_view(row, await timeline(session, incident_id))

    async def manage(self, caller: Caller, incident_id: str, body: IncidentAction) -> ManagedIncidentView:
        """Acknowledge, escalate, resolve, or start a remediation.

        Raises IncidentNotFoundError, IncidentStateError, GuardrailRefusedError.
        """
        inside = await self._enter(caller, incident_id, "incident:write")
        if body.action == "auto_remediate":
            await self.automation.check(inside.get_workspace().id)
        async with self.database.transaction() as session:
            row = await hold_incident(session, incident_id)
            if row is None:
                raise IncidentNotFoundError
            if row.status == "resolved":
                raise IncidentStateError("The incident is resolved; a new report reopens it", row.status)
            details = body.incident_details
            new = [plain(one, TEXT_LIMIT) for one in details.symptoms] if details else []
            row.symptoms = list(dict.fromkeys([*row.symptoms, *new]))[:MOST_SYMPTOMS]
            now, actor = self.clock.now(), inside.principal.id
            if body.action == "auto_remediate":
                self._begin(inside, row, body, now)
                await note(session, row, "remediation", actor, f"Started {body.remediation_strategy}", at=now)
                await self.run.start(session, row)
            else:
                self._set(row, DONE[body.action], now)
                await note(session, row, DONE[body.action], actor, _words(body), at=now)
                if body.action == "escalate":
                    await self.escalation.add(session, row, body.escalate_to)
                    await self.escalation.send(session, row, _words(body))
            event = inside.event(
                f"incident.{body.action}", resource=row.id,
                details={"strategy": body.remediation_strategy} if body.action == "auto_remediate" else {},
            )  # fmt: skip
            view = managed_view(row, body.action)
            await self.audit.append(event, session)
        return view

    def _begin(self, caller: Caller, row: IncidentRow, body: IncidentAction, now: datetime) -> None:
        principal = caller.principal
        remediation = begun(
            body.remediation_strategy, confirm_always=body.confirmation_required, kind=principal.kind,
            actor=principal.id, now=now.timestamp(),
        )  # fmt: skip
        begin(row, remediation, now)

    def _set(self, row: IncidentRow, status: str, now: datetime) -> None:
        """A person takes over: a remediation that is under way stops before its next change."""
        present = read(row.remediation)
        if status != "acknowledged" or row.status == "open":
            row.status = status
        if status == "resolved":
            row.resolved_at, row.escalated_to = now, None
        if status != "acknowledged" and present is not None and present.finished_at is None:
            row.turn += 1
            row.remediation = written(handed_over(present, f"the incident was {status} first", now.timestamp()))

    async def _enter(self, caller: Caller, incident_id: str, permission: str | None) -> Caller:
        """The caller inside of the incident's workspace."""
        async with self.database.reading() as session:
            row = await session.get(IncidentRow, incident_id)
        if row is None or (caller.workspace is not None and row.workspace_id != caller.workspace.id):
            raise IncidentNotFoundError
        if caller.workspace is not None:
            return caller
        try:
            return await self.authorizer.authorize(caller, permission, row.workspace_id)
        except WorkspaceNotFoundError:
            raise IncidentNotFoundError from None

    async def _affected(self, caller: Caller, ids: Sequence[str]) -> tuple[Workspace, list[Application]]:
        found = [await self.locator.locate(caller, one, "incident:write") for one in dict.fromkeys(ids)]
        workspace = found[0].workspace
        if any(one.workspace.id != workspace.id for one in found):
            details = {"affected_applications": "must be of one workspace"}
            raise ValidationFailedError("The request is not valid", details=details)
        return workspace, [one.application for one in found]

    async def list(self, caller: Caller, *, status: str | None, page: PageRequest) -> Listing[IncidentView]:
        """Those of the path's workspace, else of every workspace that the account may enter; newest first."""
        own = caller.principal.workspace_ids if caller.workspace is None else frozenset({caller.workspace.id})
        async with self.database.reading() as session:
            rows, cursor = await find_incidents(session, page, workspace_ids=own, status=status)
        return Listing(data=[incident_view(row) for row in rows], pagination=pagination(cursor))


def _words(body: IncidentAction) -> str:
    to = f" to {body.escalate_to}" if body.action == "escalate" and body.escalate_to else ""
    return f"{DONE[body.action].capitalize()}{to}" + (f": {body.note}" if body.note else "")
