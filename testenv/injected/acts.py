"""What is done to a simulated cluster in the scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.world.index import Workload
from simulator.world.scenarios import manifests
from simulator.world.scenarios.manifests import App
from testenv.injected.playing import SPACE, STATEFUL_SETS, Play


def crash(words: str) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        play.breaks(play.app, "crash-loop", words.replace("{app}", play.app.name))

    return act


def release(kind: str, words: str = "", **container: Any) -> Callable[[Play], None]:
    """A new revision, all of whose pods fail."""

    def act(play: Play) -> None:
        old = {pod["metadata"]["uid"] for pod in play.pods(play.app)}
        play.template(play.app, container={"image": f"registry.example.com/{play.app.name}:next", **container})
        play.advance(1)
        for pod in play.pods(play.app):
            if pod["metadata"]["uid"] not in old:
                play.world.faults.break_pod(pod["metadata"]["uid"], kind)
        if words:
            play.words[play.app.name] = words

    return act


def template(**fields: Any) -> Callable[[Play], None]:
    return lambda play: play.template(play.app, **fields)


def database(play: Play) -> App:
    """A database that the application's settings name."""
    made = play.deploy("orders-db", kind="StatefulSet", image="postgres:16.4", replicas=1, port=5432)
    play.template(play.app, container={"env": [{"name": "DATABASE_HOST", "value": made.name}]})
    play.advance(3 * 3600)
    return made


def database_fails(kind: str, words: str) -> Callable[[Play], None]:
    """The database fails, and the application with it."""

    def act(play: Play) -> None:
        made = database(play)
        play.breaks(made, kind, words)
        for pod in play.pods(made):
            play.world.store.delete("pods", SPACE, pod["metadata"]["name"])
        refused = 'psycopg2.OperationalError: connection to server at "orders-db", port 5432 failed: Connection refused'
        play.breaks(play.app, "crash-loop", refused)

    return act


def database_is_stopped(play: Play) -> None:
    made = database(play)
    play.change(made, STATEFUL_SETS, replicas=0)
    play.breaks(play.app, "crash-loop", "panic: dial tcp: connect to orders-db:5432: connect: connection refused")


def node_goes(play: Play) -> None:
    play.world.faults.break_node("worker-node-2")


def two_nodes_go(play: Play) -> None:
    for name in ("worker-node-1", "worker-node-3"):
        play.world.faults.break_node(name)


def cordoned(play: Play) -> None:
    for one in play.world.store.list("nodes"):
        play.world.store.update("nodes", {**one, "spec": {**one["spec"], "unschedulable": True}})
    play.change(play.app, replicas=9)


def tainted(play: Play) -> None:
    taint = {"key": "dedicated", "value": "batch", "effect": "NoSchedule"}
    for one in play.world.store.list("nodes"):
        play.world.store.update("nodes", {**one, "spec": {**one["spec"], "taints": [taint]}})
    play.change(play.app, replicas=9)


def quota(**hard: str) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        made = {"metadata": {"name": "limits", "namespace": SPACE}, "spec": {"hard": dict(hard)}, "status": {}}
        play.create("resourcequotas", made)
        play.advance(30)
        play.change(play.app, replicas=12)

    return act


def service(**spec: Any) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        found = play.get(play.app.name, "services")
        play.world.store.update("services", {**found, "spec": {**found["spec"], **spec}})

    return act


def ingress(service: str, port: int = 80) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        name = service.format(app=play.app.name)
        made = manifests.ingress(play.app, f"{play.app.name}.example.com", name)
        made["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] = {"number": port}
        made["spec"].pop("tls")
        made["spec"].pop("ingressClassName")
        play.create("ingresses.networking.k8s.io", made)

    return act


def two_ingresses(play: Play) -> None:
    for app in (play.app, play.others[0]):
        made = manifests.ingress(app, "shop.example.com", app.name)
        made["spec"].pop("tls")
        made["spec"].pop("ingressClassName")
        play.create("ingresses.networking.k8s.io", made)


def autoscaler_of_nothing(play: Play) -> None:
    made = manifests.autoscaler(play.app, least=1, most=5, cpu_percent=70)
    made["spec"]["scaleTargetRef"]["name"] = "gone"
    play.create("horizontalpodautoscalers.autoscaling", made)


def two_autoscalers(play: Play) -> None:
    for name in (play.app.name, f"{play.app.name}-old"):
        made = manifests.autoscaler(play.app, least=1, most=5, cpu_percent=70)
        made["metadata"]["name"] = name
        play.create("horizontalpodautoscalers.autoscaling", made)


def budget(**spec: Any) -> Callable[[Play], None]:
    return lambda play: play.create("poddisruptionbudgets.policy", manifests.budget(play.app, **spec))


def two_budgets(play: Play) -> None:
    for name in ("one", "two"):
        made = manifests.budget(play.app, minAvailable=1)
        made["metadata"]["name"] = f"{play.app.name}-{name}"
        play.create("poddisruptionbudgets.policy", made)


def job(play: Play, name: str, **pod: Any) -> None:
    spec = {"restartPolicy": "Never", "containers": [{"name": "run", "image": "registry.example.com/run:1"}], **pod}
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    made = {
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {"backoffLimit": 1, "template": template},
        "status": {},
    }
    play.create("jobs.batch", made)


def job_fails(play: Play) -> None:
    """All pods of a Job end with an error."""
    play.world.faults.break_workload(Workload("Job", SPACE, "rebuild"), "crash-loop")
    play.words["rebuild"] = "ValueError: the index 'orders-2026' was closed while it was read"
    job(play, "rebuild")


def claim_of_no_class(play: Play) -> None:
    claim = {
        "metadata": {"name": "archive", "namespace": SPACE},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast-ssd",
                 "resources": {"requests": {"storage": "5Gi"}}},
        "status": {"phase": "Pending"},
    }  # fmt: skip
    play.create("persistentvolumeclaims", claim)


