"""Pods by owner, node and workload, kept up to date from the store's events, so that no control loop scans."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.kit.quantities import parse_quantity
from simulator.store import Event, Key, Object, Store
from simulator.world.objects import controller_of, is_finished


@dataclass(frozen=True, slots=True)
class Requests:
    """What a pod asks of its node: cores and bytes."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Workload:
    """What a pod belongs to in the eyes of a person: the Deployment above its ReplicaSet, else its owner."""

    kind: str
    namespace: str
    name: str


def requests_of(pod: Object) -> Requests:
    """The pod's requests as the scheduler counts them: containers summed, or the largest init container."""
    cpu = memory = 0.0
    for container in pod["spec"].get("containers") or ():
        asked = (container.get("resources") or {}).get("requests") or {}
        cpu += parse_quantity(asked.get("cpu", 0))
        memory += parse_quantity(asked.get("memory", 0))
    for container in pod["spec"].get("initContainers") or ():
        asked = (container.get("resources") or {}).get("requests") or {}
        cpu = max(cpu, parse_quantity(asked.get("cpu", 0)))
        memory = max(memory, parse_quantity(asked.get("memory", 0)))
    return Requests(cpu, memory)


class PodIndex:
    """Where the pods are; every list is in no particular order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_owner: dict[str, dict[Key, None]] = {}
        self._by_node: dict[str, dict[Key, Requests]] = {}
        for pod in store.list("pods"):
            self._add(Key("pods", pod["metadata"]["namespace"], pod["metadata"]["name"]), pod)

    def observe(self, event: Event) -> None:
        """Take in one change of the store."""
        if event.key.resource != "pods":
            return
        if event.previous is not None and event.type != "DELETED" and _same_place(event.previous, event.object):
            return
        if event.previous is not None:
            self._remove(event.key, event.previous)
        if event.type != "DELETED":
            self._add(event.key, event.object)

    def owned_by(self, uid: str) -> list[Object]:
        """The pods that the object with this uid controls."""
        return self._objects(self._by_owner.get(uid, ()))

    def on_node(self, node: str) -> list[Object]:
        """The pods bound to a node that have not ended."""
        return self._objects(self._by_node.get(node, ()))

    def load_of(self, node: str) -> tuple[int, Requests]:
        """How many pods a node has, and what they request together."""
        loads = self._by_node.get(node, {}).values()
        return len(loads), Requests(sum(load.cpu for load in loads), sum(load.memory for load in loads))

    def workload_of(self, pod: Object) -> Workload:
        """The workload that a pod belongs to; the pod itself when nothing controls it."""
        namespace = pod["metadata"]["namespace"]
        owner = controller_of(pod)
        if owner is None:
            return Workload("Pod", namespace, pod["metadata"]["name"])
        if owner["kind"] == "ReplicaSet":
            replica_set = self._store.find("replicasets.apps", namespace, owner["name"])
            above = controller_of(replica_set) if replica_set is not None else None
            if above is not None:
                return Workload(above["kind"], namespace, above["name"])
        return Workload(owner["kind"], namespace, owner["name"])

    def peers_of(self, pod: Object) -> list[Object]:
        """All pods of the pod's workload, of every revision."""
        workload = self.workload_of(pod)
        if workload.kind != "Deployment":
            owner = controller_of(pod)
            return self.owned_by(owner["uid"]) if owner else [pod]
        deployment = self._store.find("deployments.apps", workload.namespace, workload.name)
        if deployment is None:
            return [pod]
        peers: list[Object] = []
        for replica_set in self._store.list("replicasets.apps", workload.namespace):
            owner = controller_of(replica_set)
            if owner is not None and owner["uid"] == deployment["metadata"]["uid"]:
                peers += self.owned_by(replica_set["metadata"]["uid"])
        return peers

    def _objects(self, keys: dict[Key, None] | dict[Key, Requests] | tuple[()]) -> list[Object]:
        found = (self._store.find("pods", key.namespace, key.name) for key in keys)
        return [pod for pod in found if pod is not None]

    def _add(self, key: Key, pod: Object) -> None:
        owner = controller_of(pod)
        if owner is not None:
            self._by_owner.setdefault(owner["uid"], {})[key] = None
        node = pod["spec"].get("nodeName")
        if node and not is_finished(pod):
            self._by_node.setdefault(node, {})[key] = requests_of(pod)

    def _remove(self, key: Key, pod: Object) -> None:
        owner = controller_of(pod)
        if owner is not None:
            owned = self._by_owner.get(owner["uid"], {})
            owned.pop(key, None)
            if not owned:
                self._by_owner.pop(owner["uid"], None)
        self._by_node.get(pod["spec"].get("nodeName") or "", {}).pop(key, None)


def _same_place(old: Object, new: Object) -> bool:
    return (
        old["spec"].get("nodeName") == new["spec"].get("nodeName")
        and is_finished(old) == is_finished(new)
        and old["metadata"].get("ownerReferences") == new["metadata"].get("ownerReferences")
    )
