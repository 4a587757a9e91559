"""What a kubelet writes into a pod's status at each moment of its life: pure functions from pod to status."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.clock import format_time
from simulator.store import Object
from simulator.world.objects import Condition, set_condition

Status = dict[str, Any]
OUT_OF_MEMORY_EXIT = 137


@dataclass(frozen=True, slots=True)
class Ending:
    """How a container ended."""

    exit_code: int
    reason: str
    started_at: str


def creating(pod: Object, now: datetime, host_ip: str) -> Status:
    """Bound, and the containers are being made."""
    status = _based(pod, host_ip, "")
    status["startTime"] = status.get("startTime") or format_time(now)
    status["containerStatuses"] = [
        _container(container, state={"waiting": {"reason": "ContainerCreating"}})
        for container in pod["spec"]["containers"]
    ]
    status["conditions"] = _conditions(status, now, ready=False, scheduled=True, sandbox=False)
    return status


def running(pod: Object, now: datetime, host_ip: str, *, ready: bool) -> Status:
    """All containers run; the first one is ready or not."""
    status = _based(pod, host_ip, pod_ip(pod))
    status["phase"] = "Running"
    before = _by_name(pod)
    containers = []
    for number, container in enumerate(pod["spec"]["containers"]):
        old = before.get(container["name"], {})
        state = old.get("state") or {}
        if "running" not in state:
            state = {"running": {"startedAt": format_time(now)}}
        entry = _container(container, state=state, old=old, pod=pod)
        entry.update(ready=ready or number > 0, started=True)
        containers.append(entry)
    status["containerStatuses"] = containers
    if pod["spec"].get("initContainers"):
        status["initContainerStatuses"] = _finished_init(pod, now)
    status["conditions"] = _conditions(status, now, ready=ready, scheduled=True, sandbox=True)
    return status


def waiting(pod: Object, now: datetime, host_ip: str, *, reason: str, message: str, ending: Ending | None) -> Status:
    """The first container waits to be started, after an ending or for want of an image."""
    status = _based(pod, host_ip, pod_ip(pod) if ending else "")
    status["startTime"] = status.get("startTime") or format_time(now)
    if ending is not None:
        status["phase"] = "Running"
    before = _by_name(pod)
    containers = []
    for number, container in enumerate(pod["spec"]["containers"]):
        old = before.get(container["name"], {})
        if number and ending is not None:
            containers.append(old or _container(container, state={"running": {"startedAt": format_time(now)}}))
            continue
        state = {"waiting": {"reason": reason, "message": message}}
        entry = _container(container, state=state, old=old, pod=pod if ending else None)
        if ending is not None:
            entry["lastState"] = {"terminated": _terminated(pod, ending, now)}
        containers.append(entry)
    status["containerStatuses"] = containers
    status["conditions"] = _conditions(status, now, ready=False, scheduled=True, sandbox=True)
    return status


def terminated(pod: Object, now: datetime, host_ip: str, *, ending: Ending) -> Status:
    """The first container has just ended and is not yet started again."""
    status = _based(pod, host_ip, pod_ip(pod))
    containers = []
    for number, container in enumerate(pod["spec"]["containers"]):
        old = _by_name(pod).get(container["name"], {})
        if number:
            containers.append(old or _container(container, state={"running": {"startedAt": format_time(now)}}))
        else:
            containers.append(
                _container(container, state={"terminated": _terminated(pod, ending, now)}, old=old, pod=pod)
            )
    status["containerStatuses"] = containers
    status["conditions"] = _conditions(status, now, ready=False, scheduled=True, sandbox=True)
    return status


def restarted(pod: Object, now: datetime, host_ip: str) -> Status:
    """The first container runs again, one restart more, not ready yet."""
    before = _by_name(pod)
    name = pod["spec"]["containers"][0]["name"]
    old = before.get(name, {})
    last = (old.get("state") or {}).get("terminated") or ((old.get("lastState") or {}).get("terminated"))
    replaced = {
        **old,
        "restartCount": old.get("restartCount", 0) + 1,
        "state": {"running": {"startedAt": format_time(now)}},
        "lastState": {"terminated": last} if last else {},
    }
    statuses = [replaced if entry["name"] == name else entry for entry in before.values()]
    changed = {**pod, "status": {**pod["status"], "containerStatuses": statuses}}
    return running(changed, now, host_ip, ready=False)


def finished(pod: Object, now: datetime, host_ip: str, *, succeeded: bool, message: str = "") -> Status:
    """All containers have ended for good."""
    status = _based(pod, host_ip, pod_ip(pod))
    status["phase"] = "Succeeded" if succeeded else "Failed"
    before = _by_name(pod)
    containers = []
    for container in pod["spec"]["containers"]:
        old = before.get(container["name"], {})
        started = ((old.get("state") or {}).get("running") or {}).get("startedAt") or format_time(now)
        ending = Ending(0 if succeeded else 1, "Completed" if succeeded else "Error", started)
        terminated = _terminated(pod, ending, now)
        if message:
            terminated["message"] = message
        containers.append(_container(container, state={"terminated": terminated}, old=old, pod=pod))
    status["containerStatuses"] = containers
    status["conditions"] = _conditions(status, now, ready=False, scheduled=True, sandbox=False)
    if succeeded:
        status["conditions"] = [
            {**condition, "reason": "PodCompleted"} if condition["type"] in ("Ready", "ContainersReady") else condition
            for condition in status["conditions"]
        ]
    return status


def pod_ip(pod: Object) -> str:
    """An address of the pod network that stays the same for a pod."""
    digest = hashlib.blake2s(pod["metadata"]["uid"].encode(), digest_size=3).digest()
    return (
        f"10.244.{digest[0]}.{1 + digest[1] % 254}" if digest[2] < 128 else f"10.245.{digest[0]}.{1 + digest[1] % 254}"
    )


def image_id(image: str) -> str:
    """A stable fake digest of an image."""
    name = image.rsplit(":", 1)[0] if ":" in image.rsplit("/", 1)[-1] else image
    return f"{_registry(name)}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def _registry(name: str) -> str:
    first = name.split("/", 1)[0]
    if "/" not in name:
        return f"docker.io/library/{name}"
    return name if "." in first or ":" in first else f"docker.io/{name}"


def container_id(pod: Object, name: str, restarts: int) -> str:
    """The runtime's id of one run of a container."""
    text = f"{pod['metadata']['uid']}/{name}/{restarts}"
    return f"containerd://{hashlib.sha256(text.encode()).hexdigest()}"


