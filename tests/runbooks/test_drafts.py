"""What each runbook makes of an object: the exact call, its undoing, and when it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.errors import HexaopsError, ValidationFailedError
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Draft, Replicas
from hexaops.runbooks.runbook import NotApplicableError
from tests.runbooks.workloads import drafted, workload

MARK = "kubectl.kubernetes.io/restartedAt"


def mark_of(body: dict[str, Any]) -> Any:
    return body["spec"]["template"]["metadata"]["annotations"][MARK]


def bodies(made: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the only write sends, and what puts it back."""
    (write,) = made.writes
    assert write.undo is not None
    return write.call.body, write.undo.body


async def test_restart_marks_the_template_with_the_plans_own_time() -> None:
    made = await drafted("restart_application", workload(restarted_at="2025-01-01T00:00:00Z"))
    applied, undone = bodies(made)
    assert mark_of(applied) == "2026-01-02T03:04:05Z"
    assert mark_of(undone) == "2025-01-01T00:00:00Z"
    assert (made.risk, made.pods_touched, made.replicas) == ("low", 3, None)


async def test_a_restart_in_the_second_of_the_last_one_has_another_mark() -> None:
    made = await drafted("restart_application", workload(restarted_at="2026-01-02T03:04:05Z"))
    assert [mark_of(body) for body in bodies(made)] == ["2026-01-02T03:04:06Z", "2026-01-02T03:04:05Z"]


async def test_undoing_a_first_restart_removes_the_mark() -> None:
    assert mark_of(bodies(await drafted("restart_application", workload()))[1]) is None


@pytest.mark.parametrize(("wanted", "risk", "down"), [(5, "low", 0), (2, "medium", 1), (1, "medium", 2)])
async def test_scaling_up_is_low_risk_and_down_takes_its_difference(wanted: int, risk: str, down: int) -> None:
    made = await drafted("scale_application", workload(replicas=3), replicas=wanted)
    assert (made.risk, made.ready_pods_down) == (risk, down)
    assert bodies(made) == ({"spec": {"replicas": wanted}}, {"spec": {"replicas": 3}})


async def test_scaling_down_removes_pods_that_are_not_ready_first() -> None:
    assert (await drafted("scale_application", workload(replicas=3, ready=2), replicas=2)).ready_pods_down == 0


async def test_a_statefulset_loses_its_highest_ordinals_ready_or_not() -> None:
    live = workload(kind="StatefulSet", replicas=3, ready=2)
    assert (await drafted("scale_application", live, replicas=2)).ready_pods_down == 1


async def test_scaling_amid_a_rollout_says_what_putting_it_back_may_cost() -> None:
    live = workload(replicas=3, ready=3, pods=4, outdated=3)
    (warning,) = (await drafted("scale_application", live, replicas=5)).warnings
    assert "(3 of 4 pods are of an older revision)" in warning
    assert "putting 3 back may leave fewer ready pods" in warning
    assert not (await drafted("scale_application", workload(replicas=3), replicas=5)).warnings
    assert (await drafted("scale_application", live, replicas=5)).pods_touched == 2
    assert not (await drafted("stop_application", live)).warnings, "whatever their revision, all go"


async def test_pods_that_may_go_are_among_those_that_a_scaling_touches() -> None:
    made = await drafted("scale_application", workload(replicas=5, ready=4, pods=7, outdated=4), replicas=3)
    assert (made.ready_pods_down, made.pods_touched) == (3, 3)


@pytest.mark.parametrize("replicas", [0, -1, 10_001, True, "5", 2.5, None])
async def test_a_wrong_number_of_replicas_names_its_field(replicas: Any) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        await drafted("scale_application", workload(), replicas=replicas)
    assert "parameters.replicas" in refused.value.details


async def test_stop_is_high_risk_and_start_restores_what_it_recorded() -> None:
    assert (await drafted("stop_application", workload())).risk == "high"
    assert (await drafted("start_application", workload(replicas=0), recorded=4)).replicas == Replicas(0, 4)


async def test_start_without_a_recorded_stop_says_so() -> None:
    made = await drafted("start_application", workload(replicas=0))
    assert made.replicas == Replicas(0, 1)
    assert "No earlier stop is recorded" in made.warnings[0]


@pytest.mark.parametrize(
    ("action", "live"),
    [
        ("restart_application", workload(replicas=0)),
        ("restart_application", workload(kind="StatefulSet", strategy={"type": "OnDelete"})),
        ("restart_application", workload(spec={"paused": True})),
        ("stop_application", workload(replicas=0)),
        ("start_application", workload(replicas=2)),
        ("stop_application", workload(kind="DaemonSet")),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_reason(action: str, live: LiveWorkload) -> None:
    with pytest.raises(NotApplicableError) as refused:
        await drafted(action, live)
    assert refused.value.details["reason"]


async def test_scaling_to_what_it_has_is_refused() -> None:
    with pytest.raises(HexaopsError, match="already has 3 replicas") as refused:
        await drafted("scale_application", workload(replicas=3), replicas=3)
    assert refused.value.details["already_so"] is True
