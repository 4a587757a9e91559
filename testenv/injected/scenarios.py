"""The scenarios: single faults, cascades, noisy neighbours, bad deploys, misconfigurations, and healthy controls.

Written from how such faults look in real clusters: what a program writes at its end is the program's own form.
"""

from __future__ import annotations

from testenv.injected import acts
from testenv.injected.playing import Scenario

APP = "Deployment/{app}"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "program cannot read its configuration",
        acts.crash("config.yaml: yaml: line 7: mapping values are not allowed in this context"),
        (APP,),
        ("line 7", "configuration"),
        ("patch",),
    ),
    Scenario("variable is missing", acts.crash("KeyError: 'PAYMENT_TOKEN'"), (APP,), ("PAYMENT_TOKEN",), ("patch",)),
    Scenario(
        "password is rejected",
        acts.crash('FATAL: password authentication failed for user "app"'),
        (APP,),
        ("password", "credentials"),
        ("renew", "patch"),
    ),
    Scenario(
        "heap of the JVM is too small",
        acts.crash("java.lang.OutOfMemoryError: Java heap space\n\tat com.acme.Index.load(Index.java:61)"),
        (APP,),
        ("heap",),
        ("patch",),
    ),
    Scenario(
        "file may not be written",
        acts.crash("PermissionError: [Errno 13] Permission denied: '/data/index'"),
        (APP,),
        ("permission",),
        ("patch",),
    ),
    Scenario(
        "port is taken in the pod",
        acts.crash(
            "Error: listen EADDRINUSE: address already in use :::8080\n    at Server.setupListenHandle (node:net:1817:16)"
        ),
        (APP,),
        ("8080", "port"),
        ("patch",),
    ),
    Scenario(
        "name does not resolve",
        acts.crash("dial tcp: lookup stock-api on 10.96.0.10:53: no such host"),
        (APP,),
        ("stock-api",),
        ("patch",),
    ),
    Scenario(
        "certificate has expired",
        acts.crash(
            "requests.exceptions.SSLError: certificate verify failed: certificate has expired (_ssl.c:1007) host='hooks.example.com'"
        ),
        (APP,),
        ("expired",),
    ),
    Scenario(
        "migration fails",
        acts.crash("error: Dirty database version 42. Fix and force version."),
        (APP,),
        ("Dirty database",),
    ),
    Scenario(
        "disk is full", acts.crash("OSError: [Errno 28] No space left on device: '/data/segment-7'"), (APP,), ("space",)
    ),
    Scenario(
        "service account lacks a right",
        acts.crash(
            'E0301 main.go:88] pods is forbidden: User "system:serviceaccount:store:default" cannot list resource "pods"'
        ),
        (APP,),
        ("forbidden", "right"),
        ("create",),
    ),
    Scenario(
        "too many open files", acts.crash("accept tcp [::]:8080: accept4: too many open files"), (APP,), ("open files",)
    ),
    Scenario(
        "memory limit is too small",
        lambda play: play.breaks(play.app, "out-of-memory"),
        (APP,),
        ("memory", "OOM"),
        ("patch",),
    ),
    Scenario(
        "one pod of several is killed for its memory", acts.one_pod_of_three, (APP,), ("memory", "OOM"), ("patch",)
    ),
    Scenario(
        "release crashes",
        acts.release(
            "crash-loop",
            "panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.main()",
        ),
        (APP,),
        ("index out of range", "revision"),
        ("rollback",),
    ),
    Scenario(
        "release needs more memory", acts.release("out-of-memory"), (APP,), ("memory", "OOM"), ("rollback", "patch")
    ),
    Scenario("release has no image", acts.release("image-pull"), (APP,), ("not found", "image"), ("rollback", "patch")),
    Scenario(
        "release never becomes ready", acts.release("never-ready"), (APP,), ("503", "ready"), ("rollback", "patch")
    ),
    Scenario(
        "release lost a module",
        acts.release("crash-loop", "ModuleNotFoundError: No module named 'orjson'"),
        (APP,),
        ("orjson",),
        ("rollback",),
    ),
    Scenario(
        "release took a flag away",
        acts.release("crash-loop", "flag provided but not defined: -enable-cache\nUsage of /app:"),
        (APP,),
        ("enable-cache",),
        ("rollback", "patch"),
    ),
    Scenario("pods never become ready", lambda play: play.breaks(play.app, "never-ready"), (APP,), ("503", "ready")),
    Scenario(
        "database is out of memory and its client fails",
        acts.database_fails("out-of-memory", ""),
        ("StatefulSet/orders-db",),
        ("memory", "OOM"),
        ("patch",),
    ),
    Scenario(
        "database has no image and its client fails",
        acts.database_fails("image-pull", ""),
        ("StatefulSet/orders-db",),
        ("image", "not found"),
        ("patch",),
    ),
    Scenario(
        "database is corrupt and its client fails",
        acts.database_fails(
            "crash-loop", "2026-03-01 13:00:01 UTC [29] PANIC:  could not locate a valid checkpoint record"
        ),
        ("StatefulSet/orders-db",),
        ("checkpoint",),
    ),
    Scenario(
        "database is not ready and its client fails",
        acts.database_fails("never-ready", ""),
        ("StatefulSet/orders-db",),
        ("503", "ready"),
    ),
    Scenario(
        "database is scaled to zero", acts.database_is_stopped, ("StatefulSet/orders-db",), ("scaled to 0",), ("scale",)
    ),
    Scenario(
        "network policy cuts the client off", acts.policy_cuts_off, ("NetworkPolicy/guard",), ("guard",), ("patch",)
    ),
    Scenario("node is lost", acts.node_goes, ("Node/worker-node-2",), ("runtime", "kubelet")),
    Scenario(
        "two nodes are lost", acts.two_nodes_go, ("Node/worker-node-1", "Node/worker-node-3"), ("runtime", "kubelet")
    ),
    Scenario(
        "cpu request fits no node",
        acts.template(container={"resources": {"requests": {"cpu": "64"}}}),
        (APP,),
        ("cpu",),
        ("patch", "rollback"),
    ),
    Scenario(
        "memory request fits no node",
        acts.template(container={"resources": {"requests": {"memory": "900Gi"}}}),
        (APP,),
        ("memory",),
        ("patch", "rollback"),
    ),
    Scenario(
        "node selector matches no node",
        acts.template(nodeSelector={"disk": "nvme"}),
        (APP,),
        ("disk=nvme",),
        ("patch", "rollback"),
    ),
    Scenario("all nodes are cordoned", acts.cordoned, (APP, "Node/*"), ("unschedulable", "cordon"), ("patch",)),
    Scenario("all nodes have a taint", acts.tainted, (APP, "Node/*"), ("taint",)),
    Scenario(
        "neighbour takes the room",
        acts.noisy_neighbour,
        (APP, "Deployment/*"),
        ("cpu",),
        ("patch", "scale", "rollback"),
    ),
    Scenario(
        "scheduling gate is never removed",
        acts.template(schedulingGates=[{"name": "acme.io/wait"}]),
        (APP,),
        ("gate",),
        ("patch", "rollback"),
    ),
    Scenario(
        "quota of pods is used up", acts.quota(pods="6"), (APP, "ResourceQuota/limits"), ("quota",), ("patch", "scale")
    ),
    Scenario(
        "quota of cpu is used up",
        acts.quota(**{"requests.cpu": "600m"}),
        (APP, "ResourceQuota/limits"),
        ("quota",),
        ("patch", "scale"),
    ),
    Scenario(
        "service selects nothing",
        acts.service(selector={"app": "nobody"}),
        ("Service/{app}",),
        ("selector",),
        ("patch",),
    ),
    Scenario(
        "service means a port that is not there",
        acts.service(ports=[{"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"}]),
        ("Service/{app}",),
        ("port",),
        ("patch",),
    ),
    Scenario(
        "ingress means a service that is not there",
        acts.ingress("{app}-v2"),
        ("Ingress/{app}",),
        ("-v2",),
        ("patch", "create"),
    ),
    Scenario(
        "ingress means a port that is not there", acts.ingress("{app}", 8443), ("Ingress/{app}",), ("8443",), ("patch",)
    ),
    Scenario(
        "two ingresses claim one path", acts.two_ingresses, ("Ingress/*",), ("shop.example.com",), ("patch", "delete")
    ),
    Scenario(
        "autoscaler means nothing",
        acts.autoscaler_of_nothing,
        ("HorizontalPodAutoscaler/{app}",),
        ("gone",),
        ("patch",),
    ),
    Scenario(
        "two autoscalers pull at one target",
        acts.two_autoscalers,
        ("HorizontalPodAutoscaler/{app}*",),
        ("scale the same",),
        ("delete",),
    ),
    Scenario(
        "budget allows no eviction",
        acts.budget(maxUnavailable=0),
        ("PodDisruptionBudget/{app}-pdb",),
        ("evict", "disruption"),
        ("patch",),
    ),
    Scenario(
        "two budgets guard the same pods",
        acts.two_budgets,
        ("PodDisruptionBudget/{app}-*",),
        ("more than one",),
        ("delete",),
    ),
    Scenario("job fails", acts.job_fails, ("Job/rebuild",), ("orders-2026",)),
    Scenario(
        "claim names no storage class that there is",
        acts.claim_of_no_class,
        ("PersistentVolumeClaim/archive",),
        ("fast-ssd",),
        ("create", "patch"),
    ),
    Scenario(
        "config map cannot be deleted",
        acts.held_by_finalizer("configmaps"),
        ("ConfigMap/leftover",),
        ("acme.io/hold",),
        ("patch",),
    ),
    Scenario("headless service is gone", acts.headless_is_gone, ("StatefulSet/queue",), ("queue",), ("create",)),
    Scenario(
        "network policy names a label that no namespace has",
        acts.policy_names_a_label,
        ("NetworkPolicy/guard",),
        ("name=partners",),
        ("patch",),
    ),
)

CONTROLS: tuple[Scenario, ...] = (
    Scenario("nothing happens", lambda _: None),
    Scenario("a pod is deleted", acts.deletes_a_pod),
    Scenario("applications are scaled", acts.restarts_and_scales),
    Scenario("a container failed once", acts.fails_once, minutes=45),
    Scenario("a node was away for some minutes", acts.node_comes_back, minutes=45),
    Scenario("a release goes well", acts.releases_well),
    Scenario("a job runs to its end", acts.runs_a_job),
    Scenario("a budget protects three replicas", acts.protects),
    Scenario("an application is stopped on purpose", lambda play: play.change(play.app, replicas=0)),
    Scenario("a node joins", acts.small_node_joins),
)
