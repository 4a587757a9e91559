"""The measured processes of the watch cache's benchmark: `python -m benchmarks.pods.clients ours|official URL EVENTS`.

Both list all pods in pages of 500, hold them, watch, and take EVENTS changes; figures are of this process alone
(user and system CPU, resident memory over what it had before the list). Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

PAGE = 500


def resident_bytes() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def begin_events(url: str) -> None:
    """Tell the server to send the events of the open watch."""
    with urllib.request.urlopen(f"{url}/begin") as answer:  # noqa: S310  # our own server on loopback
        answer.read()


class Meter:
    """CPU and memory between two points."""

    def __init__(self) -> None:
        gc.collect()
        self._resident = resident_bytes()
        self._cpu = time.process_time()

    def cpu_seconds(self) -> float:
        """Since the beginning."""
        return time.process_time() - self._cpu

    def held_bytes(self) -> int:
        """Over the beginning, after a collection."""
        gc.collect()
        return resident_bytes() - self._resident


async def measure_ours(url: str, events: int) -> dict[str, Any]:
    """The service's own cluster and cache, pods only."""
    from hexaops.backends.kubernetes.client import KubernetesClient  # noqa: PLC0415
    from hexaops.backends.kubernetes.cluster import Cluster, ClusterName  # noqa: PLC0415
    from hexaops.backends.kubernetes.connection import ClusterConnection  # noqa: PLC0415
    from hexaops.backends.kubernetes.http import KubernetesHttp  # noqa: PLC0415
    from hexaops.kit.memory import freeze_held_memory  # noqa: PLC0415  # imports are not measured
    from hexaops.kit.timeout import Timeout  # noqa: PLC0415

    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_server(url)))
    cluster = Cluster(named=ClusterName("b", "benchmark"), reader=client, kinds=("Pod",))
    meter = Meter()
    await cluster.start()
    assert await cluster.wait_synced(Timeout(120))
    cpu, held = meter.cpu_seconds(), meter.held_bytes()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    freeze_held_memory()
    seen = 0
    done = asyncio.Event()

    def count(_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == events:
            done.set()

    cluster.cache.subscribe(count)
    await asyncio.to_thread(begin_events, url)
    watching = Meter()
    await done.wait()
    event_cpu = watching.cpu_seconds()
    pods = len(cluster.cache.pods())
    await cluster.stop()
    return _figures(pods, cpu, held, peak, event_cpu / events)


def measure_official(url: str, events: int) -> dict[str, Any]:
    """The official client's typed list in pages, held in a dict, and its watch."""
    from kubernetes import client, watch  # noqa: PLC0415  # imports are not measured

    api = client.CoreV1Api(client.ApiClient(client.Configuration(host=url)))
    meter = Meter()
    held: dict[tuple[str, str], Any] = {}
    token = None
    while True:
        page = api.list_pod_for_all_namespaces(limit=PAGE, _continue=token)
        held.update({(pod.metadata.namespace, pod.metadata.name): pod for pod in page.items})
        token = page.metadata._continue  # the generated name of the field
        if not token:
            break
    cpu, memory = meter.cpu_seconds(), meter.held_bytes()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    begin_events(url)
    watching = Meter()
    stream = watch.Watch().stream(api.list_pod_for_all_namespaces, resource_version=page.metadata.resource_version)
    for number, event in enumerate(stream, start=1):
        pod = event["object"]
        held[pod.metadata.namespace, pod.metadata.name] = pod
        if number == events:
            break
    return _figures(len(held), cpu, memory, peak, watching.cpu_seconds() / events)


def _figures(pods: int, cpu: float, held: int, peak: int, event_seconds: float) -> dict[str, Any]:
    return {
        "pods": pods,
        "list_cpu_seconds": cpu,
        "held_bytes_per_pod": held / pods,
        "peak_bytes": peak,
        "event_cpu_seconds": event_seconds,
    }


def main() -> None:
    """Measure one of the two."""
    who, url, events = sys.argv[1], sys.argv[2], int(sys.argv[3])
    found = asyncio.run(measure_ours(url, events)) if who == "ours" else measure_official(url, events)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
