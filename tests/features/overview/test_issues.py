"""Issues: one of each cause an application, full limits, nodes in trouble."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hexaops.analysis.applications.status import application_of
from hexaops.analysis.applications.usage import Resource, Share, unmeasured
from hexaops.analysis.diagnosis.causes import causes_of
from hexaops.analysis.diagnosis.model import Finding, Ref, Severity
from hexaops.backends.kubernetes.rows import ConditionRow, PodRow
from hexaops.features.overview.issues import Issue, issue_word, issues_of
from tests.analysis.applications.rows import AT, DAY, crashing, node, pod, unplaced, workload
from tests.living import living_world

Make = Callable[..., PodRow]
UNKNOWN: dict[Resource, Share] = {"cpu": unmeasured("none"), "memory": unmeasured("none")}


def of(*pods: Make, ready: int, **more: Any) -> list[Issue]:
    """Issues of one application with these pods."""
    owner = workload("production", "database-app", desired=3, ready=ready, **more)
    made = [make(owner, number) for number, make in enumerate(pods)]
    return issues_of([(application_of(owner, made, application_id="app-1", now=AT), UNKNOWN)], [])


def test_pods_with_one_cause_are_one_issue() -> None:
    (found,) = of(pod, crashing, crashing, ready=1)
    assert (found.severity, found.type, found.component) == ("warning", "crash_loop_back_off", "database-app")
    assert found.message.startswith("2 pods failing: the container keeps crashing")
    assert found.since == AT - DAY


def test_nothing_ready_is_critical_and_causes_are_told_apart() -> None:
    found = of(crashing, unplaced, ready=0)
    assert {(one.severity, one.type) for one in found} == {
        ("critical", "crash_loop_back_off"), ("critical", "unschedulable"),
    }  # fmt: skip


def test_pods_that_cannot_be_made_and_late_rollouts() -> None:
    quota = ConditionRow("ReplicaFailure", "True", "FailedCreate", "exceeded quota", AT - 60)
    late = ConditionRow("Progressing", "False", "ProgressDeadlineExceeded")
    found = of(pod, ready=1, conditions=(quota, late))
    assert [(one.type, one.message, one.since) for one in found] == [
        ("replica_failure", "pods cannot be created: exceeded quota", AT - 60),
        ("rollout_overdue", "the rollout has passed its deadline", None),
    ]


def test_healthy_applications_have_no_issue() -> None:
    assert of(pod, pod, pod, ready=3) == []


@pytest.mark.parametrize(("percent", "basis", "types"), [
    (90.1, "limits", ["high_memory_usage"]), (90.0, "limits", []), (150.0, "requests", []),
])  # fmt: skip
def test_full_limits(percent: float, basis: str, types: list[str]) -> None:
    owner = workload("production", "web-app")
    application = application_of(owner, [pod(owner)], application_id="app-1", now=AT)
    share = Share(percent, basis, 1.0, AT)  # type: ignore[arg-type]
    found = issues_of([(application, {"cpu": unmeasured("none"), "memory": share})], [])
    assert [one.type for one in found] == types


def test_nodes_in_trouble() -> None:
    pressed = node("n1", conditions=(ConditionRow("Ready", "True"), ConditionRow("MemoryPressure", "True", since=AT)))
    found = issues_of([], [node("n2", ready=False), pressed, node("n3")])
    assert [(one.component, one.type, one.since) for one in found] == [
        ("n1", "memory_pressure", AT), ("n2", "node_not_ready", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("reason", "word"), [
    ("OOMKilled", "oom_killed"), ("CrashLoopBackOff", "crash_loop_back_off"), ("ErrImagePull", "err_image_pull"),
    ("Init:Error", "init_error"), ("9x", "reason_9x"), ("", "reason"), ("ReadinessProbe-2", "readiness_probe_2"),
])  # fmt: skip
def test_reasons_become_words(reason: str, word: str) -> None:
    assert issue_word(reason) == word


def test_a_finding_adds_the_cause_and_what_no_status_shows() -> None:
    owner = workload("production", "web", desired=2, ready=1)
    application = application_of(owner, [pod(owner, 0), crashing(owner, 1)], application_id="app-1", now=AT)
    crash = Finding("application-error", Ref("Deployment", "production", "web"), "crashes", "KeyError", Severity.HIGH)
    expired = Finding("certificate-expired", Ref("Ingress", "production", "shop"), "refused", "old", Severity.CRITICAL)
    minor = Finding("config-map-unused", Ref("ConfigMap", "production", "x"), "unused", "nobody", Severity.LOW)
    found = issues_of([(application, UNKNOWN)], [], causes_of([crash, expired, minor], [application]))
    assert [(one.severity, one.type, one.component) for one in found] == [
        ("critical", "certificate_expired", "shop"), ("warning", "crash_loop_back_off", "web"),
    ]  # fmt: skip
    assert found[0].message == "refused: old"
    assert found[1].message.endswith("; cause: KeyError")


async def test_the_overview_of_a_living_world_names_causes(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path) as world:
        path = f"/internal/v1/workspaces/{world.workspace_id}/overview"
        answer = await world.access.client.get(path, headers=world.access.administrator)
        issues = {one["component"]: one for one in answer.json()["data"]["health_metrics"]["issues"]}
        assert issues.keys() == {"database-app", "cache-service"}
        assert "cause: insufficient memory: it requests 12Gi" in issues["cache-service"]["message"]
