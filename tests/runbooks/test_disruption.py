"""How many ready pods a rollout can take down, checked against the numbers of Kubernetes' own controllers."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.runbooks.disruption import (
    max_surge,
    max_unavailable,
    ready_pods_down_by_rollout,
    ready_pods_down_by_scaling,
    scaled_value,
)
from tests.runbooks.workloads import workload


@pytest.mark.parametrize(
    ("value", "total", "round_up", "expected"),
    [("25%", 3, False, 0), ("25%", 3, True, 1), ("50%", 5, False, 2), (2, 10, False, 2), (None, 4, False, 1)],
)
def test_percentages_round_as_kubernetes_rounds_them(
    value: str | int | None, total: int, round_up: bool, expected: int
) -> None:
    assert scaled_value(value, total, default="25%", round_up=round_up) == expected


def rolling(**parameters: Any) -> dict[str, Any]:
    return {"type": "RollingUpdate", "rollingUpdate": parameters}


@pytest.mark.parametrize(
    ("kind", "replicas", "strategy", "expected"),
    [
        ("Deployment", 3, None, 0),
        ("Deployment", 4, None, 1),
        ("Deployment", 10, rolling(maxUnavailable="30%", maxSurge=0), 3),
        ("Deployment", 2, rolling(maxUnavailable=0, maxSurge=0), 1),
        ("Deployment", 5, {"type": "Recreate"}, 5),
        ("StatefulSet", 3, None, 1),
        ("DaemonSet", 10, rolling(maxUnavailable="15%"), 2),
    ],
)
def test_what_a_rollout_may_have_missing(
    kind: str, replicas: int, strategy: dict[str, Any] | None, expected: int
) -> None:
    assert max_unavailable(workload(kind=kind, replicas=replicas, strategy=strategy)) == expected


@pytest.mark.parametrize(
    ("kind", "replicas", "ready", "expected"),
    [
        ("Deployment", 4, 4, 1),
        ("Deployment", 4, 3, 0),  # the pod that may be missing is missing already
        ("Deployment", 4, 0, 0),
        ("StatefulSet", 3, 3, 1),
        ("StatefulSet", 3, 2, 1),  # it takes a ready pod whatever else is not ready
    ],
)
def test_replacing_pods_that_are_not_ready_is_no_disruption(
    kind: str, replicas: int, ready: int, expected: int
) -> None:
    assert ready_pods_down_by_rollout(workload(kind=kind, replicas=replicas, ready=ready)) == expected


@pytest.mark.parametrize(
    ("strategy", "replicas", "expected"),
    [(None, 3, 1), (None, 5, 2), (rolling(maxSurge=4), 3, 4), ({"type": "Recreate"}, 3, 0)],
)
def test_what_a_rollout_may_have_above(strategy: dict[str, Any] | None, replicas: int, expected: int) -> None:
    assert max_surge(workload(strategy=strategy), replicas) == expected


@pytest.mark.parametrize(
    ("kind", "ready", "pods", "outdated", "strategy", "expected"),
    [
        ("Deployment", 5, 5, 0, None, 2),
        ("Deployment", 4, 5, 0, None, 1),  # what is not ready goes first
        ("StatefulSet", 4, 5, 0, None, 2),  # its highest ordinals go, ready or not
        ("Deployment", 4, 7, 4, None, 3),  # 4 ready of the old and 3 stuck of the new: all above 3 + 1 may be ready
        ("Deployment", 4, 7, 4, {"type": "Recreate"}, 1),  # it is never shared out
        ("Deployment", 1, 7, 1, None, 1),  # no more than there are
        ("Deployment", 5, 5, 1, rolling(maxUnavailable=2, maxSurge=0), 4),  # the rollout goes on, down to 3 - 2
    ],
)
def test_ready_pods_that_scaling_from_five_to_three_takes(
    kind: str, ready: int, pods: int, outdated: int, strategy: dict[str, Any] | None, expected: int
) -> None:
    live = workload(kind=kind, replicas=5, ready=ready, pods=pods, outdated=outdated, strategy=strategy)
    assert ready_pods_down_by_scaling(live, 3) == expected


def test_scaling_up_takes_no_ready_pod() -> None:
    assert ready_pods_down_by_scaling(workload(replicas=5, ready=4, pods=7, outdated=4), 6) == 0


def test_stopping_takes_every_ready_pod_whatever_their_revision() -> None:
    assert ready_pods_down_by_scaling(workload(replicas=5, ready=4, pods=7, outdated=4), 0) == 4
