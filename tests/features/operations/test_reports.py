"""cleanup_resources and optimize_resources: they report what they found, and change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hexaops.backends.metrics.base import MetricSource, Series, Signal, Subject, Window
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.operations.cleaning import finished_pods, orphaned_replica_sets
from tests.analysis.applications.rows import pod, workload
from tests.features.operations.calls import Operations

LONG_AGO = "2024-01-01T00:00:00Z"


def job(name: str, *, of_cron_job: bool = False, at: str = LONG_AGO) -> dict[str, Any]:
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "u-1", "controller": True}
    condition = {"type": "Complete", "status": "True", "lastTransitionTime": at}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "backend", **({"ownerReferences": [owner]} if of_cron_job else {})},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}}},
        "status": {"succeeded": 1, "completionTime": at, "conditions": [condition]},
    }


async def test_what_is_unused_is_found_by_age_and_owner(sqlite_operations: Operations) -> None:
    world = sqlite_operations.world
    now = world.access.context.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in (job("migrate-1"), job("migrate-2", at=now), job("nightly-1", of_cron_job=True)):
        world.cluster.store.create("jobs.batch", one)
    await world.settled(lambda cache: len([row for row in cache.rows("Job") if "migrate" in row.name]) == 2)
    done = await sqlite_operations.run("cleanup_resources")
    assert done["status"] == "completed", done
    details = done["result"]["details"]
    assert [(one["kind"], one["name"]) for one in details["unused"]] == [("Job", "migrate-1")]
    assert "ConfigMap" in details["not_assessed"]
    assert world.writes() == []


async def test_sizes_need_history_and_say_so(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    assert done["status"] == "completed", done
    (found,) = done["result"]["details"]["applications"]
    assert (found["application"], found["recommended"]) == ("web-app", None)
    assert found["reason"]
    assert sqlite_operations.world.writes() == []


async def test_what_is_not_available_is_refused_by_name(sqlite_operations: Operations) -> None:
    backup = await sqlite_operations.start("backup_all")
    assert backup.status_code == 422
    assert "back each application up" in backup.json()["error"]["details"]["operation"]
    age = await sqlite_operations.start("cleanup_resources", older_than_days=0)
    assert "parameters.older_than_days" in age.json()["error"]["details"]


class Played(MetricSources):
    """Every series has the same known values."""

    name = "played"

    def __init__(self, points: int) -> None:
        self.points = points

    def of(self, cluster_id: str) -> MetricSource:
        """It is its own source."""
        return self

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        """A tenth of a core, 200 MiB."""
        value = 0.1 if signal is Signal.CPU_BUSIEST_POD else 200.0 * 2**20
        values = np.full(self.points, value)
        return Series(signal, subject, window.start, step_seconds or 300.0, values, self.name, "played")


@pytest.mark.parametrize(("points", "enough"), [(100, True), (99, False)])
async def test_a_size_follows_from_enough_history(sqlite_operations: Operations, points: int, enough: bool) -> None:
    sqlite_operations.world.access.context.provider.add(Played(points), MetricSources)
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    (found,) = done["result"]["details"]["applications"]
    size = {"cpu_request": "100m", "memory_request": "240Mi", "memory_limit": "240Mi"}
    assert (found["recommended"], found["points"]) == (size if enough else None, points), found
    assert enough or "99 of the 100 measurements" in found["reason"]


def test_old_revisions_and_owned_pods_are_no_orphans() -> None:
    alone = workload("web", "left-over", kind="ReplicaSet", desired=0, owner_kind="")
    revision = workload("web", "web-1", kind="ReplicaSet", desired=0, owner_kind="Deployment")
    running = workload("web", "by-hand", kind="ReplicaSet", desired=2, owner_kind="")
    assert [one.name for one in orphaned_replica_sets([alone, revision, running])] == ["left-over"]
    ended = pod(running, name="debug", phase="Succeeded", owner_kind="", owner_name="")
    owned = pod(running, name="owned", phase="Failed")
    live = pod(running, name="live", owner_kind="", owner_name="")
    assert [one.name for one in finished_pods([ended, owned, live])] == ["debug"]
