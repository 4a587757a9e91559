"""PodDisruptionBudgets: how many pods may be disrupted now, computed from the pods' owners and readiness."""

from __future__ import annotations

from typing import Any

from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.objects import (
    controller_of,
    is_active,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    scaled_value,
    set_condition,
    with_status,
)
from simulator.world.selectors import matches

RESOURCE = "poddisruptionbudgets.policy"
_SCALES = {
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "Deployment": "deployments.apps",
}


class Budgets:
    """The disruption controller."""

    name = "budget"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Budgets; pods, and the scales that say how many there should be."""
        return {
            RESOURCE: itself,
            "pods": self._matching,
            "deployments.apps": self._in_namespace,
            "statefulsets.apps": self._in_namespace,
        }

    def _matching(self, event: Event) -> list[Key]:
        before = event.previous
        if (
            before is not None
            and event.type == "MODIFIED"
            and is_ready(before) == is_ready(event.object)
            and is_active(before) == is_active(event.object)
            and labels_of(before) == labels_of(event.object)
        ):
            return []
        return [
            Key(RESOURCE, event.key.namespace, budget["metadata"]["name"])
            for budget in self._cluster.store.list(RESOURCE, event.key.namespace)
            if matches(budget["spec"].get("selector"), labels_of(event.object))
            or (before is not None and matches(budget["spec"].get("selector"), labels_of(before)))
        ]

    def _in_namespace(self, event: Event) -> list[Key]:
        if event.previous is not None and event.previous.get("spec") == event.object.get("spec"):
            return []
        return [
            Key(RESOURCE, event.key.namespace, budget["metadata"]["name"])
            for budget in self._cluster.store.list(RESOURCE, event.key.namespace)
        ]

    def reconcile(self, key: Key) -> None:
        """Count the pods that the budget covers."""
        budget = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if budget is None or is_terminating(budget):
            return
        pods = [
            pod
            for pod in self._cluster.store.list("pods", key.namespace)
            if matches(budget["spec"].get("selector"), labels_of(pod)) and not is_finished(pod)
        ]
        expected, desired = self._expectation(budget["spec"], pods)
        healthy = sum(is_ready(pod) and not is_terminating(pod) for pod in pods)
        allowed = max(0, healthy - desired) if expected else 0
        condition = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "observedGeneration": budget["metadata"].get("generation", 1),
        }
        status = budget.get("status") or {}
        changes: dict[str, Any] = {
            "observedGeneration": budget["metadata"].get("generation", 1),
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "conditions": set_condition(status.get("conditions") or [], condition, self._cluster.now()),
        }
        self._cluster.write_status(RESOURCE, with_status(budget, **changes))

    def _expectation(self, spec: Object, pods: list[Object]) -> tuple[int, int]:
        """How many pods there should be, and how many of them have to be healthy."""
        if isinstance(spec.get("minAvailable"), int):
            return len(pods), int(spec["minAvailable"])
        expected = self._expected(pods)
        if "maxUnavailable" in spec:
            unavailable = scaled_value(spec["maxUnavailable"], expected, round_up=True)
            return expected, max(0, expected - unavailable)
        return expected, scaled_value(spec.get("minAvailable", 1), expected, round_up=True)

    def _expected(self, pods: list[Object]) -> int:
        scales: dict[str, int] = {}
        for pod in pods:
            scale = self._scale_of(pod)
            if scale is not None:
                scales[scale[0]] = scale[1]
        return sum(scales.values())

    def _scale_of(self, obj: Object) -> tuple[str, int] | None:
        """The topmost owner that has a scale, and that scale."""
        owner = controller_of(obj)
        resource = _SCALES.get(owner["kind"]) if owner else None
        if owner is None or resource is None:
            return None
        found = self._cluster.store.find(resource, obj["metadata"]["namespace"], owner["name"])
        if found is None:
            return None
        above = self._scale_of(found)
        return above or (found["metadata"]["uid"], int(found["spec"].get("replicas", 1)))
