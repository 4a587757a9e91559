"""Pods that no node takes, in the words of old and new schedulers."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import ago, container, make, node
from testenv.diagnosis.world import (
    World,
    deploy,
    make_pod,
    settle,
    stateful,
    unschedulable,
)

NOT_HELPFUL = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."


@fault("node-pressure", "Node/edge-1", "disk", alone=True)
def nothing_can_be_placed_on_a_node_out_of_disk(world: World) -> None:
    one = world.add(node("edge-1"))
    set_condition(one, "DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure")
    one["spec"]["taints"] = [{"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule", "timeAdded": ago(12)}]
    app = deploy(world, "cart", replicas=1)
    unschedulable(
        world,
        app.pods[0],
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
        for_minutes=8,
    )
    settle(app)


@fault("volume-limit", "StatefulSet/ledger", "volume")
def nodes_hold_as_many_volumes_as_they_may(world: World) -> None:
    app = stateful(world, "ledger", replicas=1)
    unschedulable(world, app.pods[0], f"0/3 nodes are available: 3 node(s) exceed max volume count. {NOT_HELPFUL}")
    settle(app)


@fault("taint", "Deployment/cart", "dedicated=gpu|taint")
def taint_in_the_words_of_an_old_scheduler(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    unschedulable(
        world,
        app.pods[0],
        "0/3 nodes are available: 3 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.",
    )
    settle(app)


@fault("pod-affinity anti-affinity", "Deployment/cart", "affinity|app=redis-local")
def beside_a_pod_that_does_not_exist(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    affinity = {
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "redis-local"}}}
            ]
        }
    }
    for spec in (app.template, app.pods[0]["spec"]):
        spec["affinity"] = affinity
    unschedulable(
        world, app.pods[0], f"0/3 nodes are available: 3 node(s) didn't match pod affinity rules. {NOT_HELPFUL}"
    )
    settle(app)


@fault("insufficient-resources", "Deployment/cart", "cpu|insufficient")
def node_group_may_not_grow(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["containers"][0]["resources"] = {"requests": {"cpu": "3900m", "memory": "1Gi"}}
    unschedulable(world, app.pods[0], f"0/3 nodes are available: 3 Insufficient cpu. {NOT_HELPFUL}", for_minutes=25)
    world.warn(
        app.pods[0],
        "NotTriggerScaleUp",
        "pod didn't trigger scale-up: 1 max node group size reached",
        kind="Normal",
        source="cluster-autoscaler",
        count=40,
    )
    settle(app)


@fault("volume-exclusive", "Deployment/cart PersistentVolumeClaim/cart-data", "ReadWriteOncePod")
def second_pod_wants_an_exclusive_claim(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    world.add(
        make(
            "PersistentVolumeClaim",
            "cart-data",
            spec={
                "accessModes": ["ReadWriteOncePod"],
                "volumeName": "pvc-cart",
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
            },
            status={"phase": "Bound"},
        )
    )
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "cart-data"}}]
    unschedulable(
        world,
        app.pods[1],
        "0/3 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode, 2 node(s) unavailable. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    )
    settle(app)


@fault("insufficient-resources", "DaemonSet/agent", "memory")
def daemon_pod_finds_no_room_on_one_node(world: World) -> None:
    agent = daemon(world, "agent")
    unschedulable(
        world,
        agent.pods[-1],
        "0/3 nodes are available: 1 Insufficient memory, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    )
    for spec in (agent.template, agent.pods[-1]["spec"]):
        spec["containers"][0]["resources"] = {"requests": {"memory": "6Gi"}}
    agent.workload["status"].update({"numberReady": 2, "numberAvailable": 2, "numberUnavailable": 1})


@fault("node-selector", "Deployment/cart", "arm64")
def pinned_to_an_architecture_that_is_not_here(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["nodeSelector"] = {"kubernetes.io/arch": "arm64"}
    for pod in app.pods:
        unschedulable(
            world, pod, f"0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. {NOT_HELPFUL}"
        )
    settle(app)


@fault("volume-node-affinity", "StatefulSet/ledger", "zone|volume node affinity")
def volume_in_a_zone_whose_only_node_is_for_the_control_plane(world: World) -> None:
    world.add(node("cp-1", taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]))
    app = stateful(world, "ledger", replicas=1)
    unschedulable(
        world,
        app.pods[0],
        "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) had volume node affinity conflict. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    )
    settle(app)


@fault("pod-rejected", "Pod/batch-7", "cpu")
def kubelet_rejects_a_pod_for_processors(world: World) -> None:
    pod = world.add(
        make_pod("batch-7", {"containers": [container("batch")], "restartPolicy": "Never"}, on="node-1", age=20)
    )
    pod["status"] = {
        "phase": "Failed",
        "reason": "OutOfcpu",
        "message": "Pod was rejected: Node didn't have enough resource: cpu, requested: 500, used: 3900, capacity: 4000",
        "startTime": ago(20),
    }
    world.warn(
        pod, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 500, used: 3900, capacity: 4000", at=20
    )
