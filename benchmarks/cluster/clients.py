"""One measured client, in a process of its own: `python -m benchmarks.cluster.clients ours|official KUBECONFIG`.

Both list all pods over TLS in pages of 500 and hold them. Figures are of this process alone: user and system CPU, and
resident memory over what it had with its imports done and its connection configured. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from typing import Any

from benchmarks.pods.clients import PAGE, Meter


async def measure_ours(kubeconfig: str) -> dict[str, Any]:
    """The service's own cluster and cache, pods only."""
    from hexaops.backends.kubernetes.client import KubernetesClient  # noqa: PLC0415  # imports are not measured
    from hexaops.backends.kubernetes.cluster import Cluster, ClusterName  # noqa: PLC0415
    from hexaops.backends.kubernetes.connection import ClusterConnection  # noqa: PLC0415
    from hexaops.backends.kubernetes.http import KubernetesHttp  # noqa: PLC0415
    from hexaops.kit.timeout import Timeout  # noqa: PLC0415

    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_kubeconfig(kubeconfig)))
    cluster = Cluster(named=ClusterName("b", "benchmark"), reader=client, kinds=("Pod",))
    meter = Meter()
    await cluster.start()
    assert await cluster.wait_synced(Timeout(120))
    figures = _figures(meter, len(cluster.cache.pods()))
    await cluster.stop()
    return figures


def measure_official(kubeconfig: str) -> dict[str, Any]:
    """The official client's typed list in pages, held in a dict."""
    from kubernetes import client, config  # noqa: PLC0415  # imports are not measured

    api = client.CoreV1Api(config.new_client_from_config(kubeconfig))
    meter = Meter()
    held: dict[tuple[str, str], Any] = {}
    token = None
    while True:
        page = api.list_pod_for_all_namespaces(limit=PAGE, _continue=token)
        held.update({(pod.metadata.namespace, pod.metadata.name): pod for pod in page.items})
        token = page.metadata._continue  # the generated name of the field
        if not token:
            break
    return _figures(meter, len(held))


def _figures(meter: Meter, pods: int) -> dict[str, Any]:
    cpu, held = meter.cpu_seconds(), meter.held_bytes()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"pods": pods, "cpu_seconds": cpu, "held_bytes": held, "peak_bytes": peak}


def main() -> None:
    """Measure one of the two."""
    who, kubeconfig = sys.argv[1:]
    found = asyncio.run(measure_ours(kubeconfig)) if who == "ours" else measure_official(kubeconfig)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
