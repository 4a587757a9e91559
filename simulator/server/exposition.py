"""Counters in the forms of the real things: Prometheus' text of kubelet, cAdvisor and programs, and the stats summary.

Families that hardly anybody reads are left out; those that are there have the real names and labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from hexaops.kit.quantities import parse_quantity
from simulator.clock import format_time
from simulator.server.sources import LATENCY_BUCKETS, PodMeter

Object = dict[str, Any]
Running = Sequence[tuple[Object, PodMeter]]
Part = Callable[[PodMeter], float]

_PACKET_BYTES, _LOST = 850.0, 0.0002
_SYSTEM_CORES, _SYSTEM_BYTES = 0.18, 1.1 * 2**30


def resource_metrics(running: Running, now: datetime) -> bytes:
    """`/metrics/resource` of a kubelet."""
    stamp = round(now.timestamp() * 1000)
    lines = [
        *_family("container_cpu_usage_seconds_total", "counter", running, lambda meter: meter.cpu_seconds, stamp),
        *_family("container_memory_working_set_bytes", "gauge", running, lambda meter: meter.memory_bytes, stamp),
    ]
    cpu = sum(meter.cpu_seconds for _, meter in running) + _SYSTEM_CORES * now.timestamp()
    memory = sum(meter.memory_bytes for _, meter in running) + _SYSTEM_BYTES
    lines += [
        "# TYPE node_cpu_usage_seconds_total counter",
        f"node_cpu_usage_seconds_total {cpu:.6f} {stamp}",
        "# TYPE node_memory_working_set_bytes gauge",
        f"node_memory_working_set_bytes {memory:.0f} {stamp}",
        "# TYPE scrape_error gauge",
        "scrape_error 0",
    ]
    return _text(lines)


def container_metrics(running: Running, now: datetime) -> bytes:
    """`/metrics/cadvisor` of a kubelet."""
    stamp = round(now.timestamp() * 1000)
    limited = [(pod, meter) for pod, meter in running if meter.periods]
    families: tuple[tuple[str, str, Running, Part], ...] = (
        ("container_cpu_cfs_periods_total", "counter", limited, lambda meter: meter.periods),
        ("container_cpu_cfs_throttled_periods_total", "counter", limited, lambda meter: meter.throttled_periods),
        ("container_cpu_usage_seconds_total", "counter", running, lambda meter: meter.cpu_seconds),
        ("container_fs_usage_bytes", "gauge", running, lambda meter: meter.written_bytes),
        ("container_memory_working_set_bytes", "gauge", running, lambda meter: meter.memory_bytes),
    )
    lines = [line for name, kind, some, part in families for line in _family(name, kind, some, part, stamp)]
    interfaces: tuple[tuple[str, Part], ...] = (
        ("container_network_receive_bytes_total", _received),
        ("container_network_transmit_bytes_total", _sent),
        ("container_network_receive_packets_total", lambda meter: meter.received_bytes / _PACKET_BYTES),
        ("container_network_transmit_packets_total", lambda meter: meter.sent_bytes / _PACKET_BYTES),
        ("container_network_receive_packets_dropped_total", lambda meter: meter.received_bytes / _PACKET_BYTES * _LOST),
        ("container_network_transmit_packets_dropped_total", _nothing),
        ("container_network_receive_errors_total", _nothing),
        ("container_network_transmit_errors_total", _nothing),
    )
    for name, part in interfaces:
        lines.append(f"# TYPE {name} counter")
        for pod, meter in running:
            where = f'interface="eth0",namespace="{_namespace(pod)}",pod="{_name(pod)}"'
            lines.append(f"{name}{{{where}}} {part(meter):.0f} {stamp}")
    return _text(lines)


def program_metrics(meter: PodMeter) -> bytes:
    """`/metrics` of a program that serves HTTP."""
    requests, errors = int(meter.requests), int(meter.errors)
    lines = [
        "# HELP http_requests_total Requests by method and status.",
        "# TYPE http_requests_total counter",
        f'http_requests_total{{method="GET",status="200"}} {requests - errors}',
        f'http_requests_total{{method="GET",status="500"}} {errors}',
        "# HELP http_request_duration_seconds Time to answer.",
        "# TYPE http_request_duration_seconds histogram",
        *(
            f'http_request_duration_seconds_bucket{{le="{bound:g}"}} {int(count)}'
            for bound, count in zip(LATENCY_BUCKETS, meter.latency_counts, strict=True)
        ),
        f'http_request_duration_seconds_bucket{{le="+Inf"}} {requests}',
        f"http_request_duration_seconds_sum {meter.latency_seconds:.6f}",
        f"http_request_duration_seconds_count {requests}",
        "# TYPE process_cpu_seconds_total counter",
        f"process_cpu_seconds_total {meter.cpu_seconds:.6f}",
        "# TYPE process_resident_memory_bytes gauge",
        f"process_resident_memory_bytes {meter.memory_bytes:.0f}",
        "# TYPE process_start_time_seconds gauge",
        f"process_start_time_seconds {meter.started:.2f}",
    ]
    return _text(lines)


def summary(node: Object, running: Running, now: datetime) -> Object:
    """`/stats/summary` of a kubelet."""
    stamp = format_time(now)
    capacity = parse_quantity(node["status"]["capacity"]["ephemeral-storage"])
    written = sum(meter.written_bytes for _, meter in running) + 9 * 2.0**30
    file_system = _file_system(stamp, written, capacity)
    received, sent = sum(map(_received, _meters(running))), sum(map(_sent, _meters(running)))
    return {
        "node": {
            "nodeName": _name(node),
            "startTime": node["metadata"]["creationTimestamp"],
            "cpu": {"time": stamp},
            "network": _network(stamp, received, sent),
            "fs": file_system,
        },
        "pods": [_pod_summary(pod, meter, stamp) for pod, meter in running],
    }


def _pod_summary(pod: Object, meter: PodMeter, stamp: str) -> Object:
    metadata = pod["metadata"]
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in pod["spec"].get("volumes") or ()
        if volume.get("persistentVolumeClaim")
    }
    return {
        "podRef": {key: metadata[key] for key in ("name", "namespace", "uid")},
        "startTime": metadata["creationTimestamp"],
        "containers": [],
        "network": _network(stamp, meter.received_bytes, meter.sent_bytes),
        "volume": [
            {
                "name": name,
                "pvcRef": {"name": claim, "namespace": metadata["namespace"]},
                **_file_system(stamp, meter.volume_ratio * _VOLUME_BYTES, _VOLUME_BYTES),
            }
            for name, claim in claims.items()
        ],
        "ephemeral-storage": _file_system(stamp, meter.written_bytes, 100 * 2.0**30),
    }


_VOLUME_BYTES = 20 * 2.0**30


def _file_system(stamp: str, used: float, capacity: float) -> Object:
    sizes = {"availableBytes": capacity - used, "capacityBytes": capacity, "usedBytes": used}
    return {"time": stamp, **{name: round(size) for name, size in sizes.items()}}


def _network(stamp: str, received: float, sent: float) -> Object:
    interface = {"name": "eth0", "rxBytes": round(received), "rxErrors": 0, "txBytes": round(sent), "txErrors": 0}
    return {"time": stamp, **interface, "interfaces": [interface]}


def _family(name: str, kind: str, running: Running, part: Part, stamp: int) -> Iterator[str]:
    """One sample a pod: of its first container, which all of its usage is counted for."""
    yield f"# TYPE {name} {kind}"
    for pod, meter in running:
        container = pod["spec"]["containers"][0]["name"]
        where = f'container="{container}",namespace="{_namespace(pod)}",pod="{_name(pod)}"'
        yield f"{name}{{{where}}} {part(meter):.6f} {stamp}"


def _meters(running: Running) -> Iterator[PodMeter]:
    for _, meter in running:
        yield meter


def _received(meter: PodMeter) -> float:
    return meter.received_bytes


def _sent(meter: PodMeter) -> float:
    return meter.sent_bytes


def _nothing(_: PodMeter) -> float:
    return 0.0


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _namespace(obj: Object) -> str:
    return str(obj["metadata"]["namespace"])


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
