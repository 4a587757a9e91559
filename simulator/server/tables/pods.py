"""The row of a pod: its status in one word, after the real printer's rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.clock import parse_time
from simulator.server.tables.text import NONE, age, human_duration, name

Object = dict[str, Any]
Status = dict[str, Any]


def pod_row(pod: Object, now: datetime) -> list[Any]:
    """The cells of a pod."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    ready, total, word, restarts, last_restart = _summary(pod)
    shown = str(restarts)
    if restarts and last_restart is not None:
        shown = f"{restarts} ({human_duration((now - last_restart).total_seconds())} ago)"
    gates = spec.get("readinessGates") or []
    conditions = {item["type"]: item["status"] for item in status.get("conditions") or ()}
    met = sum(conditions.get(gate["conditionType"]) == "True" for gate in gates)
    return [
        name(pod), f"{ready}/{total}", word, shown, age(pod, now),
        status.get("podIP") or NONE, spec.get("nodeName") or NONE, status.get("nominatedNodeName") or NONE,
        f"{met}/{len(gates)}" if gates else NONE,
    ]  # fmt: skip


def _summary(pod: Object) -> tuple[int, int, str, int, datetime | None]:
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    conditions = {item["type"]: item for item in status.get("conditions") or ()}
    sidecars = {item["name"] for item in spec.get("initContainers") or () if item.get("restartPolicy") == "Always"}
    word = status.get("reason") or status.get("phase") or ""
    scheduled = conditions.get("PodScheduled") or {}
    if scheduled.get("status") == "False" and scheduled.get("reason") == "SchedulingGated":
        word = "SchedulingGated"
    initial = status.get("initContainerStatuses") or []
    initializing = _initializing(initial, sidecars, len(spec.get("initContainers") or ()))
    ready = sum(bool(item.get("ready")) for item in initial if item["name"] in sidecars)
    counted = initial
    if initializing is None or (conditions.get("Initialized") or {}).get("status") == "True":
        counted = [item for item in initial if item["name"] in sidecars]
        counted += status.get("containerStatuses") or []
        word, running = _main_word(status.get("containerStatuses") or [], word)
        ready += running
        if word == "Completed" and running:
            word = "Running" if (conditions.get("Ready") or {}).get("status") == "True" else "NotReady"
    else:
        word = initializing
    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            word = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            word = "Terminating"
    total = len(spec.get("containers") or ()) + len(sidecars)
    return ready, total, word, sum(item.get("restartCount", 0) for item in counted), _last_restart(counted)


def _main_word(statuses: list[Status], word: str) -> tuple[str, int]:
    running = 0
    for container in reversed(statuses):
        state = container.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            word = waiting["reason"]
        elif ended is not None:
            word = _ended_word(ended)
        elif container.get("ready") and state.get("running") is not None:
            running += 1
    return word, running


def _initializing(statuses: list[Status], sidecars: set[str], total: int) -> str | None:
    for index, container in enumerate(statuses):
        state = container.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        if ended is not None and ended.get("exitCode") == 0:
            continue
        if container["name"] in sidecars and container.get("started"):
            continue
        if ended is not None:
            return f"Init:{_ended_word(ended)}"
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return f"Init:{waiting['reason']}"
        return f"Init:{index}/{total}"
    return None


def _ended_word(ended: Status) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _last_restart(statuses: list[Status]) -> datetime | None:
    ends = [
        parse_time(ended["finishedAt"])
        for item in statuses
        if (ended := (item.get("lastState") or {}).get("terminated")) and ended.get("finishedAt")
    ]
    return max(ends, default=None)
