"""What is wrong with one pod, from its phase, conditions and container states; never from log text.

A pod that only just started is not a problem: it has START_SECONDS until it counts as failing or pending. One that was
ready before and is not any more counts at once.
"""

from __future__ import annotations

import re

from hexaops.analysis.applications.model import PodProblem, ProblemKind
from hexaops.backends.kubernetes.rows import PodRow

START_SECONDS = 120.0
"""How long a start may take before it is called a problem."""
_WAS_READY_SECONDS = 2.0
"""The Ready condition changed this long after the start: it must have been True in between."""
_FAILING_REASONS = frozenset(
    {
        "CrashLoopBackOff",
        "Error",
        "OOMKilled",
        "ImagePullBackOff",
        "ErrImagePull",
        "ErrImageNeverPull",
        "InvalidImageName",
        "ImageInspectError",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "PreCreateHookError",
        "PostStartHookError",
        "StartError",
        "ContainerCannotRun",
        "ContainerStatusUnknown",
        "DeadlineExceeded",
        "NodeLost",
    }
)
_WORDS = {
    "CrashLoopBackOff": "the container keeps crashing (CrashLoopBackOff)",
    "OOMKilled": "out of memory (OOMKilled)",
    "ImagePullBackOff": "the image cannot be pulled (ImagePullBackOff)",
    "ErrImagePull": "the image cannot be pulled (ErrImagePull)",
    "InvalidImageName": "the image's name is invalid (InvalidImageName)",
    "CreateContainerConfigError": "the container's configuration is incomplete (CreateContainerConfigError)",
    "ContainersNotReady": "running but not ready: the readiness check does not pass",
    "ContainerCreating": "its containers are still being created (ContainerCreating)",
    "PodInitializing": "its init containers have not finished (PodInitializing)",
}
_EXIT_REASONS = frozenset({"CrashLoopBackOff", "Error", "OOMKilled"})
_NODES = re.compile(r"\b0/(\d{1,6}) nodes are available: ([^.]{1,400})")
_NODE_REASON = re.compile(r"^(\d{1,6}) (.{1,120})$")
_INSUFFICIENT = re.compile(r"^Insufficient ([a-z0-9./-]{1,60})$")


def problem_of(pod: PodRow, now: float) -> PodProblem | None:
    """What is wrong with the pod at this time (seconds since 1970), or None."""
    if pod.deleting or pod.ready or pod.phase == "Succeeded":
        return None
    bare = pod.reason.rpartition(":")[2]
    if pod.phase in {"Failed", "Unknown"} or bare in _FAILING_REASONS:
        return PodProblem(pod, ProblemKind.FAILING, bare or pod.phase, _failing_detail(pod, bare))
    if pod.phase == "Pending":
        return _pending(pod, now)
    if _was_ready(pod) or now >= starting_until(pod) or (pod.restarts and pod.last_exit_code):
        reason = bare or "ContainersNotReady"
        return PodProblem(pod, ProblemKind.FAILING, reason, _failing_detail(pod, reason))
    return None


def starting_until(pod: PodRow) -> float:
    """Until when the pod may still be starting."""
    return (pod.started_at or pod.created_at) + START_SECONDS


def _was_ready(pod: PodRow) -> bool:
    if pod.ready_since is None or pod.started_at is None:
        return False
    return pod.ready_since > pod.started_at + _WAS_READY_SECONDS


def _pending(pod: PodRow, now: float) -> PodProblem | None:
    if pod.reason == "Unschedulable":
        return PodProblem(pod, ProblemKind.PENDING, "Unschedulable", unschedulable_detail(pod.message))
    if now < starting_until(pod):
        return None
    reason = pod.reason or "Pending"
    return PodProblem(pod, ProblemKind.PENDING, reason, _WORDS.get(reason, f"waiting ({reason})"))


def _failing_detail(pod: PodRow, reason: str) -> str:
    words = _WORDS.get(reason) or (f"failed ({reason})" if reason else f"in phase {pod.phase}")
    parts = [words]
    if reason in _EXIT_REASONS and pod.last_exit_code is not None:
        parts.append(f"last exit code {pod.last_exit_code}")
    if pod.last_terminated_reason == "OOMKilled" and reason != "OOMKilled":
        parts.append("last killed for lack of memory (OOMKilled)")
    if pod.restarts:
        parts.append("restarted once" if pod.restarts == 1 else f"restarted {pod.restarts} times")
    return ", ".join(parts)


def unschedulable_detail(message: str) -> str:
    """The scheduler's sentence in words: "unschedulable: insufficient memory on 4 of 4 nodes".

    Source of the form: kube-scheduler's FitError, `0/N nodes are available: k reason, k reason.`
    """
    found = _NODES.search(message)
    if not found:
        return "unschedulable: no node takes it"
    total, reasons = found[1], []
    for part in found[2].split(", "):
        counted = _NODE_REASON.match(part.strip())
        if counted:
            reasons.append(f"{_node_reason(counted[2])} on {counted[1]} of {total} nodes")
    return "unschedulable: " + (", ".join(reasons) or f"none of {total} nodes takes it")


def _node_reason(text: str) -> str:
    lacking = _INSUFFICIENT.match(text)
    return f"insufficient {lacking[1]}" if lacking else text
