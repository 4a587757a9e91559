"""restart_application: a rollout of the same template, marked with the plan's own time.

The mark is fixed in the plan, so sending it twice is sending it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.kit.durations import format_time
from hexaops.runbooks.disruption import ready_pods_down_by_rollout
from hexaops.runbooks.model import Change, Draft, LiveWorkload, PlannedCall
from hexaops.runbooks.runbook import DraftContext, NotApplicableError

MARK = "kubectl.kubernetes.io/restartedAt"
PATH = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt"
STEPS = ("validate_application", "drain_connections", "restart_pods", "verify_health")


class RestartApplication:
    """Replaces every pod, in the order and pace of the application's own rollout strategy."""

    name = "restart_application"
    subresource = ""

    def draft(self, workload: LiveWorkload, parameters: Mapping[str, Any], context: DraftContext) -> Draft:  # noqa: ARG002 # the runbooks' common signature
        """The restart of this application as it is now."""
        if workload.replicas == 0:
            raise NotApplicableError("It is stopped: there is no pod to restart", possible="start_application")
        if workload.strategy[0] == "OnDelete":
            possible = "set its update strategy to RollingUpdate"
            raise NotApplicableError("Its update strategy OnDelete never replaces pods by itself", possible=possible)
        if workload.partition:
            reason = f"Its update strategy's partition keeps the pods below ordinal {workload.partition} as they are"
            raise NotApplicableError(reason, possible="set the partition to 0")
        if workload.paused:
            raise NotApplicableError("Its rollouts are paused", possible="kubectl rollout resume")
        mark = format_time(context.now)
        return Draft(
            action=self.name,
            description=f"Restarting application '{workload.target.name}'",
            parameters={},
            call=_mark(mark),
            undo=_mark(workload.restarted_at),
            changes=(Change(PATH, workload.restarted_at, mark),),
            risk="low",
            ready_pods_down=ready_pods_down_by_rollout(workload),
            pods_touched=workload.replicas,
            replicas_before=workload.replicas,
            replicas_after=workload.replicas,
            steps=STEPS,
        )


def _mark(value: str | None) -> PlannedCall:
    return PlannedCall(body={"spec": {"template": {"metadata": {"annotations": {MARK: value}}}}})
