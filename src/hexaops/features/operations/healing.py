"""auto_heal: find what is unhealthy, decide per cause, act by the existing runbooks within policy and caps, verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.operations.parts import PlannedParts, awaiting_of
from hexaops.features.operations.views import AWAITING
from hexaops.features.runs.errors import NotVerifiedError
from hexaops.features.runs.queries import OperationSummary
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.runbooks.healing import Remedy, most_touched, remedy_for, trips
from hexaops.runbooks.model import Subject

IDENTIFY, RESTART, VERIFY = "identify_unhealthy_pods", "restart_pods", "verify_health"
DEFERRED = "no more than a tenth of the applications is touched at once: start the operation again for it"
TRIPPED = "so many applications fail at once that nothing is done automatically (rule 14): name one to heal it"


@dataclass(frozen=True)
class AutoHeal:
    """Every method starts again safely: what was started already is found by its part."""

    name: ClassVar[str] = "auto_heal"
    description: ClassVar[str] = "Healing unhealthy applications"
    changes: ClassVar[bool] = True
    steps: ClassVar[Sequence[tuple[str, float]]] = ((IDENTIFY, 2.0), (RESTART, 30.0), (VERIFY, 2.0))

    applications: ApplicationService
    diagnosis: DiagnosisService
    directory: WorkspaceDirectory
    parts: PlannedParts

    async def perform(self, run: Run, step: str) -> Found:
        """One of the three steps."""
        workspace = await self.directory.get(run.operation.workspace_id)
        if step == IDENTIFY:
            return await self._identify(run, workspace)
        return await (self._act(run, workspace) if step == RESTART else self._verify(run, workspace))

    async def undo(self, run: Run) -> Undone:
        """Stop what is under way; a completed part has replaced pods by pods, or has a rollback of its own."""
        parts = await self.parts.stop(run.operation.id)
        kept = [part.id for part in parts if part.status == "completed"]
        if not kept:
            return Undone(rolled_back=True, note="Nothing was changed, or all of it was put back")
        return Undone(rolled_back=False, note=f"Completed parts stay: {', '.join(kept)}")

    def message(self, run: Run) -> str:
        """How many were healed."""
        found, done = run.found[IDENTIFY], run.found[VERIFY]
        if not found["remedies"]:
            return "No unhealthy application was found"
        return f"Healed {len(done['healed'])} of {len(found['remedies'])} unhealthy applications"

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
        pods = sum(len(one.problems) for one in unhealthy)
        return {
            "summary": f"Found {pods} unhealthy {'pod' if pods == 1 else 'pods'}",
            "remedies": chosen,
            "details": {"unhealthy": chosen},
        }

    async def _act(self, run: Run, workspace: Workspace) -> Found:
        wanted = [one for one in run.found[IDENTIFY]["remedies"] if one["action"]]
        started = {part.resource_id: part.id for part in await self.parts.started(run.operation.id)}
        awaiting: list[dict[str, Any]] = []
        refused: list[dict[str, Any]] = []
        for one in wanted:
            if one["application_id"] in started:
                continue
            await run.check()
            try:
                plan = await self.parts.plan(run.operation, workspace, one["action"], _subject(one), one["parameters"])
                if run.operation.parameters.get("confirmation", True) and self.parts.may_start(workspace, plan):
                    started[one["application_id"]] = await self.parts.start(run.operation, workspace, plan)
                else:
                    awaiting.append(awaiting_of(plan))
            except HexaopsError as error:
                refused.append({"application_id": one["application_id"], "application": one["application"],
                                "code": error.code, "reason": error.message})  # fmt: skip
        parts = await self.parts.wait(run, set(started.values()))
        made = [_part(part) for part in parts]
        return {
            "summary": _acted(parts, len(awaiting), len(refused)),
            "parts": made,
            AWAITING: awaiting,
            "details": {"operations": made, "awaiting_confirmation": awaiting, "refused": refused,
                        "resources_affected": len(made)},
        }  # fmt: skip

    async def _verify(self, run: Run, workspace: Workspace) -> Found:
        """Each part has verified its own application; here all of them are looked at once more."""
        parts = run.found[RESTART]["parts"]
        failed = [part for part in parts if part["status"] != "completed"]
        if failed:
            why = "; ".join(f"{part['operation_id']}: {part['error'] or part['status']}" for part in failed)
            raise NotVerifiedError(f"{len(failed)} of {len(parts)} parts did not succeed: {why}")
        healed, ready, wanted = [], 0, 0
        for part in parts:
            application = self.applications.get(workspace, part["application_id"])
            ready, wanted = ready + application.ready, wanted + application.desired
            if application.status not in UNHEALTHY:
                healed.append(application.id)
        return {
            "summary": f"{ready} of {wanted} pods of {len(parts)} changed applications are ready",
            "healed": healed,
            "details": {"healed": healed},
        }


@dataclass(frozen=True)
class _Decided:
    """An application with what is to be done about it."""

    application: Application
    remedy: Remedy

    def noted(self, action: str | None, because: str) -> dict[str, Any]:
        """As JSON, for the steps to come and for whoever asks."""
        one = self.application
        return {
            "application_id": one.id, "application": one.name, "kind": one.kind, "project": one.project,
            "status": one.status.value, "problem": one.trouble, "cause": self.remedy.cause, "action": action,
            "parameters": dict(self.remedy.parameters), "because": because,
        }  # fmt: skip


def _bounded(decided: Sequence[_Decided], *, most: int, why: str) -> list[dict[str, Any]]:
    """No more than so many are acted on; the others say why not."""
    noted: list[dict[str, Any]] = []
    for one in decided:
        acts = one.remedy.action is not None
        over = acts and most <= 0
        noted.append(one.noted(None if over else one.remedy.action, why if over else one.remedy.because))
        most -= acts
    return noted


def _subject(one: Mapping[str, Any]) -> Subject:
    return Subject(id=one["application_id"], kind=one["kind"], namespace=one["project"], name=one["application"])


def _part(part: OperationSummary) -> dict[str, Any]:
    return {
        "operation_id": part.id, "action": part.kind, "application_id": part.resource_id, "status": part.status,
        "error": part.error,
    }  # fmt: skip


def _acted(parts: Sequence[OperationSummary], awaiting: int, refused: int) -> str:
    said = [f"{sum(part.status == 'completed' for part in parts)} of {len(parts)} changes completed"]
    if awaiting:
        said.append(f"{awaiting} awaiting confirmation")
    if refused:
        said.append(f"{refused} refused")
    return ", ".join(said)
