"""DaemonSets: one pod on every node that takes it, updated a few at a time."""

from __future__ import annotations

from typing import Any

from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.controllers.revisions import REVISION_LABEL, current_revision, forget_old
from simulator.world.objects import (
    available_in_seconds,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    scaled_value,
    with_status,
)
from simulator.world.pods import PodRefused, create_pod, delete_pod
from simulator.world.selectors import fits_node, untolerated_taint

RESOURCE = "daemonsets.apps"
_SOURCE = "daemonset-controller"
_RETRY_SECONDS = 15.0
_TOLERATED = ("not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")


class DaemonSets:
    """The DaemonSet controller."""

    name = "daemonset"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """DaemonSets, the pods they own, and nodes, which concern all of them."""
        return {RESOURCE: itself, "pods": controller_key(RESOURCE, "DaemonSet"), "nodes": self._on_node}

    def _on_node(self, event: Event) -> list[Key]:
        if event.previous is not None and event.type == "MODIFIED" and _same_place(event.previous, event.object):
            return []
        return [
            Key(RESOURCE, found["metadata"]["namespace"], found["metadata"]["name"])
            for found in self._cluster.store.list(RESOURCE)
        ]

    def reconcile(self, key: Key) -> None:
        """Create, remove and update pods, then count."""
        owner = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if owner is None or is_terminating(owner):
            return
        revision = current_revision(self._cluster, owner)
        digest = labels_of(revision)[REVISION_LABEL]
        try:
            self._place(owner, digest)
        except PodRefused:
            self._cluster.look_at(self.name, key, _RETRY_SECONDS)
        self._update(owner, digest)
        self._write_status(self._cluster.store.get(RESOURCE, key.namespace, key.name), digest)
        forget_old(self._cluster, owner, {revision["metadata"]["name"]})

    def _place(self, owner: Object, digest: str) -> None:
        pods = self._pods(owner)
        for node in self._cluster.store.list("nodes"):
            name = node["metadata"]["name"]
            wanted = self._wants(owner, node)
            pod = pods.pop(name, None)
            if pod is not None and is_finished(pod) and not is_terminating(pod):
                delete_pod(self._cluster, owner, pod, source=_SOURCE)
            elif pod is None and wanted:
                self._create(owner, name, digest)
            elif pod is not None and not wanted and not is_terminating(pod):
                delete_pod(self._cluster, owner, pod, source=_SOURCE)
        for pod in pods.values():
            if not is_terminating(pod):
                delete_pod(self._cluster, owner, pod, source=_SOURCE)

    def _create(self, owner: Object, node: str, digest: str) -> None:
        template = owner["spec"]["template"]
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}
        spec: dict[str, Any] = {"affinity": affinity, "tolerations": _tolerations(template["spec"])}
        labels = {REVISION_LABEL: digest, "pod-template-generation": str(owner["metadata"].get("generation", 1))}
        create_pod(self._cluster, owner, template, labels=labels, spec=spec, source=_SOURCE)

    def _update(self, owner: Object, digest: str) -> None:
        strategy = owner["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return
        pods = self._pods(owner).values()
        most = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
        room = max(1, scaled_value(most, len(pods), round_up=True))
        room -= sum(is_terminating(pod) or self._waits(owner, pod) != 0.0 for pod in pods)
        old = [pod for pod in pods if labels_of(pod).get(REVISION_LABEL) != digest and not is_terminating(pod)]
        for pod in sorted(old, key=is_ready):
            unavailable = self._waits(owner, pod) != 0.0
            if not unavailable and room <= 0:
                continue
            delete_pod(self._cluster, owner, pod, source=_SOURCE)
            room -= not unavailable

    def _waits(self, owner: Object, pod: Object) -> float | None:
        return available_in_seconds(pod, owner["spec"].get("minReadySeconds", 0), self._cluster.now())

    def _wants(self, owner: Object, node: Object) -> bool:
        template = owner["spec"]["template"]["spec"]
        pod = {"spec": {**template, "tolerations": _tolerations(template)}}
        return fits_node(pod, node) and untolerated_taint(pod, node, ("NoSchedule", "NoExecute")) is None

    def _pods(self, owner: Object) -> dict[str, Object]:
        return {_target(pod): pod for pod in self._cluster.pods.owned_by(owner["metadata"]["uid"])}

    def _write_status(self, owner: Object, digest: str) -> None:
        wanted = {node["metadata"]["name"] for node in self._cluster.store.list("nodes") if self._wants(owner, node)}
        pods = {node: pod for node, pod in self._pods(owner).items() if not is_terminating(pod)}
        placed = [pod for node, pod in pods.items() if node in wanted]
        available = sum(self._waits(owner, pod) == 0.0 for pod in placed)
        waits = [wait for pod in placed if (wait := self._waits(owner, pod))]
        if waits:
            key = Key(RESOURCE, owner["metadata"]["namespace"], owner["metadata"]["name"])
            self._cluster.look_at(self.name, key, min(waits))
        counts: dict[str, Any] = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "currentNumberScheduled": len(placed),
            "desiredNumberScheduled": len(wanted),
            "numberMisscheduled": len(pods) - len(placed),
            "numberReady": sum(is_ready(pod) for pod in placed),
            "numberAvailable": available or None,
            "numberUnavailable": (len(wanted) - available) or None,
            "updatedNumberScheduled": sum(labels_of(pod).get(REVISION_LABEL) == digest for pod in placed) or None,
        }
        self._cluster.write_status(RESOURCE, with_status(owner, **counts))


def _target(pod: Object) -> str:
    if pod["spec"].get("nodeName"):
        return str(pod["spec"]["nodeName"])
    required = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return str(required["nodeSelectorTerms"][0]["matchFields"][0]["values"][0])


def _tolerations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    added = [
        {
            "key": f"node.kubernetes.io/{taint}",
            "operator": "Exists",
            "effect": "NoExecute" if taint in ("not-ready", "unreachable") else "NoSchedule",
        }
        for taint in _TOLERATED
    ]
    return [*(spec.get("tolerations") or ()), *added]


def _same_place(old: Object, new: Object) -> bool:
    """Whether nothing changed that decides which pods a node takes."""
    labels = old["metadata"].get("labels") == new["metadata"].get("labels")
    return bool(labels and old.get("spec") == new.get("spec"))
