"""Pods for which the scheduler finds no node."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.objects import Raw, ago
from testenv.diagnosis.world import App, World, find_app, settle, unschedulable


def _none(
    world: World,
    app: App,
    reasons: str,
    *,
    help_text: str = "3 Preemption is not helpful for scheduling",
    pods: list[Raw] | None = None,
) -> None:
    for pod in pods if pods is not None else app.pods:
        unschedulable(
            world, pod, f"0/3 nodes are available: {reasons}. preemption: 0/3 nodes are available: {help_text}."
        )
    settle(app)


def _set(app: App, **fields: object) -> None:
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec.update(fields)


def _request(app: App, **resources: str) -> None:
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["resources"] = {"requests": dict(resources), "limits": dict(resources)}


@fault("insufficient-resources", "Deployment/web", "memory|24Gi")
def memory_request_larger_than_any_node(world: World) -> None:
    web = find_app(world, "web")
    _request(web, cpu="100m", memory="24Gi")
    _none(world, web, "3 Insufficient memory", help_text="3 No preemption victims found for incoming pod")


@fault("insufficient-resources", "Deployment/worker", "cpu|3500m")
def processor_of_the_nodes_is_taken(world: World) -> None:
    worker = find_app(world, "worker")
    _request(worker, cpu="3500m", memory="128Mi")
    _none(
        world,
        worker,
        "3 Insufficient cpu",
        help_text="3 No preemption victims found for incoming pod",
        pods=worker.pods[1:],
    )


@fault("insufficient-resources", "Deployment/worker", "nvidia.com/gpu")
def no_graphics_processor(world: World) -> None:
    worker = find_app(world, "worker")
    _request(worker, cpu="1", memory="1Gi", **{"nvidia.com/gpu": "1"})
    _none(world, worker, "3 Insufficient nvidia.com/gpu")


@fault("node-selector", "Deployment/api", "disktype=ssd|label")
def node_selector_matches_no_node(world: World) -> None:
    api = find_app(world, "api")
    _set(api, nodeSelector={"disktype": "ssd"})
    _none(world, api, "3 node(s) didn't match Pod's node affinity/selector")


@fault("node-selector", "Deployment/api", "topology.kubernetes.io/zone|eu-9z")
def node_affinity_matches_no_node(world: World) -> None:
    api = find_app(world, "api")
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-9z"]}]}
    _set(
        api,
        affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}},
    )
    _none(world, api, "3 node(s) didn't match Pod's node affinity/selector")


@fault("taint", "Deployment/web", "taint|dedicated=batch")
def all_nodes_tainted(world: World) -> None:
    for name in ("node-1", "node-2", "node-3"):
        world.find("Node", name)["spec"]["taints"] = [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]
    web = find_app(world, "web")
    _none(world, web, "3 node(s) had untolerated taint {dedicated: batch}", pods=web.pods[2:])


@fault("taint node-cordoned", "Deployment/api Node/node-1 Node/node-2 Node/node-3", "unschedulable|cordon")
def every_node_cordoned(world: World) -> None:
    for name in ("node-1", "node-2", "node-3"):
        world.find("Node", name)["spec"] = {
            "unschedulable": True,
            "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(30)}],
        }
    api = find_app(world, "api")
    _none(world, api, "3 node(s) were unschedulable", pods=api.pods[1:])


@fault("anti-affinity", "Deployment/web", "anti-affinity")
def anti_affinity_needs_more_nodes(world: World) -> None:
    web = find_app(world, "web")
    rule = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
    _set(web, affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}})
    _none(world, web, "3 node(s) didn't match pod anti-affinity rules", pods=web.pods[2:])


@fault("topology-spread", "Deployment/worker", "topology spread")
def spread_cannot_be_met(world: World) -> None:
    worker = find_app(world, "worker")
    _set(
        worker,
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": "rack",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "worker"}},
            }
        ],
    )
    _none(world, worker, "3 node(s) didn't match pod topology spread constraints (missing required label)")


@fault("host-port", "Deployment/web", "port|8080")
def host_port_taken(world: World) -> None:
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["ports"] = [{"name": "http", "containerPort": 8080, "hostPort": 8080}]
    _none(world, web, "3 node(s) didn't have free ports for the requested pod ports", pods=web.pods[2:])


@fault("too-many-pods", "Deployment/worker", "too many pods|110")
def nodes_full_of_pods(world: World) -> None:
    worker = find_app(world, "worker")
    _none(world, worker, "3 Too many pods", pods=worker.pods[1:])


@fault("volume-node-affinity", "StatefulSet/db PersistentVolumeClaim/data-db-0", "volume node affinity|zone")
def volume_in_another_zone(world: World) -> None:
    db = find_app(world, "db")
    volume = world.find("PersistentVolume", "pvc-data-db-0")
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-7q"]}]}
    volume["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
    _none(world, db, "3 node(s) had volume node affinity conflict")


@fault("scheduler-missing", "Deployment/api", "batch-scheduler|scheduler")
def scheduler_does_not_exist(world: World) -> None:
    api = find_app(world, "api")
    _set(api, schedulerName="batch-scheduler")
    for pod in api.pods:
        pod["spec"].pop("nodeName")
        pod["metadata"]["creationTimestamp"] = ago(30)
        pod["status"] = {"phase": "Pending", "qosClass": "Burstable"}
    settle(api)


@fault("scheduling-gate", "Deployment/worker", "scheduling gate|example.com/quota")
def scheduling_gate_left(world: World) -> None:
    worker = find_app(world, "worker")
    _set(worker, schedulingGates=[{"name": "example.com/quota"}])
    for pod in worker.pods:
        pod["spec"].pop("nodeName")
        pod["metadata"]["creationTimestamp"] = ago(40)
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "SchedulingGated",
            "message": "Scheduling is blocked due to non-empty scheduling gates",
        }
        pod["status"] = {"phase": "Pending", "conditions": [condition]}
    settle(worker)


@fault("mixed-constraints insufficient-resources taint", "Deployment/worker", "memory|taint")
def taint_and_memory_together(world: World) -> None:
    worker = find_app(world, "worker")
    world.find("Node", "node-1")["spec"]["taints"] = [{"key": "dedicated", "value": "db", "effect": "NoSchedule"}]
    _request(worker, cpu="100m", memory="15500Mi")
    _none(world, worker, "1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient memory", pods=worker.pods[1:])


@fault("node-missing", "Deployment/api", "node-9|does not exist")
def bound_to_a_node_that_does_not_exist(world: World) -> None:
    api = find_app(world, "api")
    _set(api, nodeName="node-9")
    for pod in api.pods:
        pod["metadata"]["creationTimestamp"] = ago(30)
        pod["status"] = {"phase": "Pending", "qosClass": "Burstable"}
    settle(api)
