"""scale_application, stop_application, start_application: an absolute number of replicas."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from pydantic import AfterValidator, Field

from hexaops.analysis.applications.model import Application, Status
from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import is_shared, ready_pods_down_by_scaling
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Replicas, Risk, Subject, Write
from hexaops.runbooks.parameters import Parameters
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Right,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_one_batch,
)
from hexaops.runbooks.workloads import VALIDATE, VERIFY, WorkloadRunbook, read_workload, wanted

PATH = "/spec/replicas"
MOST_REPLICAS = 10_000
"""Far above any real application; anything larger is a typo."""
SCALABLE = ("Deployment", "StatefulSet")
P = TypeVar("P", bound=Parameters)


def _not_zero(replicas: int) -> int:
    if replicas == 0:
        message = "use stop_application to scale to 0"
        raise ValueError(message)
    if not 1 <= replicas <= MOST_REPLICAS:
        message = f"must be between 1 and {MOST_REPLICAS}"
        raise ValueError(message)
    return replicas


class ScaleParameters(Parameters):
    """The number of replicas."""

    replicas: Annotated[int, AfterValidator(_not_zero), Field(description="How many replicas, at least 1")]


def _scaled(view: View) -> rollout.Progress | None:
    return rollout.healthy(view.cache, view.target, view.generation, replicas=wanted(view))


def _replicas_found(view: View, _reached: rollout.Progress) -> Fields:
    replicas = view.draft.replicas
    assert replicas is not None
    return {
        "details": {
            "previous_replicas": replicas.before,
            "new_replicas": replicas.after,
            "resources_affected": abs(replicas.after - replicas.before),
        }
    }


SCALE = Step("scale_workload", seconds_of_one_batch, writes=all_writes, reached=_scaled, found=_replicas_found)
"""Done when exactly the planned number of pods is ready, or none is left."""


class _Scaling(WorkloadRunbook[P]):
    """Shared by all three."""

    rights = tuple(Right("patch", kind, "scale") for kind in SCALABLE)
    steps = (VALIDATE, SCALE, VERIFY)

    def _draft(self, subject: Subject, workload: LiveWorkload, after: int, *, doing: str, risk: Risk) -> Draft:
        have = workload.replicas
        if workload.kind not in SCALABLE:
            raise NotApplicableError("A DaemonSet runs one pod per node and has no replicas to set", possible=None)
        if have == after:
            raise NotApplicableError(f"It already has {have} replicas", possible=None, already_so=True)
        down = ready_pods_down_by_scaling(workload, after)
        write = Write(
            target=workload.target,
            call=Call(verb="scale", body={"spec": {"replicas": after}}),
            undo=Call(verb="scale", body={"spec": {"replicas": have}}),
            changes=(FieldChange(PATH, have, after),),
        )
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=doing,
            parameters={"replicas": after} if self.name == ScaleApplication.name else {},
            writes=(write,),
            risk=risk,
            ready_pods_down=down,
            pods_touched=max(abs(after - have), down),
            replicas=Replicas(have, after),
            prior={"uid": workload.target.uid, "replicas": have},
            warnings=_warnings(workload, after),
        )


class ScaleApplication(_Scaling[ScaleParameters]):
    """Sets the number of replicas; for 0 use `stop_application`."""

    name = "scale_application"
    parameters = ScaleParameters
    limits_step = True
    words = Words(
        verb="scale",
        done="scaled",
        does="sets the number of replicas, at least 1",
        undo="restores the previous number",
    )
    risk = "up: low, down: medium"

    async def draft(self, subject: Subject, parameters: ScaleParameters, world: World) -> Draft:
        """Draft scaling to `parameters.replicas`."""
        workload, after = await read_workload(subject, world), parameters.replicas
        if workload.replicas == 0:
            raise NotApplicableError("It is stopped", possible="start_application, then scale_application")
        doing = f"Scaling application '{subject.name}' from {workload.replicas} to {after} replicas"
        return self._draft(subject, workload, after, doing=doing, risk="medium" if after < workload.replicas else "low")

    def possible_for(self, application: Application) -> bool:
        """It is running and scalable."""
        return application.desired > 0 and application.kind in SCALABLE

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """Scale back to the previous number."""
        return self.name, {"replicas": draft.prior["replicas"]}

    def done(self, draft: Draft) -> str:
        """Includes the number."""
        assert draft.replicas is not None
        return f"scaled to {draft.replicas.after} replicas"


class StopApplication(_Scaling[Parameters]):
    """Scales to 0 and remembers the number of replicas for `start_application`."""

    name = "stop_application"
    parameters = Parameters
    words = Words(
        verb="stop",
        done="stopped",
        does="scales to 0 and remembers the number of replicas",
        undo="restores the previous number",
    )
    risk = "high"

    async def draft(self, subject: Subject, parameters: Parameters, world: World) -> Draft:  # noqa: ARG002 # takes none
        """Draft the stop."""
        workload = await read_workload(subject, world)
        return self._draft(subject, workload, 0, doing=f"Stopping application '{subject.name}'", risk="high")

    def possible_for(self, application: Application) -> bool:
        """It is running and scalable."""
        return application.desired > 0 and application.kind in SCALABLE

    def inverse(self, draft: Draft) -> tuple[str, Fields]:  # noqa: ARG002 # the stop itself recorded what it had
        """Start it again."""
        return StartApplication.name, {}


class StartApplication(_Scaling[Parameters]):
    """Scales from 0 to the number before the last stop, else to 1."""

    name = "start_application"
    parameters = Parameters
    words = Words(
        verb="start", done="started", does="scales to the number before the last stop, else 1", undo="scales to 0"
    )
    risk = "low"

    async def draft(self, subject: Subject, parameters: Parameters, world: World) -> Draft:  # noqa: ARG002 # takes none
        """Draft the start."""
        workload = await read_workload(subject, world)
        if workload.replicas:
            message = f"It is already running, with {workload.replicas} replicas"
            raise NotApplicableError(message, possible=ScaleApplication.name, already_so=True)
        recorded = await world.recorded_replicas(workload.target.uid)
        doing = f"Starting application '{subject.name}'"
        draft = self._draft(subject, workload, recorded or 1, doing=doing, risk="low")
        if recorded is None:
            return _with_warning(draft, "No earlier stop is recorded, so it starts with 1 replica")
        return draft

    def possible_for(self, application: Application) -> bool:
        """It is stopped."""
        return application.status is Status.STOPPED and application.kind in SCALABLE

    def inverse(self, draft: Draft) -> tuple[str, Fields]:  # noqa: ARG002 # always the same
        """Stop it again."""
        return StopApplication.name, {}


def _warnings(workload: LiveWorkload, after: int) -> tuple[str, ...]:
    if not is_shared(workload, after):
        return ()
    return (
        f"Its rollout is not finished ({workload.outdated} of {workload.pods} pods are of an older revision): "
        "Kubernetes shares the new number out over its revisions in proportion, so that putting "
        f"{workload.replicas} back may leave fewer ready pods than there are now; "
        "finish the rollout or take it back first (kubectl rollout undo)",
    )


def _with_warning(draft: Draft, warning: str) -> Draft:
    return msgspec.structs.replace(draft, warnings=(*draft.warnings, warning))
