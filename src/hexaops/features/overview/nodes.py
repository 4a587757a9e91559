"""Nodes of a workspace's cluster, from the watch cache and the metrics API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.usage import Resource, Share, share_of_capacity, unmeasured
from hexaops.backends.kubernetes.rows import NodeRow
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ClusterUnreadError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import NAME_LIMIT, freshness_view
from hexaops.features.overview.moments import moment
from hexaops.features.overview.views import (
    CapacityView,
    ClusterMetricsView,
    Health,
    NodeConditionView,
    NodesView,
    NodeUsageView,
    NodeView,
    PercentagesView,
    RoomView,
    TaintView,
)
from hexaops.kit.quantities import exact_bytes, exact_cpu
from hexaops.kit.text import plain

RESOURCES: tuple[Resource, ...] = ("cpu", "memory")
STORAGE = "ephemeral-storage"
NO_STORAGE_USAGE = "metrics.k8s.io measures CPU and memory only"
NOT_STATED = "the node does not state it"
FINISHED = frozenset({"Succeeded", "Failed"})


async def nodes_of(service: ApplicationService, workspace: Workspace) -> NodesView:
    """Those that it may see; raises ClusterUnreadError while they are not, or may not be, read."""
    freshness = service.freshness(workspace, "Node", "Pod")
    if "Node" in freshness.unread or "Node" in freshness.missing:
        raise ClusterUnreadError(["Node"], freshness.missing.get("Node", freshness.problem))
    samples = await service.node_usage(workspace)
    rows = visible_nodes(service, workspace)
    unknown = freshness.missing.get("Pod") or ("pods have not been read yet" if "Pod" in freshness.unread else None)
    placed = None if unknown else Counter(p.node for p in service.all_pods(workspace) if p.phase not in FINISHED)
    reasons: dict[str, str] = {}
    if unknown:
        reasons["nodes[].usage.pod_count"] = plain(unknown, NAME_LIMIT)
    views = [_node_view(row, samples, placed, reasons, f"nodes[{i}]") for i, row in enumerate(rows)]
    return NodesView(
        workspace_id=workspace.id,
        total_nodes=len(rows),
        nodes=views,
        cluster_metrics=_cluster_metrics(rows, samples, reasons),
        freshness=freshness_view(freshness),
        reasons=reasons,
    )


def visible_nodes(service: ApplicationService, workspace: Workspace) -> list[NodeRow]:
    """All nodes for a workspace that has the cluster to itself, else those that run its pods."""
    rows = service.nodes(workspace)
    if workspace.plan == "dedicated" or workspace.namespaces is None:
        return [*rows]
    used = {pod.node for pod in service.rows(workspace, "Pod")}
    return [row for row in rows if row.name in used]


def health_of(rows: Sequence[NodeRow]) -> Health:
    """Of all nodes together."""
    if not any(row.ready for row in rows):
        return "unhealthy"
    return "healthy" if all(row.ready and not _short(row) for row in rows) else "degraded"


def _short(row: NodeRow) -> bool:
    """Whether a condition other than Ready holds: memory, disk or process pressure, no network."""
    return any(condition.type != "Ready" and condition.status == "True" for condition in row.conditions)


def _node_view(
    row: NodeRow, samples: Samples, placed: Counter[str] | None, reasons: dict[str, str], at: str
) -> NodeView:
    shares = _shares_of_node(row, samples)
    _note_usage(shares, reasons, f"{at}.usage")
    if not row.version:
        reasons[f"{at}.version"] = NOT_STATED
    conditions = [
        NodeConditionView(
            type=plain(one.type, NAME_LIMIT),
            status=plain(one.status, NAME_LIMIT),
            last_transition=None if one.since is None else moment(one.since),
        )
        for one in row.conditions
    ]
    for number, one in enumerate(conditions):
        if one.last_transition is None:
            reasons[f"{at}.conditions[{number}].last_transition"] = NOT_STATED
    return NodeView(
        name=plain(row.name, NAME_LIMIT),
        status="ready" if row.ready else "not_ready",
        schedulable=not row.unschedulable,
        role=plain(row.roles[0], NAME_LIMIT).replace("-", "_") if row.roles else "worker",
        version=plain(row.version.removeprefix("v"), NAME_LIMIT) or None,
        capacity=_room_view(row.capacity, reasons, f"{at}.capacity"),
        allocatable=_room_view(row.allocatable, reasons, f"{at}.allocatable"),
        usage=NodeUsageView(
            cpu_percentage=shares["cpu"].percent,
            memory_percentage=shares["memory"].percent,
            storage_percentage=None,
            pod_count=None if placed is None else placed[row.name],
        ),
        conditions=conditions,
        taints=[
            TaintView(**{k: plain(getattr(t, k), NAME_LIMIT) for k in ("key", "value", "effect")}) for t in row.taints
        ],
        labels={plain(key, NAME_LIMIT): plain(value, NAME_LIMIT) for key, value in row.labels.items()},
    )


def _shares_of_node(row: NodeRow, samples: Samples) -> Mapping[Resource, Share]:
    measured = samples.by_object.get(("", row.name))
    if measured is None:
        nothing = unmeasured(samples.reason or "the node has not been measured yet")
        return dict.fromkeys(RESOURCES, nothing)
    return {name: share_of_capacity(name, measured, row.allocatable.get(name)) for name in RESOURCES}


def _note_usage(shares: Mapping[Resource, Share], reasons: dict[str, str], at: str) -> None:
    """Say why percentages are null; that of storage always is."""
    reasons[f"{at}.storage_percentage"] = NO_STORAGE_USAGE
    reasons.update({f"{at}.{name}_percentage": share.reason for name, share in shares.items() if share.reason})


def _cluster_metrics(rows: Sequence[NodeRow], samples: Samples, reasons: dict[str, str]) -> ClusterMetricsView:
    """Capacity of all nodes; use of the measured ones, in percent of what those can give to pods."""
    shares: dict[Resource, Share] = {}
    for name in RESOURCES:
        known = [
            (share.used or 0.0, row.allocatable[name])
            for row in rows
            if (share := _shares_of_node(row, samples)[name]).percent is not None
        ]
        if known:
            percent = round(100 * sum(used for used, _ in known) / sum(room for _, room in known), 1)
            shares[name] = Share(percent, "allocatable", sum(used for used, _ in known), None)
        else:
            shares[name] = unmeasured(samples.reason or "no node has been measured yet")
    _note_usage(shares, reasons, "cluster_metrics.total_usage")
    _note_usage(shares, reasons, "cluster_metrics.total_usage")
    path = "cluster_metrics.total_capacity"
    total = {
        name: sum(row.capacity[name] for row in rows)
        for name in ("cpu", "memory", STORAGE)
        if all(name in row.capacity for row in rows)
    }
    room = _room_view({**total, "pods": 0.0}, reasons, path)
    return ClusterMetricsView(
        total_capacity=CapacityView(cpu=room.cpu, memory=room.memory, storage=room.storage),
        total_usage=PercentagesView(
            cpu_percentage=shares["cpu"].percent,
            memory_percentage=shares["memory"].percent,
            storage_percentage=None,
        ),
        health_status=health_of(rows),
    )


def _room_view(amounts: Mapping[str, float], reasons: dict[str, str], at: str) -> RoomView:
    found = {"cpu": "cpu", "memory": "memory", "storage": STORAGE, "pods": "pods"}
    reasons.update({f"{at}.{shown}": NOT_STATED for shown, name in found.items() if name not in amounts})
    return RoomView(
        cpu=exact_cpu(amounts["cpu"]) if "cpu" in amounts else None,
        memory=exact_bytes(amounts["memory"]) if "memory" in amounts else None,
        storage=exact_bytes(amounts[STORAGE]) if STORAGE in amounts else None,
        pods=str(round(amounts["pods"])) if "pods" in amounts else None,
    )
