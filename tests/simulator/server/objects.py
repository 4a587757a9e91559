"""Objects that tests create."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
DEPLOYMENTS = "/apis/apps/v1/namespaces/demo/deployments"
PODS = "/api/v1/namespaces/demo/pods"
CONFIG_MAPS = "/api/v1/namespaces/demo/configmaps"


def deployment(name: str = "web", *, replicas: int = 3) -> Object:
    """A Deployment with one container."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "demo", "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "nginx:1"}]},
            },
        },
    }


def pod(name: str = "web-1", *, phase: str = "Running", ready: bool = True, **labels: str) -> Object:
    """A scheduled pod, as it stands in the store."""
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    return {
        "metadata": {"name": name, "namespace": "demo", "labels": {"app": "web", **labels}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "nginx:1"}]},
        "status": {
            "phase": phase,
            "podIP": "10.0.0.1",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "main", "ready": ready, "restartCount": 0, "state": state}],
        },
    }


def config_map(name: str, **data: str) -> Object:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "demo"}, "data": data}


def budget(*, allowed: int, healthy: int = 3, desired: int = 2, observed: int = 1, **spec: Any) -> Object:
    """A disruption budget of the web pods, as its controller left it."""
    return {
        "metadata": {"name": "web", "namespace": "demo"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": desired, **spec},
        "status": {
            "observedGeneration": observed,
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
        },
    }
