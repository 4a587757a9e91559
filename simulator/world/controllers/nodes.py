"""Nodes: heartbeats as kubelets send them, and what follows when one goes down or is cordoned.

A heartbeat is a Lease renewed now and then and a node status written every five minutes: often enough that readers
see a living node, rarely enough that an idle cluster stays idle.
"""

from __future__ import annotations

from typing import Any

from simulator.clock import format_micro_time, format_time, parse_time
from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.faults import Faults
from simulator.world.objects import (
    find_condition,
    is_ready,
    is_terminating,
    set_condition,
    with_spec,
    with_status,
)
from simulator.world.pods import remove_pod
from simulator.world.selectors import tolerates

_SOURCE = "node-controller"
_KUBELET = "kubelet"
LEASE_SECONDS = 30.0
_STATUS_SECONDS = 300.0
_NOT_READY = "node.kubernetes.io/not-ready"
_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_LEASES = "leases.coordination.k8s.io"
_LEASE_NAMESPACE = "kube-node-lease"
HEALTHY_CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


class Nodes:
    """The node lifecycle controller, and the nodes' own reports."""

    name = "node"

    def __init__(self, cluster: Cluster, faults: Faults) -> None:
        self._cluster = cluster
        self._faults = faults

    def interests(self) -> dict[str, Mapper]:
        """Nodes; and pods, to evict those that land on a node that is down."""
        return {"nodes": itself, "pods": self._on_pod}

    def _on_pod(self, event: Event) -> list[Key]:
        node = event.object["spec"].get("nodeName")
        if event.type == "DELETED" or not node or is_terminating(event.object):
            return []
        moved = event.previous is None or event.previous["spec"].get("nodeName") != node
        return [Key("nodes", "", node)] if moved else []

    def look_again(self) -> None:
        """A hidden fault came or went."""
        for node in self._cluster.store.list("nodes"):
            self._cluster.look_at(self.name, Key("nodes", "", node["metadata"]["name"]))

    def start_heartbeats(self) -> None:
        """Renew leases and statuses from now on."""
        self._renew_leases()
        self._renew_statuses()

    def reconcile(self, key: Key) -> None:
        """Bring a node's conditions and taints, and its pods' readiness, in line with its state."""
        node = self._cluster.store.find("nodes", "", key.name)
        if node is None:
            self._collect_pods(key.name)
            return
        down = self._faults.of_node(node) is not None
        node = self._report(node, down)
        node = self._taint(node, down)
        if down:
            self._mark_pods(key.name)
            self._evict(key, node)

    def _collect_pods(self, name: str) -> None:
        """Delete the pods of a removed node."""
        for pod in self._cluster.pods.on_node(name):
            metadata = pod["metadata"]
            self._cluster.store.delete("pods", metadata["namespace"], metadata["name"], uid=metadata["uid"])

    def _report(self, node: Object, down: bool) -> Object:
        was = find_condition(node, "Ready")
        conditions = list((node.get("status") or {}).get("conditions") or [])
        now = self._cluster.now()
        for kind, status, reason, message in HEALTHY_CONDITIONS:
            entry = {"type": kind, "status": status, "reason": reason, "message": message}
            if kind == "Ready" and down:
                entry |= {"status": "False", "reason": "KubeletNotReady", "message": "container runtime is down"}
            old = find_condition(node, kind) or {}
            entry["lastHeartbeatTime"] = old.get("lastHeartbeatTime") or format_time(now)
            conditions = set_condition(conditions, entry, now)
        name = node["metadata"]["name"]
        written = self._cluster.write_status("nodes", with_status(node, conditions=conditions))
        if was is not None and (was["status"] == "True") == down:
            reason = "NodeNotReady" if down else "NodeReady"
            self._cluster.recorder.normal(
                written, reason, f"Node {name} status is now: {reason}", source=_SOURCE if down else _KUBELET
            )
        return written

    def _taint(self, node: Object, down: bool) -> Object:
        spec = node.get("spec") or {}
        old = spec.get("taints") or []
        taints = [taint for taint in old if taint["key"] not in (_NOT_READY, _UNSCHEDULABLE)]
        before = {(taint["key"], taint["effect"]): taint for taint in old}
        stamp = format_time(self._cluster.now())
        wanted = []
        if spec.get("unschedulable"):
            wanted.append((_UNSCHEDULABLE, "NoSchedule"))
        if down:
            wanted += [(_NOT_READY, "NoSchedule"), (_NOT_READY, "NoExecute")]
        for key, effect in wanted:
            taints.append(before.get((key, effect)) or {"key": key, "effect": effect, "timeAdded": stamp})
        if taints == old:
            return node
        changed = with_spec(node, taints=taints)
        if not taints:
            del changed["spec"]["taints"]
        return self._cluster.store.update("nodes", changed)

    def _mark_pods(self, name: str) -> None:
        now = self._cluster.now()
        for pod in self._cluster.pods.on_node(name):
            if not is_ready(pod) or is_terminating(pod):
                continue
            entry = {"type": "Ready", "status": "False", "lastProbeTime": None}
            conditions = set_condition(pod["status"]["conditions"], entry, now)
            written = self._cluster.write_status("pods", with_status(pod, conditions=conditions))
            self._cluster.recorder.warning(written, "NodeNotReady", "Node is not ready", source=_SOURCE)

    def _evict(self, key: Key, node: Object) -> None:
        """Delete the pods whose toleration of the taint is over; come back when the next one is."""
        down = find_condition(node, "Ready") or {}
        taint = {"key": _NOT_READY, "effect": "NoExecute"}
        since = _seconds_since(down.get("lastTransitionTime"), self._cluster)
        later: list[float] = []
        for pod in self._cluster.pods.on_node(key.name):
            if is_terminating(pod):
                continue
            matching = [entry for entry in pod["spec"].get("tolerations") or () if tolerates(entry, taint)]
            limits = [entry.get("tolerationSeconds") for entry in matching]
            if matching and None in limits:
                continue
            left = min((float(limit) for limit in limits if limit is not None), default=0.0) - since
            if left > 0:
                later.append(left)
                continue
            where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
            self._cluster.recorder.normal(
                pod, "TaintManagerEviction", f"Marking for deletion Pod {where}", source="taint-eviction-controller"
            )
            remove_pod(self._cluster, pod)
        if later:
            self._cluster.look_at(self.name, key, min(later) + 0.5)

    def _renew_leases(self) -> None:
        now = self._cluster.now()
        for node in self._cluster.store.list("nodes"):
            name = node["metadata"]["name"]
            if self._faults.of_node(node) is not None:
                continue
            spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": format_micro_time(now)}
            old = self._cluster.store.find(_LEASES, _LEASE_NAMESPACE, name)
            if old is not None:
                self._cluster.store.update(_LEASES, {**old, "spec": spec})
            else:
                owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
                metadata: dict[str, Any] = {"name": name, "namespace": _LEASE_NAMESPACE, "ownerReferences": [owner]}
                self._cluster.store.create(_LEASES, {"metadata": metadata, "spec": spec})
        # In fast time a lease would be renewed many times in a real second, which nobody needs.
        self._cluster.timers.set("leases", LEASE_SECONDS * max(1.0, self._cluster.clock.speed), self._renew_leases)

    def _renew_statuses(self) -> None:
        stamp = format_time(self._cluster.now())
        for node in self._cluster.store.list("nodes"):
            if self._faults.of_node(node) is None:
                conditions = [
                    {**entry, "lastHeartbeatTime": stamp}
                    for entry in (node.get("status") or {}).get("conditions") or ()
                ]
                self._cluster.write_status("nodes", with_status(node, conditions=conditions))
        pause = _STATUS_SECONDS * max(1.0, self._cluster.clock.speed)
        self._cluster.timers.set("node-statuses", pause, self._renew_statuses)


def _seconds_since(stamp: str | None, cluster: Cluster) -> float:
    return (cluster.now() - parse_time(stamp)).total_seconds() if stamp else 0.0
