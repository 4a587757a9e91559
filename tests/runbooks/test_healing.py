"""Which runbook heals: by the cause, never where a new pod meets the same, and never in a storm."""

from __future__ import annotations

import pytest

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.diagnosis.model import Action, Finding, Fix, Ref, Severity
from hexaops.runbooks.healing import most_touched, remedy_for, trips
from tests.analysis.applications.rows import pod, workload

TARGET = Ref("Deployment", "shop", "web")


def application(reason: str = "CrashLoopBackOff") -> Application:
    row = workload("shop", "web", desired=1, ready=0)
    failing = pod(row, ready=False, reason=reason)
    return application_of(row, [failing], application_id="app-1", now=2e9)


def finding(action: Action | None, severity: Severity = Severity.HIGH) -> Finding:
    fix = Fix(action, TARGET, "do this") if action else None
    return Finding("rule", TARGET, "it fails", "because", severity, fix=fix)


@pytest.mark.parametrize(
    ("fix", "asked", "action"),
    [
        (None, False, "restart_failing_pods"),
        (Action.ROLLBACK, False, "rollback_revision"),
        (Action.ROLLBACK, True, "restart_failing_pods"),
        (Action.PATCH, False, None),
        (Action.PATCH, True, "restart_failing_pods"),
    ],
)
def test_the_cause_decides_unless_a_restart_is_asked_for(fix: Action | None, asked: bool, action: str | None) -> None:
    found = remedy_for(application(), [finding(fix)], restart_asked=asked)
    assert found.action == action
    assert found.cause == "because"


def test_what_a_new_pod_meets_again_is_left_to_a_person() -> None:
    found = remedy_for(application("ImagePullBackOff"), [], restart_asked=True)
    assert (found.action, found.because) == (None, "needs a person: new pods would meet the same")


def test_hygiene_does_not_keep_a_restart_from_being_tried() -> None:
    found = remedy_for(application(), [finding(Action.PATCH, Severity.MEDIUM)], restart_asked=False)
    assert found.action == "restart_failing_pods"


@pytest.mark.parametrize(
    ("unhealthy", "every", "storm"), [(2, 4, False), (3, 12, True), (3, 15, False), (10, 20, True)]
)
def test_a_storm_is_three_or_more_and_more_than_a_fifth(unhealthy: int, every: int, storm: bool) -> None:
    assert trips(unhealthy, every) is storm


def test_a_tenth_is_touched_and_one_at_least() -> None:
    assert [most_touched(count) for count in (1, 12, 20, 500)] == [1, 1, 2, 50]
