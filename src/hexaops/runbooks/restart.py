"""restart_application: a rollout of the same template, annotated with the plan's own time.

The mark is fixed in the plan, so sending it twice is sending it once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hexaops.analysis.applications.model import Application
from hexaops.kit.durations import format_time
from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import ready_pods_down_by_rollout
from hexaops.runbooks.live import RESTARTED_AT, LiveWorkload
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Subject, Write
from hexaops.runbooks.parameters import Parameters
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Right,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_rollout,
)
from hexaops.runbooks.workloads import (
    VALIDATE,
    VERIFY,
    WORKLOADS,
    WorkloadRunbook,
    check_rolls_out,
    pods_before,
    read_workload,
)

MARK_PATH = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt"
SECONDS_TO_DRAIN = 5.0


def restart_write(workload: LiveWorkload, at: datetime) -> Write:
    """Annotates the template, so that every pod is replaced.

    Marks have seconds, as kubectl's: that of the last restart's second would change nothing, and no pod be replaced.
    """
    mark = format_time(at)
    if mark == workload.restarted_at:
        mark = format_time(at + timedelta(seconds=1))
    return Write(
        target=workload.target,
        call=_mark(mark),
        undo=_mark(workload.restarted_at),
        changes=(FieldChange(MARK_PATH, workload.restarted_at, mark),),
    )


def _mark(value: str | None) -> Call:
    return Call(verb="patch", body={"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: value}}}}})


def _drained(view: View) -> bool | None:
    return rollout.first_drained(view.cache, view.target, pods_before(view).keys())


def _replaced(view: View) -> rollout.Progress | None:
    return rollout.replaced(view.cache, view.target, view.generation, pods_before(view).keys())


def _replaced_pods(_view: View, progress: rollout.Progress) -> Fields:
    pods = [*progress.pods]
    return {"details": {"pods_restarted": len(pods), "new_pod_names": pods, "resources_affected": len(pods)}}


DRAIN = Step("drain_connections", lambda _draft, _stable: SECONDS_TO_DRAIN, writes=all_writes, reached=_drained)
"""Starts the rollout; done when the first old pod has left every EndpointSlice (immediately if there is no Service)."""
REPLACE = Step("restart_pods", seconds_of_rollout, reached=_replaced, found=_replaced_pods)
"""Done when no old pod is left and every new one is ready."""


class RestartApplication(WorkloadRunbook[Parameters]):
    """Replaces every pod, following the application's own rollout strategy."""

    name = "restart_application"
    parameters = Parameters
    words = Words(
        verb="restart",
        done="restarted",
        does="rolls out the same template again, so that every pod is replaced",
        undo="a failed or cancelled restart returns to the previous template; after a completed one there is nothing "
        "to undo",
    )
    risk = "low"
    rights = tuple(Right("patch", kind) for kind in WORKLOADS)
    steps = (VALIDATE, DRAIN, REPLACE, VERIFY)
    kept_by_gitops = False

    async def draft(self, subject: Subject, parameters: Parameters, world: World) -> Draft:  # noqa: ARG002 # takes none
        """Draft the restart."""
        workload = await read_workload(subject, world)
        if workload.replicas == 0:
            raise NotApplicableError(
                "The application is stopped: there are no pods to restart", possible="start_application"
            )
        check_rolls_out(workload)
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Restarting application '{subject.name}'",
            parameters={},
            writes=(restart_write(workload, world.at),),
            risk="low",
            ready_pods_down=ready_pods_down_by_rollout(workload),
            pods_touched=workload.replicas,
        )

    def possible_for(self, application: Application) -> bool:
        """It has pods."""
        return application.desired > 0
