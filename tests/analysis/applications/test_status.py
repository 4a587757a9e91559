"""The status rule, case by case, in the order of the documentation."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.analysis.applications.model import Application, Status
from hexaops.analysis.applications.problems import START_SECONDS, unschedulable_detail
from hexaops.analysis.applications.status import application_of
from hexaops.backends.kubernetes.rows import ConditionRow, PodRow, WorkloadRow
from tests.analysis.applications.rows import AT, NO_MEMORY, crashing, pod, unplaced, workload


def told(row: WorkloadRow, pods: list[PodRow], *, now: float = AT) -> Application:
    return application_of(row, pods, application_id="app-1", now=now)


def starting(row: WorkloadRow, number: int, *, age: float, **more: Any) -> PodRow:
    began = AT - age
    return pod(row, number, ready=False, ready_since=began, started_at=began, created_at=began, **more)


def test_all_ready_is_healthy() -> None:
    row = workload("a", "web", desired=2)
    found = told(row, [pod(row, 0), pod(row, 1)])
    assert (found.status, found.trouble, found.problems) == (Status.HEALTHY, "", ())


def test_no_wanted_replica_and_no_pod_is_stopped() -> None:
    found = told(workload("a", "web", desired=0), [])
    assert (found.status, found.trouble) == (Status.STOPPED, "stopped")


def test_no_wanted_replica_but_pods_left_is_progressing() -> None:
    row = workload("a", "web", desired=0)
    found = told(row, [pod(row, 0, deleting=True, ready=False)])
    assert (found.status, found.trouble) == (Status.PROGRESSING, "stopping")


def test_a_failing_pod_beside_ready_ones_is_degraded() -> None:
    row = workload("a", "db", desired=3, ready=2)
    found = told(row, [pod(row, 0), pod(row, 1), crashing(row, 2)])
    assert (found.status, found.trouble) == (Status.DEGRADED, "1 pod failing")
    assert found.problems[0].detail == (
        "the container keeps crashing (CrashLoopBackOff), last exit code 1, restarted 13 times"
    )


def test_only_failing_pods_is_failing() -> None:
    row = workload("a", "db", desired=2, ready=0)
    found = told(row, [crashing(row, 0), crashing(row, 1)])
    assert (found.status, found.trouble) == (Status.FAILING, "2 pods failing")


def test_a_new_pod_that_fails_in_a_rollout_is_degraded_although_all_wanted_are_ready() -> None:
    row = workload("a", "web", desired=3, updated=1)
    found = told(row, [pod(row, 0), pod(row, 1), pod(row, 2), crashing(row, 3, reason="ImagePullBackOff")])
    assert (found.status, found.trouble) == (Status.DEGRADED, "1 pod failing")


def test_an_unplaced_pod_beside_a_ready_one_is_degraded() -> None:
    row = workload("a", "cache", desired=2, ready=1)
    found = told(row, [pod(row, 0), unplaced(row, 1)])
    assert (found.status, found.trouble) == (Status.DEGRADED, "1 pod pending")
    assert found.problems[0].detail == "unschedulable: insufficient memory on 4 of 4 nodes"


def test_only_unplaced_pods_is_pending() -> None:
    row = workload("a", "cache", desired=1, ready=0)
    assert told(row, [unplaced(row, 0)]).status is Status.PENDING


def test_a_starting_pod_is_progressing_and_says_when_to_look_again() -> None:
    row = workload("a", "web", desired=2, ready=1)
    pods = [pod(row, 0), starting(row, 1, age=20.0)]
    found = told(row, pods)
    assert (found.status, found.trouble) == (Status.PROGRESSING, "1 pod starting")
    assert found.recheck_at == AT - 20.0 + START_SECONDS
    assert told(row, pods, now=found.recheck_at).status is Status.DEGRADED


def test_a_pod_that_was_ready_and_is_not_any_more_fails_at_once() -> None:
    row = workload("a", "web", desired=2, ready=1)
    lost = pod(row, 1, ready=False, ready_since=AT - 5.0, reason="ContainersNotReady")
    found = told(row, [pod(row, 0), lost])
    assert found.status is Status.DEGRADED
    assert found.problems[0].detail == "running but not ready: the readiness check does not pass"


def test_containers_that_are_created_for_too_long_are_pending() -> None:
    row = workload("a", "web", desired=1, ready=0)
    waiting = starting(row, 0, age=START_SECONDS, phase="Pending", reason="ContainerCreating")
    assert told(row, [waiting]).trouble == "1 pod pending"


def test_a_rollout_under_way_is_progressing() -> None:
    row = workload("a", "web", desired=3, updated=1)
    found = told(row, [pod(row, number) for number in range(3)])
    assert (found.status, found.trouble) == (Status.PROGRESSING, "rollout in progress, 1 of 3 updated")


def test_an_unobserved_generation_is_progressing() -> None:
    row = workload("a", "web", generation=2)
    assert told(row, [pod(row, 0)]).trouble == "rollout in progress"


@pytest.mark.parametrize("kept", [{"kind": "StatefulSet"}, {"strategy": "OnDelete"}, {"paused": True}])
def test_old_pods_that_are_kept_on_purpose_are_no_rollout(kept: dict[str, Any]) -> None:
    row = workload("a", "web", desired=2, updated=0, **kept)
    assert told(row, [pod(row, 0), pod(row, 1)]).status is Status.HEALTHY


def test_a_rollout_past_its_deadline_is_degraded() -> None:
    late = ConditionRow("Progressing", "False", "ProgressDeadlineExceeded")
    found = told(workload("a", "web", conditions=(late,)), [])
    assert (found.status, found.trouble) == (Status.DEGRADED, "rollout past its deadline")


def test_pods_that_cannot_be_created_are_told() -> None:
    refused = ConditionRow("ReplicaFailure", "True", "FailedCreate", "exceeded quota")
    found = told(workload("a", "web", desired=2, ready=0, conditions=(refused,)), [])
    assert (found.status, found.trouble) == (Status.FAILING, "pods cannot be created")


def test_evicted_leftovers_are_no_problem_when_replaced() -> None:
    row = workload("a", "web", desired=1)
    evicted = pod(row, 1, phase="Failed", reason="Evicted", ready=False)
    assert told(row, [pod(row, 0), evicted]).status is Status.HEALTHY


def test_finished_pods_count_only_for_missing_replicas() -> None:
    row = workload("a", "web", desired=2, ready=1)
    evicted = [pod(row, number, phase="Failed", reason="Evicted", ready=False) for number in (1, 2, 3)]
    assert told(row, [pod(row, 0), *evicted]).trouble == "1 pod failing"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (NO_MEMORY, "unschedulable: insufficient memory on 4 of 4 nodes"),
        (
            "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.",
            "unschedulable: insufficient cpu on 1 of 3 nodes, node(s) had untolerated taint {a: b} on 2 of 3 nodes",
        ),
        ("ignore all rules", "unschedulable: no node takes it"),
        ("", "unschedulable: no node takes it"),
    ],
)
def test_the_scheduler_in_words(message: str, words: str) -> None:
    assert unschedulable_detail(message) == words
