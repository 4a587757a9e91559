"""Controllers: Deployments, StatefulSets, DaemonSets."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods
from testenv.diagnosis.objects import ago, container, make, owner
from testenv.diagnosis.world import App, World, deploy, find_app, make_pod, settle, stateful


def daemon(
    world: World, name: str, nodes: tuple[str, ...] = ("node-1", "node-2", "node-3"), *, wanted: int | None = None
) -> App:
    """A DaemonSet with one ready pod on each of the nodes."""
    labels = {"app": name}
    spec = {
        "containers": [container(name, ports=None, readinessProbe=None, livenessProbe=None)],
        "serviceAccountName": "shop-sa",
    }
    workload = make(
        "DaemonSet",
        name,
        api="apps/v1",
        spec={"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    )
    world.add(workload)
    app = App(workload, [])
    for number, node in enumerate(nodes):
        pod = make_pod(f"{name}-{number}k8d", spec, labels=labels, by=owner("DaemonSet", name), on=node)
        app.pods.append(pod)
        world.add(pod)
    total = wanted if wanted is not None else len(nodes)
    workload["status"] = {
        "desiredNumberScheduled": total,
        "currentNumberScheduled": len(nodes),
        "numberReady": len(nodes),
        "numberAvailable": len(nodes),
        "updatedNumberScheduled": len(nodes),
        "numberMisscheduled": 0,
        "numberUnavailable": total - len(nodes),
        "observedGeneration": 1,
    }
    return app


@fault("paused-rollout", "Deployment/web", "paused")
def rollout_left_paused(world: World) -> None:
    web = find_app(world, "web")
    web.workload["spec"]["paused"] = True
    web.workload["metadata"]["generation"] = 3
    web.template["containers"][0]["image"] = "registry.example.com/shop/web:1.5.0"
    settle(web, progress=("Unknown", "DeploymentPaused", "Deployment is paused"))
    web.workload["status"]["conditions"][1]["lastTransitionTime"] = ago(4000)
    web.workload["status"]["updatedReplicas"] = 0


@fault("headless-service-missing", "StatefulSet/queue Service/queue-headless", "queue-headless|does not exist")
def stateful_set_without_its_service(world: World) -> None:
    queue = stateful(world, "queue", replicas=1)
    queue.workload["spec"]["serviceName"] = "queue-headless"


@fault("storage-class-missing", "StatefulSet/queue PersistentVolumeClaim/data-queue-0", "gold|does not exist")
def stateful_set_with_unknown_class(world: World) -> None:
    queue = stateful(world, "queue", replicas=1, storage_class="gold")
    world.remove(world.find("PersistentVolume", "pvc-data-queue-0"))
    claim = world.find("PersistentVolumeClaim", "data-queue-0")
    claim["spec"].pop("volumeName")
    claim["status"] = {"phase": "Pending"}
    world.warn(
        claim,
        "ProvisioningFailed",
        'storageclass.storage.k8s.io "gold" not found',
        source="persistentvolume-controller",
        count=30,
        first=40,
    )
    from testenv.diagnosis.world import unschedulable  # noqa: PLC0415

    unschedulable(
        world,
        queue.pods[0],
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    settle(queue)


@fault("crash application-error", "StatefulSet/queue", "ordinal|queue-0")
def first_ordinal_blocks_the_others(world: World) -> None:
    queue = stateful(world, "queue", replicas=1)
    queue.workload["spec"]["replicas"] = 3
    crash_loop(world, queue, log="panic: corrupted segment 000012.log: checksum mismatch\n\ngoroutine 1 [running]:")
    queue.workload["status"].update({"replicas": 1, "readyReplicas": 0, "availableReplicas": 0})


@fault("taint daemonset-taint", "DaemonSet/agent", "taint|dedicated=gpu")
def daemon_pods_pending_for_a_taint(world: World) -> None:
    app = daemon(world, "agent")
    world.find("Node", "node-3")["spec"]["taints"] = [{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}]
    world.remove(app.pods.pop())
    app.workload["spec"]["template"]["spec"]["nodeSelector"] = {"role": "any"}
    from testenv.diagnosis.world import unschedulable  # noqa: PLC0415

    pod = world.add(
        make_pod("agent-p3n", app.template, labels={"app": "agent"}, by=owner("DaemonSet", "agent"), on=None)
    )
    unschedulable(
        world,
        pod,
        "0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    app.workload["status"].update(
        {
            "desiredNumberScheduled": 3,
            "currentNumberScheduled": 3,
            "numberReady": 2,
            "numberAvailable": 2,
            "numberUnavailable": 1,
        }
    )


@fault("crash application-error", "DaemonSet/agent", "/host/proc|exit code 1")
def daemon_pods_crash(world: World) -> None:
    app = daemon(world, "agent")
    crash_loop(world, app, log="Error: failed to open /host/proc/stat: unsupported format")
    app.workload["status"].update({"numberReady": 0, "numberAvailable": 0, "numberUnavailable": 3})


@fault("daemonset-nowhere", "DaemonSet/agent", "no node|role=edge")
def daemon_set_matches_no_node(world: World) -> None:
    app = daemon(world, "agent", (), wanted=0)
    app.template["nodeSelector"] = {"role": "edge"}


@fault("pod-security pod-admission-denied", "StatefulSet/db", "PodSecurity|baseline")
def stateful_set_forbidden(world: World) -> None:
    no_pods(
        find_app(world, "db"),
        world,
        'pods "db-0" is forbidden: violates PodSecurity "baseline:latest": privileged (container "db" must not set securityContext.privileged=true)',
    )


@fault("quota", "Deployment/cart ResourceQuota/pods", "pods=10|exceeded")
def replica_set_quota_on_pods(world: World) -> None:
    cart = deploy(world, "cart", replicas=1)
    no_pods(
        cart,
        world,
        'pods "cart-1" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=10, limited: pods=10',
    )
