"""What a Deployment's status says: counts, and whether it is available and gets on.

Reasons and messages are the real controller's; clients such as `kubectl rollout status` read them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.clock import format_time, parse_time
from simulator.store import Object
from simulator.world.controllers.rollout import bounds_of
from simulator.world.objects import Condition, find_condition, set_condition

_DEADLINE_SECONDS = 600
_COMPLETE = "NewReplicaSetAvailable"
_TIMED_OUT = "ProgressDeadlineExceeded"


def status_of(
    deployment: Object, new: Object | None, owned: list[Object], *, created: bool, now: datetime
) -> dict[str, Any]:
    """The whole status, from the ReplicaSets' own statuses."""
    statuses = [found.get("status") or {} for found in owned]
    total = sum(status.get("replicas", 0) for status in statuses)
    available = sum(status.get("availableReplicas", 0) for status in statuses)
    counts = {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        "replicas": total,
        "updatedReplicas": ((new or {}).get("status") or {}).get("replicas", 0),
        "readyReplicas": sum(status.get("readyReplicas", 0) for status in statuses),
        "availableReplicas": available,
        "unavailableReplicas": max(0, sum(found["spec"].get("replicas", 1) for found in owned) - available),
    }
    status: dict[str, Any] = {name: value for name, value in counts.items() if value}
    status["terminatingReplicas"] = sum(found.get("terminatingReplicas", 0) for found in statuses)
    conditions = list((deployment.get("status") or {}).get("conditions") or [])
    conditions = set_condition(conditions, _availability(deployment, available), now, update_time=True)
    progress = _progress(deployment, new, counts, created=created, now=now)
    if progress is not None:
        conditions = _with_progress(conditions, progress, now, moved=_moved(deployment, counts))
    status["conditions"] = _with_failure(conditions, owned, now)
    return status


def timed_out_in_seconds(deployment: Object, now: datetime) -> float | None:
    """Seconds until the update counts as stuck; None when none runs or it already does."""
    progress = find_condition(deployment, "Progressing")
    if deployment["spec"].get("paused") or progress is None or progress["status"] == "False":
        return None
    if progress["reason"] in (_COMPLETE, "DeploymentPaused"):
        return None
    since = (now - parse_time(progress["lastUpdateTime"])).total_seconds()
    return float(deployment["spec"].get("progressDeadlineSeconds", _DEADLINE_SECONDS)) - since


def _availability(deployment: Object, available: int) -> Condition:
    enough = available >= deployment["spec"].get("replicas", 1) - bounds_of(deployment).unavailable
    return {
        "type": "Available",
        "status": "True" if enough else "False",
        "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    }


def _progress(
    deployment: Object, new: Object | None, counts: dict[str, int], *, created: bool, now: datetime
) -> Condition | None:
    """The new Progressing condition, or None to keep the old one."""
    old = find_condition(deployment, "Progressing")
    if deployment["spec"].get("paused"):
        return _condition("Unknown", "DeploymentPaused", "Deployment is paused")
    if old is not None and old["reason"] == "DeploymentPaused":
        return _condition("Unknown", "DeploymentResumed", "Deployment is resumed")
    if new is None:
        return None
    name = new["metadata"]["name"]
    if created:
        return _condition("True", "NewReplicaSetCreated", f'Created new replica set "{name}"')
    wanted = deployment["spec"].get("replicas", 1)
    updated, total, available = counts["updatedReplicas"], counts["replicas"], counts["availableReplicas"]
    if updated == total == available == wanted:
        return _condition("True", _COMPLETE, f'ReplicaSet "{name}" has successfully progressed.')
    if old is not None and old["reason"] == _COMPLETE and total == updated and f'"{name}"' in old["message"]:
        return None  # pods come and go after a finished update; that is no update
    if _moved(deployment, counts) or old is None or old["reason"] == _COMPLETE:
        return _condition("True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
    left = timed_out_in_seconds(deployment, now)
    if left is not None and left <= 0:
        return _condition("False", _TIMED_OUT, f'ReplicaSet "{name}" has timed out progressing.')
    return None


def _with_failure(conditions: list[Condition], owned: list[Object], now: datetime) -> list[Condition]:
    """The ReplicaFailure condition of a ReplicaSet is the Deployment's too, while it lasts."""
    others = [condition for condition in conditions if condition["type"] != "ReplicaFailure"]
    failure = next((found for obj in owned if (found := find_condition(obj, "ReplicaFailure"))), None)
    if failure is None:
        return others
    told = {name: failure[name] for name in ("type", "status", "reason", "message")}
    return set_condition(conditions, told, now, update_time=True)


def _moved(deployment: Object, counts: dict[str, int]) -> bool:
    """Whether the counts came nearer to complete since the last status."""
    status = deployment.get("status") or {}
    before_old = status.get("replicas", 0) - status.get("updatedReplicas", 0)
    return bool(
        counts["updatedReplicas"] > status.get("updatedReplicas", 0)
        or counts["replicas"] - counts["updatedReplicas"] < before_old
        or counts["readyReplicas"] > status.get("readyReplicas", 0)
        or counts["availableReplicas"] > status.get("availableReplicas", 0)
    )


def _condition(status: str, reason: str, message: str) -> Condition:
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}


def _with_progress(conditions: list[Condition], progress: Condition, now: datetime, *, moved: bool) -> list[Condition]:
    updated = set_condition(conditions, progress, now, update_time=True)
    if not moved or progress["reason"] == _COMPLETE:
        return updated
    stamp = format_time(now)
    return [{**entry, "lastUpdateTime": stamp} if entry["type"] == "Progressing" else entry for entry in updated]
