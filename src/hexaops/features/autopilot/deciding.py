"""Decides what becomes of a detection: a suggestion, a remediation within policy and caps, or a person's work.

No model and no log text is in this path: only what the API server says of the objects, and the diagnosis's rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import AutopilotClass, Workspace
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.autopilot.breaker import AUTOPILOT, Breaker
from hexaops.features.autopilot.cap import touched
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.beginning import begin
from hexaops.features.incidents.chain import begun
from hexaops.features.incidents.escalation import Escalation
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.incidents.remediation import RemediationRun
from hexaops.features.incidents.store import hold_incident, note
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.runbooks.failing_pods import RestartFailingPods
from hexaops.runbooks.healing import Remedy, most_touched, remedy_for, trips
from hexaops.runbooks.revision import RollbackRevision
from hexaops.storage.database import Database
from hexaops.storage.tables import IncidentEntryRow, IncidentRow

WINDOW_SECONDS = 300.0
"""No more than a tenth of the applications is touched within this time (at least one)."""
ACTOR = f"system:{AUTOPILOT}"
CLASSES: Mapping[str, AutopilotClass] = {RestartFailingPods.name: "failing_pods", RollbackRevision.name: "bad_rollout"}
"""Runbook that heals a detection → the detection's class."""
STRATEGIES: Mapping[str, str] = {RestartFailingPods.name: "restart", RollbackRevision.name: "roll_back"}


class Detection(Struct, frozen=True):
    """An unhealthy application and the incident that stands for it."""

    application: Application
    incident_id: str


@dataclass
class Autopilot:
    """One for the process."""

    database: Database
    diagnoses: DiagnosisService
    breaker: Breaker
    automation: AutomationSwitch
    run: RemediationRun
    escalation: Escalation
    gate: AlertGate
    audit: AuditLog
    clock: Clock
    window_seconds: float = WINDOW_SECONDS

    async def consider(self, workspace: Workspace, detections: Sequence[Detection], applications: int) -> None:
        """Do about each open detection what the policy wants, once."""
        mode = workspace.policy.autopilot
        if mode == "off" or not detections:
            return
        if mode == "act":
            if await self.breaker.find(workspace.id) is not None:
                return
            if trips(len(detections), applications):
                reason = f"{len(detections)} of {applications} applications fail at once: a common cause is likely"
                await self._trip(workspace, detections, reason)
                return
        waiting = await self._waiting(detections)
        if not waiting:
            return
        diagnosis = await self.diagnoses.get(workspace, logs=False)
        for one in waiting:
            findings = self.diagnoses.about(workspace, one.application, diagnosis)
            await self._consider(workspace, one, findings, most=most_touched(applications))

    async def _trip(self, workspace: Workspace, detections: Sequence[Detection], reason: str) -> None:
        """Trip the breaker, and tell people once: by the first incident that nobody has taken yet."""
        said = f"{reason}. The autopilot does nothing until its breaker is reset (rule 14)"
        waiting = await self._waiting(detections)
        async with self.database.transaction() as session:
            row = await hold_incident(session, waiting[0].incident_id) if waiting else None
            if row is not None and row.status == "open":
                await self._escalate(session, row, said)
            await self.breaker.trip(session, workspace.id, reason)

    async def _escalate(self, session: AsyncSession, row: IncidentRow, said: str) -> None:
        row.status = "escalated"
        await note(session, row, "escalated", ACTOR, said, at=self.clock.now())
        await self.escalation.send(session, row, said)

    async def _waiting(self, detections: Sequence[Detection]) -> list[Detection]:
        """Those whose incident is open and was not considered since it was opened."""
        ids = [one.incident_id for one in detections]
        query = select(IncidentRow.id).where(IncidentRow.id.in_(ids), IncidentRow.status == "open")
        async with self.database.reading() as session:
            still_open = {*await session.scalars(query)}
            return [
                one
                for one in detections
                if one.incident_id in still_open and not await _considered(session, one.incident_id)
            ]

    async def _consider(self, workspace: Workspace, one: Detection, findings: Sequence[Finding], *, most: int) -> None:
        remedy = remedy_for(one.application, findings, restart_asked=False)
        why = _refusal(workspace, remedy)
        if why is None and await self.automation.find_stop(workspace.id) is not None:
            why = "automation is off"
        if why is None:
            why = await self.gate.refusal(workspace, one.incident_id, besides=frozenset({one.application.id}))
        async with self.database.transaction() as session:
            row = await hold_incident(session, one.incident_id)
            if row is None or row.status != "open" or await _considered(session, row.id):
                return
            now = self.clock.now()
            if why is not None:
                await self._suggest(session, row, remedy, why, now)
            elif (
                await touched(session, self.database, workspace.id, now=now, window_seconds=self.window_seconds) < most
            ):
                await self._begin(session, row, remedy, now)

    async def _suggest(self, session: AsyncSession, row: IncidentRow, remedy: Remedy, why: str, now: datetime) -> None:
        """Tell what would help, and why it was not done; what only a person can do is escalated."""
        if remedy.action is None:
            await self._escalate(session, row, f"{remedy.cause}: {remedy.because}")
            return
        await note(session, row, "suggested", ACTOR, f"{remedy.action}: {remedy.because} ({why})", at=now)

    async def _begin(self, session: AsyncSession, row: IncidentRow, remedy: Remedy, now: datetime) -> None:
        action = remedy.action or ""
        remediation = begun(
            STRATEGIES[action], confirm_always=False, kind="system", actor=AUTOPILOT, now=now.timestamp(),
            allowed=(action,),
        )  # fmt: skip
        try:
            begin(row, remediation, now)
        except HexaopsError as refusal:  # rule 13: after several tries a person must look at it
            await self._escalate(session, row, refusal.message)
            return
        await note(session, row, "remediation", ACTOR, f"Started {remediation.strategy}: {remedy.because}", at=now)
        details = {"strategy": remediation.strategy, "cause": remedy.cause}
        event = AuditEvent("incident.auto_remediate", "system", AUTOPILOT, row.workspace_id, row.id, details=details)
        await self.audit.append(event, session)
        await self.run.start(session, row)


def _refusal(workspace: Workspace, remedy: Remedy) -> str | None:
    """Why the policy has nothing done about it, or None."""
    policy, found = workspace.policy, CLASSES.get(remedy.action or "")
    if found is None:
        return "no runbook heals it"
    if policy.autopilot != "act":
        return "the workspace's autopilot only suggests"
    return None if found in policy.autopilot_classes else f"the workspace's autopilot does not act for {found}"


async def _considered(session: AsyncSession, incident_id: str) -> bool:
    """Whether something was suggested since it was opened last."""
    kinds = select(IncidentEntryRow.kind).where(
        IncidentEntryRow.incident_id == incident_id, IncidentEntryRow.kind.in_(("opened", "reopened", "suggested"))
    )
    return await session.scalar(kinds.order_by(IncidentEntryRow.seq.desc()).limit(1)) == "suggested"