def _based(pod: Object, host_ip: str, address: str) -> Status:
    status = dict(pod.get("status") or {})
    status["observedGeneration"] = pod["metadata"].get("generation", 1)
    status["hostIP"], status["hostIPs"] = host_ip, [{"ip": host_ip}]
    if address:
        known = status.get("podIP") or address
        status["podIP"], status["podIPs"] = known, [{"ip": known}]
    return status


def _by_name(pod: Object) -> dict[str, Status]:
    return {entry["name"]: entry for entry in (pod.get("status") or {}).get("containerStatuses") or ()}


def _container(container: Object, *, state: Status, old: Status | None = None, pod: Object | None = None) -> Status:
    old = old or {}
    image, restarts = container.get("image", ""), old.get("restartCount", 0)
    entry = {
        "name": container["name"],
        "image": image,
        "imageID": image_id(image) if pod is not None else "",
        "ready": False,
        "started": False,
        "restartCount": restarts,
        "state": state,
        "lastState": old.get("lastState") or {},
    }
    if pod is not None:
        entry["containerID"] = container_id(pod, container["name"], restarts)
    resources = container.get("resources") or {}
    if resources and pod is not None:
        entry["resources"] = resources
        if resources.get("requests"):
            entry["allocatedResources"] = resources["requests"]
    return entry


def _terminated(pod: Object, ending: Ending, now: datetime) -> Status:
    container = pod["spec"]["containers"][0]["name"]
    restarts = _by_name(pod).get(container, {}).get("restartCount", 0)
    return {
        "exitCode": ending.exit_code,
        "reason": ending.reason,
        "startedAt": ending.started_at,
        "finishedAt": format_time(now),
        "containerID": container_id(pod, container, restarts),
    }


def _finished_init(pod: Object, now: datetime) -> list[Status]:
    before = {entry["name"]: entry for entry in (pod.get("status") or {}).get("initContainerStatuses") or ()}
    result = []
    for container in pod["spec"]["initContainers"]:
        stamp = format_time(now)
        state = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": stamp, "finishedAt": stamp}}
        entry = _container(container, state=state, pod=pod)
        entry.update(ready=True)
        result.append(before.get(container["name"]) or entry)
    return result


def _conditions(status: Status, now: datetime, *, ready: bool, scheduled: bool, sandbox: bool) -> list[Condition]:
    broken: dict[str, str] = {}
    if not ready:
        names = [entry["name"] for entry in status["containerStatuses"] if not entry["ready"]]
        broken = {"reason": "ContainersNotReady", "message": f"containers with unready status: [{' '.join(names)}]"}
    told = "True" if ready else "False"
    conditions = list(status.get("conditions") or [])
    for condition in (
        {"type": "PodReadyToStartContainers", "status": "True" if sandbox else "False"},
        {"type": "Initialized", "status": "True"},
        {"type": "Ready", "status": told, **broken},
        {"type": "ContainersReady", "status": told, **broken},
        {"type": "PodScheduled", "status": "True" if scheduled else "False"},
    ):
        whole = {**condition, "lastProbeTime": None, "observedGeneration": status["observedGeneration"]}
        conditions = set_condition(conditions, whole, now)
    return conditions
