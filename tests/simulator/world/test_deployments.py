"""Deployments and their ReplicaSets: coming up, rolling, scaling, getting stuck, going back."""

from __future__ import annotations

import pytest

from simulator.store import Object
from simulator.world.controllers.rollout import (
    Bounds,
    Count,
    Share,
    next_size_of_new,
    next_sizes_of_old,
    proportional_sizes,
)
from simulator.world.objects import annotations_of, is_ready, labels_of
from tests.simulator.world.stage import Stage, make_app

REVISION = "deployment.kubernetes.io/revision"


def sets(stage: Stage, *, living: bool = False) -> list[Object]:
    """The ReplicaSets in the team's namespace."""
    found = stage.store.list("replicasets.apps", "team")
    return [replica_set for replica_set in found if replica_set["spec"]["replicas"] or not living]


def test_comes_up_step_by_step(stage: Stage) -> None:
    app = make_app()
    stage.deploy(app)
    stage.advance(0.1)
    assert [pod["status"]["phase"] for pod in stage.pods(app)] == ["Pending"] * 3
    assert {stage.container(pod)["state"]["waiting"]["reason"] for pod in stage.pods(app)} == {"ContainerCreating"}
    assert stage.condition(app, "Available")["reason"] == "MinimumReplicasUnavailable"
    assert stage.condition(app, "Progressing")["reason"] == "ReplicaSetUpdated"
    stage.advance(2)
    assert stage.ready(app) == 0
    assert {pod["status"]["phase"] for pod in stage.pods(app)} == {"Running"}
    stage.advance(4)
    status = stage.status(app)
    assert (status["replicas"], status["readyReplicas"], status["availableReplicas"]) == (3, 3, 3)
    assert "unavailableReplicas" not in status
    assert stage.condition(app, "Available")["status"] == "True"
    assert stage.condition(app, "Progressing")["reason"] == "NewReplicaSetAvailable"
    assert annotations_of(stage.get(app))[REVISION] == "1"


def test_events_of_a_start(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app)
    stage.advance(10)
    assert stage.events("ScalingReplicaSet", app.name)[0]["message"].endswith("from 0 to 1")
    for reason in ("SuccessfulCreate", "Scheduled", "Pulled", "Created", "Started"):
        assert len(stage.events(reason, app.name)) == 1, reason
    scheduled = stage.events("Scheduled", app.name)[0]
    assert scheduled["involvedObject"]["uid"] == stage.pods(app)[0]["metadata"]["uid"]


