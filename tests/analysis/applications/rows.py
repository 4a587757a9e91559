"""Rows as the watch cache holds them, made from the few fields that a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.rows import (
    ConditionRow,
    EventRow,
    NamespaceRow,
    NodeRow,
    ObjectRow,
    PodRow,
    ResourceTotals,
    ServiceRow,
    WorkloadRow,
)
from hexaops.backends.kubernetes.selectors import Selector

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
"""The documents' own time."""
AT = NOW.timestamp()
DAY = 86400.0
MEBI = 2.0**20
NO_MEMORY = "0/4 nodes are available: 4 Insufficient memory. preemption: 0/4 nodes are available: 4 No victims."


def meta(kind: str, namespace: str, name: str, **more: Any) -> dict[str, Any]:
    """Fields that every row has."""
    return {
        "kind": kind,
        "uid": f"{kind.lower()}-{namespace}-{name}",
        "namespace": namespace,
        "name": name,
        "resource_version": "1",
        "created_at": AT - DAY,
        "labels": {},
        **more,
    }


def workload(namespace: str, name: str, *, kind: str = "Deployment", desired: int = 1, **more: Any) -> WorkloadRow:
    """A workload with all wanted replicas ready, unless told otherwise."""
    ready = more.pop("ready", desired)
    fields: dict[str, Any] = {
        "generation": 1,
        "observed_generation": 1,
        "desired": desired,
        "current": desired,
        "ready": ready,
        "available": ready,
        "updated": desired,
        "selector": Selector({"app": name}),
        "template_labels": {"app": name},
        "annotations": {},
        "restarted_at": "",
        "field_managers": (),
        "owner_kind": "",
        "owner_name": "",
        "owner_uid": "",
        "strategy": "RollingUpdate",
        "max_unavailable": "25%",
        "max_surge": "25%",
        "progress_deadline_seconds": 600,
        "paused": False,
        "images": (f"shop/{name}:1.0",),
        "container_names": (name,),
        "claims": (),
        "claim_templates": (),
        "resources": ResourceTotals(),
        "template_hash": "",
        "conditions": (),
    }
    return WorkloadRow(**{**meta(kind, namespace, name), **fields, **more})


def pod(owner: WorkloadRow, number: int = 0, **more: Any) -> PodRow:
    """A ready pod owned by the workload itself (as a StatefulSet's is), unless told otherwise."""
    name = more.pop("name", f"{owner.name}-{number}")
    fields: dict[str, Any] = {
        "phase": "Running",
        "reason": "",
        "message": "",
        "ready": True,
        "ready_since": AT - DAY,
        "ready_containers": 1,
        "containers": 1,
        "container_names": (owner.name,),
        "restarts": 0,
        "last_restart_at": None,
        "last_exit_code": None,
        "last_terminated_reason": "",
        "node": f"worker-node-{number % 4 + 1}",
        "ip": "10.0.0.1",
        "owner_kind": owner.kind,
        "owner_name": owner.name,
        "owner_uid": owner.uid,
        "images": owner.images,
        "claims": (),
        "deleting": False,
        "started_at": AT - DAY,
        "cpu_request": 0.1,
        "cpu_limit": 1.0,
        "memory_request": 64 * MEBI,
        "memory_limit": 100 * MEBI,
    }
    base = meta("Pod", owner.namespace, name, labels=owner.template_labels)
    return PodRow(**{**base, **fields, **more})


def crashing(owner: WorkloadRow, number: int, **more: Any) -> PodRow:
    """A pod whose container keeps crashing."""
    fields: dict[str, Any] = {
        "reason": "CrashLoopBackOff",
        "ready": False,
        "restarts": 13,
        "last_exit_code": 1,
        "last_terminated_reason": "Error",
    }
    return pod(owner, number, **{**fields, **more})


def unplaced(owner: WorkloadRow, number: int, **more: Any) -> PodRow:
    """A pod that no node has memory for."""
    fields: dict[str, Any] = {
        "phase": "Pending",
        "reason": "Unschedulable",
        "message": NO_MEMORY,
        "ready": False,
        "ready_since": None,
        "node": "",
        "started_at": None,
    }
    return pod(owner, number, **{**fields, **more})


def node(name: str, *, ready: bool = True, **more: Any) -> NodeRow:
    """A node of 4 cores and 8 GiB."""
    condition = ConditionRow("Ready", "True" if ready else "Unknown", "KubeletReady" if ready else "NodeStatusUnknown")
    room = {"cpu": 4.0, "memory": 8 * 2.0**30, "pods": 110.0}
    fields: dict[str, Any] = {
        "ready": ready,
        "conditions": (condition,),
        "capacity": room,
        "allocatable": room,
        "taints": (),
        "version": "v1.36.0",
        "roles": (),
        "unschedulable": False,
        "internal_ip": "10.1.0.1",
    }
    return NodeRow(**{**meta("Node", "", name), **fields, **more})


def namespace(name: str) -> NamespaceRow:
    """A namespace."""
    return NamespaceRow(**meta("Namespace", "", name), phase="Active")


def service(owner: WorkloadRow) -> ServiceRow:
    """A Service that selects the workload's pods."""
    return ServiceRow(
        **meta("Service", owner.namespace, owner.name),
        type="ClusterIP",
        cluster_ip="10.2.0.1",
        external=(),
        ports=(),
        selector=owner.template_labels,
    )


def event(about: ObjectRow, reason: str, message: str, *, ago_seconds: float = 60.0, count: int = 1) -> EventRow:
    """A warning about an object."""
    return EventRow(
        **meta("Event", about.namespace, f"{about.name}.{reason}"),
        type="Warning",
        reason=reason,
        message=message,
        involved_kind=about.kind,
        involved_namespace=about.namespace,
        involved_name=about.name,
        involved_uid=about.uid,
        count=count,
        first_seen=AT - ago_seconds,
        last_seen=AT - ago_seconds,
        source="kubelet",
    )


def fill(cache: WatchCache, rows: Iterable[ObjectRow], *, at: datetime = NOW) -> None:
    """Put rows into a cache as its reflectors do, and count every kind as read."""
    for row in rows:
        cache.publish([cache.table(row.kind).put(row)])
    for kind in cache.kinds:
        table = cache.table(kind)
        table.synced, table.available, table.error, table.as_of = True, True, None, at


def take(cache: WatchCache, row: ObjectRow) -> None:
    """Take a row out of a cache."""
    cache.publish([cache.table(row.kind).remove(row.namespace, row.name)])
