"""CronJobs: starts a Job at each scheduled time and deletes old ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.clock import format_time, parse_time
from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.controllers.schedule import Schedule, parse_schedule
from simulator.world.objects import controller_of, find_condition, is_terminating, owner_reference, with_status

RESOURCE = "cronjobs.batch"
_JOBS = "jobs.batch"
_SOURCE = "cronjob-controller"


class CronJobs:
    """The CronJob controller."""

    name = "cronjob"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """CronJobs, and the Jobs they own."""
        return {RESOURCE: itself, _JOBS: controller_key(RESOURCE, "CronJob")}

    def reconcile(self, key: Key) -> None:
        """Start the Job that is due, and come back when the next one is."""
        cron = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if cron is None or is_terminating(cron):
            return
        try:
            schedule = parse_schedule(cron["spec"]["schedule"])
        except ValueError as error:
            message = f"unparseable schedule: {cron['spec']['schedule']!r} : {error}"
            self._cluster.recorder.warning(cron, "UnparseableSchedule", message, source=_SOURCE)
            return
        due = self._latest_due(cron, schedule)
        changes: dict[str, Any] = {}
        if due is not None and not cron["spec"].get("suspend") and self._may_start(cron):
            self._start(cron, due)
            changes["lastScheduleTime"] = format_time(due)
        self._forget_old(cron)
        self._write_status(key, changes)
        upcoming = schedule.next_after(self._cluster.now())
        if upcoming is not None:
            self._cluster.look_at(self.name, key, (upcoming - self._cluster.now()).total_seconds() + 0.01)

    def _latest_due(self, cron: Object, schedule: Schedule) -> datetime | None:
        last = (cron.get("status") or {}).get("lastScheduleTime") or cron["metadata"]["creationTimestamp"]
        due, moment = None, schedule.next_after(parse_time(last))
        while moment is not None and moment <= self._cluster.now():
            due, moment = moment, schedule.next_after(moment)
        return due

    def _jobs(self, cron: Object) -> list[Object]:
        uid = cron["metadata"]["uid"]
        jobs = self._cluster.store.list(_JOBS, cron["metadata"]["namespace"])
        return [job for job in jobs if (controller_of(job) or {}).get("uid") == uid]

    def _may_start(self, cron: Object) -> bool:
        running = [job for job in self._jobs(cron) if not _ended(job)]
        policy = cron["spec"].get("concurrencyPolicy", "Allow")
        if policy == "Replace":
            for job in running:
                self._cluster.store.delete(_JOBS, job["metadata"]["namespace"], job["metadata"]["name"])
        return policy != "Forbid" or not running

    def _start(self, cron: Object, due: datetime) -> None:
        metadata, template = cron["metadata"], cron["spec"]["jobTemplate"]
        name = f"{metadata['name']}-{int(due.timestamp()) // 60}"
        if self._cluster.store.find(_JOBS, metadata["namespace"], name) is not None:
            return
        described = template.get("metadata") or {}
        annotations = {
            **(described.get("annotations") or {}),
            "batch.kubernetes.io/cronjob-scheduled-timestamp": format_time(due),
        }
        self._cluster.store.create(
            _JOBS,
            {
                "metadata": {
                    "name": name,
                    "namespace": metadata["namespace"],
                    "labels": described.get("labels") or {},
                    "annotations": annotations,
                    "ownerReferences": [owner_reference(cron)],
                },
                "spec": {"parallelism": 1, "completions": 1, "backoffLimit": 6, "suspend": False, **template["spec"]},
                "status": {},
            },
        )
        self._cluster.recorder.normal(cron, "SuccessfulCreate", f"Created job {name}", source=_SOURCE)

    def _forget_old(self, cron: Object) -> None:
        spec = cron["spec"]
        for kind, limit in (
            ("Complete", spec.get("successfulJobsHistoryLimit", 3)),
            ("Failed", spec.get("failedJobsHistoryLimit", 1)),
        ):
            ended = [job for job in self._jobs(cron) if find_condition(job, kind)]
            ended.sort(key=lambda job: str(job["metadata"]["creationTimestamp"]))
            for job in ended[: max(0, len(ended) - limit)]:
                self._cluster.store.delete(_JOBS, job["metadata"]["namespace"], job["metadata"]["name"])

    def _write_status(self, key: Key, changes: dict[str, Any]) -> None:
        cron = self._cluster.store.get(RESOURCE, key.namespace, key.name)
        jobs = self._jobs(cron)
        changes["active"] = [_reference(job) for job in jobs if not _ended(job)] or None
        done = [job["status"]["completionTime"] for job in jobs if find_condition(job, "Complete")]
        if done:
            changes["lastSuccessfulTime"] = max(done)
        self._cluster.write_status(RESOURCE, with_status(cron, **changes))


def _ended(job: Object) -> bool:
    return bool(find_condition(job, "Complete") or find_condition(job, "Failed"))


def _reference(job: Object) -> dict[str, Any]:
    metadata = job["metadata"]
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }
