"""restart_failing_pods: evict the failing pods of an application, each by its uid, within what its budgets allow.

Its controller makes new ones. The healthy pods are left alone, which a restart of the application would replace too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from hexaops.analysis.applications.model import Application, ProblemKind
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.runbooks import rollout
from hexaops.runbooks.model import Call, Draft, Fields, Subject, TargetRef, Write
from hexaops.runbooks.parameters import Parameters, refused
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
from hexaops.runbooks.workloads import VALIDATE, VERIFY, WorkloadRunbook, read_workload

MOST_PODS = 50
UNPLACED = frozenset({"Unschedulable", "SchedulingGated"})
NOT_CURED = frozenset({"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName",
                       "CreateContainerConfigError"})  # fmt: skip
"""Reasons that a new pod from the same template would hit again."""


class FailingPodsParameters(Parameters):
    """Pods to restart; all failing ones by default."""

    pods: Annotated[list[str], Field(min_length=1, max_length=MOST_PODS)] | None = None


def _evicted(view: View) -> bool | None:
    gone = {write.target.uid for write in view.draft.writes}
    left = any(pod.uid in gone for pod in rollout.running_pods(view.cache, view.target))
    return None if left else True


def _details(view: View, _reached: object) -> Fields:
    names = [write.target.name for write in view.draft.writes]
    return {"details": {"pods_evicted": names, "resources_affected": len(names)}}


EVICT = Step("evict_pods", seconds_of_one_batch, writes=all_writes, reached=_evicted, found=_details)
"""Done when none of the evicted pods is left."""


class RestartFailingPods(WorkloadRunbook[FailingPodsParameters]):
    """Replaces failing pods and leaves the others alone."""

    name = "restart_failing_pods"
    parameters = FailingPodsParameters
    words = Words(
        verb="restart the failing pods of",
        done="cleared of failing pods",
        does="evicts the failing pods within their disruption budgets; the controller replaces them",
        undo="not possible: the controller has replaced the evicted pods",
    )
    risk = "low"
    rights = (Right("create", "Pod", "eviction"),)
    steps = (VALIDATE, EVICT, VERIFY)
    kept_by_gitops = False

    async def draft(self, subject: Subject, parameters: FailingPodsParameters, world: World) -> Draft:
        """Draft the evictions."""
        workload = await read_workload(subject, world)
        pods = _chosen(failing_pods(world.cache.pods_of(workload.target.uid)), parameters.pods)
        if not pods:
            raise NotApplicableError(
                "None of its pods is failing", possible="restart_application replaces healthy pods too"
            )
        writes = tuple(Write(target=_target(pod), call=Call(verb="evict"), undo=None) for pod in pods)
        hopeless = sorted({pod.reason for pod in pods if pod.reason in NOT_CURED})
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Restarting {len(pods)} failing {'pod' if len(pods) == 1 else 'pods'} of '{subject.name}'",
            parameters={"pods": [pod.name for pod in pods]},
            writes=writes,
            risk="low",
            pods_touched=len(pods),
            warnings=(f"New pods will hit the same problem: {', '.join(hopeless)}",) if hopeless else (),
        )

    def possible_for(self, application: Application) -> bool:
        """It has a failing pod."""
        return any(problem.kind is ProblemKind.FAILING for problem in application.problems)


def failing_pods(pods: Sequence[PodRow]) -> list[PodRow]:
    """Pods that are not ready, by name, except those starting, unscheduled or terminating."""
    found = [
        pod for pod in pods
        if not pod.ready and not pod.deleting and pod.phase in {"Running", "Pending", "Failed"}
        and pod.reason not in UNPLACED | {"ContainerCreating", "PodInitializing", ""}
    ]  # fmt: skip
    return sorted(found, key=lambda pod: pod.name)[:MOST_PODS]


def _chosen(failing: list[PodRow], names: list[str] | None) -> list[PodRow]:
    if names is None:
        return failing
    known = {pod.name: pod for pod in failing}
    if strange := sorted(set(names) - known.keys()):
        raise refused("pods", f"not failing pods of the application: {', '.join(strange[:5])}")
    return [known[name] for name in sorted(set(names))]


def _target(pod: PodRow) -> TargetRef:
    return TargetRef(kind="Pod", namespace=pod.namespace, name=pod.name, uid=pod.uid)
