"""Nodes that are gone, under pressure or misconfigured, and what happens to the pods on them."""

from __future__ import annotations

from testenv.diagnosis.case import fault, stuck
from testenv.diagnosis.objects import Raw, ago, condition
from testenv.diagnosis.world import World, find_app, settle


def set_condition(node: Raw, kind: str, status: str, reason: str, message: str, *, since: float = 12) -> None:
    """Replace one condition."""
    kept = [one for one in node["status"]["conditions"] if one["type"] != kind]
    node["status"]["conditions"] = [*kept, condition(kind, status, reason, message, since=since)]


def _lose(world: World, name: str) -> Raw:
    node = world.find("Node", name)
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
        set_condition(node, kind, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    node["spec"]["taints"] = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": ago(12)}]
    world.warn(
        node, "NodeNotReady", f"Node {name} status is now: NodeNotReady", kind="Normal", at=12, source="node-controller"
    )
    for pod in [one for one in world.objects if one["kind"] == "Pod" and one["spec"].get("nodeName") == name]:
        for one in pod["status"]["conditions"]:
            if one["type"] in {"Ready", "ContainersReady"}:
                one.update({"status": "False", "reason": "NodeNotReady", "lastTransitionTime": ago(11)})
        world.warn(pod, "NodeNotReady", "Node is not ready", at=11, source="node-controller")
    for app in ("web", "api", "worker", "db"):
        settle(find_app(world, app))
    return node


@fault("node-not-ready", "Node/node-2", "kubelet|node-2")
def node_lost(world: World) -> None:
    _lose(world, "node-2")


@fault("node-not-ready", "Node/node-1", "node-1|kubelet")
def node_with_the_database_lost(world: World) -> None:
    _lose(world, "node-1")
    for pod in find_app(world, "db").pods:
        pod["metadata"] |= {"deletionTimestamp": ago(6), "deletionGracePeriodSeconds": 30}


@fault("node-not-ready", "Node/node-3", "network|cni")
def node_without_network_plugin(world: World) -> None:
    node = world.find("Node", "node-3")
    set_condition(
        node,
        "Ready",
        "False",
        "KubeletNotReady",
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
    )


@fault("node-not-ready", "Node/node-3", "container runtime")
def node_with_a_dead_runtime(world: World) -> None:
    set_condition(
        world.find("Node", "node-3"),
        "Ready",
        "False",
        "KubeletNotReady",
        "[container runtime is down, PLEG is not healthy: pleg was last seen active 6m2s ago; threshold is 3m0s]",
    )


@fault("node-pressure", "Node/node-1", "memory")
def node_under_memory_pressure(world: World) -> None:
    node = world.find("Node", "node-1")
    set_condition(
        node, "MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"
    )
    node["spec"]["taints"] = [{"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}]
    world.warn(node, "EvictionThresholdMet", "Attempting to reclaim memory", count=4)


@fault("node-pressure", "Node/node-2", "disk")
def node_under_disk_pressure(world: World) -> None:
    node = world.find("Node", "node-2")
    set_condition(node, "DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure")
    world.warn(
        node,
        "FreeDiskSpaceFailed",
        "Failed to garbage collect required amount of images. Attempted to free 5368709120 bytes, but only found 0 bytes eligible to free.",
    )
    pod = find_app(world, "worker").pods[1]
    pod["status"] = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: ephemeral-storage. Threshold quantity: 9Gi, available: 7Gi. ",
    }
    settle(find_app(world, "worker"))


@fault("node-pressure", "Node/node-3", "process")
def node_out_of_process_ids(world: World) -> None:
    set_condition(
        world.find("Node", "node-3"),
        "PIDPressure",
        "True",
        "KubeletHasInsufficientPID",
        "kubelet has insufficient PID available",
    )


@fault("node-problem", "Node/node-1", "read-only|file system")
def node_file_system_read_only(world: World) -> None:
    set_condition(
        world.find("Node", "node-1"),
        "ReadonlyFilesystem",
        "True",
        "FilesystemIsReadOnly",
        "EXT4-fs (nvme0n1p1): Remounting filesystem read-only",
    )


@fault("node-network", "Node/node-2", "network")
def node_network_unavailable(world: World) -> None:
    set_condition(
        world.find("Node", "node-2"),
        "NetworkUnavailable",
        "True",
        "NoRouteCreated",
        "RouteController failed to create a route",
    )


@fault("pod-sandbox", "Deployment/web Node/node-1", "address|calico|ip")
def no_addresses_left(world: World) -> None:
    stuck(
        world,
        find_app(world, "web"),
        "ContainerCreating",
        "",
        events=(
            (
                "FailedCreatePodSandBox",
                'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "9f": plugin type="calico" failed (add): '
                "failed to request IPv4 addresses: no IPs available in pools",
            ),
        ),
    )


@fault("node-cordoned", "Node/node-3", "cordon")
def node_left_cordoned(world: World) -> None:
    world.find("Node", "node-3")["spec"] = {
        "unschedulable": True,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(9000)}],
    }
