"""Recent activity: releases, scalings told from rollouts, warnings once each, our own operations."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.backends.kubernetes.rows import EventRow, WorkloadRow
from hexaops.features.overview.activity import Activity, latest_release, recent_activity
from hexaops.features.runs.queries import OperationSummary
from tests.analysis.applications.rows import AT, DAY, NOW, event, pod, workload

WEB = workload("production", "web-app", desired=5)
HOUR = 3600.0


def application() -> Application:
    """web-app."""
    return application_of(WEB, [pod(WEB, 0)], application_id="app-web", now=AT)


def replica_set(name: str, *, revision: int, ago: float) -> WorkloadRow:
    """A ReplicaSet of web-app."""
    return workload(
        "production", name, kind="ReplicaSet", owner_uid=WEB.uid, created_at=AT - ago,
        annotations={"deployment.kubernetes.io/revision": str(revision)}, images=(f"shop/web:{revision}",),
    )  # fmt: skip


def scaled(text: str, *, ago: float) -> EventRow:
    """An event of the Deployment's controller."""
    made = event(WEB, "ScalingReplicaSet", f"Scaled {text}", ago_seconds=ago)
    return msgspec.structs.replace(made, type="Normal", name=text)


def activity(*, sets: list[WorkloadRow], events: list[EventRow], operations: list[OperationSummary]) -> list[Activity]:
    """Of web-app, now."""
    return recent_activity([application()], replica_sets=sets, events=events, operations=operations, now=AT)


def test_a_scaling_is_told_from_a_rollout() -> None:
    old, new = replica_set("web-1", revision=1, ago=5 * HOUR), replica_set("web-2", revision=2, ago=2 * HOUR)
    rollout = [
        scaled("up replica set web-2 from 0 to 1", ago=2 * HOUR),
        scaled("down replica set web-1 from 3 to 0", ago=2 * HOUR - 30),
    ]
    found = activity(
        sets=[old, new], events=[*rollout, scaled("up replica set web-2 from 3 to 5", ago=HOUR)], operations=[]
    )
    assert [(one.action, one.details) for one in found] == [
        ("scaled", "Scaled from 3 to 5 replicas"),
        ("rolled_out", "Revision 2 with image shop/web:2"),
        ("created", "Revision 1 with image shop/web:1"),
    ]
    assert {one.resource for one in found} == {"web-app"}
    assert found[0].at == AT - HOUR


def test_going_back_to_an_earlier_revision_is_no_scaling() -> None:
    sets = [replica_set("web-1", revision=3, ago=9 * HOUR), replica_set("web-2", revision=2, ago=8 * HOUR)]
    events = [
        scaled("up replica set web-1 from 0 to 3", ago=HOUR),
        scaled("down replica set web-2 to 0 from 3", ago=HOUR - 20),
    ]
    assert "scaled" not in {one.action for one in activity(sets=sets, events=events, operations=[])}


def test_the_older_wording_of_a_scaling_is_read() -> None:
    sets = [replica_set("web-1", revision=1, ago=9 * HOUR)]
    found = activity(sets=sets, events=[scaled("down replica set web-1 to 2 from 4", ago=60)], operations=[])
    assert found[0].details == "Scaled from 4 to 2 replicas"


def test_warnings_of_one_reason_are_shown_once_under_the_applications_name() -> None:
    about = pod(WEB, 0)
    late, early = event(about, "BackOff", "back-off", ago_seconds=60), event(WEB, "BackOff", "older", ago_seconds=900)
    found = activity(sets=[], events=[early, late], operations=[])
    assert [(one.type, one.action, one.resource, one.details) for one in found] == [
        ("warning", "back_off", "web-app", "back-off")
    ]


def test_operations_and_the_window() -> None:
    done = OperationSummary(
        id="action_1", kind="restart_application", description="Restarting 'web-app'", status="completed",
        requested_by="local:olivia", resource_id="app-web", started_at=NOW - timedelta(hours=1), completed_at=None,
        error=None,
    )  # fmt: skip
    old = replace(done, id="action_0", started_at=NOW - timedelta(seconds=DAY + 1))
    found = activity(sets=[], events=[], operations=[done, old])
    assert [(one.type, one.resource, one.action) for one in found] == [("operation", "web-app", "restart_application")]
    assert found[0].details == "Restarting 'web-app' (completed), asked for by local:olivia"


def test_only_the_latest_are_shown() -> None:
    events = [event(pod(WEB, n, name=f"other-{n}", uid=f"u{n}"), "Failed", "x", ago_seconds=n) for n in range(30)]
    found = activity(sets=[], events=events, operations=[])
    assert len(found) == 20
    assert found[0].at == AT


def test_the_latest_release_is_when_the_current_revision_became_current() -> None:
    old, new = replica_set("web-1", revision=1, ago=5 * HOUR), replica_set("web-2", revision=2, ago=2 * HOUR)
    found = latest_release([application()], [old, new])
    assert found is not None
    assert (found.resource, found.at) == ("web-app", AT - 2 * HOUR)


def test_a_rollback_is_a_release_at_the_time_of_its_rollout() -> None:
    old, new = replica_set("web-1", revision=3, ago=5 * HOUR), replica_set("web-2", revision=2, ago=2 * HOUR)
    rollback = [
        scaled("up replica set web-1 from 0 to 1", ago=HOUR),
        scaled("down replica set web-2 from 3 to 0", ago=HOUR - 30),
        scaled("up replica set web-1 from 0 to 3", ago=HOUR / 2),  # stopped and started since
    ]
    found = latest_release([application()], [old, new], rollback)
    assert found is not None
    assert found.at == AT - HOUR
    assert latest_release([application()], [old, new]) is None
