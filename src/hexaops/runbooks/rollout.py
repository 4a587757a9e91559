"""What "drained", "replaced" and "healthy" mean, as pure readings of the watch cache.

Each answers None while the state is not reached, so that `WatchCache.wait_for` can ask after every change.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.rows import PodRow, WorkloadRow
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import TargetRef

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "EndpointSlice", "Service")
REVISION = "deployment.kubernetes.io/revision"
SIZED_FOR = "deployment.kubernetes.io/desired-replicas"
FAILURE_REASONS = frozenset({"ProgressDeadlineExceeded"})
ENDED_PHASES = frozenset({"Succeeded", "Failed"})
"""Evicted pods stay as objects for a long time, and no controller removes them when it scales down."""


class Progress(Struct, frozen=True):
    """Progress of a change."""

    pods: tuple[str, ...]
    """Names of the pods that exist and are not being deleted."""
    ready: int
    restarts: int


class Before(Struct, frozen=True):
    """State before a change, the yardstick for undoing it: not every application was healthy."""

    pods: int
    ready: int
    updated: int | None
    """Pods of the newest revision; None if an older version of the service started the change."""


def find(cache: WatchCache, target: TargetRef) -> WorkloadRow | None:
    """The target in the cache, if it is still the same object."""
    row = cache.find(target.kind, target.namespace, target.name)
    return row if isinstance(row, WorkloadRow) and row.uid == target.uid else None


def live_pods(cache: WatchCache, target: TargetRef) -> list[PodRow]:
    """Its pods that are not being deleted and have not ended."""
    return [pod for pod in running_pods(cache, target) if not pod.deleting]


def running_pods(cache: WatchCache, target: TargetRef) -> list[PodRow]:
    """Its pods that have not ended, those that are being deleted included."""
    return [pod for pod in cache.pods_of(target.uid) if pod.phase not in ENDED_PHASES]


def first_drained(cache: WatchCache, target: TargetRef, old_pods: Collection[str]) -> bool | None:
    """True when an old pod has left every EndpointSlice; at once where no Service selects the application.

    `old_pods` are uids. A pod that is only not ready stays listed: it counts as left when it is terminating or gone.
    """
    row = find(cache, target)
    if row is None:
        return None
    services = cache.services_of(row)
    if not services or not old_pods:
        return True
    listed = {
        endpoint.pod_uid
        for service in services
        for part in cache.endpoint_slices_of(service.namespace, service.name)
        for endpoint in part.endpoints
        if not endpoint.terminating
    }
    return True if any(uid not in listed for uid in old_pods) else None


def replaced(cache: WatchCache, target: TargetRef, generation: int, old_pods: Collection[str]) -> Progress | None:
    """Reached when no old pod is left and every new one is ready.

    A rollback of a rollout that was stuck finds pods that still have the template it returns to: they stay.
    """
    row = find(cache, target)
    if row is None or row.observed_generation < generation:
        return None
    old = (pod for pod in running_pods(cache, target) if pod.uid in old_pods)
    if any(pod.deleting or not _is_current(cache, row, pod) for pod in old):
        return None
    return healthy(cache, target, generation, replicas=None)


def _is_current(cache: WatchCache, row: WorkloadRow, pod: PodRow) -> bool:
    """Whether it belongs to the ReplicaSet of the Deployment's present revision."""
    revision = row.annotations.get(REVISION)
    return revision is not None and any(
        one.uid == pod.owner_uid and one.annotations.get(REVISION) == revision for one in cache.replica_sets_of(row.uid)
    )


def healthy(cache: WatchCache, target: TargetRef, generation: int, *, replicas: int | None) -> Progress | None:
    """Reached when the controller has seen the generation and all replicas are updated, ready and available.

    `replicas` demands exactly that many pods; 0 means none left, terminating ones included. Scaling a StatefulSet
    updates nothing: its partition, or the strategy OnDelete, may rightly leave pods at an older revision.
    """
    row = find(cache, target)
    if row is None or row.observed_generation < generation:
        return None
    pods = live_pods(cache, target)
    wanted = row.desired if replicas is None else replicas
    if replicas == 0:
        return Progress((), 0, 0) if not running_pods(cache, target) and row.desired == 0 else None
    ready = sum(pod.ready for pod in pods)
    updated = wanted if replicas is not None and row.kind == "StatefulSet" else row.updated
    counts = (row.desired, updated, row.ready, row.available, len(pods), ready)
    if any(count != wanted for count in counts):
        return None
    return Progress(tuple(sorted(pod.name for pod in pods)), ready, sum(pod.restarts for pod in pods))


