"""An application as answers and APIs speak of it. Values only; texts of the cluster are kept as they came."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hexaops.backends.kubernetes.rows import PodRow, WorkloadRow


class Status(StrEnum):
    """How an application is doing (see `status.status_of` for the rule)."""

    HEALTHY = "healthy"
    """Every wanted replica is ready, of the current template, and no pod has a problem."""
    PROGRESSING = "progressing"
    """It is changing (rollout, scaling, starting, stopping) and nothing has gone wrong with it so far."""
    DEGRADED = "degraded"
    """It serves with at least one ready replica, but a pod is failing or pending, or cannot be made."""
    PENDING = "pending"
    """No replica is ready because its pods wait for a node, a volume or their containers."""
    FAILING = "failing"
    """No replica is ready because its pods fail or cannot be made."""
    STOPPED = "stopped"
    """No replica is wanted and none is left."""


UNHEALTHY = frozenset({Status.DEGRADED, Status.PENDING, Status.FAILING})
"""Statuses that are an issue; progressing and stopped are states that somebody asked for."""


class ProblemKind(StrEnum):
    """What is wrong with a pod, in the document's two words."""

    FAILING = "failing"
    """Its containers crash, cannot be started, are not ready, or the pod has failed."""
    PENDING = "pending"
    """It waits: for a node that has room, or for its containers longer than a start should take."""


class PodProblem(Struct, frozen=True):
    """One pod that does not do its work. `reason` is Kubernetes' word; `detail` says it in words, not yet escaped."""

    pod: PodRow
    kind: ProblemKind
    reason: str
    detail: str


class Application(Struct, frozen=True):
    """One Deployment, StatefulSet or DaemonSet with its pods."""

    id: str
    workload: WorkloadRow
    pods: tuple[PodRow, ...]
    """Without those that have finished, by name."""
    status: Status
    problems: tuple[PodProblem, ...]
    trouble: str
    """What is wrong or going on, in words without a pod's name: "1 pod failing"; "" when healthy."""
    recheck_at: float | None
    """Seconds since 1970 from which time alone may change the status: a start that takes too long."""

    @property
    def name(self) -> str:
        """The plain name."""
        return self.workload.name

    @property
    def project(self) -> str:
        """The namespace."""
        return self.workload.namespace

    @property
    def kind(self) -> str:
        """Deployment, StatefulSet or DaemonSet."""
        return self.workload.kind

    @property
    def ready(self) -> int:
        """Ready replicas."""
        return self.workload.ready

    @property
    def desired(self) -> int:
        """Wanted replicas."""
        return self.workload.desired

    @property
    def replicas(self) -> str:
        """As the document writes it: "2/3"."""
        return f"{self.ready}/{self.desired}"

    @property
    def restarts(self) -> int:
        """Container restarts of the pods there are now."""
        return sum(pod.restarts for pod in self.pods)
