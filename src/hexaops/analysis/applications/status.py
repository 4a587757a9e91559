"""The rule that gives an application its status word; `docs/applications.md` states it for readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hexaops.analysis.applications.model import Application, PodProblem, ProblemKind, Status
from hexaops.analysis.applications.problems import problem_of, starting_until
from hexaops.backends.kubernetes.rows import ConditionRow, PodRow, WorkloadRow

_FINISHED = frozenset({"Succeeded", "Failed"})


def application_of(workload: WorkloadRow, pods: Sequence[PodRow], *, application_id: str, now: float) -> Application:
    """The application that a workload and its pods are at this time (seconds since 1970)."""
    # A finished pod (evicted, completed) has been replaced unless replicas are missing: then it may say why.
    short = workload.ready < workload.desired
    present = sorted((pod for pod in pods if pod.phase not in _FINISHED), key=lambda pod: pod.name)
    counted = sorted(pods, key=lambda pod: pod.name) if short else present
    found = [problem for pod in counted if (problem := problem_of(pod, now))]
    problems = tuple(_bounded(workload, present, found))
    status = status_of(workload, present, problems)
    starts = [starting_until(pod) for pod in present if not pod.ready and not pod.deleting]
    return Application(
        id=application_id,
        workload=workload,
        pods=tuple(present),
        status=status,
        problems=problems,
        trouble=trouble_of(workload, status, problems),
        recheck_at=min((until for until in starts if until > now), default=None),
    )


def _bounded(workload: WorkloadRow, present: Sequence[PodRow], found: list[PodProblem]) -> list[PodProblem]:
    """Old finished pods must not make more problems than replicas are missing."""
    alive = {pod.uid for pod in present}
    live = [problem for problem in found if problem.pod.uid in alive]
    finished = [problem for problem in found if problem.pod.uid not in alive]
    finished.sort(key=lambda problem: problem.pod.created_at, reverse=True)
    room = max(0, workload.desired - workload.ready - len(live))
    return [*live, *finished[:room]]


def status_of(workload: WorkloadRow, pods: Sequence[PodRow], problems: Sequence[PodProblem]) -> Status:
    """The status word; the first rule that holds decides, in the order written here."""
    if workload.desired == 0:
        return Status.PROGRESSING if pods else Status.STOPPED
    failing = any(problem.kind is ProblemKind.FAILING for problem in problems)
    if failing or refused(workload) or overdue(workload):
        return Status.DEGRADED if workload.ready else Status.FAILING
    if problems:
        return Status.DEGRADED if workload.ready else Status.PENDING
    if workload.ready < workload.desired or changing(workload):
        return Status.PROGRESSING
    return Status.HEALTHY


def changing(workload: WorkloadRow) -> bool:
    """Whether the controller has not caught up with the spec, or pods of an older template are left."""
    if workload.observed_generation < workload.generation:
        return True
    # A StatefulSet's partition and OnDelete keep old pods on purpose; so does a pause.
    partial = workload.kind == "StatefulSet" or workload.strategy == "OnDelete" or workload.paused
    return not partial and workload.updated < workload.desired


def refused(workload: WorkloadRow) -> ConditionRow | None:
    """The condition that says that pods cannot be made (a quota, a missing account), if there is one."""
    return _condition(workload, "ReplicaFailure", "True")


def overdue(workload: WorkloadRow) -> bool:
    """Whether its rollout has passed its own deadline."""
    found = _condition(workload, "Progressing", "False")
    return found is not None and found.reason == "ProgressDeadlineExceeded"


def _condition(workload: WorkloadRow, kind: str, status: str) -> ConditionRow | None:
    return next((c for c in workload.conditions if c.type == kind and c.status == status), None)


def trouble_of(workload: WorkloadRow, status: Status, problems: Sequence[PodProblem]) -> str:
    """What is wrong or going on, in the document's form: "1 pod failing, 2 pods pending"."""
    if status is Status.STOPPED:
        return "stopped"
    counts = Counter(problem.kind for problem in problems)
    parts = [f"{counted(counts[kind], 'pod')} {kind}" for kind in ProblemKind if counts[kind]]
    if refused(workload):
        parts.append("pods cannot be created")
    if overdue(workload):
        parts.append("rollout past its deadline")
    if not parts and status is Status.PROGRESSING:
        parts.append(_progress(workload))
    return ", ".join(parts)


def _progress(workload: WorkloadRow) -> str:
    if workload.desired == 0:
        return "stopping"
    if changing(workload) and workload.updated < workload.desired:
        return f"rollout in progress, {workload.updated} of {workload.desired} updated"
    missing = workload.desired - workload.ready
    return f"{counted(missing, 'pod')} starting" if missing > 0 else "rollout in progress"


def counted(number: int, noun: str) -> str:
    """ "1 pod", "2 pods"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