def failure(cache: WatchCache, target: TargetRef, generation: int) -> str | None:
    """Why the rollout has failed, in the controller's words."""
    row = find(cache, target)
    if row is None or row.observed_generation < generation:
        return None
    for condition in row.conditions:
        if condition.type == "Progressing" and condition.status == "False" and condition.reason in FAILURE_REASONS:
            return f"{condition.reason}: {condition.message}"
    return None


def overtaken(cache: WatchCache, target: TargetRef, generation: int, *, replicas: int) -> str | None:
    """Set if someone else changed the replicas, so that the planned number will not be reached."""
    row = find(cache, target)
    if row is None or row.observed_generation < generation or row.desired == replicas:
        return None
    return f"its replicas were set to {row.desired} in the meantime"


def restored(
    cache: WatchCache, target: TargetRef, generation: int, before: Before, *, replicas: int | None, max_unavailable: int
) -> bool | None:
    """True when a change is undone: as many pods as before, and no fewer ready or up to date than before.

    `replicas` is the number that a scaling puts back. It updates nothing: a rollout that was stuck may be shared out
    anew over its revisions. None for a restart, during which an autoscaler may have changed the number.
    """
    row = find(cache, target)
    if row is None or row.observed_generation < generation:
        return None
    wanted = row.desired if replicas is None else replicas
    updated = wanted if before.updated is None else before.updated
    if row.desired != wanted or row.ready < min(before.ready, wanted):
        return None
    if replicas is None and row.updated < min(updated, wanted):
        return None
    as_many = min(before.pods, wanted) <= row.current <= max(before.pods, wanted)
    return True if as_many or keeps_surplus(cache, row, max_unavailable=max_unavailable) else None


def keeps_surplus(cache: WatchCache, row: WorkloadRow, *, max_unavailable: int) -> bool:
    """Whether a Deployment's controller removes no pod of another revision until a pod of its own becomes available.

    It may remove `all - (desired - maxUnavailable) - unavailable ones of the newest revision`, counted by what the
    ReplicaSets are asked for (kube-controller-manager, reconcileOldReplicaSets): a rollout that is undone while a
    pod of the application cannot start leaves its surge behind.
    """
    sets = cache.replica_sets_of(row.uid) if row.kind == "Deployment" else []
    newest = max(sets, key=_revision, default=None)
    if newest is None or _revision(newest) != _revision(row) or not _settled(row, sets):
        return False
    unavailable = newest.desired - newest.available
    return sum(one.desired for one in sets) - (row.desired - max_unavailable) - unavailable <= 0


def _settled(row: WorkloadRow, sets: list[WorkloadRow]) -> bool:
    """Whether a Deployment's status tells of its ReplicaSets as they are, and they have no pod left to remove.

    Its controller writes the status right after it has sized them, with the pods that they had until then.
    """
    wanted = str(row.desired)
    sized = all(one.annotations.get(SIZED_FOR, wanted) == wanted for one in sets if one.desired)
    counted = row.current == sum(one.current for one in sets) and row.ready == sum(one.ready for one in sets)
    removed = all(one.current <= one.desired for one in sets)
    return sized and counted and removed


def _revision(workload: WorkloadRow) -> int:
    written = workload.annotations.get(REVISION, "")
    return int(written) if written.isascii() and written.isdigit() else 0


def shown_live(live: LiveWorkload, target: TargetRef, generation: int, *, replicas: int | None) -> bool:
    """Whether a fresh read from the API server agrees with the watch."""
    wanted = live.replicas if replicas is None else replicas
    seen = live.target.uid == target.uid and live.observed_generation >= generation
    return seen and live.replicas == wanted and live.ready == wanted and live.available == wanted
