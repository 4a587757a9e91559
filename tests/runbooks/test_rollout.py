"""When a change is reached, by the rows that the watch holds: what must not hold it up, and what must not be missed."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.rows import ConditionRow, WorkloadRow
from hexaops.runbooks import rollout
from hexaops.runbooks.model import TargetRef
from hexaops.runbooks.runbook import NotApplicableError
from tests.analysis.applications.rows import fill, pod, workload
from tests.runbooks import workloads

SEEN: dict[str, Any] = {"generation": 2, "observed_generation": 2}


def of(row: WorkloadRow) -> TargetRef:
    return TargetRef(
        kind=row.kind, namespace=row.namespace, name=row.name, uid=row.uid, resource_version="1", generation=1
    )


def held(row: WorkloadRow, *pods: object) -> WatchCache:
    cache = WatchCache(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"))
    fill(cache, [row, *pods])  # type: ignore[list-item] # rows of any kind
    return cache


def test_rows_of_before_the_write_reach_nothing() -> None:
    row = workload("shop", "web", desired=2)
    cache = held(row, pod(row, 0), pod(row, 1))
    assert rollout.healthy(cache, of(row), 1, replicas=None)
    assert rollout.healthy(cache, of(row), 2, replicas=None) is None
    assert rollout.replaced(cache, of(row), 2, ["an-old-one"]) is None
    assert rollout.failure(cache, of(row), 2) is None


def test_an_evicted_pod_does_not_keep_an_application_from_being_stopped() -> None:
    row = workload("shop", "web", desired=0, **SEEN)
    evicted = pod(row, 0, phase="Failed", reason="Evicted", ready=False)
    assert rollout.healthy(held(row, evicted), of(row), 2, replicas=0)
    leaving = pod(row, 1, deleting=True, ready=False)
    assert rollout.healthy(held(row, evicted, leaving), of(row), 2, replicas=0) is None


def test_an_old_pod_that_was_evicted_meanwhile_counts_as_replaced() -> None:
    row = workload("shop", "web", desired=1, **SEEN)
    old, new = pod(row, 0, phase="Failed", ready=False), pod(row, 1)
    assert rollout.replaced(held(row, old, new), of(row), 2, [old.uid])
    assert rollout.replaced(held(row, pod(row, 0), new), of(row), 2, [old.uid]) is None


def test_scaling_a_stateful_set_waits_for_no_update() -> None:
    """A partition, or OnDelete, rightly leaves pods at the older revision."""
    row = workload("shop", "db", kind="StatefulSet", desired=2, updated=0, **SEEN)
    cache = held(row, pod(row, 0), pod(row, 1))
    assert rollout.healthy(cache, of(row), 2, replicas=2)
    assert rollout.healthy(cache, of(row), 2, replicas=None) is None


def test_a_rollout_that_its_controller_gave_up_has_failed() -> None:
    given_up = ConditionRow("Progressing", "False", "ProgressDeadlineExceeded", "timed out", 0.0)
    row = workload("shop", "web", conditions=(given_up,), **SEEN)
    assert rollout.failure(held(row), of(row), 2)
    assert rollout.failure(held(row), of(row), 3) is None


def test_somebody_elses_replicas_are_seen() -> None:
    row = workload("shop", "web", desired=7, **SEEN)
    assert rollout.overtaken(held(row), of(row), 2, replicas=4)
    assert rollout.overtaken(held(row), of(row), 2, replicas=7) is None
    assert rollout.overtaken(held(row), of(row), 3, replicas=4) is None


@pytest.mark.parametrize(
    ("status", "agrees"),
    [
        ({"observedGeneration": 2}, True),
        ({"observedGeneration": 1}, False),
        ({"observedGeneration": 2, "readyReplicas": 2}, False),
        ({"observedGeneration": 2, "availableReplicas": 2}, False),
    ],
)
def test_the_api_server_has_the_last_word(status: dict[str, int], *, agrees: bool) -> None:
    live = workloads.workload(replicas=3)
    live.document["status"].update(status)
    assert rollout.shown_live(live, live.target, 2, replicas=None) is agrees
    assert rollout.shown_live(live, live.target, 2, replicas=4) is False


async def test_a_partition_keeps_a_restart_from_ever_being_complete() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    with pytest.raises(NotApplicableError, match="partition"):
        await workloads.drafted("restart_application", workloads.workload(kind="StatefulSet", strategy=strategy))
    await workloads.drafted("scale_application", workloads.workload(kind="StatefulSet", strategy=strategy), replicas=4)


def revision(name: str, number: int, deployment: WorkloadRow, **more: Any) -> WorkloadRow:
    """A ReplicaSet of a Deployment, sized for the replicas that it wants unless told otherwise."""
    sized_for = str(more.pop("sized_for", deployment.desired))
    return workload(
        "shop", name, kind="ReplicaSet", owner_kind="Deployment", owner_name=deployment.name, owner_uid=deployment.uid,
        annotations={rollout.REVISION: str(number), rollout.SIZED_FOR: sized_for}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ready", "allowed", "kept"),
    [(1, 0, True), (2, 0, False), (1, 1, False), (0, 1, True)],
    ids=["a pod cannot start", "all are available", "one may be unavailable", "two cannot start"],
)
def test_a_surge_stays_while_as_many_pods_as_may_be_are_unavailable(ready: int, allowed: int, *, kept: bool) -> None:
    """Seen on a real API server: two replicas of which one is pending, restarted and put back."""
    newest = {rollout.REVISION: "10"}
    row = workload("shop", "web", desired=2, ready=ready, current=3, annotations=newest, **SEEN)
    own = revision("web-1", 10, row, desired=2, ready=ready)
    undone = revision("web-2", 9, row, desired=1, ready=0)
    assert rollout.keeps_surplus(held(row, own, undone), row, max_unavailable=allowed) is kept


HEALTHY = rollout.Before(pods=3, ready=3, updated=3)
STUCK = rollout.Before(pods=4, ready=3, updated=1)
"""A rollout whose new pod does not start: its surge is there, and will stay."""


@pytest.mark.parametrize(
    ("old", "new", "counted", "kept"),
    [
        ({"current": 4, "ready": 4}, {"current": 3, "ready": 0}, (7, 4), None),
        ({"ready": 2}, {"ready": 0}, (7, 4), None),
        ({"desired": 3, "ready": 3}, {"ready": 0, "sized_for": 5}, (5, 3), None),
        ({"desired": 3, "ready": 3}, {"ready": 0}, (5, 3), True),
    ],
    ids=["pods are to go", "they are gone and counted yet", "sized for what is undone", "all is done"],
)
def test_what_is_left_of_a_rollout_is_told_only_once_its_pods_are_counted(
    old: dict[str, int], new: dict[str, int], counted: tuple[int, int], *, kept: bool | None
) -> None:
    """Seen on a real API server: its status counted 7 pods and 4 ready when 2 and 2 were asked for already."""
    current, ready = counted
    row = workload("shop", "web", desired=3, current=current, ready=ready, annotations={rollout.REVISION: "2"}, **SEEN)
    sets = revision("web-1", 1, row, **{"desired": 2, **old}), revision("web-2", 2, row, **{"desired": 2, **new})
    assert rollout.restored(held(row, *sets), of(row), 2, STUCK, replicas=3, max_unavailable=0) is kept


def test_a_revision_that_is_not_seen_yet_leaves_open_what_stays() -> None:
    row = workload("shop", "web", desired=2, ready=1, current=3, annotations={rollout.REVISION: "11"}, **SEEN)
    sets = revision("web-1", 10, row, desired=2, ready=1), revision("web-2", 9, row, desired=1, ready=0)
    assert not rollout.keeps_surplus(held(row, *sets), row, max_unavailable=0)


def test_only_deployments_keep_a_surplus() -> None:
    row = workload("shop", "db", kind="StatefulSet", desired=2, ready=1, current=3)
    assert not rollout.keeps_surplus(held(row), row, max_unavailable=0)


@pytest.mark.parametrize(
    ("before", "replicas", "row", "undone"),
    [
        (HEALTHY, None, {}, True),
        (HEALTHY, None, {"updated": 2}, None),
        (HEALTHY, None, {"ready": 2}, None),
        (HEALTHY, None, {"current": 4}, None),
        (HEALTHY, None, {"observed_generation": 1}, None),
        (HEALTHY, 3, {"current": 4}, None),
        (HEALTHY, 2, {}, None),
        (rollout.Before(3, 3, None), None, {"updated": 2}, None),
        (STUCK, None, {"current": 4, "updated": 1}, True),
        (STUCK, None, {"current": 4, "updated": 0}, None),
        (STUCK, 3, {"current": 4, "updated": 2}, True),
        (STUCK, 3, {"current": 5, "updated": 1}, None),
        (STUCK, 3, {"current": 4, "updated": 2, "ready": 2}, None),
        (rollout.Before(pods=2, ready=2, updated=2), 3, {"current": 2, "ready": 2, "updated": 2}, True),
    ],
)
def test_undone_is_as_it_was_before_healthy_or_not(
    before: rollout.Before, replicas: int | None, row: dict[str, int], undone: bool | None
) -> None:
    seen = workload("shop", "web", **{"desired": 3, **SEEN, **row})
    assert rollout.restored(held(seen), of(seen), 2, before, replicas=replicas, max_unavailable=0) is undone


def test_an_autoscaler_that_acted_meanwhile_is_not_held_up_and_not_missed() -> None:
    row = workload("shop", "web", desired=5, current=3, ready=3, updated=3, **SEEN)
    assert rollout.restored(held(row), of(row), 2, HEALTHY, replicas=None, max_unavailable=0)
    fewer = workload("shop", "web", desired=2, current=1, ready=1, updated=1, **SEEN)
    assert rollout.restored(held(fewer), of(fewer), 2, HEALTHY, replicas=None, max_unavailable=0) is None


def test_a_rollback_keeps_the_pods_that_a_stuck_rollout_has_left() -> None:
    row = workload("shop", "web", desired=2, annotations={rollout.REVISION: "4"}, **SEEN)
    kept = revision("web-old", 4, row)
    one, other = pod(kept, 0), pod(kept, 1)
    assert rollout.replaced(held(row, kept, one, other), of(row), 2, [one.uid, other.uid])
    for number in (2, 3):
        not_yet = revision("web-old", number, row)
        assert rollout.replaced(held(row, not_yet, one, other), of(row), 2, [one.uid, other.uid]) is None
    leaving = pod(kept, 2, deleting=True)
    assert rollout.replaced(held(row, kept, one, other, leaving), of(row), 2, [leaving.uid]) is None
