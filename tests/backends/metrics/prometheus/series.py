"""An hour of a workload's metrics whose rates are known, beside neighbours that must not be counted."""

from __future__ import annotations

from collections.abc import Iterator

START, SECONDS, SCRAPE = 1_700_000_100, 3600, 15
PODS = {"web-7d8c9f5b6-abc12": 0.25, "web-7d8c9f5b6-def34": 0.5}
"""The workload's pods and the cores each uses."""
NEIGHBOURS = ("web-extra-7d8c9f5b6-abc12", "worker-0")
BOUNDS = (("0.1", 0.5), ("0.25", 0.9), ("1", 1.0), ("+Inf", 1.0))
"""Upper bounds of the latency's buckets in seconds, and the share of the requests up to each."""
REQUESTS, FAILED = 8.0, 2.0
"""Requests a second of each pod, and how many of them fail."""


PRICES = {
    'node_cpu_hourly_cost{arch="amd64",instance="node-1",node="node-1",region="r"}': 0.021,
    'node_cpu_hourly_cost{arch="amd64",instance="node-2",node="node-2",region="r"}': 0.007,
    'node_ram_hourly_cost{arch="amd64",instance="node-1",node="node-1",region="r"}': 0.003,
    'node_gpu_hourly_cost{arch="amd64",instance="node-1",node="node-1",region="r"}': 0.95,
    'pv_hourly_cost{persistentvolume="pv-1",provider_id="p",volumename="pv-1"}': 0.0001,
}
"""As OpenCost's exporter writes them."""


def exposition(*, milliseconds: bool) -> str:
    """All samples as text; timestamps in seconds for Prometheus, in milliseconds for what imports them."""
    factor = 1000 if milliseconds else 1
    return "".join(f"{name} {value:g} {at * factor}\n" for name, at, value in sorted(_samples()))


def _samples() -> Iterator[tuple[str, int, float]]:
    for at in range(START, START + SECONDS + 1, SCRAPE):
        passed = float(at - START)
        for pod, cores in PODS.items():
            yield from _pod("shop", pod, at, passed, cores)
        for pod in NEIGHBOURS:
            yield from _pod("shop", pod, at, passed, 7.0)
        yield from _pod("other", "web-7d8c9f5b6-abc12", at, passed, 7.0)
        yield 'kube_deployment_status_replicas_ready{namespace="shop",deployment="web"}', at, 2.0
        yield 'kube_deployment_spec_replicas{namespace="shop",deployment="web"}', at, 3.0
        yield 'kube_deployment_spec_replicas{namespace="shop",deployment="web-extra"}', at, 9.0
        yield from ((sample, at, dollars) for sample, dollars in PRICES.items())


def _pod(namespace: str, pod: str, at: int, passed: float, cores: float) -> Iterator[tuple[str, int, float]]:
    own = f'namespace="{namespace}",pod="{pod}"'
    container = f'{own},container="app"'
    yield f"container_cpu_usage_seconds_total{{{container}}}", at, cores * passed
    yield f'container_cpu_usage_seconds_total{{{own},container="POD"}}', at, 5 * passed
    yield f"container_memory_working_set_bytes{{{container}}}", at, cores * 400e6
    yield f"container_cpu_cfs_periods_total{{{container}}}", at, 10 * passed
    yield f"container_cpu_cfs_throttled_periods_total{{{container}}}", at, 2 * passed
    yield f"container_network_receive_bytes_total{{{own}}}", at, 1000 * passed
    yield f"container_network_transmit_bytes_total{{{own}}}", at, 500 * passed
    yield f"kube_pod_container_status_restarts_total{{{container}}}", at, float(passed > SECONDS / 2)
    for status, rate in (("200", REQUESTS - FAILED), ("503", FAILED)):
        labels = f'{own},http_response_status_code="{status}"'
        for bound, share in BOUNDS:
            name = f'http_server_request_duration_seconds_bucket{{{labels},le="{bound}"}}'
            yield name, at, share * rate * passed
        yield f"http_server_request_duration_seconds_count{{{labels}}}", at, rate * passed
