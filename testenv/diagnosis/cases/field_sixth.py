"""What a twelfth set of faults, written without sight of the rules, had that was not told, or not first."""

from __future__ import annotations

from testenv.diagnosis.case import control, crash_loop, fault, stuck, unready
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.objects import Raw, ago, container, ended, make, waiting
from testenv.diagnosis.world import App, World, deploy, find_app, make_pod, set_statuses, settle, stateful


@fault("application-error", "Pod/kube-scheduler-cp-1", "scheduler.conf")
def pods_wait_because_the_scheduler_crashes(world: World) -> None:
    scheduler = make_pod(
        "kube-scheduler-cp-1",
        {"containers": [container("kube-scheduler")]},
        namespace="kube-system",
        labels={"component": "kube-scheduler", "tier": "control-plane"},
        by={
            "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "node-1", "controller": True, "uid": "n"}]
        },
    )
    back = "back-off 5m0s restarting failed container"
    set_statuses(scheduler, waiting("kube-scheduler", "CrashLoopBackOff", back, restarts=9, last=ended(1)))
    world.add(scheduler)
    world.log(scheduler, 'E0310 11:58:00.1 1 run.go:72] "command failed" err="stat /etc/kubernetes/scheduler.conf"\n')
    web = find_app(world, "web")
    web.pods[0]["spec"].pop("nodeName")
    web.pods[0]["metadata"]["creationTimestamp"] = ago(20)
    web.pods[0]["status"] = {"phase": "Pending", "qosClass": "Burstable"}
    world.objects = [one for one in world.objects if one["kind"] != "Event"]
    settle(web)


@fault("headless-service-missing", "StatefulSet/cache Service/cache", "does not exist", "create")
def members_do_not_find_each_other_without_the_service(world: World) -> None:
    cache = stateful(world, "cache", replicas=2)
    assert cache.service is not None
    world.remove(cache.service)
    for pod in cache.pods:
        one = pod["status"]["containerStatuses"][0] | {"ready": False}
        set_statuses(pod, one)
        world.log(pod, "ERROR (main) ISPN080028: no members discovered after 30000 ms\n")
    settle(cache)


@fault("network-policy-nothing", "NetworkPolicy/lock-web", "no pod|app=web", "patch")
def policy_has_a_slip_in_its_selector(world: World) -> None:
    _policy(world, "lock-web", "web-")


@control
def policy_for_pods_that_do_not_run_yet(world: World) -> None:
    _policy(world, "payments-2027", "settlement-engine")


def _policy(world: World, name: str, app: str) -> None:
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "api"}}}]}
    spec = {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": ["Ingress"], "ingress": [rule]}
    world.add(make("NetworkPolicy", name, api="networking.k8s.io/v1", spec=spec))


@fault("certificate-untrusted", "Deployment/metrics-server", "ip sans", "patch")
def kubelets_are_called_by_address(world: World) -> None:
    server = find_app(world, "metrics-server")
    for one in (server.workload["spec"]["template"], *server.pods):
        one["spec"]["containers"][0]["args"] = ["--kubelet-preferred-address-types=InternalIP"]
    unready(world, server, "HTTP probe failed with statuscode: 500")
    said = "x509: cannot validate certificate for 10.0.1.4 because it doesn't contain any IP SANs"
    for pod in server.pods:
        world.log(pod, f'E0310 11:58:00.1 1 scraper.go:149] "Failed to scrape node" err="tls: {said}" node="node-1"\n')


@fault("image-pull image-unauthorized", "DaemonSet/aws-node", "refuses the pull")
def node_waits_for_a_network_plugin_that_cannot_be_pulled(world: World) -> None:
    plugin, pod = _network_plugin(world)
    message = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    set_condition(world.find("Node", "node-3"), "Ready", "False", "KubeletNotReady", message)
    refused = 'failed to resolve reference "registry.example.com/cni:1": unexpected status from HEAD: 403 Forbidden'
    stuck(
        world, App(plugin, [pod]), "ImagePullBackOff", refused, events=(("Failed", f"Failed to pull image: {refused}"),)
    )


@fault("node-not-ready", "Node/node-3", "cni")
def network_plugin_runs_and_the_node_still_has_no_network(world: World) -> None:
    _network_plugin(world)
    message = "container runtime network not ready: NetworkReady=false message:cni plugin not initialized"
    set_condition(world.find("Node", "node-3"), "Ready", "False", "KubeletNotReady", message)


def _network_plugin(world: World) -> tuple[Raw, Raw]:
    inner = {"containers": [container("aws-node", "registry.example.com/cni:1")], "hostNetwork": True}
    labels = {"k8s-app": "aws-node"}
    plugin = make(
        "DaemonSet", "aws-node", namespace="kube-system", api="apps/v1",
        spec={"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": inner}},
        status={"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1},
    )  # fmt: skip
    above = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "aws-node", "controller": True, "uid": "u"}
    pod = make_pod(
        "aws-node-1", inner, namespace="kube-system", labels=labels, by={"ownerReferences": [above]}, on="node-3"
    )
    world.add(plugin, pod)
    return plugin, pod


@fault("unavailable", "DaemonSet/csi-node-driver", "cannot tell")
def daemon_set_has_no_pod_at_all(world: World) -> None:
    one = make("DaemonSet", "csi-node-driver", namespace="kube-system", api="apps/v1", age=3000)
    labels = {"app": "csi-node-driver"}
    inner = {"containers": [container("csi")]}
    one["spec"] = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": inner}}
    one["status"] = {"desiredNumberScheduled": 3, "currentNumberScheduled": 3, "numberReady": 0, "numberUnavailable": 3}
    world.add(one)


@control
def mail_that_is_tried_again(world: World) -> None:
    mta = deploy(world, "mta", replicas=1)
    line = "ERROR smtp delivery deferred: 421 4.7.0 Try again later (mx.example.net)"
    world.log(mta.pods[0], "\n".join([line, "INFO queued 1 message", line, "INFO sent", line, line]) + "\n")


@fault("application-error crash", "Deployment/web", "boom")
def a_line_about_retrying_does_not_hide_a_crash(world: World) -> None:
    crash_loop(world, find_app(world, "web"), log="retrying in 5 s\nfatal error: boom")
