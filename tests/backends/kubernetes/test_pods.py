"""What a pod's row says about its state, for the states that real pods get into."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hexaops.backends.kubernetes.decoding import decoder_for
from hexaops.backends.kubernetes.rows import TEXT_LIMIT, PodRow
from tests.backends.kubernetes.objects import Object, condition, container, container_status, meta, owner, pod


def row(item: Object) -> PodRow:
    """Through the whole path: JSON of a list → row."""
    body = json.dumps({"metadata": {"resourceVersion": "9"}, "items": [item]}).encode()
    (found,) = decoder_for("Pod").page(body).rows
    assert isinstance(found, PodRow)
    return found


READY = [condition("PodScheduled", "True"), condition("Ready", "True")]
UNREADY = condition("Ready", "False", "ContainersNotReady", "containers with unready status: [main]")
ENDED = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-01-01T00:04:00Z"}


def waiting(reason: str, message: str = "") -> Object:
    return {"waiting": {"reason": reason, "message": message}}


def test_a_healthy_pod() -> None:
    found = row(
        pod(
            metadata=meta("web-1", labels={"app": "web"}, ownerReferences=owner("ReplicaSet", "web-abc")),
            conditions=READY,
            podIP="10.0.0.1",
            startTime="2026-01-01T00:00:10Z",
            containerStatuses=[container_status()],
        )
    )
    assert (found.phase, found.reason, found.ready) == ("Running", "", True)
    assert (found.ready_containers, found.containers, found.container_names) == (1, 1, ("main",))
    assert (found.node, found.ip, found.owner_kind, found.owner_name) == (
        "node-1",
        "10.0.0.1",
        "ReplicaSet",
        "web-abc",
    )
    assert (found.restarts, found.last_restart_at, found.last_exit_code) == (0, None, None)
    assert found.created_at == 1767225600.0
    assert found.started_at == found.created_at + 10
    assert found.ready_since == found.created_at + 60


STATES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "crash loop",
        {
            "conditions": [UNREADY],
            "containerStatuses": [container_status(state=waiting("CrashLoopBackOff", "back-off 5m"), restarts=4)],
        },
        "CrashLoopBackOff",
        "back-off 5m",
    ),
    (
        "image",
        {
            "phase": "Pending",
            "containerStatuses": [container_status(state=waiting("ImagePullBackOff", "Back-off pulling"))],
        },
        "ImagePullBackOff",
        "Back-off pulling",
    ),
    (
        "out of memory, not yet restarted",
        {"conditions": [UNREADY], "containerStatuses": [container_status(state={"terminated": ENDED})]},
        "OOMKilled",
        "",
    ),
    (
        "unschedulable",
        {
            "phase": "Pending",
            "conditions": [condition("PodScheduled", "False", "Unschedulable", "0/4 nodes: insufficient memory")],
        },
        "Unschedulable",
        "0/4 nodes: insufficient memory",
    ),
    (
        "creating",
        {"phase": "Pending", "containerStatuses": [container_status(state=waiting("ContainerCreating"))]},
        "ContainerCreating",
        "",
    ),
    (
        "not ready",
        {"conditions": [UNREADY], "containerStatuses": [container_status()]},
        "ContainersNotReady",
        "containers with unready status: [main]",
    ),
    (
        "evicted",
        {"phase": "Failed", "reason": "Evicted", "message": "node was low on memory"},
        "Evicted",
        "node was low on memory",
    ),
    (
        "init container fails",
        {
            "phase": "Pending",
            "initContainerStatuses": [container_status("init", state=waiting("CrashLoopBackOff", "init"))],
            "containerStatuses": [container_status(state=waiting("PodInitializing"))],
        },
        "CrashLoopBackOff",
        "init",
    ),
    ("just made", {"phase": "Pending"}, "", ""),
    (
        "done",
        {
            "phase": "Succeeded",
            "containerStatuses": [container_status(state={"terminated": {"exitCode": 0, "reason": "Completed"}})],
        },
        "",
        "",
    ),
]


@pytest.mark.parametrize(("name", "status", "reason", "message"), STATES, ids=[state[0] for state in STATES])
def test_the_most_telling_reason(name: str, status: dict[str, Any], reason: str, message: str) -> None:
    found = row(pod(**status))
    assert (found.reason, found.message) == (reason, message)
    assert not found.ready


def test_restarts_and_the_last_termination() -> None:
    found = row(
        pod(
            spec={"containers": [container("a"), container("b")]},
            conditions=READY,
            containerStatuses=[
                container_status("a", restarts=2, last={"terminated": ENDED}),
                container_status(
                    "b",
                    restarts=1,
                    state=waiting("CrashLoopBackOff"),
                    last={"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-01T00:03:00Z"}},
                ),
            ],
        )
    )
    assert found.restarts == 3
    assert (found.last_exit_code, found.last_terminated_reason) == (137, "OOMKilled")
    assert found.last_restart_at == found.created_at + 300
    assert (found.ready_containers, found.containers) == (1, 2)


def test_a_pod_that_is_being_deleted_is_not_ready() -> None:
    found = row(
        pod(
            metadata=meta("web-1", deletionTimestamp="2026-01-01T00:10:00Z"),
            conditions=READY,
            containerStatuses=[container_status()],
        )
    )
    assert (found.deleting, found.ready, found.reason) == (True, False, "Terminating")


def test_resources_are_summed_as_the_scheduler_does() -> None:
    both = {"cpu": "100m", "memory": "64Mi"}
    found = row(
        pod(
            spec={
                "containers": [
                    container("a", requests=both, limits={"cpu": "1", "memory": "128Mi"}),
                    container("b", requests=both, limits={"memory": "128Mi"}),
                ],
                "initContainers": [
                    container("init", requests={"memory": "1Gi"}),
                    {**container("side", requests=both, limits={"memory": "1Mi"}), "restartPolicy": "Always"},
                ],
            }
        )
    )
    assert found.cpu_request == pytest.approx(0.3)
    assert found.cpu_limit is None
    assert found.memory_request == 2**30
    assert found.memory_limit == 257 * 2**20


def test_a_pod_without_resources_has_none() -> None:
    found = row(pod())
    assert (found.cpu_request, found.cpu_limit, found.memory_request, found.memory_limit) == (None,) * 4


def test_long_text_is_capped() -> None:
    found = row(pod(containerStatuses=[container_status(state=waiting("CrashLoopBackOff", "x" * 9000))]))
    assert len(found.message) == TEXT_LIMIT


def test_nulls_and_nothing_are_understood() -> None:
    found = row({"metadata": {"name": "bare", "labels": None, "ownerReferences": None}})
    assert (found.name, found.namespace, found.ready) == ("bare", "", False)
    found = row(pod(spec={"containers": None, "volumes": None}, conditions=None, containerStatuses=None, reason=None))
    assert found.containers == 0


def test_equal_labels_and_texts_are_kept_once() -> None:
    body = json.dumps({"metadata": {}, "items": [pod("a"), pod("b")]}).encode()
    first, second = decoder_for("Pod").page(body).rows
    assert first.labels is second.labels
    assert first.images is second.images
    assert first.namespace is second.namespace


def test_claims_that_are_mounted() -> None:
    found = row(
        pod(
            spec={
                "containers": [container()],
                "volumes": [{"emptyDir": {}}, {"persistentVolumeClaim": {"claimName": "data"}}],
            }
        )
    )
    assert found.claims == ("data",)
