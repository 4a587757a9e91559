"""Clusters of any size, made at once: every pod already runs, every object is as large as in a real cluster.

Pods of one Deployment share the parts that are equal (the store's objects are read-only), so ten thousand of them
take seconds and a few hundred megabytes less than copies would.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.clock import format_time
from simulator.store import Object, Store
from simulator.world import pod_status
from simulator.world.cluster import Names
from simulator.world.managed_fields import managed_entry
from simulator.world.objects import owner_reference, template_hash
from simulator.world.pods import complete_pod
from simulator.world.scenarios.base import SYSTEM_NAMESPACES
from simulator.world.scenarios.manifests import (
    App,
    healthy_conditions,
    namespace,
    node,
    service,
    storage_class,
    workload,
)

_PODS_PER_NODE = 100
_PODS_PER_APP = 25
_APPS_PER_NAMESPACE = 20
_THINGS = ("ledger", "courier", "catalog", "pricing", "tracking", "identity", "booking", "archive", "router", "quota")
_ROLES = ("api", "worker", "gateway", "sync", "feed", "index", "relay", "planner", "store", "mailer")
_TEAMS = ("north", "south", "east", "west", "core", "edge", "lab", "field", "depot", "harbor")
_ENVIRONMENT = ("LOG_LEVEL", "REGION", "QUEUE_URL", "FEATURE_FLAGS", "TRACE_RATIO", "POOL_SIZE")


@dataclass(slots=True)
class _Maker:
    """What making many objects needs."""

    store: Store
    dice: random.Random
    names: Names
    nodes: list[Object]
    placed: int = 0

    def uid(self) -> str:
        """A uid that depends on the seed alone."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def stamp(self) -> str:
        """A time in the last twenty days."""
        ago = timedelta(seconds=self.dice.uniform(3600, 20 * 86400))
        return format_time(self.store.clock.now().astimezone(UTC) - ago)