def held_by_finalizer(resource: str) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        made = play.create(
            resource, {"metadata": {"name": "leftover", "namespace": SPACE, "finalizers": ["acme.io/hold"]}}
        )
        assert made
        play.world.store.delete(resource, SPACE, "leftover")

    return act


def headless_is_gone(play: Play) -> None:
    made = play.deploy("queue", kind="StatefulSet", replicas=2)
    play.advance(120)
    play.world.store.delete("services", SPACE, made.name)


def policy(selected: str) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        spec = {"podSelector": {"matchLabels": {"app": selected}}, "policyTypes": ["Ingress"], "ingress": []}
        made = {"metadata": {"name": "guard", "namespace": SPACE}, "spec": spec}
        play.create("networkpolicies.networking.k8s.io", made)

    return act


def policy_names_a_label(play: Play) -> None:
    """A policy lets a namespace in by a label that it does not have."""
    play.create("namespaces", manifests.namespace("partners"))
    peer = {"namespaceSelector": {"matchLabels": {"name": "partners"}}}
    spec = {
        "podSelector": {"matchLabels": {"app": play.app.name}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [peer]}],
    }
    made = {"metadata": {"name": "guard", "namespace": SPACE}, "spec": spec}
    play.create("networkpolicies.networking.k8s.io", made)


def policy_cuts_off(play: Play) -> None:
    made = database(play)
    policy(made.name)(play)
    play.breaks(play.app, "crash-loop", "redis: dial tcp orders-db:5432: i/o timeout")


def noisy_neighbour(play: Play) -> None:
    """One application takes the room that another needs."""
    play.template(play.others[0], container={"resources": {"requests": {"cpu": "3"}}})
    play.change(play.others[0], replicas=4)
    play.advance(600)
    play.template(play.app, container={"resources": {"requests": {"cpu": "2"}}})
    play.change(play.app, replicas=4)


def small_node_joins(play: Play) -> None:
    play.create("nodes", manifests.node("worker-node-9", 9, zone="us-west-2a"))


def restarts_and_scales(play: Play) -> None:
    play.change(play.app, replicas=3)
    play.advance(200)
    play.change(play.others[0], replicas=1)


def deletes_a_pod(play: Play) -> None:
    play.world.store.delete("pods", SPACE, play.pods(play.app)[0]["metadata"]["name"])


def fails_once(play: Play) -> None:
    pod = play.pods(play.app)[0]["metadata"]["uid"]
    play.world.faults.break_pod(pod, "crash-loop")
    play.advance(20)
    play.world.faults.heal_pod(pod)


def node_comes_back(play: Play) -> None:
    play.world.faults.break_node("worker-node-2")
    play.advance(400)
    play.world.faults.heal_node("worker-node-2")


def releases_well(play: Play) -> None:
    play.template(play.app, container={"image": f"registry.example.com/{play.app.name}:next"})


def runs_a_job(play: Play) -> None:
    job(play, "report")


def protects(play: Play) -> None:
    play.change(play.app, replicas=3)
    play.create("poddisruptionbudgets.policy", manifests.budget(play.app, maxUnavailable=1))


def one_pod_of_three(play: Play) -> None:
    """One of three replicas is killed for its memory over and over."""
    play.change(play.app, replicas=3)
    play.advance(200)
    play.world.faults.break_pod(play.pods(play.app)[0]["metadata"]["uid"], "out-of-memory")
