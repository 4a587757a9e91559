"""What each runbook makes of an object: the exact call, its undoing, and when it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hexaops.errors import HexaopsError, ValidationFailedError
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import Draft, LiveWorkload
from hexaops.runbooks.runbook import DraftContext, NotApplicableError
from tests.runbooks.workloads import workload

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MARK = "kubectl.kubernetes.io/restartedAt"


def draft(action: str, live: LiveWorkload, recorded: int | None = None, **parameters: Any) -> Draft:
    return RUNBOOKS[action].draft(live, parameters, DraftContext(NOW, recorded))


def mark_of(body: dict[str, Any]) -> Any:
    return body["spec"]["template"]["metadata"]["annotations"][MARK]


def test_restart_marks_the_template_with_the_plans_own_time() -> None:
    made = draft("restart_application", workload(restarted_at="2025-01-01T00:00:00Z"))
    assert mark_of(made.call.body) == "2026-01-02T03:04:05Z"
    assert mark_of(made.undo.body) == "2025-01-01T00:00:00Z"
    assert (made.risk, made.pods_touched, made.replicas_after) == ("low", 3, 3)


def test_undoing_a_first_restart_removes_the_mark() -> None:
    assert mark_of(draft("restart_application", workload()).undo.body) is None


@pytest.mark.parametrize(("wanted", "risk", "down"), [(5, "low", 0), (2, "medium", 1), (1, "medium", 2)])
def test_scaling_up_is_low_risk_and_down_takes_its_difference(wanted: int, risk: str, down: int) -> None:
    made = draft("scale_application", workload(replicas=3), replicas=wanted)
    assert (made.risk, made.ready_pods_down) == (risk, down)
    assert made.call.body == {"spec": {"replicas": wanted}}
    assert made.undo.body == {"spec": {"replicas": 3}}


def test_scaling_down_removes_pods_that_are_not_ready_first() -> None:
    assert draft("scale_application", workload(replicas=3, ready=2), replicas=2).ready_pods_down == 0


def test_a_statefulset_loses_its_highest_ordinals_ready_or_not() -> None:
    live = workload(kind="StatefulSet", replicas=3, ready=2)
    assert draft("scale_application", live, replicas=2).ready_pods_down == 1


def test_scaling_amid_a_rollout_says_what_putting_it_back_may_cost() -> None:
    live = workload(replicas=3, ready=3, pods=4, outdated=3)
    (warning,) = draft("scale_application", live, replicas=5).warnings
    assert "(3 of 4 pods are of an older revision)" in warning
    assert "putting 3 back may leave fewer ready pods" in warning
    assert not draft("scale_application", workload(replicas=3), replicas=5).warnings
    assert draft("scale_application", live, replicas=5).pods_touched == 2
    assert not draft("stop_application", live).warnings, "whatever their revision, all go"


def test_pods_that_may_go_are_among_those_that_a_scaling_touches() -> None:
    made = draft("scale_application", workload(replicas=5, ready=4, pods=7, outdated=4), replicas=3)
    assert (made.ready_pods_down, made.pods_touched) == (3, 3)


@pytest.mark.parametrize("replicas", [0, -1, 10_001, True, "5", 2.5, None])
def test_a_wrong_number_of_replicas_names_its_field(replicas: Any) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        draft("scale_application", workload(), replicas=replicas)
    assert "parameters.replicas" in refused.value.details


def test_stop_is_high_risk_and_start_restores_what_it_recorded() -> None:
    assert draft("stop_application", workload()).risk == "high"
    assert draft("start_application", workload(replicas=0), recorded=4).replicas_after == 4


def test_start_without_a_recorded_stop_says_so() -> None:
    made = draft("start_application", workload(replicas=0))
    assert made.replicas_after == 1
    assert "No stop of it is recorded" in made.warnings[0]


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
def test_what_makes_no_sense_is_refused_with_its_reason(action: str, live: LiveWorkload) -> None:
    with pytest.raises(NotApplicableError) as refused:
        draft(action, live)
    assert refused.value.details["reason"]


def test_scaling_to_what_it_has_is_refused() -> None:
    with pytest.raises(HexaopsError, match="3 replicas already"):
        draft("scale_application", workload(replicas=3), replicas=3)
