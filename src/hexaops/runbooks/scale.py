"""scale_application, stop_application, start_application: an absolute number of replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hexaops.runbooks.disruption import is_shared, ready_pods_down_by_scaling
from hexaops.runbooks.model import Change, Draft, LiveWorkload, PlannedCall, Risk
from hexaops.runbooks.parameters import replicas_of
from hexaops.runbooks.runbook import DraftContext, NotApplicableError

PATH = "/spec/replicas"
STEPS = ("validate_application", "scale_workload", "verify_health")


class ScaleApplication:
    """Sets the number of replicas; 0 is refused: it has its own action."""

    name = "scale_application"
    subresource = "scale"

    def draft(self, workload: LiveWorkload, parameters: Mapping[str, Any], context: DraftContext) -> Draft:  # noqa: ARG002 # the runbooks' common signature
        """The scaling of this application to `parameters.replicas`."""
        wanted = replicas_of(parameters)
        if workload.replicas == 0:
            raise NotApplicableError("It is stopped", possible="start_application, then scale_application")
        return _draft(self.name, workload, wanted, verb="Scaling")


class StopApplication:
    """Scales to 0; what it had is recorded, for `start_application`."""

    name = "stop_application"
    subresource = "scale"

    def draft(self, workload: LiveWorkload, parameters: Mapping[str, Any], context: DraftContext) -> Draft:  # noqa: ARG002 # the runbooks' common signature
        """The stop of this application."""
        return _draft(self.name, workload, 0, verb="Stopping")


class StartApplication:
    """Scales from 0 to what the last stop recorded, else to 1."""

    name = "start_application"
    subresource = "scale"

    def draft(self, workload: LiveWorkload, parameters: Mapping[str, Any], context: DraftContext) -> Draft:  # noqa: ARG002 # the runbooks' common signature
        """The start of this application."""
        if workload.replicas:
            message = f"It runs already, with {workload.replicas} replicas"
            raise NotApplicableError(message, possible="scale_application")
        draft = _draft(self.name, workload, context.recorded_replicas or 1, verb="Starting")
        if context.recorded_replicas is None:
            note = "No stop of it is recorded here: it starts with 1 replica"
            return _with_warning(draft, note)
        return draft


def _draft(action: str, workload: LiveWorkload, wanted: int, *, verb: str) -> Draft:
    have = workload.replicas
    if workload.kind == "DaemonSet":
        raise NotApplicableError("A DaemonSet runs one pod per node and has no replicas to set", possible=None)
    if have == wanted:
        raise NotApplicableError(f"It has {have} replicas already", possible=None)
    down = ready_pods_down_by_scaling(workload, wanted)
    to = f" from {have} to {wanted} replicas" if verb == "Scaling" else ""
    return Draft(
        action=action,
        description=f"{verb} application '{workload.target.name}'{to}",
        parameters={"replicas": wanted} if action == "scale_application" else {},
        call=PlannedCall(subresource="scale", body={"spec": {"replicas": wanted}}),
        undo=PlannedCall(subresource="scale", body={"spec": {"replicas": have}}),
        changes=(Change(PATH, have, wanted),),
        risk=_risk(action, have, wanted),
        ready_pods_down=down,
        pods_touched=max(abs(wanted - have), down),
        replicas_before=have,
        replicas_after=wanted,
        steps=STEPS,
        warnings=_warnings(workload, wanted),
    )


def _risk(action: str, have: int, wanted: int) -> Risk:
    if action == "stop_application":
        return "high"
    return "medium" if wanted < have else "low"


def _warnings(workload: LiveWorkload, wanted: int) -> tuple[str, ...]:
    if not is_shared(workload, wanted):
        return ()
    return (
        f"Its rollout is not finished ({workload.outdated} of {workload.pods} pods are of an older revision): "
        "Kubernetes shares the new number out over its revisions in proportion, so that putting "
        f"{workload.replicas} back may leave fewer ready pods than there are now; "
        "finish the rollout or take it back first (kubectl rollout undo)",
    )


def _with_warning(draft: Draft, warning: str) -> Draft:
    return msgspec.structs.replace(draft, warnings=(*draft.warnings, warning))
