"""Generated clusters: as many pods as asked for, whole objects, nothing left for the control loops to change."""

from __future__ import annotations

import json
from collections import Counter

from simulator.store import Event
from simulator.world.objects import is_ready
from simulator.world.opening import open_world
from tests.simulator.world.stage import NOON, Stage, make_stage


def test_ten_thousand_pods() -> None:
    world = open_world("generated:10000", speed=0, now=NOON)
    pods = world.store.list("pods")
    assert len(pods) == 10_000
    assert all(is_ready(pod) for pod in pods)
    sizes = [len(json.dumps(pod, separators=(",", ":"))) for pod in pods[::500]]
    assert 6_000 < sum(sizes) / len(sizes) < 8_192
    assert len({pod["metadata"]["uid"] for pod in pods}) == 10_000
    assert world.store.compacted == world.store.resource_version


def test_is_settled_from_the_start() -> None:
    world = open_world("generated:500", speed=0, now=NOON)
    written: Counter[str] = Counter()

    def count(event: Event) -> None:
        written[f"{event.key.resource} {event.type}"] += 1

    world.store.subscribe(count)
    world.start()
    world.advance(30)
    unexpected = {name for name in written if name.startswith(("pods", "deployments", "replicasets"))}
    assert unexpected == set()
    assert written["endpointslices.discovery.k8s.io ADDED"] == 20


def test_same_seed_same_cluster() -> None:
    first = open_world("generated:100", speed=0, now=NOON, seed=3).store.list("pods")
    second = open_world("generated:100", speed=0, now=NOON, seed=3).store.list("pods")
    other = open_world("generated:100", speed=0, now=NOON, seed=4).store.list("pods")
    assert first == second
    assert first != other


def test_odd_numbers() -> None:
    for count in (1, 26, 499):
        stage: Stage = make_stage(f"generated:{count}")
        assert len(stage.store.list("pods")) == count


def test_lives_like_any_other() -> None:
    stage = make_stage("generated:50")
    deployment = stage.store.list("deployments.apps")[0]
    stage.store.update("deployments.apps", {**deployment, "spec": {**deployment["spec"], "replicas": 30}})
    stage.advance(15)
    key = (deployment["metadata"]["namespace"], deployment["metadata"]["name"])
    assert stage.store.get("deployments.apps", *key)["status"]["readyReplicas"] == 30
