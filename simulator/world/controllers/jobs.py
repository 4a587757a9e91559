"""Jobs: pods run to their end, as often as asked and as far as the back-off limit goes. Modest: no indexes."""

from __future__ import annotations

from typing import Any

from simulator.clock import format_time, parse_time
from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.objects import (
    find_condition,
    is_active,
    is_ready,
    is_terminating,
    phase_of,
    set_condition,
    with_status,
)
from simulator.world.pods import PodRefused, create_pod, delete_pod

RESOURCE = "jobs.batch"
_SOURCE = "job-controller"
_DEFAULT_BACKOFF = 6
_FIRST = {"Complete": "SuccessCriteriaMet", "Failed": "FailureTarget"}
"""What is decided before it is so."""
_RETRY_SECONDS = 15.0


class Jobs:
    """The Job controller."""

    name = "job"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Jobs, and the pods they own."""
        return {RESOURCE: itself, "pods": controller_key(RESOURCE, "Job")}

    def reconcile(self, key: Key) -> None:
        """Start what is missing, count what has ended."""
        job = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if job is None or is_terminating(job):
            return
        if find_condition(job, "Complete") or find_condition(job, "Failed"):
            self._expire(job, key)
            return
        pods = self._cluster.pods.owned_by(job["metadata"]["uid"])
        succeeded = sum(phase_of(pod) == "Succeeded" for pod in pods)
        failed = sum(phase_of(pod) == "Failed" for pod in pods)
        active = [pod for pod in pods if is_active(pod)]
        spec = job["spec"]
        wanted = spec.get("completions", 1)
        ended = None
        if succeeded >= wanted:
            ended = ("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
        elif failed > spec.get("backoffLimit", _DEFAULT_BACKOFF):
            ended = ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        if ended or spec.get("suspend"):
            for pod in active:
                delete_pod(self._cluster, job, pod, source=_SOURCE)
        else:
            room = min(spec.get("parallelism", 1), wanted - succeeded) - len(active)
            self._start(job, key, room)
        self._write_status(key, succeeded, failed, ended)

    def _start(self, job: Object, key: Key, room: int) -> None:
        labels = {"job-name": key.name, "batch.kubernetes.io/job-name": key.name}
        for uid_label in ("controller-uid", "batch.kubernetes.io/controller-uid"):
            labels[uid_label] = job["metadata"]["uid"]
        for _ in range(room):
            try:
                create_pod(self._cluster, job, job["spec"]["template"], labels=labels, source=_SOURCE)
            except PodRefused:
                self._cluster.look_at(self.name, key, _RETRY_SECONDS)
                return

    def _write_status(self, key: Key, succeeded: int, failed: int, ended: tuple[str, str, str] | None) -> None:
        job = self._cluster.store.get(RESOURCE, key.namespace, key.name)
        now = self._cluster.now()
        pods = self._cluster.pods.owned_by(job["metadata"]["uid"])
        changes: dict[str, Any] = {
            "active": sum(is_active(pod) for pod in pods) or None,
            "succeeded": succeeded or None,
            "failed": failed or None,
            "ready": sum(is_ready(pod) for pod in pods),
            "terminating": sum(is_terminating(pod) for pod in pods),
            "uncountedTerminatedPods": {},
            "startTime": (job.get("status") or {}).get("startTime") or format_time(now),
        }
        if ended is not None:
            kind, reason, message = ended
            conditions = list((job.get("status") or {}).get("conditions") or [])
            for told in (_FIRST.get(kind), kind):
                condition = {"type": told, "status": "True", "reason": reason, "message": message}
                conditions = set_condition(conditions, {**condition, "lastProbeTime": format_time(now)}, now)
            changes["conditions"] = conditions
            if kind == "Complete":
                changes["completionTime"] = format_time(now)
                self._cluster.recorder.normal(job, "Completed", "Job completed", source=_SOURCE)
            else:
                self._cluster.recorder.warning(job, reason, message, source=_SOURCE)
        self._cluster.write_status(RESOURCE, with_status(job, **changes))

    def _expire(self, job: Object, key: Key) -> None:
        lifetime = job["spec"].get("ttlSecondsAfterFinished")
        if lifetime is None:
            return
        condition = find_condition(job, "Complete") or find_condition(job, "Failed") or {}
        age = (self._cluster.now() - parse_time(condition["lastTransitionTime"])).total_seconds()
        if age < lifetime:
            self._cluster.look_at(self.name, key, lifetime - age)
        else:
            self._cluster.store.delete(RESOURCE, key.namespace, key.name)
