"""How far a pod is in its life, and how long each part of it takes. No side effects: the kubelet acts on this.

Durations that nobody fixes by annotation are drawn once for a pod, from its uid, so that pods differ and repeat.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hexaops.kit.durations import parse_duration
from simulator.clock import format_time, parse_time
from simulator.store import Object
from simulator.world.faults import OUT_OF_MEMORY, Fault
from simulator.world.objects import annotations_of, controller_of
from simulator.world.pod_status import OUT_OF_MEMORY_EXIT, Ending

READY_AFTER = "hexaops.dev/ready-after"
STOP_AFTER = "hexaops.dev/stop-after"
RUN_FOR = "hexaops.dev/run-for"
_FIRST_BACKOFF_SECONDS = 10.0
_LONGEST_BACKOFF_SECONDS = 300.0
_JOB_SECONDS = 10.0


@dataclass(slots=True)
class Run:
    """How far a pod is. Stages: new, creating, starting (runs, not ready), ready, backoff, pull-backoff, stopping."""

    uid: str
    stage: str = "new"
    fault: Fault | None = None
    failures: int = 0
    probes: int = 0

    @property
    def backoff_seconds(self) -> float:
        """How long to wait after the failures so far: 10 s, then twice as long each time, at most 5 minutes."""
        doublings = min(max(0, self.failures - 1), 5)
        return min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * float(2**doublings))


def chance(pod: Object, what: str, low: float, high: float) -> float:
    """A duration between two bounds that is always the same for a pod."""
    return random.Random(f"{pod['metadata']['uid']}/{what}").uniform(low, high)


def ready_after_seconds(pod: Object, now: datetime) -> float:
    """From the start of the containers until the pod is ready; the annotation counts from the pod's creation."""
    if READY_AFTER not in annotations_of(pod):
        return chance(pod, "ready", 3.0, 4.2)
    age = (now - parse_time(pod["metadata"]["creationTimestamp"])).total_seconds()
    return max(0.1, _annotated(pod, READY_AFTER, 10.0) - age)


def stop_after_seconds(pod: Object) -> float:
    """From the order to stop until the pod is gone; its grace period is the limit."""
    grace = float(pod["metadata"].get("deletionGracePeriodSeconds", 0))
    return min(grace, _annotated(pod, STOP_AFTER, chance(pod, "stop", 1.5, 3.5)))


def run_for_seconds(pod: Object) -> float:
    """How long a Job's pod works."""
    return _annotated(pod, RUN_FOR, _JOB_SECONDS)


def is_job(pod: Object) -> bool:
    """Whether the pod belongs to a Job, and so comes to an end by itself."""
    return (controller_of(pod) or {}).get("kind") == "Job"


def ran_seconds(pod: Object, now: datetime) -> float:
    """How long the first container has been running."""
    since = _running_since(pod)
    return (now - parse_time(since)).total_seconds() if since else 0.0


def ending_of(pod: Object, fault: Fault, now: datetime) -> Ending:
    """How the first container ends by a fault."""
    started = _running_since(pod) or format_time(now)
    if fault.kind == OUT_OF_MEMORY:
        return Ending(OUT_OF_MEMORY_EXIT, "OOMKilled", started)
    return Ending(1, "Error", started)


def go_duration(seconds: float) -> str:
    """A duration as Go writes it: 10s, 2m40s, 5m0s."""
    minutes, left = divmod(int(seconds), 60)
    return f"{minutes}m{left}s" if minutes else f"{left}s"


def _annotated(pod: Object, annotation: str, otherwise: float) -> float:
    try:
        return parse_duration(annotations_of(pod)[annotation])
    except (KeyError, ValueError):
        return otherwise


def _running_since(pod: Object) -> str | None:
    statuses: Any = (pod.get("status") or {}).get("containerStatuses") or ({},)
    since = ((statuses[0].get("state") or {}).get("running") or {}).get("startedAt")
    return str(since) if since else None
