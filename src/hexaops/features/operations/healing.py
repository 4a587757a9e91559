"""auto_heal: find what is unhealthy, decide per cause, act by the existing runbooks within policy and caps, verify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from msgspec import Struct

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.analysis.applications.status import counted
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.parts import PlannedParts, WantedChange, allowed_by_risk, owner_of
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.operations.outcome import acted, found_of, none_failed, stopped
from hexaops.features.operations.work import Takes, WorkspaceWork
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.runbooks.healing import Remedy, most_touched, remedy_for, trips
from hexaops.runbooks.model import Fields, Subject

IDENTIFY, RESTART, VERIFY = "identify_unhealthy_pods", "restart_pods", "verify_health"
DEFERRED = "no more than a tenth of the applications is touched at once: start the operation again for it"
TRIPPED = "so many applications fail at once that nothing is done automatically (rule 14): name one to heal it"


@dataclass(frozen=True)
class AutoHeal(WorkspaceWork):
    """Every method starts again safely: what was started already is found by its part."""

    name: ClassVar[str] = "auto_heal"
    description: ClassVar[str] = "Healing unhealthy applications"
    changes: ClassVar[bool] = True
    steps: ClassVar[Sequence[tuple[str, float]]] = ((IDENTIFY, 2.0), (RESTART, 30.0), (VERIFY, 2.0))
    takes: ClassVar[Takes] = frozenset({"target_component", "action"})

    applications: ApplicationService
    diagnosis: DiagnosisService
    directory: WorkspaceDirectory
    parts: PlannedParts
    gate: Callable[[], AlertGate]

    async def perform(self, run: Run, step: str) -> Found:
        """One of the three steps."""
        workspace = await self.directory.get(run.operation.workspace_id)
        if step == IDENTIFY:
            return await self._identify(run, workspace)
        return await (self._act(run, workspace) if step == RESTART else self._verify(run, workspace))

    async def undo(self, run: Run) -> Undone:
        """Stop what is under way; a completed part has replaced pods by pods, or has a rollback of its own."""
        return await stopped(self.parts, run)

    def message(self, run: Run) -> str:
        """How many were healed."""
        found, done = run.found[IDENTIFY], run.found[VERIFY]
        if not found["remedies"]:
            return "No unhealthy application was found"
        return f"Healed {len(done['healed'])} of {counted(len(found['remedies']), 'unhealthy application')}"

    async def _identify(self, run: Run, workspace: Workspace) -> Found:
        given = run.operation.parameters
        every = self.applications.list(workspace)
        named = given.get("target_component")
        looked_at = [self.applications.get(workspace, named)] if named else every
        unhealthy = [one for one in looked_at if one.status in UNHEALTHY]
        diagnosis = await self.diagnosis.get(workspace, logs=False)
        asked = given.get("action") == "restart_unhealthy_pods"
        remedies = [
            _Decided(one, remedy_for(one, self.diagnosis.about(workspace, one, diagnosis), restart_asked=asked))
            for one in unhealthy
        ]
        tripped = not named and trips(len(unhealthy), len(every))
        chosen = _bounded(
            remedies, most=0 if tripped else most_touched(len(every)), why=TRIPPED if tripped else DEFERRED
        )
        shown = msgspec.to_builtins(chosen)
        pods = sum(len(one.problems) for one in unhealthy)
        return {
            "summary": f"Found {counted(pods, 'unhealthy pod')}",
            "remedies": shown,
            "details": {"unhealthy": shown},
        }

    async def _act(self, run: Run, workspace: Workspace) -> Found:
        remedies = msgspec.convert(run.found[IDENTIFY]["remedies"], list[RemedyView])
        wanted = [WantedChange(one.action, _subject(one), one.parameters) for one in remedies if one.action]
        affected = frozenset(one.application_id for one in remedies)
        gated = await self.gate().refusal(workspace, None, besides=affected) if wanted else None
        confirmed = run.operation.parameters.get("confirmation", True) and gated is None
        carried = await self.parts.carry_out(
            run, owner_of(run.operation, workspace), wanted,
            lambda plan: confirmed and allowed_by_risk(workspace, plan),
        )  # fmt: skip
        found = found_of(carried, len(carried.made))
        return found if gated is None else {**found, "summary": f"{found['summary']}: {gated}"}

    async def _verify(self, run: Run, workspace: Workspace) -> Found:
        """Each part has verified its own application; here all of them are looked at once more."""
        parts = acted(run, RESTART)
        none_failed(parts)
        healed, ready, wanted = [], 0, 0
        for part in parts.made:
            application = self.applications.get(workspace, part.application_id)
            ready, wanted = ready + application.ready, wanted + application.desired
            if application.status not in UNHEALTHY:
                healed.append(application.id)
        return {
            "summary": _looked_at(ready, wanted, len(parts.made)),
            "healed": healed,
            "details": {"healed": healed},
        }


class RemedyView(msgspec.Struct, frozen=True, kw_only=True):
    """An unhealthy application, and what is to be done about it."""

    application_id: str
    application: str
    kind: str
    project: str
    status: str
    problem: str
    cause: str
    action: str | None
    parameters: Fields
    because: str


class _Decided(Struct, frozen=True):
    """An application with what is to be done about it."""

    application: Application
    remedy: Remedy

    def noted(self, action: str | None, because: str) -> RemedyView:
        """For the steps to come and for whoever asks."""
        one = self.application
        return RemedyView(
            application_id=one.id, application=one.name, kind=one.kind, project=one.project, status=one.status.value,
            problem=one.trouble, cause=self.remedy.cause, action=action, parameters=dict(self.remedy.parameters),
            because=because,
        )  # fmt: skip


def _bounded(decided: Sequence[_Decided], *, most: int, why: str) -> list[RemedyView]:
    """No more than so many are acted on; the others say why not."""
    noted: list[RemedyView] = []
    for one in decided:
        acts = one.remedy.action is not None
        over = acts and most <= 0
        noted.append(one.noted(None if over else one.remedy.action, why if over else one.remedy.because))
        most -= acts
    return noted


def _looked_at(ready: int, wanted: int, changed: int) -> str:
    if not changed:
        return "no application was changed"
    applications = "the changed application" if changed == 1 else f"the {changed} changed applications"
    return f"{ready} of {counted(wanted, 'pod')} of {applications} {'is' if wanted == 1 else 'are'} ready"


def _subject(one: RemedyView) -> Subject:
    return Subject(id=one.application_id, kind=one.kind, namespace=one.project, name=one.application)
