"""Opens incidents: reports that belong together are one, and one that comes back soon is reopened."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.applications.model import Application
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.store import SEVERITIES, find_about, find_same, hold_incident, note
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.kit.text import plain
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentRow

RELAPSE_SECONDS = 3600.0
"""A resolved incident that is reported again within this time is reopened, not opened anew."""
DETECTION = "detection"
"""Source of the reports that the service makes itself."""
MOST_FINDINGS = 10
MOST_SYMPTOMS = 100
TEXT_LIMIT = 300


class Report(Struct, frozen=True):
    """Somebody's word that something is wrong. Its texts are untrusted."""

    source: str
    type: str
    severity: str
    applications: Sequence[Application]
    symptoms: Sequence[str] = ()
    title: str | None = None
    alert: str | None = None
    """What fires until it is cleared: Alertmanager's fingerprint of the alert, or the detection itself."""
    event: AuditEvent = field(default_factory=lambda: AuditEvent("incident.reported", "system", "hexaops"))
    """Who reported it."""

    def fingerprint(self) -> str:
        """The same for reports of one type about the same applications."""
        parts = [self.type, *sorted(one.id for one in self.applications)]
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


class IncidentDesk(Struct, frozen=True):
    """Takes reports."""

    database: Database
    diagnoses: DiagnosisService
    audit: AuditLog
    clock: Clock

    async def take(self, workspace: Workspace, report: Report) -> str:
        """The id of the incident that now stands for the report."""
        findings = await self._findings(workspace, report.applications)
        for last_try in (False, True):
            try:
                async with self.database.transaction() as session:
                    return await self._take(session, workspace, report, findings)
            except IntegrityError:  # the same was reported at the same moment: join it
                if last_try:
                    raise
        raise AssertionError

    async def _take(
        self, session: AsyncSession, workspace: Workspace, report: Report, findings: list[dict[str, Any]]
    ) -> str:
        now, actor = self.clock.now(), report.event.actor_id
        row = await find_same(session, workspace.id, report.fingerprint())
        if row is None or row.resolved_at is not None:
            row = await self._about_the_same(session, workspace, report) or row
        if row is not None and row.resolved_at is None and report.source == DETECTION and row.alerts.get(DETECTION):
            return row.id  # told by another process, or before this one was started
        since = now - timedelta(seconds=RELAPSE_SECONDS)
        if row is None or (row.resolved_at is not None and row.resolved_at < since):
            row = self._opened(workspace, report)
            session.add(row)
            kind, text = "opened", f"{row.title} ({row.severity})"
        elif row.resolved_at is not None:
            row.status, row.resolved_at, row.reopened = "open", None, row.reopened + 1
            kind, text = "reopened", "It was reported again"
        else:
            kind, text = "reported", "It was reported again"
        _join(row, report)
        if kind != "reported":
            row.diagnosis = findings
        await note(session, row, kind, actor, text, at=now)
        details = {"type": row.type, "severity": row.severity, "source": report.source}
        event = AuditEvent(
            f"incident.{kind}", report.event.actor_kind, report.event.actor_id, workspace.id, row.id,
            request_id=report.event.request_id, client_address=report.event.client_address, details=details,
        )  # fmt: skip
        await self.audit.append(event, session)
        return row.id

    async def clear(
        self, workspace: Workspace, alert: str, application_ids: Collection[str], *, actor: str, said: str
    ) -> str | None:
        """Note that an alert fires no more; the last one resolves its incident. None: no incident has it."""
        async with self.database.transaction() as session:
            about = await find_about(session, workspace.id, application_ids)
            found = next((row for row in about if row.alerts.get(alert)), None)
            row = await hold_incident(session, found.id) if found is not None else None
            if row is None or not row.alerts.get(alert):
                return None
            row.alerts = {**row.alerts, alert: False}
            now = self.clock.now()
            if not any(row.alerts.values()) and row.status != "remediating" and row.source != "api":
                row.status, row.resolved_at = "resolved", now
                await note(session, row, "resolved", actor, said, at=now)
            else:
                await note(session, row, "reported", actor, said, at=now)
            return row.id

    async def list_firing(self, workspace: Workspace, alert: str) -> dict[str, str]:
        """Application → the incident that is not resolved and in which this alert of it fires."""
        query = select(IncidentRow).where(IncidentRow.workspace_id == workspace.id, IncidentRow.status != "resolved")
        async with self.database.reading() as session:
            rows = [row for row in await session.scalars(query) if row.alerts.get(alert)]
        return {application_id: row.id for row in rows for application_id in row.affected}

    async def _about_the_same(self, session: AsyncSession, workspace: Workspace, report: Report) -> IncidentRow | None:
        """An open incident about the same applications that a detection, or an alert after a detection, belongs to."""
        ids = sorted(one.id for one in report.applications)
        for row in await find_about(session, workspace.id, ids):
            joins = report.source == DETECTION or (row.source, report.source) == (DETECTION, "alertmanager")
            if joins and sorted(row.affected) == ids:
                return await hold_incident(session, row.id)
        return None

    def _opened(self, workspace: Workspace, report: Report) -> IncidentRow:
        now = self.clock.now()
        names = ", ".join(one.name for one in report.applications)
        return IncidentRow(
            id=new_id("inc-"),
            workspace_id=workspace.id,
            fingerprint=report.fingerprint(),
            status="open",
            source=report.source,
            type=report.type,
            severity=report.severity,
            title=plain(report.title or f"{report.type.replace('_', ' ')}: {names}", TEXT_LIMIT),
            affected=[one.id for one in report.applications],
            symptoms=[],
            alerts={},
            diagnosis=[],
            reports=0,
            reopened=0,
            remediation={},
            remediations=[],
            turn=0,
            opened_at=now,
            updated_at=now,
            resolved_at=None,
        )

    async def _findings(self, workspace: Workspace, applications: Sequence[Application]) -> list[dict[str, Any]]:
        """What the diagnosis says of the applications; nothing where it cannot be made: the incident counts more."""
        try:
            diagnosis = await self.diagnoses.get(workspace, logs=False)
        except HexaopsError:
            return []
        found = [one for app in applications for one in self.diagnoses.about(workspace, app, diagnosis)]
        unique = list({(one.rule, one.subject): one for one in found}.values())
        unique.sort(key=lambda one: one.severity, reverse=True)
        return [
            {
                "rule": one.rule,
                "severity": one.severity.name.lower(),
                "subject": plain(str(one.subject), TEXT_LIMIT),
                "finding": plain(one.finding, TEXT_LIMIT),
                "cause": plain(one.cause, TEXT_LIMIT),
            }
            for one in unique[:MOST_FINDINGS]
        ]


def _join(row: IncidentRow, report: Report) -> None:
    """Count the report in; the worst severity of all counts."""
    row.reports += 1
    row.severity = max(row.severity, report.severity, key=SEVERITIES.index)
    new = [plain(one, TEXT_LIMIT) for one in report.symptoms]
    row.symptoms = list(dict.fromkeys([*row.symptoms, *new]))[:MOST_SYMPTOMS]
    if report.alert is not None:
        row.alerts = {**row.alerts, report.alert: True}
