"""The scheduler: each unbound pod to a node that takes it, the emptiest with the fewest siblings first.

Refusals are in the real scheduler's words.
Filters: cordoned and tainted nodes, selectors and required affinity, pods per node, cpu and memory requests.
No preemption, no spread constraints, no priorities.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hexaops.kit.quantities import parse_quantity
from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper
from simulator.world.index import requests_of
from simulator.world.objects import controller_of, is_finished, is_terminating, set_condition, with_spec
from simulator.world.selectors import fits_node, untolerated_taint

_SOURCE = "default-scheduler"
_RETRY_SECONDS = 300.0
"""How long the real scheduler leaves an unschedulable pod alone when nothing changes."""
_CROWD_WEIGHT = 0.15
"""How much a pod of the same owner counts against a node, where 1 is a full node."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a node says to a pod: why it does not take it, or how full (0 to 1) it would be with it."""

    refusals: tuple[str, ...]
    is_hopeless: bool = False
    """The node would not take it empty either."""
    score: float = 1.0
    pods: int = 0


class Scheduler:
    """Binds pods to nodes."""

    name = "scheduler"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._waiting: dict[Key, None] = {}

    def interests(self) -> dict[str, Mapper]:
        """Handle new pods, and changes that may make room for pending ones."""
        return {"pods": self._on_pod, "nodes": self._on_node}

    def _on_pod(self, event: Event) -> list[Key]:
        pod, before = event.object, event.previous
        if event.type == "DELETED":
            self._waiting.pop(event.key, None)
            return list(self._waiting) if pod["spec"].get("nodeName") else []
        if is_finished(pod) and before is not None and not is_finished(before):
            return list(self._waiting)
        if before is None and not pod["spec"].get("nodeName"):
            return [event.key]
        return []

    def _on_node(self, event: Event) -> list[Key]:
        before = event.previous
        if before is not None and before.get("spec") == event.object.get("spec"):
            same_labels = before["metadata"].get("labels") == event.object["metadata"].get("labels")
            if same_labels and _allocatable(before) == _allocatable(event.object):
                return []
        return list(self._waiting)

    def reconcile(self, key: Key) -> None:
        """Bind a pod, or say why no node takes it."""
        pod = self._cluster.store.find("pods", key.namespace, key.name)
        if pod is None or is_terminating(pod) or pod["spec"].get("nodeName") or pod["spec"].get("schedulingGates"):
            self._waiting.pop(key, None)
            return
        if pod["spec"].get("schedulerName", _SOURCE) != _SOURCE:
            return
        weighed = [(self._weigh(pod, node), node["metadata"]["name"]) for node in self._cluster.store.list("nodes")]
        fitting = [(found.score, found.pods, name) for found, name in weighed if not found.refusals]
        if fitting:
            self._waiting.pop(key, None)
            self._bind(pod, min(fitting)[2])
        else:
            self._waiting[key] = None
            self._refuse(pod, refusal_message([found for found, _ in weighed]))
            self._cluster.look_at(self.name, key, _RETRY_SECONDS)

    def _weigh(self, pod: Object, node: Object) -> Weighed:
        asked = requests_of(pod)
        if (node.get("spec") or {}).get("unschedulable") and not _tolerates_cordon(pod):
            return Weighed(("node(s) were unschedulable",), is_hopeless=True)
        if untolerated_taint(pod, node, ("NoSchedule", "NoExecute")) is not None:
            return Weighed(("node(s) had untolerated taint(s)",), is_hopeless=True)
        if not fits_node(pod, node):
            return Weighed(("node(s) didn't match Pod's node affinity/selector",), is_hopeless=True)
        count, load = self._cluster.pods.load_of(node["metadata"]["name"])
        room = _allocatable(node)
        refusals = []
        if count + 1 > room["pods"]:
            refusals.append("Too many pods")
        if asked.cpu and load.cpu + asked.cpu > room["cpu"] + 1e-9:
            refusals.append("Insufficient cpu")
        if asked.memory and load.memory + asked.memory > room["memory"] + 0.5:
            refusals.append("Insufficient memory")
        cpu_full = (load.cpu + asked.cpu) / room["cpu"] if room["cpu"] else 1.0
        memory_full = (load.memory + asked.memory) / room["memory"] if room["memory"] else 1.0
        crowd = _CROWD_WEIGHT * self._siblings_on(pod, node["metadata"]["name"])
        too_big = asked.cpu > room["cpu"] or asked.memory > room["memory"]
        score = (cpu_full + memory_full) / 2 + crowd
        return Weighed(tuple(refusals), is_hopeless=too_big, score=score, pods=count)

    def _siblings_on(self, pod: Object, node: str) -> int:
        owner = controller_of(pod)
        siblings = self._cluster.pods.owned_by(owner["uid"]) if owner else []
        return sum(sibling["spec"].get("nodeName") == node for sibling in siblings)

    def _bind(self, pod: Object, node: str) -> None:
        metadata = pod["metadata"]
        bound = with_spec(pod, nodeName=node)
        conditions = set_condition(
            (pod.get("status") or {}).get("conditions") or [],
            {"type": "PodScheduled", "status": "True", "lastProbeTime": None},
            self._cluster.now(),
        )
        bound["status"] = {**(pod.get("status") or {}), "conditions": conditions}
        written = self._cluster.store.update("pods", bound, bump_generation=False)
        message = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {node}"
        self._cluster.recorder.normal(written, "Scheduled", message, source=_SOURCE)

    def _refuse(self, pod: Object, message: str) -> None:
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastProbeTime": None,
        }
        conditions = set_condition((pod.get("status") or {}).get("conditions") or [], condition, self._cluster.now())
        written = self._cluster.write_status(
            "pods", {**pod, "status": {**(pod.get("status") or {}), "phase": "Pending", "conditions": conditions}}
        )
        self._cluster.recorder.warning(written, "FailedScheduling", message, source=_SOURCE)


def refusal_message(weighed: list[Weighed]) -> str:
    """The real scheduler's words, those of its plug-ins for claims and preemption included."""
    if not weighed:
        return "no nodes available to schedule pods"
    reasons = Counter(reason for found in weighed for reason in found.refusals)
    hopeless = sum(found.is_hopeless for found in weighed)
    preemption = []
    if hopeless < len(weighed):
        preemption.append(f"{len(weighed) - hopeless} No preemption victims found for incoming pod")
    if hopeless:
        preemption.append(f"{hopeless} Preemption is not helpful for scheduling")
    available = f"0/{len(weighed)} nodes are available: "
    told = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    return f"{available}{told}. no new claims to deallocate, preemption: {available}{', '.join(preemption)}."


def _allocatable(node: Object) -> dict[str, float]:
    status = node.get("status") or {}
    amounts = status.get("allocatable") or status.get("capacity") or {}
    return {name: parse_quantity(amounts.get(name, 0)) for name in ("cpu", "memory", "pods")}


def _tolerates_cordon(pod: Object) -> bool:
    return any(
        toleration.get("key") == "node.kubernetes.io/unschedulable"
        for toleration in pod["spec"].get("tolerations") or ()
    )
