"""How many ready pods a change may take down at once. Kubernetes does not apply budgets to rollouts, so we do."""

from __future__ import annotations

import math

from hexaops.backends.kubernetes.rows import WorkloadRow
from hexaops.runbooks.live import LiveWorkload


def scaled_value(value: str | int | None, total: int, *, default: str | int, round_up: bool) -> int:
    """A count or a percentage of `total`, as Kubernetes rounds it (intstr.GetScaledValueFromIntOrPercent)."""
    given = default if value is None else value
    if isinstance(given, str) and given.endswith("%"):
        share = int(given[:-1]) * total / 100
        return math.ceil(share) if round_up else math.floor(share)
    return int(given)


Value = str | int | None


def max_unavailable(workload: LiveWorkload, replicas: int | None = None) -> int:
    """Pods that a rollout may have below the desired count (the current one, unless given)."""
    strategy, parameters = workload.strategy
    total = workload.replicas if replicas is None else replicas
    allowed = (parameters.get("maxUnavailable"), parameters.get("maxSurge"))
    return _max_unavailable(workload.kind, strategy, allowed, total)


def max_unavailable_of_row(row: WorkloadRow) -> int:
    """The same for a watched workload at its current size."""
    return _max_unavailable(row.kind, row.strategy, (row.max_unavailable, row.max_surge), row.desired)


def _max_unavailable(kind: str, strategy: str, allowed: tuple[Value, Value], total: int) -> int:
    """Deployment: maxUnavailable rounded down, and 1 when both it and maxSurge come to 0 (the Deployment controller's
    ResolveFenceposts). StatefulSet and DaemonSet: 1 by default; a DaemonSet rounds up.
    """
    if strategy == "Recreate":
        return total
    missing, surge = allowed
    if kind == "Deployment":
        unavailable = scaled_value(missing, total, default="25%", round_up=False)
        return 1 if unavailable == 0 and scaled_value(surge, total, default="25%", round_up=True) == 0 else unavailable
    return scaled_value(missing, total, default=1, round_up=kind == "DaemonSet")


def max_surge(workload: LiveWorkload, replicas: int) -> int:
    """Pods that a Deployment's rollout to this number may have above it: maxSurge rounded up; none with Recreate."""
    kind, parameters = workload.strategy
    if kind == "Recreate":
        return 0
    return scaled_value(parameters.get("maxSurge"), replicas, default="25%", round_up=True)


def is_shared(workload: LiveWorkload, wanted: int) -> bool:
    """Whether a new number of replicas is shared out over several revisions in proportion to what each has.

    That is what the Deployment controller does amid a rolling update (its `scale`): a revision whose pods are ready
    may lose some for one whose pods are not. To 0 nothing is shared: all go.
    """
    is_rolling = workload.kind == "Deployment" and workload.strategy[0] == "RollingUpdate"
    return is_rolling and wanted > 0 and workload.outdated > 0


def ready_pods_down_by_scaling(workload: LiveWorkload, wanted: int) -> int:
    """Ready pods that scaling down can remove.

    A ReplicaSet removes pods that are not ready first; a StatefulSet its highest ordinals, ready or not. Of a
    Deployment amid a rollout everything above `wanted + maxSurge` goes, and may all be ready; then the rollout goes
    on, down to `wanted - maxUnavailable`.
    """
    if wanted >= workload.replicas:
        return 0
    if workload.kind == "StatefulSet":
        return min(workload.replicas - wanted, workload.ready)
    if not is_shared(workload, wanted):
        return max(0, workload.ready - wanted)
    surplus = workload.pods - wanted - max_surge(workload, wanted)
    beyond_least = workload.ready - wanted + max_unavailable(workload, wanted)
    return min(workload.ready, max(0, surplus, beyond_least))


def ready_pods_down_by_rollout(workload: LiveWorkload) -> int:
    """Ready pods that a rollout can take away: down to `replicas - maxUnavailable`, no further.

    Replacing pods that are not ready is no disruption. A StatefulSet goes on with its next pod only when the one
    before is ready, whatever else is not: it takes `maxUnavailable` of the ready ones.
    """
    allowed = max_unavailable(workload)
    if workload.kind == "StatefulSet":
        return min(allowed, workload.ready)
    return max(0, min(workload.ready, workload.ready - (workload.replicas - allowed)))