def generate(store: Store, *, pods: int, seed: int = 1) -> None:
    """Fill an empty store with `pods` running pods of Deployments, on as many nodes as they need."""
    dice = random.Random(seed)
    names = Names(seed)
    count = max(3, -(-pods // _PODS_PER_NODE))
    maker = _Maker(store, dice, names, [])
    for name in SYSTEM_NAMESPACES:
        store.create("namespaces", namespace(name))
    store.create("storageclasses.storage.k8s.io", storage_class())
    for number in range(count):
        maker.nodes.append(store.create("nodes", _node(maker, number)))
    left, number = pods, 0
    while left > 0:
        place = _namespace_name(number // _APPS_PER_NAMESPACE)
        if number % _APPS_PER_NAMESPACE == 0:
            store.create("namespaces", namespace(place, {"team": place.split("-")[0]}))
        _make_app(maker, place, number, min(left, _PODS_PER_APP))
        left -= _PODS_PER_APP
        number += 1


def _namespace_name(number: int) -> str:
    team = _TEAMS[number % len(_TEAMS)]
    return team if number < len(_TEAMS) else f"{team}-{number // len(_TEAMS) + 1}"


def _node(maker: _Maker, number: int) -> Object:
    zone = f"eu-central-1{'abc'[number % 3]}"
    made = node(f"node-{number + 1:03d}", number, zone=zone, cpu="32", memory="128Gi")
    made["status"]["allocatable"] |= {"cpu": "31500m", "memory": "126Gi"}
    made["status"]["capacity"]["pods"] = made["status"]["allocatable"]["pods"] = "250"
    stamp = maker.stamp()
    made["status"]["conditions"] = healthy_conditions(stamp)
    made["metadata"] |= {"creationTimestamp": stamp, "uid": maker.uid()}
    return made


def _make_app(maker: _Maker, place: str, number: int, size: int) -> None:
    dice = maker.dice
    name = f"{_THINGS[number % 10]}-{_ROLES[number // 10 % 10]}-{number:03d}"
    environment = {
        variable: f"{variable.lower().replace('_', '-')}-{dice.randrange(1000)}" for variable in _ENVIRONMENT
    }
    cpu, memory = dice.choice((50, 100, 150, 200)), dice.choice((64, 128, 256, 384))
    app = App(
        place,
        name,
        f"registry.example.com/{place}/{name}:{dice.randrange(1, 9)}.{dice.randrange(20)}.{dice.randrange(10)}",
        size,
        (f"{cpu}m", f"{memory}Mi"),
        (f"{cpu * 4}m", f"{memory * 2}Mi"),
        part_of=place,
        environment=environment,
    )
    stamp = maker.stamp()
    _, deployment = workload(app)
    deployment["metadata"] |= {
        "uid": maker.uid(),
        "creationTimestamp": stamp,
        "annotations": {"deployment.kubernetes.io/revision": "1"},
    }
    digest = template_hash(deployment["spec"]["template"], number)
    deployment["status"] = _deployment_status(f"{name}-{digest}", size, stamp)
    owner = maker.store.create("deployments.apps", deployment)
    replica_set = maker.store.create("replicasets.apps", _replica_set(maker, owner, digest, size, stamp))
    maker.store.create("services", service(app, f"10.{100 + number // 250 % 100}.{number % 250}.10"))
    _make_pods(maker, replica_set, size, stamp)


def _deployment_status(replica_set: str, size: int, stamp: str) -> dict[str, Any]:
    times = {"lastUpdateTime": stamp, "lastTransitionTime": stamp}
    return {
        "observedGeneration": 1,
        "replicas": size,
        "updatedReplicas": size,
        "readyReplicas": size,
        "availableReplicas": size,
        "terminatingReplicas": 0,
        "conditions": [
            {
                "type": "Available",
                "status": "True",
                "reason": "MinimumReplicasAvailable",
                "message": "Deployment has minimum availability.",
                **times,
            },
            {
                "type": "Progressing",
                "status": "True",
                "reason": "NewReplicaSetAvailable",
                "message": f'ReplicaSet "{replica_set}" has successfully progressed.',
                **times,
            },
        ],
    }


def _replica_set(maker: _Maker, owner: Object, digest: str, size: int, stamp: str) -> Object:
    template = owner["spec"]["template"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": digest}
    metadata = {
        "name": f"{owner['metadata']['name']}-{digest}",
        "namespace": owner["metadata"]["namespace"],
        "uid": maker.uid(),
        "creationTimestamp": stamp,
        "labels": labels,
        "annotations": {
            "deployment.kubernetes.io/desired-replicas": str(size),
            "deployment.kubernetes.io/max-replicas": str(size + -(-size // 4)),
            "deployment.kubernetes.io/revision": "1",
        },
        "ownerReferences": [owner_reference(owner)],
    }
    spec = {
        "replicas": size,
        "selector": {"matchLabels": {**owner["spec"]["selector"]["matchLabels"], "pod-template-hash": digest}},
        "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
    }
    counts = dict.fromkeys(("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"), size)
    return {"metadata": metadata, "spec": spec, "status": {**counts, "terminatingReplicas": 0, "observedGeneration": 1}}


def _make_pods(maker: _Maker, replica_set: Object, size: int, stamp: str) -> None:
    prefix = f"{replica_set['metadata']['name']}-"
    namespace_name = replica_set["metadata"]["namespace"]
    model = complete_pod(maker.names, replica_set["spec"]["template"], namespace=namespace_name, name=prefix, spec={})
    owners = [owner_reference(replica_set)]
    born = datetime.fromisoformat(stamp)
    managed = _managed_fields(model, owners, stamp, format_time(born + timedelta(seconds=4)))
    for _ in range(size):
        host = maker.nodes[maker.placed % len(maker.nodes)]
        maker.placed += 1
        metadata = {
            **model["metadata"],
            "name": prefix + maker.names.ending(),
            "generateName": prefix,
            "uid": maker.uid(),
            "creationTimestamp": stamp,
            "ownerReferences": owners,
            "managedFields": managed,
        }
        pod = {**model, "metadata": metadata, "spec": {**model["spec"], "nodeName": host["metadata"]["name"]}}
        pod["status"] = _running(pod, born, host["status"]["addresses"][0]["address"])
        maker.store.create("pods", pod)


def _running(pod: Object, born: datetime, host_ip: str) -> dict[str, Any]:
    started = pod_status.creating(pod, born, host_ip)
    return pod_status.running({**pod, "status": started}, born + timedelta(seconds=3), host_ip, ready=True)


def _managed_fields(model: Object, owners: list[Object], born: str, ready: str) -> list[Object]:
    metadata = {"labels": model["metadata"]["labels"], "generateName": "", "ownerReferences": owners}
    kinds = ("ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready")
    condition = dict.fromkeys(("status", "lastTransitionTime", "observedGeneration", "lastProbeTime"), "")
    written = ("containerStatuses", "hostIP", "hostIPs", "phase", "podIP", "startTime")
    status = {
        **dict.fromkeys(written, ""),
        "conditions": [{"type": kind, **condition} for kind in kinds],
        "podIPs": [{"ip": "10.244.0.1"}],
    }
    return [
        managed_entry("kube-controller-manager", born, {"metadata": metadata, "spec": model["spec"]}),
        managed_entry("kubelet", ready, {"status": status}, subresource="status"),
    ]
