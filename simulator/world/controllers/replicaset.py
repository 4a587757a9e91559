"""ReplicaSets: as many pods as asked for, and a status that counts them.

Which pods go first when there are too many follows the real controller (`ActivePodsWithRanks`): unassigned,
pending, not ready, cheap to delete, crowded on one node, ready for a short time, often restarted, young.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.clock import format_time
from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.objects import (
    annotations_of,
    available_in_seconds,
    find_condition,
    is_active,
    is_ready,
    is_terminating,
    key_of,
    labels_of,
    phase_of,
    with_status,
)
from simulator.world.pods import PodRefused, create_pod, delete_pod

RESOURCE = "replicasets.apps"
_SOURCE = "replicaset-controller"
_RETRY_SECONDS = 15.0


class ReplicaSets:
    """The ReplicaSet controller."""

    name = "replicaset"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """ReplicaSets, and the pods they own."""
        return {RESOURCE: itself, "pods": controller_key(RESOURCE, "ReplicaSet")}

    def reconcile(self, key: Key) -> None:
        """Create or delete pods, then count."""
        replica_set = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if replica_set is None:
            return
        refusal = None
        if not is_terminating(replica_set):
            refusal = self._adjust(replica_set)
        self._write_status(replica_set, refusal)
        if refusal is not None:
            self._cluster.look_at(self.name, key, _RETRY_SECONDS)

    def _adjust(self, replica_set: Object) -> str | None:
        pods = self._active(replica_set)
        missing = replica_set["spec"].get("replicas", 1) - len(pods)
        for _ in range(missing):
            try:
                create_pod(self._cluster, replica_set, replica_set["spec"]["template"], source=_SOURCE)
            except PodRefused as refusal:
                return str(refusal)
        if missing < 0:
            on_nodes = Counter(pod["spec"].get("nodeName") for pod in self._family(replica_set))
            for pod in sorted(pods, key=lambda pod: deletion_rank(pod, on_nodes))[:-missing]:
                delete_pod(self._cluster, replica_set, pod, source=_SOURCE)
        return None

    def _active(self, replica_set: Object) -> list[Object]:
        owned = self._cluster.pods.owned_by(replica_set["metadata"]["uid"])
        return [pod for pod in owned if is_active(pod)]

    def _family(self, replica_set: Object) -> list[Object]:
        pods = self._active(replica_set)
        return [pod for pod in self._cluster.pods.peers_of(pods[0]) if is_active(pod)] if pods else []

    def _write_status(self, replica_set: Object, refusal: str | None) -> None:
        now = self._cluster.now()
        pods = self._active(replica_set)
        leaving = sum(is_terminating(pod) for pod in self._cluster.pods.owned_by(replica_set["metadata"]["uid"]))
        wanted = (replica_set["spec"]["template"].get("metadata") or {}).get("labels") or {}
        waits = [available_in_seconds(pod, replica_set["spec"].get("minReadySeconds", 0), now) for pod in pods]
        later = [wait for wait in waits if wait]
        if later:
            self._cluster.look_at(self.name, key_of(RESOURCE, replica_set), min(later))
        counts: dict[str, Any] = {
            "replicas": len(pods),
            "fullyLabeledReplicas": sum(wanted.items() <= labels_of(pod).items() for pod in pods) or None,
            "readyReplicas": sum(is_ready(pod) for pod in pods) or None,
            "availableReplicas": sum(wait == 0.0 for wait in waits) or None,
            "terminatingReplicas": leaving,
            "observedGeneration": replica_set["metadata"].get("generation", 1),
            "conditions": self._failure(replica_set, refusal),
        }
        self._cluster.write_status(RESOURCE, with_status(replica_set, **counts))

    def _failure(self, replica_set: Object, refusal: str | None) -> list[dict[str, Any]] | None:
        if refusal is None:
            return None
        old = find_condition(replica_set, "ReplicaFailure")
        if old is not None and _why(old.get("message", "")) == _why(refusal):
            return [old]
        stamp = format_time(self._cluster.now())
        return [
            {
                "type": "ReplicaFailure",
                "status": "True",
                "reason": "FailedCreate",
                "message": refusal,
                "lastTransitionTime": stamp,
            }
        ]


def _why(refusal: str) -> str:
    """A refusal without the generated name of the pod, which is another one at each attempt."""
    return refusal.partition(" is forbidden: ")[2]


def deletion_rank(pod: Object, on_nodes: Counter[str | None]) -> tuple[Any, ...]:
    """A key that sorts first what the real controller would delete first."""
    ready = find_condition(pod, "Ready") or {}
    restarts = sum(status.get("restartCount", 0) for status in pod.get("status", {}).get("containerStatuses") or ())
    cost = int(annotations_of(pod).get("controller.kubernetes.io/pod-deletion-cost", 0))
    return (
        bool(pod["spec"].get("nodeName")),
        {"Pending": 0, "Unknown": 1}.get(phase_of(pod), 2),
        is_ready(pod),
        cost,
        -on_nodes[pod["spec"].get("nodeName")],
        _reversed_text(ready.get("lastTransitionTime", "")),
        -restarts,
        _reversed_text(pod["metadata"]["creationTimestamp"]),
        pod["metadata"]["name"],
    )


def _reversed_text(text: str) -> tuple[int, ...]:
    return tuple(-ord(character) for character in text)
