"""Room for pods by their requests: what each node has left, how many equal pods fit, and whether a node can be lost.

A pod fits on a node if its requests are at most what the node's allocatable leaves beside the requests of the pods that
are there, as the scheduler's `NodeResourcesFit` counts; affinity, topology and volumes are not weighed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from hexaops.backends.kubernetes.rows import NodeRow, PodRow

FINISHED = frozenset({"Succeeded", "Failed"})
KEEPING_AWAY = frozenset({"NoSchedule", "NoExecute"})
ROUNDING = 1e-9
MOST = 100_000
"""Pods that request nothing fit without end; nobody asks for more."""


class Need(Struct, frozen=True):
    """What one pod requests: cores and bytes."""

    cpu: float = 0.0
    memory: float = 0.0


class NodeRoom(Struct, frozen=True):
    """One node: what pods may have, and what the requests of its pods leave."""

    node: str
    cpu: float
    memory: float
    free_cpu: float
    free_memory: float
    free_pods: int
    closed: str = ""
    """Why no further pod is placed there, else ""."""

    def takes(self, need: Need) -> int:
        """How many equal pods it takes."""
        if self.closed:
            return 0
        counts = [float(self.free_pods)]
        for wanted, free in ((need.cpu, self.free_cpu), (need.memory, self.free_memory)):
            if wanted > 0:
                counts.append((free + ROUNDING * max(1.0, wanted)) / wanted)
        return max(0, min(MOST, math.floor(min(counts))))


def need_of(pod: PodRow) -> Need:
    """What a pod requests."""
    return Need(pod.cpu_request or 0.0, pod.memory_request or 0.0)


def rooms(nodes: Iterable[NodeRow], pods: Iterable[PodRow]) -> list[NodeRoom]:
    """The room on each node; `pods` are all of the cluster."""
    by_node = _by_node(pods)
    return [_room(node, by_node.get(node.name, ())) for node in nodes]


def _by_node(pods: Iterable[PodRow]) -> Mapping[str, Sequence[PodRow]]:
    found: dict[str, list[PodRow]] = defaultdict(list)
    for pod in pods:
        if pod.node and pod.phase not in FINISHED:
            found[pod.node].append(pod)
    return found


def _room(node: NodeRow, pods: Sequence[PodRow]) -> NodeRoom:
    cpu, memory = node.allocatable.get("cpu", 0.0), node.allocatable.get("memory", 0.0)
    most = node.allocatable.get("pods", node.capacity.get("pods", 110.0))
    return NodeRoom(
        node.name,
        cpu,
        memory,
        cpu - sum((pod.cpu_request or 0.0) for pod in pods),
        memory - sum((pod.memory_request or 0.0) for pod in pods),
        max(0, int(most) - len(pods)),
        _closed(node),
    )


def _closed(node: NodeRow) -> str:
    if not node.ready:
        return "not ready"
    if node.unschedulable:
        return "cordoned"
    taint = next((one for one in node.taints if one.effect in KEEPING_AWAY), None)
    return f"taint {taint.key}:{taint.effect}" if taint else ""


def spread(found: Sequence[NodeRoom], need: Need, wanted: int) -> dict[str, int]:
    """Where so many equal pods would go: each to the node that takes most of them then; fewer where room ends."""
    left = {one.node: one.takes(need) for one in found}
    placed: dict[str, int] = {}
    for _ in range(min(wanted, sum(left.values()))):
        node = max(left, key=lambda name: left[name])
        left[node] -= 1
        placed[node] = placed.get(node, 0) + 1
    return placed


def homeless(lost: str, nodes: Sequence[NodeRow], pods: Sequence[PodRow]) -> list[PodRow]:
    """Pods of a node that find no room on the others, the largest placed first; those of DaemonSets need none."""
    by_node = _by_node(pods)
    moving = [pod for pod in by_node.get(lost, ()) if pod.owner_kind != "DaemonSet"]
    moving.sort(key=lambda pod: (-(pod.memory_request or 0.0), -(pod.cpu_request or 0.0), pod.name))
    left = [room for room in rooms([node for node in nodes if node.name != lost], pods) if not room.closed]
    without: list[PodRow] = []
    for pod in moving:
        need = need_of(pod)
        place = max(
            (index for index, room in enumerate(left) if room.takes(need)),
            key=lambda index: left[index].free_memory,
            default=None,
        )
        if place is None:
            without.append(pod)
            continue
        room = left[place]
        left[place] = NodeRoom(
            room.node, room.cpu, room.memory, room.free_cpu - need.cpu, room.free_memory - need.memory,
            room.free_pods - 1,
        )  # fmt: skip
    return without
