"""Objects as an API server returns them, made from the few fields that a case is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

Raw = dict[str, Any]
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAMESPACE = "shop"
IMAGE = "registry.example.com/shop/{}:1.4.2"
GIBI = 2**30


def ago(minutes: float) -> str:
    """The time this many minutes before the snapshot."""
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(
    kind: str, name: str, *, namespace: str | None = NAMESPACE, api: str = "v1", age: float = 30000, **more: Any
) -> Raw:
    """An object with its metadata; `metadata` adds to it, everything else stands beside it."""
    meta: Raw = {
        "name": name,
        "uid": f"{kind.lower()}-{namespace}-{name}",
        "creationTimestamp": ago(age),
        "generation": 1,
    }
    if namespace:
        meta["namespace"] = namespace
    meta |= more.pop("metadata", {})
    return {"apiVersion": api, "kind": kind, "metadata": meta, **more}


def owner(kind: str, name: str, api: str = "apps/v1") -> Raw:
    """`metadata.ownerReferences` with one controller."""
    return {"ownerReferences": [{"apiVersion": api, "kind": kind, "name": name, "controller": True, "uid": "u"}]}


def container(name: str = "app", image: str | None = None, **spec: Any) -> Raw:
    """A container with ordinary requests, limits, port and probes."""
    base: Raw = {
        "name": name,
        "image": image or IMAGE.format(name),
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 10, "failureThreshold": 3},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10, "failureThreshold": 3},
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "runAsUser": 10001},
    }
    return {key: value for key, value in (base | spec).items() if value is not None}


def running(
    name: str = "app", *, ready: bool = True, restarts: int = 0, since: float = 3000, last: Raw | None = None
) -> Raw:
    """Status of a container that runs."""
    state: Raw = {"running": {"startedAt": ago(since)}}
    return _status(name, state, ready, restarts, last)


def waiting(name: str, reason: str, message: str = "", *, restarts: int = 0, last: Raw | None = None) -> Raw:
    """Status of a container that waits."""
    inner: Raw = {"reason": reason} | ({"message": message} if message else {})
    return _status(name, {"waiting": inner}, False, restarts, last)


def terminated(
    name: str, *, code: int, reason: str = "Error", at: float = 1, ran: float = 0.2, message: str = ""
) -> Raw:
    """Status of a container that has ended."""
    return _status(name, {"terminated": ended(code, reason, at=at, ran=ran, message=message)}, False, 0, None)


def ended(code: int, reason: str = "Error", *, at: float = 1, ran: float = 0.2, message: str = "") -> Raw:
    """A `terminated` state, current or last."""
    state: Raw = {
        "exitCode": code,
        "reason": reason,
        "startedAt": ago(at + ran),
        "finishedAt": ago(at),
        "containerID": "c",
    }
    return state | ({"message": message} if message else {})


def _status(name: str, state: Raw, ready: bool, restarts: int, last: Raw | None) -> Raw:
    return {
        "name": name,
        "state": state,
        "lastState": {"terminated": last} if last else {},
        "ready": ready,
        "restartCount": restarts,
        "started": "running" in state,
        "image": IMAGE.format(name),
        "imageID": "",
    }


def condition(kind: str, status: str, reason: str = "", message: str = "", *, since: float = 20) -> Raw:
    """One entry of `status.conditions`."""
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": ago(since)}


def event(
    about: Raw,
    reason: str,
    message: str,
    *,
    kind: str = "Warning",
    at: float = 1,
    first: float | None = None,
    count: int = 1,
    source: str = "kubelet",
) -> Raw:
    """A core/v1 Event on an object."""
    meta = about["metadata"]
    namespace = meta.get("namespace", "default")
    involved = {key: meta[key] for key in ("name", "namespace", "uid") if key in meta} | {
        "kind": about["kind"],
        "apiVersion": about["apiVersion"],
    }
    return make(
        "Event",
        f"{meta['name']}.{crc32((reason + message).encode()):x}",
        namespace=namespace,
        age=first if first is not None else at,
        involvedObject=involved,
        reason=reason,
        message=message,
        type=kind,
        count=count,
        firstTimestamp=ago(first if first is not None else at),
        lastTimestamp=ago(at),
        source={"component": source},
    )


def node(
    name: str, *, cpu: str = "4", memory: str = "16Gi", labels: Raw | None = None, taints: list[Raw] | None = None
) -> Raw:
    """A ready worker node."""
    pressures = ("MemoryPressure", "DiskPressure", "PIDPressure")
    conditions = [condition(kind, "False", f"KubeletHasNo{kind}", since=40000) for kind in pressures]
    conditions.append(condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", since=40000))
    resources = {"cpu": cpu, "memory": memory, "pods": "110", "ephemeral-storage": "95551679124"}
    return make(
        "Node",
        name,
        namespace=None,
        age=90000,
        metadata={
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/zone": f"eu-1{name[-1]}",
            }
            | (labels or {})
        },
        spec={"taints": taints} if taints else {},
        status={
            "conditions": conditions,
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": {"kubeletVersion": "v1.34.2", "containerRuntimeVersion": "containerd://2.1.4"},
        },
    )


def service(
    name: str,
    selector: Raw | None,
    *,
    namespace: str = NAMESPACE,
    port: int = 80,
    target: str | int = "http",
    **spec: Any,
) -> Raw:
    """A ClusterIP Service."""
    inner: Raw = {
        "type": "ClusterIP",
        "clusterIP": "10.96.14.7",
        "selector": selector,
        "ports": [{"name": "http", "port": port, "targetPort": target, "protocol": "TCP"}],
    }
    return make("Service", name, namespace=namespace, spec=inner | spec, status={"loadBalancer": {}})


def slice_of(name: str, *, namespace: str = NAMESPACE, ready: int = 0, unready: int = 0, port: int = 8080) -> Raw:
    """The EndpointSlice of a Service."""
    ends = [
        {"addresses": [f"10.1.{i}.7"], "conditions": {"ready": i < ready, "serving": i < ready, "terminating": False}}
        for i in range(ready + unready)
    ]
    return make(
        "EndpointSlice",
        f"{name}-abcde",
        namespace=namespace,
        api="discovery.k8s.io/v1",
        metadata={"labels": {"kubernetes.io/service-name": name}},
        addressType="IPv4",
        endpoints=ends or None,
        ports=[{"name": "http", "port": port, "protocol": "TCP"}],
    )


def config_map(name: str, data: Raw, *, namespace: str = NAMESPACE) -> Raw:
    """A ConfigMap."""
    return make("ConfigMap", name, namespace=namespace, data=data)


def secret(name: str, data: Raw, *, namespace: str = NAMESPACE, kind: str = "Opaque") -> Raw:
    """A Secret; the values are Base64, as the API server returns them."""
    return make("Secret", name, namespace=namespace, type=kind, data=data)
