"""How many ready pods a change may take away at once: budgets do not limit rollouts, so we do."""

from __future__ import annotations

import math

from hexaops.runbooks.model import LiveWorkload


def scaled_value(value: str | int | None, total: int, *, default: str | int, round_up: bool) -> int:
    """A count or a percentage of `total`, as Kubernetes rounds it (intstr.GetScaledValueFromIntOrPercent)."""
    given = default if value is None else value
    if isinstance(given, str) and given.endswith("%"):
        share = int(given[:-1]) * total / 100
        return math.ceil(share) if round_up else math.floor(share)
    return int(given)


def max_unavailable(workload: LiveWorkload) -> int:
    """Pods that a rollout may have missing from the wanted number.

    Deployment: maxUnavailable rounded down, and 1 when both it and maxSurge come to 0 (the Deployment controller's
    ResolveFenceposts). StatefulSet and DaemonSet: 1 by default; a DaemonSet rounds up.
    """
    kind, parameters = workload.strategy
    total = workload.replicas
    if kind == "Recreate":
        return total
    if workload.kind == "Deployment":
        unavailable = scaled_value(parameters.get("maxUnavailable"), total, default="25%", round_up=False)
        surge = scaled_value(parameters.get("maxSurge"), total, default="25%", round_up=True)
        return 1 if unavailable == 0 and surge == 0 else unavailable
    return scaled_value(parameters.get("maxUnavailable"), total, default=1, round_up=workload.kind == "DaemonSet")


def ready_pods_down_by_rollout(workload: LiveWorkload) -> int:
    """Ready pods that a rollout can take away: down to `replicas - maxUnavailable`, no further.

    Replacing pods that are not ready is no disruption. A StatefulSet goes on with its next pod only when the one
    before is ready, whatever else is not: it takes `maxUnavailable` of the ready ones.
    """
    allowed = max_unavailable(workload)
    if workload.kind == "StatefulSet":
        return min(allowed, workload.ready)
    return max(0, min(workload.ready, workload.ready - (workload.replicas - allowed)))
