"""A real control plane with many pods: 400 Deployments over 20 namespaces, started for one run and ended with it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testenv.harness.control_plane import SHIPPED, TOOL, ControlPlane

NODES = 110
NAMESPACES = 20
PODS_PER_DEPLOYMENT = 25
FILL_SECONDS = 900.0
LOOK_SECONDS = 3.0
_SUBJECTS = ("basket", "billing", "catalog", "courier", "invoice", "ledger", "parcel", "pricing", "refund",
             "search", "session", "stock", "ticket", "tracker", "voucher", "wallet", "loyalty", "gateway",
             "profile", "report")  # fmt: skip
_ROLES = ("api", "worker", "cache", "ingest", "export", "sync", "proxy", "audit", "batch", "feed",
          "index", "mailer", "planner", "queue", "relay", "router", "scorer", "store", "stream", "web")  # fmt: skip
Object = dict[str, Any]


def programs_missing() -> str:
    """Why no control plane can be started here, with what to do; "" when one can."""
    if shutil.which("go") is None:
        return "Go is not installed; with Go 1.26, `testenv/control-plane build` makes the control plane (11 min, once)"
    sys.path.insert(0, str(TOOL.parent))
    try:
        from plane.binaries import PACKAGES, cache  # noqa: PLC0415 # a program's own package, no part of ours
    finally:
        sys.path.pop(0)
    missing = [name for name in PACKAGES if not (cache() / name).exists()]
    return f"{', '.join(missing)} not built yet: `testenv/control-plane build` (11 min, once)" if missing else ""


@contextmanager
def running_world(folder: Path) -> Iterator[ControlPlane]:
    """One that was started and filled before, and is left running."""
    yield ControlPlane(folder.resolve(), _programs())


def _programs() -> Path:
    done = subprocess.run([TOOL, "build"], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 # our own tool
    return Path(done.stdout.strip())


@contextmanager
def world(folder: Path, pods: int) -> Iterator[ControlPlane]:
    """Nodes, Deployments and the shipped rights on a new control plane, ended by process id whatever happens."""
    with small_world(folder, nodes=NODES) as plane:
        plane.kubectl("apply", "-f", str(SHIPPED / "rbac.yaml"))
        fill(plane, pods)
        yield plane


@contextmanager
def small_world(folder: Path, *, nodes: int = 3) -> Iterator[ControlPlane]:
    """A new control plane with nodes and nothing on them, ended with the block, also by SIGTERM or Ctrl-C."""
    plane = ControlPlane(folder.resolve(), _programs())
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        plane.tool("start", str(folder))
        plane.tool("nodes", str(folder), str(nodes))
        yield plane
    finally:
        plane.tool("stop", str(folder))
        signal.signal(signal.SIGTERM, previous)


def fill(plane: ControlPlane, pods: int) -> None:
    """Create the Deployments and wait until every pod is ready."""
    began = time.monotonic()
    items = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces()]
    items += deployments(pods)
    plane.kubectl("create", "-f", "-", content=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    while (ready := ready_pods(plane)) < pods:
        print(f"\r{ready:6,} of {pods:,} pods ready, {time.monotonic() - began:.0f} s ", end="", flush=True)
        if time.monotonic() - began > FILL_SECONDS:
            message = f"only {ready} of {pods} pods are ready after {FILL_SECONDS:.0f} s"
            raise TimeoutError(message)
        time.sleep(LOOK_SECONDS)
    print(f"\r{pods:6,} pods ready after {time.monotonic() - began:.0f} s, load average {os.getloadavg()[0]:.1f}")


def ready_pods(plane: ControlPlane) -> int:
    """As the Deployments count them."""
    path = "-o=jsonpath={range .items[*]}{.status.readyReplicas}{' '}{end}"
    return sum(map(int, plane.kubectl("get", "deployments", "-A", path).split()))


def namespaces() -> list[str]:
    """Their names."""
    return [f"team-{subject}" for subject in _SUBJECTS[:NAMESPACES]]


def application_names(pods: int) -> list[tuple[str, str]]:
    """Namespace and name of each Deployment."""
    count = -(-pods // PODS_PER_DEPLOYMENT)
    names = [f"{subject}-{role}" for role in _ROLES for subject in _SUBJECTS]
    if count > len(names):
        message = f"at most {len(names) * PODS_PER_DEPLOYMENT} pods"
        raise ValueError(message)
    spaces = namespaces()
    return [(spaces[number % NAMESPACES], name) for number, name in enumerate(names[:count])]


def deployments(pods: int) -> list[Object]:
    """Manifests with what people write into them: environment, probes, resources, labels."""
    return [_deployment(namespace, name) for namespace, name in application_names(pods)]


def _deployment(namespace: str, name: str) -> Object:
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": namespace,
        "app.kubernetes.io/version": "2.7.1",
    }
    probe = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 2}
    container = {
        "name": name,
        "image": f"registry.example/{name}:2.7.1",
        "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}],
        "env": [
            {"name": "LOG_LEVEL", "value": "info"},
            {"name": "DATABASE_HOST", "value": f"postgres.{namespace}.svc"},
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": f"{name}-keys", "key": "api"}}},
        ],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        "readinessProbe": probe,
        "livenessProbe": {**probe, "failureThreshold": 5},
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/settings"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "settings", "configMap": {"name": f"{name}-settings"}}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": PODS_PER_DEPLOYMENT,
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
