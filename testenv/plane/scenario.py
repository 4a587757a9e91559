"""Puts a world on a control plane: the applications of `scenarios/NAME.json`, with their faults.

A fault of a whole application stands in its pod template, one of single pods is put on them when they run: new pods
do not have it. Loading waits until the cluster shows what the file says, so that whoever asks then gets one answer.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
from typing import Any

from plane.binaries import HERE
from plane.manifests import FAULT, STORAGE_CLASS, objects
from plane.plane import Plane

Object = dict[str, Any]
DEADLINE_SECONDS = 90.0
_WAIT_SECONDS = 0.5


def scenario_names() -> list[str]:
    """What can be loaded."""
    return sorted(path.stem for path in (HERE / "scenarios").glob("*.json"))


def load(plane: Plane, name: str, *, nodes: int | None = None) -> None:
    """Create everything and wait until it shows; what is there already is left as it is."""
    scenario: Object = json.loads((HERE / "scenarios" / f"{name}.json").read_text())
    machines = scenario["nodes"]
    plane.add_nodes(nodes or machines["count"], prefix=machines["prefix"], first=1, size=machines["size"])
    _create(plane, "/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": STORAGE_CLASS}, "provisioner": "kubernetes.io/no-provisioner"})  # fmt: skip
    for namespace, labels in scenario["namespaces"].items():
        _create(plane, "/api/v1/namespaces", {"metadata": {"name": namespace, "labels": labels}})
    _await(plane, "service accounts", lambda: _has_accounts(plane, scenario))
    for namespace, hard in scenario.get("quotas", {}).items():
        quota = {"metadata": {"name": f"{namespace}-quota"}, "spec": {"hard": hard}}
        _create(plane, f"/api/v1/namespaces/{namespace}/resourcequotas", quota)
    for app in scenario["applications"]:
        for path, body in objects({**app, "replicas": app.get("grown_from", app.get("replicas"))}):
            _create(plane, path, body)
    for app in scenario["applications"]:
        first = {**app, "replicas": app.get("grown_from", app.get("replicas"))}
        _await(plane, app["name"], lambda app=first: _has_pods(plane, app))  # type: ignore[misc]
        _break_pods(plane, app)
    _grow(plane, scenario)
    for app in scenario["applications"]:
        _await(plane, app["name"], lambda app=app: _shows(plane, app))  # type: ignore[misc]
    print(f"{name}: {len(scenario['applications'])} applications in {len(scenario['namespaces'])} namespaces")


def _create(plane: Plane, path: str, body: Object) -> None:
    try:
        plane.request("POST", path, body)
    except urllib.error.HTTPError as error:
        if error.code != 409:
            sys.exit(f"control-plane: {path} {body['metadata']['name']}: {error.read().decode()[:300]}")


def _await(plane: Plane, what: str, reached: Any) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            sys.exit(f"control-plane: {what} not as in the scenario after {DEADLINE_SECONDS:.0f} s; see {plane.folder}")
        time.sleep(_WAIT_SECONDS)


def _has_accounts(plane: Plane, scenario: Object) -> bool:
    """A pod is refused until its namespace has a service account."""
    for namespace in scenario["namespaces"]:
        if not plane.request("GET", f"/api/v1/namespaces/{namespace}/serviceaccounts")["items"]:
            return False
    return True


def _pods(plane: Plane, app: Object) -> list[Object]:
    path = f"/api/v1/namespaces/{app['namespace']}/pods?labelSelector=app%3D{app['name']}"
    found = [pod for pod in plane.request("GET", path)["items"] if "deletionTimestamp" not in pod["metadata"]]
    return sorted(found, key=lambda pod: str(pod["metadata"]["name"]))


def _count(plane: Plane, app: Object) -> int:
    if app["kind"] == "DaemonSet":
        return len(plane.request("GET", "/api/v1/nodes")["items"])
    return int(app["replicas"])


def _has_pods(plane: Plane, app: Object) -> bool:
    pods = _pods(plane, app)
    ordered = app["kind"] == "StatefulSet" and ("fault" in app or app.get("pending"))
    expected = min(1, _count(plane, app)) if ordered else _count(plane, app)
    return len(pods) == expected and all(_settled(pod, app) for pod in pods)


def _settled(pod: Object, app: Object) -> bool:
    """Running, or showing why not."""
    if FAULT in pod["metadata"].get("annotations", {}) and "fault" not in app:
        return True
    conditions = {one["type"]: one["status"] for one in pod["status"].get("conditions", ())}
    if "fault" in app:
        return conditions.get("Ready") == "False"
    return conditions.get("Ready") == "True" or conditions.get("PodScheduled") == "False"


def _break_pods(plane: Plane, app: Object) -> None:
    for fault, count in app.get("broken_pods", {}).items():
        pods = _pods(plane, app)
        whole = [pod for pod in pods if FAULT not in pod["metadata"]["annotations"]]
        for pod in whole[: max(0, count - (len(pods) - len(whole)))]:
            path = f"/api/v1/namespaces/{app['namespace']}/pods/{pod['metadata']['name']}"
            plane.request("PATCH", path, {"metadata": {"annotations": {FAULT: fault}}})


def _grow(plane: Plane, scenario: Object) -> None:
    """Ask for more replicas of what was placed first, on a cluster that is full by now."""
    for app in scenario["applications"]:
        if "grown_from" in app:
            path = f"/apis/apps/v1/namespaces/{app['namespace']}/deployments/{app['name']}"
            plane.request("PATCH", path, {"spec": {"replicas": app["replicas"]}})


def _shows(plane: Plane, app: Object) -> bool:
    """Whether as many pods are ready as the file lets be."""
    broken = sum(app.get("broken_pods", {}).values()) + app.get("pending", 0)
    expected = 0 if "fault" in app else _count(plane, app) - broken
    ready = [
        pod
        for pod in _pods(plane, app)
        if any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ()))
    ]
    return len(ready) == expected
