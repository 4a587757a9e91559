"""What pods and nodes use: smooth, repeatable functions of time, the load of an application shared by its pods.

Nothing is stored and nothing ticks: a figure is computed when it is asked for, and is the same for everyone who asks
within one measuring window. Two annotations fix a pod's figures, as on the kwok test cluster.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hexaops.kit.quantities import parse_quantity
from simulator.clock import parse_time
from simulator.store import Object
from simulator.world.cluster import Cluster
from simulator.world.index import Workload, requests_of
from simulator.world.objects import annotations_of, is_ready

WINDOW_SECONDS = 15.0
"""metrics-server's own resolution."""
_CPU = "kwok.x-k8s.io/usage-cpu"
_MEMORY = "kwok.x-k8s.io/usage-memory"
_DAY_SECONDS = 86400.0
_NODE_CORES = 0.18
_NODE_BYTES = 1.1 * 2**30
_WARM_UP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Load:
    """What an application needs in all: cores for its traffic, and bytes for each pod."""

    cores: float
    pod_bytes: float
    swing_ratio: float = 0.08
    """How far the load goes up and down over a day, as a part of it."""
    noise_ratio: float = 0.05


class Usage:
    """Measured usage, as metrics.k8s.io reports it."""

    def __init__(self, cluster: Cluster, loads: Mapping[tuple[str, str], Load]) -> None:
        self._cluster = cluster
        self._loads = loads
        self._ready: tuple[int, dict[Workload, int]] = (-1, {})

    def window(self) -> tuple[datetime, float]:
        """When the latest measuring window ended, and its length in seconds."""
        now = self._cluster.now().timestamp()
        return datetime.fromtimestamp(math.floor(now / WINDOW_SECONDS) * WINDOW_SECONDS, UTC), WINDOW_SECONDS

    def pod(self, pod: Object) -> tuple[float, float] | None:
        """Cores and bytes of a pod whose first container runs; None for others."""
        statuses = (pod.get("status") or {}).get("containerStatuses") or ()
        running = (statuses[0].get("state") or {}).get("running") if statuses else None
        if running is None:
            return None
        cores, size = self._figures(pod, str(running.get("startedAt", "")))
        fixed = annotations_of(pod)
        if _CPU in fixed:
            cores = _quantity(fixed[_CPU], cores)
        if _MEMORY in fixed:
            size = _quantity(fixed[_MEMORY], size)
        return cores, size

    def node(self, name: str) -> tuple[float, float] | None:
        """Cores and bytes of a node: its pods and its own parts; None for an unknown node."""
        if self._cluster.store.find("nodes", "", name) is None:
            return None
        cores, size = _NODE_CORES, _NODE_BYTES
        for pod in self._cluster.pods.on_node(name):
            found = self.pod(pod)
            if found is not None:
                cores, size = cores + found[0], size + found[1]
        return cores, size

    def _figures(self, pod: Object, started_at: str) -> tuple[float, float]:
        moment = self.window()[0].timestamp()
        seed = zlib.crc32(pod["metadata"]["uid"].encode())
        workload = self._cluster.pods.workload_of(pod)
        load = self._loads.get((workload.namespace, workload.name))
        if load is None:
            load = _guess(pod)
            share = load.cores
        else:
            share = load.cores / max(1, self.ready_pods(pod, workload))
        cores = share * rhythm(moment, seed, swing_ratio=load.swing_ratio, noise_ratio=load.noise_ratio)
        if not is_ready(pod):
            cores *= 0.15
        age = moment - parse_time(started_at).timestamp() if started_at else _WARM_UP_SECONDS
        warm = 1 - 0.12 * math.exp(-max(0.0, age) / _WARM_UP_SECONDS)
        size = load.pod_bytes * warm * (1 + load.noise_ratio * 0.3 * _noise(moment, seed + 7))
        most_cores, most_bytes = _limits(pod)
        if _was_killed_for_memory(pod) and most_bytes < math.inf:
            size = most_bytes  # and soon again
        return min(cores, most_cores), min(size, most_bytes * 0.99)

    def ready_pods(self, pod: Object, workload: Workload) -> int:
        """How many pods of the pod's workload are ready now."""
        version = self._cluster.store.resource_version
        if self._ready[0] != version:
            self._ready = (version, {})
        counts = self._ready[1]
        if workload not in counts:
            counts[workload] = sum(is_ready(peer) for peer in self._cluster.pods.peers_of(pod))
        return counts[workload]


def rhythm(moment: float, seed: int, *, swing_ratio: float = 0.08, noise_ratio: float = 0.05) -> float:
    """How busy a pod is at a moment, 1 on average: the day's swing, and its own unrest."""
    day = 2 * math.pi * moment / _DAY_SECONDS
    swing = 1 + swing_ratio * math.sin(day - math.pi / 2)
    return swing * (1 + noise_ratio * _noise(moment, seed))


def _noise(moment: float, seed: int) -> float:
    """Between -1 and 1, smooth over minutes, different for each seed."""
    phase = (seed % 997) / 997 * 2 * math.pi
    slow = math.sin(2 * math.pi * moment / (900 + seed % 400) + phase)
    quick = math.sin(2 * math.pi * moment / (140 + seed % 90) + 2.3 * phase)
    return 0.6 * slow + 0.4 * quick


def _guess(pod: Object) -> Load:
    """A load for a pod of which nothing is known: a part of what it requests, different for each."""
    requests = requests_of(pod)
    part = 0.35 + (zlib.crc32(pod["metadata"]["name"].encode()) % 40) / 100
    return Load(max(0.002, requests.cpu * part), max(12 * 2**20, requests.memory * (part + 0.1)))


def _was_killed_for_memory(pod: Object) -> bool:
    last = (pod["status"]["containerStatuses"][0].get("lastState") or {}).get("terminated") or {}
    return last.get("reason") == "OOMKilled" and not is_ready(pod)


def _limits(pod: Object) -> tuple[float, float]:
    cores = size = 0.0
    for container in pod["spec"].get("containers") or ():
        limits = (container.get("resources") or {}).get("limits") or {}
        cores += parse_quantity(limits["cpu"]) if "cpu" in limits else math.inf
        size += parse_quantity(limits["memory"]) if "memory" in limits else math.inf
    return cores or math.inf, size or math.inf


def _quantity(text: str, otherwise: float) -> float:
    try:
        return parse_quantity(text)
    except ValueError:
        return otherwise
