"""A real Prometheus scrapes the control plane's nodes, and our queries find in it what the pods are said to use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import yaml

from hexaops.backends.metrics.base import Signal, Subject, Window
from hexaops.backends.metrics.prometheus.client import PrometheusAddress, PrometheusClient
from hexaops.backends.metrics.prometheus.source import PrometheusMetrics
from hexaops.kit.quantities import parse_quantity
from testenv.harness.control_plane import NAMESPACES, ControlPlane, Object
from testenv.metricengines import prometheus

SECONDS = 120
USAGE = "kwok.x-k8s.io/usage-"


@pytest.fixture(scope="module")
def server(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that scrapes the kubelets, as it does in a cluster."""
    binary = prometheus.find()
    if binary is None:
        pytest.skip("Debian's package prometheus cannot be had here")
    groups = [_kubelet(node) for node in plane.get("nodes")["items"]]
    job = {
        "job_name": "kubelets", "scheme": "https", "scrape_interval": "2s", "scrape_timeout": "2s",
        "tls_config": {"ca_file": str(plane.folder / "pki" / "ca.crt")}, "static_configs": groups,
    }  # fmt: skip
    config = yaml.safe_dump({"scrape_configs": [job]})
    with prometheus.serving(binary, tmp_path_factory.mktemp("prometheus"), "", config) as url:
        yield url


def _kubelet(node: Object) -> Object:
    name, status = node["metadata"]["name"], node["status"]
    address = next(one["address"] for one in status["addresses"] if one["type"] == "InternalIP")
    path = f"/metrics/nodes/{name}/metrics/resource"
    target = f"{address}:{status['daemonEndpoints']['kubeletEndpoint']['Port']}"
    return {"targets": [target], "labels": {"node": name, "__metrics_path__": path}}


def used(plane: ControlPlane, namespace: str, name: str) -> tuple[float, float]:
    """Cores and bytes that the running pods of a Deployment are annotated with."""
    cpu = memory = 0.0
    for pod in plane.get("pods", "-n", namespace)["items"]:
        owners = pod["metadata"].get("ownerReferences", [])
        if owners and owners[0]["name"].rpartition("-")[0] == name and pod["status"]["phase"] == "Running":
            notes = pod["metadata"].get("annotations", {})
            cpu += parse_quantity(notes[f"{USAGE}cpu"])
            memory += parse_quantity(notes[f"{USAGE}memory"])
    return cpu, memory


def healthy(plane: ControlPlane) -> tuple[str, str]:
    """Namespace and name of a Deployment of which every pod runs and says what it uses."""
    for namespace in NAMESPACES:
        for one in plane.get("deployments", "-n", namespace)["items"]:
            notes = one["spec"]["template"]["metadata"].get("annotations", {})
            if one["status"].get("readyReplicas", 0) == one["spec"]["replicas"] >= 2 and f"{USAGE}cpu" in notes:
                return namespace, one["metadata"]["name"]
    raise AssertionError("the world has no healthy Deployment that says what it uses")


async def reaches(server: str, signal: Signal, subject: Subject, least: float, most: float) -> bool:
    """Whether the newest point comes to lie between these once every kubelet has been scraped twice."""
    client = PrometheusClient(PrometheusAddress(server))
    try:
        for _ in range(SECONDS):
            found = await PrometheusMetrics(client).read(signal, subject, Window.until(time.time(), 120.0), 30)
            if not found.is_empty and least <= found.known[-1] <= most:
                return True
            await asyncio.sleep(1)  # another process scrapes
        return False
    finally:
        await client.close()


async def test_usage_is_what_the_pods_are_said_to_use(plane: ControlPlane, server: str) -> None:
    namespace, name = healthy(plane)
    subject = Subject("c1", "Deployment", namespace, name)
    cores, size = used(plane, namespace, name)
    assert await reaches(server, Signal.MEMORY, subject, 0.9 * size, 1.1 * size)
    # A rate over two minutes is too low as long as there is less to take it from: only its bounds are known here.
    assert await reaches(server, Signal.CPU, subject, 0.01 * cores, 1.1 * cores)
