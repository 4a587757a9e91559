"""StatefulSets, DaemonSets, Jobs and CronJobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.store import Object
from simulator.world.controllers.schedule import parse_schedule
from simulator.world.objects import find_condition, is_ready, labels_of
from simulator.world.scenarios.manifests import claim_template
from tests.simulator.world.stage import Stage, make_app

SETS, DAEMONS, JOBS, CRONS = "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch"


def test_stateful_pods_come_in_order_with_their_claims(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet")
    stage.deploy(app, volumeClaimTemplates=[claim_template("data", "1Gi")])
    order: list[str] = []
    for _ in range(60):
        stage.advance(0.5)
        if len(stage.names(app)) > len(order):
            order = stage.names(app)
            assert all(is_ready(pod) for pod in stage.pods(app)[:-1])
    assert order == ["store-0", "store-1", "store-2"]
    claims = stage.store.list("persistentvolumeclaims", "team")
    assert [claim["metadata"]["name"] for claim in claims] == ["data-store-0", "data-store-1", "data-store-2"]
    assert {claim["status"]["phase"] for claim in claims} == {"Bound"}
    status = stage.status(app, SETS)
    assert status["currentRevision"] == status["updateRevision"]
    assert status["readyReplicas"] == status["currentReplicas"] == status["updatedReplicas"] == 3


def test_stateful_update_goes_from_the_last_to_the_first(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet")
    stage.deploy(app)
    stage.advance(30)
    old = stage.status(app, SETS)["currentRevision"]
    stage.set_image(app, "store:2.0", SETS)
    order = []
    for _ in range(100):
        stage.advance(0.5)
        new = [pod["metadata"]["name"] for pod in stage.pods(app) if _image(pod) == "store:2.0"]
        order += [name for name in new if name not in order]
        assert stage.ready(app) >= 2
    assert order == ["store-2", "store-1", "store-0"]
    status = stage.status(app, SETS)
    assert status["currentRevision"] == status["updateRevision"] != old
    revisions = stage.store.list("controllerrevisions.apps", "team")
    assert sorted(found["revision"] for found in revisions) == [1, 2]


def test_stateful_scale_down_takes_the_last(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet")
    stage.deploy(app)
    stage.advance(30)
    stage.change(app, SETS, replicas=1)
    stage.advance(30)
    assert stage.names(app) == ["store-0"]


def test_stateful_pod_keeps_its_name(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet", replicas=1)
    stage.deploy(app)
    stage.advance(10)
    uid = stage.pods(app)[0]["metadata"]["uid"]
    stage.store.delete("pods", "team", "store-0", grace_seconds=30)
    stage.advance(15)
    assert stage.names(app) == ["store-0"]
    assert stage.pods(app)[0]["metadata"]["uid"] != uid


def test_parallel_does_not_wait(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet")
    stage.deploy(app, podManagementPolicy="Parallel")
    stage.advance(0.1)
    assert len(stage.pods(app)) == 3


def test_partition_keeps_the_first_back(stage: Stage) -> None:
    app = make_app("store", kind="StatefulSet")
    stage.deploy(app, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})
    stage.advance(30)
    stage.set_image(app, "store:2.0", SETS)
    stage.advance(60)
    assert [_image(pod) for pod in stage.pods(app)] == ["store:1.0", "store:1.0", "store:2.0"]
    stage.store.delete("pods", "team", "store-0")
    stage.advance(10)
    assert _image(stage.pods(app)[0]) == "store:1.0"


def test_daemons_run_on_every_node_and_follow_new_ones(stage: Stage) -> None:
    app = make_app("agent", kind="DaemonSet")
    stage.deploy(app)
    stage.advance(10)
    assert len({pod["spec"]["nodeName"] for pod in stage.pods(app)}) == 4
    status = stage.status(app, DAEMONS)
    assert status["numberReady"] == status["desiredNumberScheduled"] == 4
    node = stage.store.get("nodes", "", "worker-node-4")
    metadata = {"name": "worker-node-5", "labels": labels_of(node)}
    stage.store.create("nodes", {"metadata": metadata, "spec": {}, "status": node["status"]})
    stage.advance(10)
    assert len(stage.pods(app)) == 5


def test_daemons_update_one_at_a_time(stage: Stage) -> None:
    app = make_app("agent", kind="DaemonSet")
    stage.deploy(app)
    stage.advance(10)
    stage.set_image(app, "agent:2.0", DAEMONS)
    for _ in range(80):
        stage.advance(0.5)
        assert stage.ready(app) >= 3
    assert {_image(pod) for pod in stage.pods(app)} == {"agent:2.0"}
    assert stage.status(app, DAEMONS)["updatedNumberScheduled"] == 4


def _job(**spec: Any) -> Object:
    container = {"name": "main", "image": "job:1"}
    metadata = {"annotations": {"hexaops.dev/run-for": "20s"}}
    template = {"metadata": metadata, "spec": {"containers": [container], "restartPolicy": "Never"}}
    return {"metadata": {"name": "once", "namespace": "team"}, "spec": {"template": template, **spec}}


def test_job_runs_to_its_end(stage: Stage) -> None:
    stage.store.create(JOBS, _job(completions=3, parallelism=2))
    stage.advance(15)
    assert stage.store.get(JOBS, "team", "once")["status"]["active"] == 2
    stage.advance(60)
    job = stage.store.get(JOBS, "team", "once")
    assert job["status"]["succeeded"] == 3
    assert (find_condition(job, "Complete") or {})["status"] == "True"
    assert {pod["status"]["phase"] for pod in stage.store.list("pods", "team")} == {"Succeeded"}


def test_failing_job_gives_up(stage: Stage) -> None:
    job = _job(backoffLimit=1)
    job["spec"]["template"]["metadata"]["annotations"] = {"hexaops.dev/fault": "crash-loop"}
    stage.store.create(JOBS, job)
    stage.advance(60)
    failed = stage.store.get(JOBS, "team", "once")
    assert failed["status"]["failed"] == 2
    assert (find_condition(failed, "Failed") or {})["reason"] == "BackoffLimitExceeded"


def test_finished_job_expires(stage: Stage) -> None:
    stage.store.create(JOBS, _job(ttlSecondsAfterFinished=30))
    stage.advance(120)
    assert stage.store.find(JOBS, "team", "once") is None
    assert stage.store.list("pods", "team") == []


def test_cron_starts_jobs_and_clears_old_ones(stage: Stage) -> None:
    spec = {
        "schedule": "*/10 * * * *",
        "successfulJobsHistoryLimit": 2,
        "jobTemplate": {"spec": {"template": _job()["spec"]["template"]}},
    }
    stage.store.create(CRONS, {"metadata": {"name": "often", "namespace": "team"}, "spec": spec})
    stage.advance(3601)
    jobs = stage.store.list(JOBS, "team")
    assert len([job for job in jobs if find_condition(job, "Complete")]) == 2
    status = stage.store.get(CRONS, "team", "often")["status"]
    assert status["lastScheduleTime"] == "2026-03-01T13:00:00Z"
    created = [event["message"] for event in stage.events("SuccessfulCreate", "often")]
    assert len([message for message in created if message.startswith("Created job often-")]) == 6


def test_suspended_cron_does_nothing(stage: Stage) -> None:
    template = _job()["spec"]["template"]
    spec = {"schedule": "* * * * *", "suspend": True, "jobTemplate": {"spec": {"template": template}}}
    stage.store.create(CRONS, {"metadata": {"name": "often", "namespace": "team"}, "spec": spec})
    stage.advance(300)
    assert stage.store.list(JOBS, "team") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 2 * * *", "2026-03-02T02:30"),
        ("*/15 * * * *", "2026-03-01T12:15"),
        ("0 9-17/4 * * 1-5", "2026-03-02T09:00"),
        ("0 0 1 * *", "2026-04-01T00:00"),
        ("0 0 13 * 5", "2026-03-06T00:00"),
        ("@hourly", "2026-03-01T13:00"),
    ],
)
def test_next_time_of_a_schedule(text: str, expected: str) -> None:
    found = parse_schedule(text).next_after(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize("text", ["", "* * * *", "61 * * * *", "5-1 * * * *", "0 24 * * *"])
def test_wrong_schedules_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="field"):
        parse_schedule(text)


def _image(pod: Object) -> str:
    return str(pod["spec"]["containers"][0]["image"])
