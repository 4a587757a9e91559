"""Each fault: what it looks like, and how it heals. The words are those of testenv/stages.yaml."""

from __future__ import annotations

import pytest

from simulator.store import Object
from simulator.world.faults import POD_FAULTS, Faults
from simulator.world.index import Workload
from simulator.world.objects import find_condition, is_ready
from tests.simulator.world.stage import Stage, make_app


def started(stage: Stage, replicas: int = 3) -> Object:
    """One pod of a running application."""
    app = make_app(replicas=replicas)
    stage.deploy(app)
    stage.advance(20)
    assert stage.ready(app) == replicas
    return stage.pods(app)[0]


def test_crash_loop_backs_off_longer_each_time(stage: Stage) -> None:
    pod, app = started(stage), make_app()
    stage.break_pod(pod, "crash-loop")
    stage.advance(2)
    assert stage.ready(app) == 2
    stage.advance(8)
    container = stage.container(pod)
    assert container["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert container["state"]["waiting"]["message"].startswith("back-off 10s restarting failed container=shop pod=")
    assert container["lastState"]["terminated"]["exitCode"] == 1
    assert container["lastState"]["terminated"]["reason"] == "Error"
    counts = [container["restartCount"]]
    for _ in range(3):
        stage.advance(300)
        counts.append(stage.container(pod)["restartCount"])
    assert counts[0] == 1
    assert counts[1] - counts[0] > counts[3] - counts[2]
    assert counts[3] - counts[2] <= 1
    backoff = stage.events("BackOff", pod["metadata"]["name"])
    assert len(backoff) == 1
    assert backoff[0]["count"] >= 6
    assert backoff[0]["type"] == "Warning"
    assert stage.condition(app, "Available")["reason"] == "MinimumReplicasUnavailable"


def test_out_of_memory_is_killed(stage: Stage) -> None:
    pod = started(stage)
    stage.break_pod(pod, "out-of-memory")
    stage.advance(10)
    ended = stage.container(pod)["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    while "running" not in stage.container(pod)["state"]:
        stage.advance(0.5)
    used = stage.world.usage.pod(stage.store.get("pods", "team", pod["metadata"]["name"]))
    assert used is not None
    assert used[1] > 0.98 * 128 * 2**20


@pytest.mark.parametrize("kind", ["crash-loop", "out-of-memory", "never-ready"])
def test_heals_when_the_annotation_goes(stage: Stage, kind: str) -> None:
    pod, app = started(stage), make_app()
    stage.break_pod(pod, kind)
    stage.advance(200)
    assert stage.ready(app) == 2
    stage.break_pod(pod, None)
    stage.advance(10)
    assert stage.ready(app) == 3
    assert pod["metadata"]["name"] in stage.names(app)


def test_never_ready_runs_and_fails_its_probe(stage: Stage) -> None:
    pod = started(stage)
    stage.break_pod(pod, "never-ready")
    stage.advance(60)
    found = stage.store.get("pods", "team", pod["metadata"]["name"])
    assert found["status"]["phase"] == "Running"
    assert not is_ready(found)
    assert "running" in stage.container(pod)["state"]
    assert (find_condition(found, "Ready") or {})["reason"] == "ContainersNotReady"
    unhealthy = stage.events("Unhealthy", pod["metadata"]["name"])[0]
    assert unhealthy["count"] >= 4
    assert "Readiness probe failed: HTTP probe failed with statuscode: 503" in unhealthy["message"]


def test_missing_image_waits(stage: Stage) -> None:
    app = make_app(replicas=1)
    template_fault = {"hexaops.dev/fault": "image-pull"}
    stage.deploy(app, replicas=0)
    template = stage.get(app)["spec"]["template"]
    metadata = {**template["metadata"], "annotations": template_fault}
    stage.change(app, template={**template, "metadata": metadata}, replicas=1)
    stage.advance(1.5)
    pod = stage.pods(app)[0]
    assert stage.container(pod)["state"]["waiting"]["reason"] == "ErrImagePull"
    stage.advance(5)
    assert stage.container(pod)["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert stage.pods(app)[0]["status"]["phase"] == "Pending"
    assert 'Failed to pull image "shop:1.0"' in stage.events("Failed", pod["metadata"]["name"])[0]["message"]
    stage.break_pod(pod, None)
    stage.advance(10)
    assert stage.ready(app) == 1


def test_hidden_fault_of_a_pod_goes_with_it(stage: Stage) -> None:
    pod, app = started(stage), make_app()
    stage.world.faults.break_pod(pod["metadata"]["uid"], "crash-loop")
    stage.advance(10)
    assert stage.ready(app) == 2
    assert "annotations" not in stage.store.get("pods", "team", pod["metadata"]["name"])["metadata"]
    stage.store.delete("pods", "team", pod["metadata"]["name"], grace_seconds=30)
    stage.advance(15)
    assert stage.ready(app) == 3


def test_hidden_fault_of_a_workload_stays(stage: Stage) -> None:
    pod, app = started(stage), make_app()
    workload = Workload("Deployment", "team", app.name)
    stage.world.faults.break_workload(workload, "never-ready")
    stage.advance(10)
    assert stage.ready(app) == 0
    stage.store.delete("pods", "team", pod["metadata"]["name"], grace_seconds=30)
    stage.advance(20)
    assert stage.ready(app) == 0
    stage.world.faults.heal_workload(workload)
    stage.advance(10)
    assert stage.ready(app) == 3


def test_pending_by_requests(stage: Stage) -> None:
    app = make_app(replicas=2, memory="12Gi")
    stage.deploy(app, replicas=5)
    stage.advance(20)
    assert stage.ready(app) == 4
    pending = next(pod for pod in stage.pods(app) if not is_ready(pod))
    condition = find_condition(pending, "PodScheduled") or {}
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    assert condition["message"].startswith("0/4 nodes are available: 4 Insufficient memory. no new claims")
    assert condition["message"].endswith("4 No preemption victims found for incoming pod.")
    assert stage.events("FailedScheduling", pending["metadata"]["name"])[0]["type"] == "Warning"
    stage.change(app, replicas=4)
    stage.advance(5)
    assert len(stage.pods(app)) == 4
    assert stage.ready(app) == 4


def test_waiting_pod_gets_the_room_that_becomes_free(stage: Stage) -> None:
    big, other = make_app("big", replicas=4, memory="12Gi"), make_app("other", replicas=1, memory="12Gi")
    stage.deploy(big)
    stage.advance(10)
    stage.deploy(other)
    stage.advance(10)
    assert stage.ready(other) == 0
    stage.change(big, replicas=3)
    stage.advance(15)
    assert stage.ready(other) == 1


def test_ready_after_and_stop_after(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app, replicas=0)
    template = stage.get(app)["spec"]["template"]
    annotations = {"hexaops.dev/ready-after": "30s", "hexaops.dev/stop-after": "12s"}
    stage.change(app, template={**template, "metadata": {**template["metadata"], "annotations": annotations}})
    stage.change(app, replicas=1)
    stage.advance(28)
    assert stage.ready(app) == 0
    stage.advance(4)
    assert stage.ready(app) == 1
    stage.change(app, replicas=0)
    stage.advance(10)
    assert len(stage.pods(app, leaving=True)) == 1
    stage.advance(4)
    assert stage.pods(app, leaving=True) == []


def test_unknown_faults_are_refused() -> None:
    with pytest.raises(ValueError, match="known: crash-loop"):
        Faults().break_pod("uid", "sulking")


def test_the_registry_can_be_saved() -> None:
    faults = Faults()
    for kind in POD_FAULTS:
        faults.break_pod(f"uid-{kind}", kind, story="why")
    faults.break_workload(Workload("Deployment", "team", "app"), "never-ready")
    faults.break_node("node")
    copy = Faults()
    copy.restore(faults.export())
    assert copy.export() == faults.export()


def node(stage: Stage, name: str) -> Object:
    """A node as it is now."""
    return stage.store.get("nodes", "", name)


def test_node_goes_down_and_its_pods_move(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.advance(20)
    victim = stage.pods(app)[0]["spec"]["nodeName"]
    stage.annotate("nodes", node(stage, victim), **{"hexaops.dev/fault": "not-ready"})
    stage.advance(1)
    ready = find_condition(node(stage, victim), "Ready") or {}
    assert (ready["status"], ready["reason"]) == ("False", "KubeletNotReady")
    taints = {(taint["key"], taint["effect"]) for taint in node(stage, victim)["spec"]["taints"]}
    key = "node.kubernetes.io/not-ready"
    assert taints == {(key, "NoSchedule"), (key, "NoExecute")}
    assert stage.ready(app) == 3
    assert stage.events("NodeNotReady", victim)
    stage.advance(290)
    assert victim in {pod["spec"]["nodeName"] for pod in stage.pods(app)}
    stage.advance(30)
    assert stage.ready(app) == 4
    assert victim not in {pod["spec"]["nodeName"] for pod in stage.pods(app)}


def test_node_comes_back(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.advance(20)
    names, victim = stage.names(app), stage.pods(app)[0]["spec"]["nodeName"]
    stage.world.faults.break_node(victim)
    stage.advance(60)
    assert stage.ready(app) == 3
    stage.world.faults.heal_node(victim)
    stage.advance(15)
    assert stage.ready(app) == 4
    assert stage.names(app) == names
    assert "taints" not in node(stage, victim)["spec"]
    assert stage.events("NodeReady", victim)


def test_node_whose_annotation_is_removed_comes_back_with_its_pods(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.advance(20)
    names, victim = stage.names(app), stage.pods(app)[0]["spec"]["nodeName"]
    stage.annotate("nodes", node(stage, victim), **{"hexaops.dev/fault": "not-ready"})
    stage.advance(60)
    assert stage.ready(app) == 3
    stage.annotate("nodes", node(stage, victim), **{"hexaops.dev/fault": None})
    stage.advance(15)
    assert stage.ready(app) == 4
    assert stage.names(app) == names


def test_deleted_node_loses_its_pods(stage: Stage) -> None:
    app = make_app(replicas=4)
    stage.deploy(app)
    stage.advance(20)
    victim = stage.pods(app)[0]["spec"]["nodeName"]
    stage.store.delete("nodes", "", victim)
    stage.advance(15)
    assert stage.ready(app) == 4
    assert victim not in {pod["spec"]["nodeName"] for pod in stage.pods(app)}
    assert stage.world.store.find("leases.coordination.k8s.io", "kube-node-lease", victim) is None


def test_cordoned_node_gets_nothing_new(stage: Stage) -> None:
    for name in ("worker-node-1", "worker-node-2", "worker-node-3"):
        found = node(stage, name)
        stage.store.update("nodes", {**found, "spec": {**found["spec"], "unschedulable": True}})
    app = make_app(replicas=3)
    stage.deploy(app)
    stage.advance(10)
    assert {pod["spec"]["nodeName"] for pod in stage.pods(app)} == {"worker-node-4"}
    taint = node(stage, "worker-node-1")["spec"]["taints"][0]
    assert taint["key"] == "node.kubernetes.io/unschedulable"


def test_selector_that_fits_no_node(stage: Stage) -> None:
    app = make_app(replicas=1)
    stage.deploy(app, replicas=0)
    template = stage.get(app)["spec"]["template"]
    stage.change(app, template={**template, "spec": {**template["spec"], "nodeSelector": {"disk": "ssd"}}}, replicas=1)
    stage.advance(5)
    message = stage.events("FailedScheduling", app.name)[0]["message"]
    assert message == (
        "0/4 nodes are available: 4 node(s) didn't match Pod's node affinity/selector. "
        "no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
    )
