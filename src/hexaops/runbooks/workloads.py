"""Shared by runbooks of applications: reading the workload, common steps, when a change is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from hexaops.kit.text import plain
from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import max_unavailable_of_row
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.model import Fields, Subject, Written
from hexaops.runbooks.parameters import Parameters
from hexaops.runbooks.runbook import (
    RESTORED,
    NotApplicableError,
    Runbook,
    Step,
    View,
    World,
    generation_of,
    seconds_stable,
    seconds_to_validate,
)

P = TypeVar("P", bound=Parameters)
REASON_LIMIT = 200
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
STUCK_REASONS = frozenset(
    {"Unschedulable", "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName",
     "CreateContainerConfigError", "CreateContainerError", "CrashLoopBackOff"}
)  # fmt: skip
"""Reasons for which a new pod does not start. They may pass, so they must persist before a change fails."""


async def read_workload(subject: Subject, world: World) -> LiveWorkload:
    """Read the subject; raises NotApplicableError if it is gone or being deleted."""
    live = await world.find(subject.kind, subject.namespace, subject.name)
    if not isinstance(live, LiveWorkload):
        raise NotApplicableError("It no longer exists", possible=None)
    if live.deleting:
        raise NotApplicableError("It is being deleted", possible=None)
    return live


def check_rolls_out(workload: LiveWorkload) -> None:
    """Raise NotApplicableError unless a template change replaces the pods automatically."""
    if workload.strategy[0] == "OnDelete":
        possible = "set its update strategy to RollingUpdate"
        raise NotApplicableError("Its update strategy, OnDelete, never replaces pods on its own", possible=possible)
    if workload.partition:
        reason = f"The partition of its update strategy excludes pods below ordinal {workload.partition}"
        raise NotApplicableError(reason, possible="set the partition to 0")
    if workload.paused:
        raise NotApplicableError("Its rollouts are paused", possible="kubectl rollout resume")


def pods_before(view: View) -> dict[str, str]:
    """uid → name of the pods before the first write."""
    return dict(view.found.get(VALIDATE.name, {}).get("pods") or {})


def before(view: View) -> rollout.Before:
    """Findings of the first step; empty if it did not finish."""
    found = view.found.get(VALIDATE.name, {})
    return rollout.Before(len(pods_before(view)), int(found.get("ready") or 0), found.get("updated"))


def _found_before(view: View, _reached: object) -> Fields:
    pods, row = rollout.live_pods(view.cache, view.target), rollout.find(view.cache, view.target)
    ready = sum(pod.ready for pod in pods)
    return {"pods": {pod.uid: pod.name for pod in pods}, "ready": ready, "updated": row.updated if row else None}


VALIDATE = Step("validate_application", seconds_to_validate, examines=True, found=_found_before)
"""Checks that the target is unchanged and that all rules and rights still hold; records the pods."""


def wanted(view: View) -> int | None:
    """The planned number of replicas, if the change sets it."""
    return view.draft.replicas.after if view.draft.scales and view.draft.replicas else None


def _healthy(view: View) -> rollout.Progress | None:
    return rollout.healthy(view.cache, view.target, view.generation, replicas=wanted(view))


def _shown_live(view: View, live: LiveObject) -> bool:
    assert isinstance(live, LiveWorkload)
    return rollout.shown_live(live, view.target, view.generation, replicas=wanted(view))


def _steady_pods(_view: View, progress: rollout.Progress) -> Fields:
    return {"pods": list(progress.pods)}


VERIFY = Step("verify_health", seconds_stable, reached=_healthy, steady=True, confirmed=_shown_live, found=_steady_pods)
"""Done when the controller has seen the change and all replicas are updated, ready and available, and stay so."""


class WorkloadRunbook(Runbook[P]):
    """A change that ends with a healthy application."""

    watched: ClassVar[tuple[str, ...]] = rollout.KINDS

    def failed(self, view: View) -> str | None:
        """The controller's failure, or another writer's replica count."""
        if (replicas := wanted(view)) is not None:
            # A rollout that had failed before says so still: that does not keep an application from being scaled.
            return rollout.overtaken(view.cache, view.target, view.generation, replicas=replicas)
        return rollout.failure(view.cache, view.target, view.generation)

    def stuck(self, view: View) -> str | None:
        """Why one of the change's pods cannot start."""
        old = pods_before(view)
        for pod in rollout.live_pods(view.cache, view.target):
            if pod.uid not in old and not pod.ready and pod.reason in STUCK_REASONS:
                detail = f": {plain(pod.message, REASON_LIMIT)}" if pod.message else ""
                return f"pod {pod.name} does not start, {pod.reason}{detail}"
        return None

    def state(self, view: View) -> str:
        """How many pods are ready, and what holds up the others."""
        pods, row = rollout.live_pods(view.cache, view.target), rollout.find(view.cache, view.target)
        reasons = sorted({pod.reason for pod in pods if not pod.ready and pod.reason})
        reasons += [
            f"pods cannot be created: {plain(condition.message, REASON_LIMIT)}"
            for condition in (row.conditions if row else ())
            if condition.type == "ReplicaFailure" and condition.status == "True"
        ]
        ready, desired = sum(pod.ready for pod in pods), row.desired if row else len(pods)
        return f"{ready} of {desired} pods ready" + (f" ({'; '.join(reasons)})" if reasons else "")

    def deadline_seconds(self, view: View) -> float | None:
        """A Deployment's progress deadline."""
        row = rollout.find(view.cache, view.target)
        return row.progress_deadline_seconds if row and row.kind == "Deployment" else None

    def restored(self, view: View, undone: Mapping[int, Written]) -> str | None:
        """Restored: as many pods as before, and at least as many ready and up to date."""
        row = rollout.find(view.cache, view.target)
        if row is None:
            return None
        replicas = view.draft.replicas.before if view.draft.scales and view.draft.replicas else None
        reached = rollout.restored(
            view.cache, view.target, generation_of(view.draft, undone), before(view), replicas=replicas,
            max_unavailable=max_unavailable_of_row(row),
        )  # fmt: skip
        return _restored_note(view) if reached else None


def _restored_note(view: View) -> str:
    row = rollout.find(view.cache, view.target)
    surplus = row.current - max(row.desired, before(view).pods) if row else 0
    if surplus <= 0:
        return RESTORED
    pods = "1 pod" if surplus == 1 else f"{surplus} pods"
    return (
        f"{RESTORED}; {pods} of the undone revision will be removed by Kubernetes"
        " once the application's own pods are available, which they were not before either"
    )