def test_rolls_without_losing_a_pod(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.advance(10)
    before = set(stage.names(app))
    stage.set_image(app, "shop:2.0")
    least, most = 4, 4
    for _ in range(200):
        stage.advance(0.2)
        least = min(least, stage.ready(app))
        most = max(most, len(stage.pods(app)))
    assert least >= 3  # 25 % of 4 may be away
    assert most <= 5
    assert not before & set(stage.names(app))
    assert stage.ready(app) == 4
    assert annotations_of(stage.get(app))[REVISION] == "2"
    assert sorted(found["spec"]["replicas"] for found in sets(stage)) == [0, 4]
    assert stage.status(app)["observedGeneration"] == stage.get(app)["metadata"]["generation"]


def test_recreate_has_no_overlap(stage: Stage) -> None:
    app = make_app(replicas=2)
    stage.deploy(app, strategy={"type": "Recreate"})
    stage.advance(10)
    stage.set_image(app, "shop:2.0")
    seen = set()
    for _ in range(100):
        stage.advance(0.2)
        hashes = frozenset(labels_of(pod)["pod-template-hash"] for pod in stage.pods(app, leaving=True))
        seen.add(hashes)
        assert len(hashes) <= 1
    assert len(seen) == 2  # the old, then the new
    assert stage.ready(app) == 2


def test_scaling_keeps_the_condition_and_the_oldest(stage: Stage) -> None:
    app = make_app(replicas=2)
    stage.deploy(app)
    stage.advance(60)
    before = set(stage.names(app))
    stage.change(app, replicas=5)
    stage.advance(10)
    assert stage.ready(app) == 5
    assert stage.condition(app, "Progressing")["reason"] == "NewReplicaSetAvailable"
    stage.change(app, replicas=2)
    stage.advance(10)
    assert len(stage.pods(app, leaving=True)) == 2
    assert set(stage.names(app)) == before or len(set(stage.names(app)) & before) >= 1
    stage.change(app, replicas=0)
    stage.advance(10)
    assert stage.pods(app, leaving=True) == []
    assert "readyReplicas" not in stage.status(app)
    stage.change(app, replicas=2)
    stage.advance(10)
    assert stage.ready(app) == 2


def test_a_pod_that_is_not_ready_goes_first(stage: Stage) -> None:
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(30)
    victim = stage.pods(app)[1]
    stage.break_pod(victim, "never-ready")
    stage.advance(5)
    stage.change(app, replicas=2)
    stage.advance(10)
    assert victim["metadata"]["name"] not in stage.names(app)


def test_stuck_update_times_out_and_goes_back(stage: Stage) -> None:
    app = make_app(replicas=3)
    stage.deploy(app, progressDeadlineSeconds=60)
    stage.advance(20)
    good = stage.get(app)["spec"]["template"]
    old = set(stage.names(app))
    template = {**good, "metadata": {**good["metadata"], "annotations": {"hexaops.dev/fault": "image-pull"}}}
    stage.change(app, template=template)
    stage.advance(30)
    assert stage.ready(app) == 3
    assert stage.condition(app, "Progressing")["status"] == "True"
    stage.advance(60)
    progress = stage.condition(app, "Progressing")
    assert (progress["status"], progress["reason"]) == ("False", "ProgressDeadlineExceeded")
    assert stage.ready(app) == 3
    stage.change(app, template=good)
    stage.advance(15)
    assert stage.condition(app, "Progressing")["reason"] == "NewReplicaSetAvailable"
    assert set(stage.names(app)) == old
    assert annotations_of(stage.get(app))[REVISION] == "3"


def test_paused_does_not_roll_but_scales(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app)
    stage.advance(10)
    stage.change(app, paused=True)
    stage.set_image(app, "shop:2.0")
    stage.change(app, replicas=2)
    stage.advance(10)
    assert len(sets(stage)) == 1
    assert stage.ready(app) == 2
    assert stage.condition(app, "Progressing")["reason"] == "DeploymentPaused"
    stage.change(app, paused=False)
    stage.advance(20)
    assert len(sets(stage)) == 2
    assert {pod["spec"]["containers"][0]["image"] for pod in stage.pods(app)} == {"shop:2.0"}


def test_history_is_limited(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app, revisionHistoryLimit=2)
    for number in range(5):
        stage.set_image(app, f"shop:{number}")
        stage.advance(15)
    assert len(sets(stage)) == 3
    assert annotations_of(sets(stage, living=True)[0])[REVISION] == "5"


def test_minimum_ready_time_delays_availability(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app, minReadySeconds=20)
    stage.advance(10)
    assert stage.status(app)["readyReplicas"] == 1
    assert "availableReplicas" not in stage.status(app)
    stage.advance(20)
    assert stage.status(app)["availableReplicas"] == 1


def test_deleting_takes_everything_along(stage: Stage) -> None:
    app = make_app()
    stage.deploy(app)
    stage.advance(10)
    stage.store.delete("deployments.apps", "team", app.name)
    stage.advance(10)
    assert sets(stage) == []
    assert stage.pods(app, leaving=True) == []


def test_replaces_a_deleted_pod(stage: Stage) -> None:
    app = make_app(replicas=2)
    stage.deploy(app)
    stage.advance(10)
    gone = stage.names(app)[0]
    stage.store.delete("pods", "team", gone, grace_seconds=30)
    stage.advance(0.1)
    assert len(stage.pods(app)) == 2
    assert len(stage.pods(app, leaving=True)) == 3
    stage.advance(10)
    assert gone not in [pod["metadata"]["name"] for pod in stage.pods(app, leaving=True)]
    assert all(is_ready(pod) for pod in stage.pods(app))


def test_quota_refuses_pods_until_there_is_room(stage: Stage) -> None:
    quota = {"metadata": {"name": "limit", "namespace": "team"}, "spec": {"hard": {"pods": "2"}}}
    stage.store.create("resourcequotas", quota)
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(10)
    assert len(stage.pods(app)) == 2
    refused = stage.events("FailedCreate", app.name)[0]
    assert "exceeded quota: limit, requested: pods=1, used: pods=2, limited: pods=2" in refused["message"]
    assert sets(stage)[0]["status"]["conditions"][0]["type"] == "ReplicaFailure"
    failure = stage.condition(app, "ReplicaFailure")
    assert (failure["status"], failure["reason"]) == ("True", "FailedCreate")
    status = stage.store.get("resourcequotas", "team", "limit")["status"]
    assert status == {"hard": {"pods": "2"}, "used": {"pods": "2"}}


def test_quota_wants_to_be_told_what_it_limits(stage: Stage) -> None:
    hard = {"limits.cpu": "2", "requests.memory": "1Gi"}
    stage.store.create("resourcequotas", {"metadata": {"name": "q", "namespace": "team"}, "spec": {"hard": hard}})
    app = make_app(replicas=1)
    stage.deploy(app, replicas=0)
    template = stage.get(app)["spec"]["template"]
    container = {**template["spec"]["containers"][0], "resources": {"requests": {"cpu": "100m"}}}
    stage.change(app, template={**template, "spec": {**template["spec"], "containers": [container]}}, replicas=1)
    stage.advance(1)
    refused = stage.events("FailedCreate", app.name)[0]["message"]
    assert "failed quota: q: must specify limits.cpu for: shop; requests.memory for: shop" in refused


def test_counts_pods_on_their_way_out(stage: Stage) -> None:
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(10)
    stage.change(app, replicas=1)
    stage.advance(0.1)
    assert (stage.status(app)["replicas"], stage.status(app)["terminatingReplicas"]) == (1, 2)
    stage.advance(10)
    assert stage.status(app)["terminatingReplicas"] == 0


def test_arithmetic_of_a_step() -> None:
    bounds = Bounds(surge=1, unavailable=0)
    old = [Count("old", 3, 2)]
    assert next_size_of_new(3, Count("new", 0, 0), old, bounds) == 1
    assert next_sizes_of_old(3, Count("new", 1, 0), old, bounds) == {}
    assert next_sizes_of_old(3, Count("new", 1, 1), old, bounds) == {"old": 2}


@pytest.mark.parametrize(
    ("allowed", "old", "new", "expected"),
    [
        (7, Share("old", 3, 4), Share("new", 1, 4), (5, 2)),  # 3 replicas made 5
        (4, Share("old", 4, 7), Share("new", 3, 7), (2, 2)),  # and 3 again, when the rollout had gone on
        (8, Share("old", 3, 6), Share("new", 3, 6), (4, 4)),
        (7, Share("old", 3, 6), Share("new", 3, 6), (3, 4)),  # what is left over goes to the newest
        (5, Share("old", 3, 6), Share("new", 3, 6), (2, 3)),  # and is taken from the oldest
        (6, Share("old", 3, 6), Share("new", 3, 6), (3, 3)),
        (0, Share("old", 4, 7), Share("new", 3, 7), (0, 0)),
    ],
)
def test_a_new_number_is_shared_out_in_proportion(
    allowed: int, old: Share, new: Share, expected: tuple[int, int]
) -> None:
    sizes = proportional_sizes(allowed, [old, new])
    assert (sizes["old"], sizes["new"]) == expected


def test_scaled_amid_a_stuck_update_and_back_loses_a_ready_pod(stage: Stage) -> None:
    """3 ready and 1 stuck, made 5 and 3 again: 2 and 2, for the real controller shares in proportion."""
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(20)
    good = stage.get(app)["spec"]["template"]
    template = {**good, "metadata": {**good["metadata"], "annotations": {"hexaops.dev/fault": "image-pull"}}}
    stage.change(app, template=template)
    stage.advance(30)
    assert [found["spec"]["replicas"] for found in sets(stage, living=True)] in ([3, 1], [1, 3])
    stage.change(app, replicas=5)
    stage.advance(30)
    assert (stage.ready(app), len(stage.pods(app))) == (4, 7)
    stage.change(app, replicas=3)
    stage.advance(30)
    assert (stage.ready(app), len(stage.pods(app))) == (2, 4)
