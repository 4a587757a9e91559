"""Reads what kubelets and pods show of themselves, through the API server's proxy."""

from __future__ import annotations

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import Target
from hexaops.backends.kubernetes.http import Call
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

NODE_SECONDS = 8.0
POD_SECONDS = 4.0
MOST_NODE_BYTES = 16 * 2**20
MOST_POD_BYTES = 4 * 2**20
TEXT = "text/plain;version=0.0.4"


async def node_text(cluster: Cluster, clock: Clock, node: str, path: str) -> bytes:
    """A page of a node's kubelet; raises KubernetesError."""
    target = Target("get", "Node", "", node, "", "nodes/proxy")
    call = Call("GET", f"/api/v1/nodes/{node}/proxy/{path}", target, Timeout(NODE_SECONDS, clock), accept=TEXT)
    return await cluster.reader.http.bounded(call, MOST_NODE_BYTES)


async def pod_text(cluster: Cluster, clock: Clock, pod: PodRow) -> bytes:
    """The metrics that a pod's annotations name; raises KubernetesError."""
    port, _, path = pod.scrape.partition("/")
    target = Target("get", "Pod", pod.namespace, pod.name, "", "pods/proxy")
    where = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}:{port}/proxy/{path}"
    return await cluster.reader.http.bounded(
        Call("GET", where, target, Timeout(POD_SECONDS, clock), accept=TEXT), MOST_POD_BYTES
    )
