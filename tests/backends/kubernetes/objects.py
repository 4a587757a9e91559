"""Objects as the API server would send them, cut to what a test says."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def meta(name: str, **rest: Any) -> Object:
    """Metadata; the uid follows from the name."""
    base = {
        "name": name,
        "namespace": "shop",
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    return {**base, **rest}


def owner(kind: str, name: str) -> list[Object]:
    """A controlling owner."""
    return [{"kind": kind, "name": name, "uid": f"uid-{name}", "controller": True}]


def condition(kind: str, status: str, reason: str = "", message: str = "") -> Object:
    """A condition of 2026-01-01."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-01-01T00:01:00Z",
    }


def container(name: str = "main", **resources: Object) -> Object:
    """A container with requests and limits."""
    return {"name": name, "image": f"{name}:1", "resources": resources}


def container_status(
    name: str = "main", *, restarts: int = 0, state: Object | None = None, last: Object | None = None
) -> Object:
    """A container's status."""
    running = {"running": {"startedAt": "2026-01-01T00:05:00Z"}}
    return {
        "name": name,
        "ready": not state,
        "restartCount": restarts,
        "state": state or running,
        "lastState": last or {},
    }


def pod(name: str = "web-1", *, spec: Object | None = None, metadata: Object | None = None, **status: Any) -> Object:
    """A pod; `status` is given field by field."""
    return {
        "metadata": metadata or meta(name, labels={"app": "web"}),
        "spec": spec or {"nodeName": "node-1", "containers": [container()]},
        "status": {"phase": "Running", **status},
    }
