"""cleanup_resources and optimize_resources: what they find, and what they do about it when told to."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.unused import finished_pods, orphaned_replica_sets
from hexaops.backends.metrics.base import MetricSource, Series, Signal, Subject, Window
from hexaops.features.metrics.sources import MetricSources
from tests.analysis.applications.rows import pod, workload
from tests.features.operations.calls import Operations


async def test_sizes_need_history_and_say_so(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    assert done["status"] == "completed", done
    (found,) = done["result"]["details"]["applications"]
    assert (found["application"], found["recommended"]) == ("web-app", None)
    assert found["reason"] == "measuring has just begun: the first readings come within 30s"
    said = "Another size recommended for 0 of 1 application; 1 cannot be judged yet"
    assert [step["result"] for step in done["steps"]] == [said, "nothing to change", "nothing to verify"]
    assert sqlite_operations.world.writes() == []


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
    done = await sqlite_operations.run("optimize_resources", target_component="web-app", dry_run=True)
    (found,) = done["result"]["details"]["applications"]
    size = {"cpu_request": "100m", "memory_request": "240Mi", "memory_limit": "240Mi"}
    assert (found["recommended"], found["points"]) == (size if enough else None, points), found
    assert enough or "99 of the 100 measurements that a size needs, one every 5m" in found["reason"]


async def test_a_size_is_applied_as_a_plan_that_can_be_rolled_back(sqlite_operations: Operations) -> None:
    world = sqlite_operations.world
    world.access.context.provider.add(Played(100), MetricSources)
    await sqlite_operations.allow("medium")
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    assert done["status"] == "completed", done
    (part,) = done["result"]["details"]["operations"]
    assert (part["action"], part["status"]) == ("update_configuration", "completed")
    assert (await sqlite_operations.get(part["operation_id"]))["part_of"] == done["operation_id"]
    resources = world.workload("web-app")["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert resources["requests"] == {"cpu": "100m", "memory": "240Mi"}
    assert resources["limits"]["memory"] == "240Mi"
    assert len(world.writes()) == 1


async def test_a_size_waits_where_the_policy_allows_less(sqlite_operations: Operations) -> None:
    sqlite_operations.world.access.context.provider.add(Played(100), MetricSources)
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    assert done["status"] == "awaiting_confirmation", done
    (waiting,) = done["result"]["details"]["awaiting_confirmation"]
    assert (waiting["application"], waiting["risk"]) == ("web-app", "medium")
    assert sqlite_operations.world.writes() == []


async def test_no_more_than_a_tenth_is_resized_at_once(sqlite_operations: Operations) -> None:
    sqlite_operations.world.access.context.provider.add(Played(100), MetricSources)
    done = await sqlite_operations.run("optimize_resources", confirmation=False)
    details = done["result"]["details"]
    sized = [one for one in details["applications"] if one["recommended"]]
    assert len(details["awaiting_confirmation"]) + len(details["refused"]) == max(1, len(details["applications"]) // 10)
    assert len(details["deferred"]) == len(sized) - max(1, len(details["applications"]) // 10)


def test_old_revisions_and_owned_pods_are_no_orphans() -> None:
    alone = workload("web", "left-over", kind="ReplicaSet", desired=0, owner_kind="")
    revision = workload("web", "web-1", kind="ReplicaSet", desired=0, owner_kind="Deployment")
    running = workload("web", "by-hand", kind="ReplicaSet", desired=2, owner_kind="")
    assert [one.name for one in orphaned_replica_sets([alone, revision, running])] == ["left-over"]
    ended = pod(running, name="debug", phase="Succeeded", owner_kind="", owner_name="")
    owned = pod(running, name="owned", phase="Failed")
    live = pod(running, name="live", owner_kind="", owner_name="")
    assert [one.name for one in finished_pods([ended, owned, live])] == ["debug"]
