"""Counters of running containers: CPU time, bytes, requests and latencies that agree with the measured usage.

A counter moves on when it is read, by what went on since the last time at the rate of the moment between: it never
goes back while its container runs, also when replicas come and go. It begins with what it would hold at today's rate,
so the same world read at the same times counts the same.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from hexaops.kit.quantities import parse_quantity
from simulator.clock import parse_time
from simulator.server.sources import LATENCY_BUCKETS, PodMeter
from simulator.store import Object
from simulator.world.cluster import Cluster
from simulator.world.index import Workload
from simulator.world.journal import Journal
from simulator.world.objects import is_ready
from simulator.world.usage import Usage, rhythm

_PERIODS_PER_SECOND = 10.0
"""The kernel's bandwidth control has periods of 100 ms."""
_BUSY_FROM = 0.8
"""Part of the CPU limit from which on a container is held back and answers slower."""
_IDLE_BYTES_PER_SECOND = 400.0
_REQUEST_BYTES, _ANSWER_BYTES = 900.0, 6200.0
_LOG_BYTES, _LOG_SECONDS = 48 * 2.0**20, 2 * 86400.0
"""A container's files grow towards this size with this time constant: logs are rotated."""
_VOLUME_GROWTH_PER_DAY = 0.004


@dataclass(frozen=True, slots=True)
class Traffic:
    """The HTTP requests of an application."""

    requests_per_second: float
    """Of all its pods."""
    median_seconds: float
    spread: float = 0.41
    """Of the logarithm of the latency."""
    error_ratio: float = 0.001
    troubled_ratio: float = 0.003
    """While something that it needs is in trouble."""
    needs: tuple[tuple[str, str], ...] = ()
    """Namespaces and names of what it needs."""


class WorldMeters:
    """The counters of one cluster's pods."""

    def __init__(
        self, cluster: Cluster, usage: Usage, journal: Journal, traffic: Mapping[tuple[str, str], Traffic]
    ) -> None:
        self._cluster = cluster
        self._usage = usage
        self._journal = journal
        self._traffic = traffic
        self._held: dict[str, PodMeter] = {}

    def on_node(self, name: str) -> list[Object]:
        """The pods that are bound to a node and have not ended."""
        return self._cluster.pods.on_node(name)

    def read(self, pod: Object) -> PodMeter | None:
        """A pod's counters now; None while its first container does not run."""
        used = self._usage.pod(pod)
        if used is None:
            return None
        started = parse_time(pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]).timestamp()
        uid, now = pod["metadata"]["uid"], self._cluster.now().timestamp()
        meter = self._held.get(uid)
        if meter is None or meter.started != started:
            self._forget_ended()
            meter = self._held[uid] = PodMeter(started, started)
        if now > meter.at:
            self._move_on(meter, pod, now, cores=used[0])
        meter.memory_bytes = used[1]
        return meter

    def _move_on(self, meter: PodMeter, pod: Object, now: float, *, cores: float) -> None:
        seconds, moment = now - meter.at, (now + meter.at) / 2
        workload = self._cluster.pods.workload_of(pod)
        load = cores / limit if (limit := _cpu_limit(pod)) else 0.0
        strain = max(0.0, load - _BUSY_FROM) / (1 - _BUSY_FROM)
        meter.cpu_seconds += cores * seconds
        if limit:
            meter.periods += _PERIODS_PER_SECOND * seconds
            meter.throttled_periods += _PERIODS_PER_SECOND * seconds * min(1.0, 0.004 + 0.6 * strain)
        traffic = self._traffic.get((workload.namespace, workload.name))
        requests = 0.0
        if traffic is not None:
            meter.serves_http = True
            requests = self._requests_per_second(traffic, pod, workload, moment) * seconds
            self._serve(meter, traffic, requests, moment, slowness=1 + 1.5 * strain)
        meter.received_bytes += _IDLE_BYTES_PER_SECOND * seconds + _REQUEST_BYTES * requests
        meter.sent_bytes += _IDLE_BYTES_PER_SECOND * seconds + _ANSWER_BYTES * requests
        meter.written_bytes = 2.0**20 + _LOG_BYTES * (1 - math.exp((meter.started - now) / _LOG_SECONDS))
        seed = zlib.crc32(f"{workload.namespace}/{workload.name}".encode())
        first = 0.3 + seed % 30 / 100
        meter.volume_ratio = min(0.97, first + _VOLUME_GROWTH_PER_DAY * (now - _made_at(pod)) / 86400)
        meter.at = now

    def _requests_per_second(self, traffic: Traffic, pod: Object, workload: Workload, moment: float) -> float:
        if not is_ready(pod):
            return 0.0
        share = traffic.requests_per_second / max(1, self._usage.ready_pods(pod, workload))
        return share * rhythm(moment, zlib.crc32(pod["metadata"]["uid"].encode()))

    def _serve(self, meter: PodMeter, traffic: Traffic, requests: float, moment: float, *, slowness: float) -> None:
        troubled = any(self._journal.troubled(*place, self._cluster.now()) for place in traffic.needs)
        meter.requests += requests
        meter.errors += requests * (traffic.troubled_ratio if troubled else traffic.error_ratio)
        wave = 1 + 0.05 * math.sin(2 * math.pi * moment / 1700)
        median = traffic.median_seconds * slowness * wave
        meter.latency_seconds += requests * median * math.exp(traffic.spread**2 / 2)
        for number, bound in enumerate(LATENCY_BUCKETS):
            z = math.log(bound / median) / traffic.spread
            meter.latency_counts[number] += requests * 0.5 * (1 + math.erf(z / math.sqrt(2)))

    def _forget_ended(self) -> None:
        """Counters of pods that are gone; looked at when a new one is made."""
        if len(self._held) > 64:
            there = {pod["metadata"]["uid"] for pod in self._cluster.store.list("pods")}
            self._held = {uid: meter for uid, meter in self._held.items() if uid in there}


def _made_at(pod: Object) -> float:
    return parse_time(pod["metadata"]["creationTimestamp"]).timestamp()


def _cpu_limit(pod: Object) -> float | None:
    limits = [(container.get("resources") or {}).get("limits") or {} for container in pod["spec"]["containers"]]
    return sum(parse_quantity(limit["cpu"]) for limit in limits) if all("cpu" in limit for limit in limits) else None
