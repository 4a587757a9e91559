"""Cells of tables in the cases that are easy to get wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.server.tables.cluster import event_row, node_row
from simulator.server.tables.network import endpoints_row, service_row
from simulator.server.tables.pods import pod_row
from simulator.server.tables.text import human_duration
from simulator.server.tables.workloads import autoscaler_row, job_row

Object = dict[str, Any]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BORN = "2026-01-01T10:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (7200, "120m"), (10800, "3h"), (11100, "3h5m"),
     (28800, "8h"), (172800, "2d"), (180000, "2d2h"), (691200, "8d"), (63072000, "2y"), (70000000, "2y80d"),
     (-0.5, "0s"), (-5, "<invalid>")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


def pod(*containers: Object, phase: str = "Running", init: list[Object] | None = None, **more: Any) -> Object:
    """A pod with these container statuses."""
    names = [{"name": item["name"]} for item in containers]
    status = {"phase": phase, "containerStatuses": list(containers), "initContainerStatuses": init or []}
    spec = {"containers": names, "initContainers": [{"name": item["name"]} for item in init or ()]}
    metadata = {"name": "p", "creationTimestamp": BORN, **more.pop("metadata", {})}
    return {"metadata": metadata, "spec": spec, "status": {**status, **more}}


def container(*, ready: bool = True, restarts: int = 0, last: str = "", **state: Object) -> Object:
    """One container status."""
    ended = {"lastState": {"terminated": {"finishedAt": last}}} if last else {}
    return {"name": "c", "ready": ready, "restartCount": restarts, "state": state, **ended}


RUNNING: Object = {"running": {"startedAt": BORN}}


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        (pod(container(**RUNNING)), ["1/1", "Running", "0"]),
        (pod(container(ready=False, **RUNNING)), ["0/1", "Running", "0"]),
        (pod(container(ready=False, restarts=3, last="2026-01-01T11:58:00Z", waiting={"reason": "CrashLoopBackOff"})),
         ["0/1", "CrashLoopBackOff", "3 (2m ago)"]),
        (pod(container(ready=False, terminated={"reason": "OOMKilled", "exitCode": 137})), ["0/1", "OOMKilled", "0"]),
        (pod(container(ready=False, terminated={"exitCode": 3})), ["0/1", "ExitCode:3", "0"]),
        (pod(container(ready=False, terminated={"exitCode": 137, "signal": 9})), ["0/1", "Signal:9", "0"]),
        (pod(phase="Pending"), ["0/0", "Pending", "0"]),
        (pod(phase="Failed", reason="Evicted"), ["0/0", "Evicted", "0"]),
        (pod(container(**RUNNING), metadata={"deletionTimestamp": BORN}), ["1/1", "Terminating", "0"]),
        (pod(container(ready=False, terminated={"reason": "Completed", "exitCode": 0}), phase="Succeeded",
             metadata={"deletionTimestamp": BORN}), ["0/1", "Completed", "0"]),
        (pod(container(ready=False, waiting={"reason": "PodInitializing"}), phase="Pending",
             init=[{"name": "i", "state": {"running": {}}, "restartCount": 2}]), ["0/1", "Init:0/1", "2"]),
        (pod(container(ready=False, waiting={"reason": "PodInitializing"}), phase="Pending",
             init=[{"name": "i", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 1}]),
         ["0/1", "Init:CrashLoopBackOff", "1"]),
    ],
)  # fmt: skip
def test_pods(given: Object, cells: list[str]) -> None:
    assert pod_row(given, NOW)[1:4] == cells


def test_nodes() -> None:
    node = {
        "metadata": {"name": "n", "creationTimestamp": BORN, "labels": {"node-role.kubernetes.io/worker": ""}},
        "spec": {"unschedulable": True},
        "status": {"conditions": [{"type": "Ready", "status": "Unknown"}], "nodeInfo": {"kubeletVersion": "v1"}},
    }
    assert node_row(node, NOW)[:6] == ["n", "NotReady,SchedulingDisabled", "worker", "120m", "v1", "<none>"]


def test_events_of_both_ages() -> None:
    about = {"kind": "Pod", "name": "p"}
    old = {
        "metadata": {"name": "e"}, "involvedObject": about, "type": "Warning", "reason": "BackOff", "message": "x\n",
        "firstTimestamp": BORN, "lastTimestamp": "2026-01-01T11:59:00Z", "count": 4, "source": {"component": "kubelet"},
    }  # fmt: skip
    assert event_row(old, NOW) == ["60s", "Warning", "BackOff", "pod/p", "", "kubelet", "x", "120m", 4, "e"]
    new = {"metadata": {"name": "e"}, "involvedObject": about, "eventTime": BORN, "reportingComponent": "scheduler"}
    assert event_row(new, NOW)[0] == "120m"
    assert event_row(new, NOW)[5] == "scheduler"


@pytest.mark.parametrize(
    ("spec", "cells"),
    [
        ({"type": "ClusterIP", "clusterIP": "10.0.0.1", "ports": [{"port": 80, "protocol": "TCP"}]},
         ["ClusterIP", "10.0.0.1", "<none>", "80/TCP"]),
        ({"type": "NodePort", "clusterIP": "10.0.0.1", "ports": [{"port": 80, "nodePort": 30080}]},
         ["NodePort", "10.0.0.1", "<none>", "80:30080/TCP"]),
        ({"type": "LoadBalancer", "clusterIP": "10.0.0.1"}, ["LoadBalancer", "10.0.0.1", "<pending>", "<none>"]),
        ({"type": "ExternalName", "externalName": "a.b"}, ["ExternalName", "<none>", "a.b", "<none>"]),
    ],
)  # fmt: skip
def test_services(spec: Object, cells: list[str]) -> None:
    assert service_row({"metadata": {"name": "s", "creationTimestamp": BORN}, "spec": spec}, NOW)[1:5] == cells


def test_autoscalers() -> None:
    resource = {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 70}}}
    obj: Object = {
        "metadata": {"name": "h", "creationTimestamp": BORN},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5, "minReplicas": 2,
                 "metrics": [resource]},
    }  # fmt: skip
    assert autoscaler_row(obj, NOW)[1:6] == ["Deployment/web", "cpu: <unknown>/70%", "2", 5, 0]
    current = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 61}}}
    obj["status"] = {"currentMetrics": [current], "currentReplicas": 3}
    assert autoscaler_row(obj, NOW)[2] == "cpu: 61%/70%"


def test_jobs() -> None:
    obj: Object = {
        "metadata": {"name": "j", "creationTimestamp": BORN},
        "spec": {"completions": 1, "template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}},
        "status": {"startTime": BORN, "completionTime": "2026-01-01T10:04:05Z", "succeeded": 1,
                   "conditions": [{"type": "Complete", "status": "True"}]},
    }  # fmt: skip
    assert job_row(obj, NOW) == ["j", "Complete", "1/1", "4m5s", "120m", "c", "i", "<none>"]


@pytest.mark.parametrize(
    ("subsets", "shown"),
    [
        ([], "<none>"),
        ([{"notReadyAddresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}], ""),
        ([{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}], "10.0.0.1:80"),
    ],
)
def test_endpoints(subsets: list[Object], shown: str) -> None:
    """Addresses that are all not ready are not nobody: the real server prints nothing for them."""
    endpoints = {"metadata": {"name": "e", "creationTimestamp": BORN}, "subsets": subsets}
    assert endpoints_row(endpoints, NOW)[:2] == ["e", shown]
